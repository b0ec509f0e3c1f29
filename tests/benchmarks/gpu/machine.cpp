// The limits of a GPU, as its vendor's own code reaches them: products of 8192 x 8192 matrices by cuBLASLt, copies of a
// GiB; and ditto's update by Adam of as many numbers as the face network has, to hold against the copy.
//
// usage: benchmark_gpu_machine
#include <algorithm>
#include <array>
#include <limits>

#include "ditto/device/cuda/gemm.cuh"
#include "rounds.hpp"
#include "training.hpp"

namespace {

using namespace ditto;
using detail::check;

constexpr std::size_t side = 8192, gibi = std::size_t{1} << 30;
constexpr int repetitions = 10;

/// Seconds of a piece of work on the stream: the best of several, after one that does not count.
template <class Work>
double best_seconds(cudaStream_t stream, const Work& work) {
    cudaEvent_t begin = nullptr, end = nullptr;
    check(cudaEventCreate(&begin), "an event");
    check(cudaEventCreate(&end), "an event");
    float best = std::numeric_limits<float>::max();
    for (int i = 0; i <= repetitions; ++i) {
        check(cudaEventRecord(begin, stream), "an event");
        work();
        check(cudaEventRecord(end, stream), "an event");
        check(cudaEventSynchronize(end), "the work");
        float milliseconds = 0;
        check(cudaEventElapsedTime(&milliseconds, begin, end), "an event");
        if (i > 0) best = std::min(best, milliseconds);
    }
    cudaEventDestroy(begin);
    cudaEventDestroy(end);
    return 1e-3 * static_cast<double>(best);
}

/// The most FLOP/s of a product of square matrices over all algorithms that cuBLASLt proposes. Its second factor is
/// transposed or not, whichever is faster.
template <class P>
double product_flops(const detail::CudaContext& context, std::byte* memory) {
    using A = typename Cuda<P>::activation;
    const detail::ProductLayout layout(detail::cuda_type<A>, side, side, side);
    cublasLtMatmulPreference_t preference = nullptr;
    check(cublasLtMatmulPreferenceCreate(&preference), "asking for algorithms");
    const std::size_t workspace = detail::product_workspace;
    check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
                                               sizeof workspace),
          "asking for algorithms");
    double best = 0.0;
    const std::size_t matrix = side * side * sizeof(A);
    for (const bool transposed : {false, true}) {
        const detail::ProductDescription product(detail::compute_type<P>, transposed, false);
        std::array<cublasLtMatmulHeuristicResult_t, 8> found{};
        int count = 0;
        check(cublasLtMatmulAlgoGetHeuristic(context.blas(), product, layout, layout, layout, layout, preference,
                                             static_cast<int>(found.size()), found.data(), &count),
              "asking for algorithms");
        for (int i = 0; i < count; ++i) {
            const float alpha = 1.0F, beta = 0.0F;
            const auto multiply = [&] {
                check(cublasLtMatmul(context.blas(), product, &alpha, memory, layout, memory + matrix, layout, &beta,
                                     memory + 2 * matrix, layout, memory + 2 * matrix, layout,
                                     &found[static_cast<std::size_t>(i)].algo, memory + 3 * matrix, workspace,
                                     context.stream()),
                      "a product");
            };
            const double flops = 2.0 * side * side * side;
            best = std::max(best, flops / best_seconds(context.stream(), multiply));
        }
    }
    cublasLtMatmulPreferenceDestroy(preference);
    return best;
}

/// Adam's pass over the face network's parameters: reads parameters, gradients and two states, writes all but
/// gradients.
nlohmann::ordered_json update(const Cuda<fp32>& device) {
    constexpr std::size_t section = benchmarks::FaceTrainer<fp32>::Plan::parameter_bytes;
    const detail::DeviceBlock block(4 * section + 4096);
    check(cudaMemsetAsync(block.data(), 0, block.bytes(), device.context->stream()), "filling memory");
    auto* values = reinterpret_cast<StepValues*>(block.data() + 4 * section);
    auto* rule = reinterpret_cast<detail::RuleOf<Adam>*>(values + 1);
    const double seconds = best_seconds(device.context->stream(), [&] {
        make_rule(device, Adam{}, values, rule);
        const auto numbers = [&](std::size_t which) {
            return reinterpret_cast<float*>(block.data() + which * section);
        };
        update_parameters<Adam>(device, rule, section / sizeof(float), numbers(0), numbers(1), {numbers(2), numbers(3)},
                                nullptr);
    });
    return {{"bytes", 7 * section}, {"seconds", seconds}};
}

int measure() {
    detail::CudaContext context(0);
    cudaDeviceProp card{};
    check(cudaGetDeviceProperties(&card, 0), "asking for the GPU's name");
    int driver = 0;
    check(cudaDriverGetVersion(&driver), "asking for the driver's version");
    nlohmann::ordered_json report = {
        {"version", benchmarks::gpu_version()},
        {"card", card.name},
        {"capability", std::to_string(card.major) + "." + std::to_string(card.minor)},
        {"multiprocessors", card.multiProcessorCount},
        {"memory_bytes", card.totalGlobalMem},
        {"driver_cuda", std::to_string(driver / 1000) + "." + std::to_string(driver % 1000 / 10)}};
    {
        // Noise, not zeros: a card draws less power, and runs faster, on numbers whose bits do not change.
        const detail::DeviceBlock memory(3 * side * side * sizeof(float) + detail::product_workspace);
        std::vector<float> numbers = benchmarks::noise(2 * side * side);
        for (float& number : numbers) number = 2.0F * number - 1.0F;
        std::vector<__nv_bfloat16> rounded(numbers.begin(), numbers.end());
        const auto fill = [&](const auto& from) {
            check(cudaMemcpy(memory.data(), from.data(), from.size() * sizeof from[0], cudaMemcpyHostToDevice),
                  "copying");
        };
        fill(rounded);
        report["flops"]["bf16"] = product_flops<bf16>(context, memory.data());
        fill(numbers);
        report["flops"]["tf32"] = product_flops<tf32>(context, memory.data());
        report["flops"]["fp32"] = product_flops<fp32>(context, memory.data());
    }
    {
        const detail::DeviceBlock from(gibi), to(gibi);
        const detail::PinnedBlock host(gibi / 4);
        const auto copy = [&](void* target, const void* source, std::size_t bytes, cudaMemcpyKind kind) {
            return best_seconds(context.stream(), [&] {
                check(cudaMemcpyAsync(target, source, bytes, kind, context.stream()), "copying");
            });
        };
        report["copy_bytes"] = 2.0 * gibi / copy(to.data(), from.data(), gibi, cudaMemcpyDeviceToDevice);
        report["host_copy_bytes"] = 0.25 * gibi / copy(to.data(), host.data(), gibi / 4, cudaMemcpyHostToDevice);
    }
    Cuda<fp32> device;
    device.context = &context;
    report["update"] = update(device);
    benchmarks::print(report);
    return 0;
}

}  // namespace

int main() {
    return benchmarks::report_errors(measure);
}

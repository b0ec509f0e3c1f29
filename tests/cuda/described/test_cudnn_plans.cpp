// What the real cuDNN computes the face networks' convolutions with: ditto's own graphs, choice of engines and scratch
// memory, on GPUs that are described to it. Needs cuDNN 9.8 or newer and no GPU. To see what is chosen:
//   cmake --build --preset cuda --target cuda.cudnn_plans && build/cuda/tests/cuda/cudnn_plans
// Newer versions (9.28) load only where there is a libcuda.so.1; the CUDA Toolkit's stubs/libcuda.so is enough.
#include <cudnn_graph.h>
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>

#include "described_gpu.hpp"
#include "ditto/core/for_each_index.hpp"
#include "ditto/cuda.cuh"
#include "ditto/networks/compact_face_network.hpp"
#include "ditto/networks/face_network.hpp"

using namespace ditto;
using detail::CudnnEngine;
using detail::CudnnPass;
using detail::CudnnPlan;
using detail::CudnnProblem;

namespace {

/// Those of tests/benchmarks/gpu, and between them.
constexpr std::array<std::size_t, 7> batches{1, 32, 64, 128, 256, 512, 1024};

/// Engine 0 computes anything, slowly.
constexpr std::int64_t generic_engine = 0;

/// Where cuDNN 9.19 has nothing better:
/// - the gradient of images of 3 channels, without tensor cores, from 128 images on. Only the compact network has it.
bool may_be_generic(const CudnnProblem& p) {
    return p.pass == CudnnPass::input_gradient && p.in == 3 && !p.tensor_cores && p.images >= 128;
}
/// - the features of one image of 3 channels in tf32: too little work for tensor cores, by its heuristics.
bool may_lack_tensor_cores(const CudnnProblem& p) {
    return p.pass == CudnnPass::forward && p.in == 3 && p.type == CUDNN_DATA_FLOAT && p.images == 1;
}
/// - in fp32, other versions than 9.19: of those tried, 9.13 and 9.28 leave some passes to the fallback's engines.
bool may_be_fallback(const CudnnProblem& p) {
    return !p.tensor_cores && cudnnGetVersion() / 100 != 919;
}

/// What every engine that may be taken keeps to.
void check_allowed(const CudnnEngine& engine, const CudnnProblem& problem) {
    CHECK(engine.scratch <= problem.scratch);
    CHECK(!engine.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC));
    CHECK(!engine.has(CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION));
    CHECK(!engine.has(CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS));
    CHECK((problem.tensor_cores || !engine.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE)));
}
/// What the first one does besides, to be fast.
void check_first(const CudnnEngine& engine, const CudnnProblem& problem) {
    CHECK((!engine.fallback || may_be_fallback(problem)));
    CHECK((engine.index != generic_engine || may_be_generic(problem)));
    if (problem.tensor_cores) CHECK((engine.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE) || may_lack_tensor_cores(problem)));
}

/// A cell of the table: engine, its scratch memory in MiB, and what it says of itself.
std::string text(const CudnnEngine& engine) {
    std::string cell = std::to_string(engine.index);
    if (engine.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE)) cell += "t";
    if (engine.has(CUDNN_NUMERICAL_NOTE_WINOGRAD)) cell += "w";
    if (engine.has(CUDNN_NUMERICAL_NOTE_FFT)) cell += "f";
    if (engine.fallback) cell += "*";
    if (engine.scratch >> 20 > 0) cell.append(" ").append(std::to_string(engine.scratch >> 20));
    return cell;
}

template <class Convolution>
void check_pass(const described::Gpu& gpu, CudnnPass pass) {
    const CudnnProblem any = Convolution::problem(pass, 2);
    std::printf("%3d to %3d channels, %s", static_cast<int>(any.in), static_cast<int>(any.out),
                pass == CudnnPass::forward          ? "forward        "
                : pass == CudnnPass::input_gradient ? "input gradient "
                                                    : "weight gradient");
    for (const std::size_t images : batches) {
        CudnnProblem problem = Convolution::problem(pass, images);
        if (pass != CudnnPass::forward && images == 1) {  // a pair has two
            std::printf("%9s", "");
            continue;
        }
        CAPTURE(problem.text());
        const CudnnPlan plan(gpu, problem);
        REQUIRE(plan.exists());
        std::printf("%9s", text(plan.engine()).c_str());
        check_first(plan.engine(), problem);
        // Those to measure are the same in the same order each time: a file of choices counts on it.
        const CudnnPlan several(gpu, problem, 4), again(gpu, problem, 4);
        REQUIRE(several.engines().size() == again.engines().size());
        for (std::size_t i = 0; i < several.engines().size(); ++i) {
            check_allowed(several.engines()[i], problem);
            CHECK(several.engines()[i].index == again.engines()[i].index);
            CHECK(several.engines()[i].scratch == again.engines()[i].scratch);
        }
        CHECK(several.engines().front().index == plan.engine().index);
        // No engine that the heuristics prefer is passed over for want of scratch memory.
        problem.scratch = std::numeric_limits<std::int64_t>::max();
        const CudnnPlan unlimited(gpu, problem);
        CHECK(unlimited.engine().index == plan.engine().index);
        CHECK(unlimited.engine().scratch == plan.engine().scratch);
    }
    std::printf("\n");
}

template <class Layer>
constexpr bool is_convolution = false;
template <int In, int Out, int Size, class... Options>
constexpr bool is_convolution<Conv2d<In, Out, Size, Options...>> = true;

template <class Network, class Precision>
void check_network(const described::Gpu& gpu) {
    detail::for_each_index<Network::layer_count>([&](auto layer) {
        using Layer = typename Network::template LayerAt<layer>;
        if constexpr (is_convolution<Layer>) {
            using Input = typename Network::template ShapeAt<layer>;
            using Convolution = detail::CudnnConvolution<Layer, Input, Cuda<Precision>>;
            check_pass<Convolution>(gpu, CudnnPass::forward);
            check_pass<Convolution>(gpu, CudnnPass::weight_gradient);
            if (layer > 0) check_pass<Convolution>(gpu, CudnnPass::input_gradient);
        }
    });
}

template <class Precision>
void check_precision(const char* name) {
    for (const described::Properties& properties : {described::h100, described::h200, described::a100}) {
        const described::Gpu gpu(properties.json());
        std::printf("\n%s, %s: engine, t: on tensor cores, w: Winograd, f: Fourier, *: fallback; MiB of scratch\n%36s",
                    properties.name.c_str(), name, "images");
        for (const std::size_t images : batches) std::printf("%9d", static_cast<int>(images));
        std::printf("\nthe face network\n");
        check_network<FaceNetwork, Precision>(gpu);
        std::printf("the compact one\n");
        check_network<CompactFaceNetwork, Precision>(gpu);
    }
}

}  // namespace

TEST_CASE("bf16") {
    check_precision<bf16>("bf16");
}
TEST_CASE("tf32") {
    check_precision<tf32>("tf32");
}
TEST_CASE("fp32") {
    check_precision<fp32>("fp32");
}

TEST_CASE("cuDNN heeds the description") {
    using Convolution = detail::CudnnConvolution<Conv2d<64, 128, 5, Padding<2>>, Shape<64, 64, 64>, Cuda<bf16>>;
    const CudnnProblem problem = Convolution::problem(CudnnPass::forward, 1024);
    const described::Gpu hopper(described::h100.json()), ampere(described::a100.json());
    const CudnnPlan on_hopper(hopper, problem), on_ampere(ampere, problem);
    CHECK(on_hopper.engine().index != on_ampere.engine().index);
    CHECK_THROWS_AS(described::Gpu("{}"), Error);
}

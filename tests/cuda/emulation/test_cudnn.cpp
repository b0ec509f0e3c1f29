// The emulation of cuDNN, and how ditto chooses an engine.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cudnn_graph.h"
#include "ditto/cuda.cuh"
#include "small_convolution.hpp"

using namespace ditto;
using detail::CudnnDescriptor;
using detail::CudnnPass;
using detail::CudnnProblem;
using emulation::Stream;

namespace {

/// What each product of the convolution adds: term(index in x, index in w, index in y).
template <class Term>
void for_each_product(const Term& term) {
    for (int image = 0; image < 2; ++image)
        for (int row = 0; row < 3; ++row)
            for (int column = 0; column < 2; ++column)
                for (int tap = 0; tap < 9; ++tap) {
                    const int at_row = row * 2 - 1 + tap / 3, at_column = column * 2 - 1 + tap % 3;
                    if (at_row < 0 || at_row >= 5 || at_column < 0 || at_column >= 4) continue;
                    for (int out = 0; out < 2; ++out)
                        for (int in = 0; in < 3; ++in)
                            term(static_cast<std::size_t>(((image * 5 + at_row) * 4 + at_column) * 3 + in),
                                 static_cast<std::size_t>((out * 9 + tap) * 3 + in),
                                 static_cast<std::size_t>(((image * 3 + row) * 2 + column) * 2 + out));
                }
}

void check_near(const std::vector<float>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(static_cast<double>(found[i]) == doctest::Approx(expected[i]).epsilon(1e-6));
}

}  // namespace

TEST_CASE("convolutions by cuDNN are those of plain loops, also in a captured graph") {
    const Stream stream;
    detail::Cudnn dnn(stream);
    for (const CudnnPass pass : {CudnnPass::forward, CudnnPass::input_gradient, CudnnPass::weight_gradient}) {
        const Tensors<float> tensors;
        const std::vector<float> x = tensors.x.get(), w = tensors.w.get(), y = tensors.y.get();
        std::vector<double> expected_x(x.size()), expected_w(w.size()), expected_y(y.size());
        for_each_product([&](std::size_t in, std::size_t weight, std::size_t out) {
            expected_x[in] += static_cast<double>(y[out]) * static_cast<double>(w[weight]);
            expected_w[weight] += static_cast<double>(y[out]) * static_cast<double>(x[in]);
            expected_y[out] += static_cast<double>(x[in]) * static_cast<double>(w[weight]);
        });
        // The plan is made while the stream captures, which forbids what cuDNN does then.
        REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
        tensors.run(dnn, small_problem(pass));
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t executable = nullptr;
        REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
        REQUIRE(cudaGraphInstantiate(&executable, graph) == cudaSuccess);
        CHECK(tensors.x.get() == x);
        CHECK(tensors.w.get() == w);
        CHECK(tensors.y.get() == y);
        REQUIRE(cudaGraphLaunch(executable, stream) == cudaSuccess);
        cudaGraphExecDestroy(executable);
        cudaGraphDestroy(graph);
        if (pass == CudnnPass::forward) check_near(tensors.y.get(), expected_y);
        if (pass == CudnnPass::input_gradient) check_near(tensors.x.get(), expected_x);
        if (pass == CudnnPass::weight_gradient) check_near(tensors.w.get(), expected_w);
    }
}

TEST_CASE("the first engine is chosen that is allowed, fits and can be had; a plan is made once") {
    const EnginesKept kept;
    const Stream stream;
    const auto handles = emulation::handle_count();
    {
        detail::Cudnn dnn(stream);
        const Tensors<float> tensors;
        const Tensors<__nv_bfloat16> narrow;
        const auto chosen = [&](const CudnnProblem& problem) {
            problem.type == CUDNN_DATA_FLOAT ? tensors.run(dnn, problem) : narrow.run(dnn, problem);
            return emulation::cudnn_engines().ran;
        };
        CudnnProblem problem = small_problem(CudnnPass::forward);
        CHECK(chosen(problem) == 6);  // not the tensor cores
        problem.tensor_cores = true;
        CHECK(chosen(problem) == 5);
        CHECK(chosen(small_problem(CudnnPass::forward, CUDNN_DATA_BFLOAT16, true)) == 5);
        problem.tensor_cores = false;
        problem.direct = true;
        CHECK(chosen(problem) == 7);  // not minimal filtering: of the second list
        CHECK(dnn.plan_count() == 4);
        emulation::cudnn_engines().heuristic.clear();
        CHECK(chosen(small_problem(CudnnPass::forward)) == 6);  // as before: it was kept
        CHECK(dnn.plan_count() == 4);
        problem = small_problem(CudnnPass::forward);
        problem.stride = 1;  // another shape, that no tensor has
        CHECK_THROWS_AS(tensors.run(dnn, problem), Error);
    }
    CHECK(emulation::handle_count() == handles);
}

TEST_CASE("where there is no engine, the Error says for what") {
    const EnginesKept kept;
    const Stream stream;
    detail::Cudnn dnn(stream);
    const Tensors<float> tensors;
    const auto message = [&](const CudnnProblem& problem) {
        try {
            tensors.run(dnn, problem);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    emulation::cudnn_engines().fallback = {{.index = 8, .notes = {CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION}}};
    std::erase_if(emulation::cudnn_engines().heuristic, [](const auto& engine) { return engine.index > 4; });
    CHECK(message(small_problem(CudnnPass::weight_gradient)) ==
          "cuDNN: no engine for the weight's gradient of a convolution of 2 images [5, 4, 3] to [3, 2, 2], kernel 3, "
          "stride 2, padding 1, in fp32, that gives the same bits in every run and needs at most 256 MiB of scratch "
          "memory (CUDNN_STATUS_NOT_SUPPORTED); use another precision, or configure with -DDITTO_CUDNN=OFF to convolve "
          "without cuDNN");
    emulation::cudnn_engines().heuristic.clear();
    emulation::cudnn_engines().fallback.clear();
    CHECK(message(small_problem(CudnnPass::forward, CUDNN_DATA_FLOAT, true)).find("the output of") !=
          std::string::npos);
    CHECK(message(small_problem(CudnnPass::forward, CUDNN_DATA_FLOAT, true)).find("in tf32") != std::string::npos);
}

TEST_CASE("the scratch memory grows with what an engine must copy") {
    using Layer = Conv2d<64, 128, 5, Padding<2>>;
    const auto bytes = []<class Device>(Device, std::size_t images) {
        return detail::CudnnConvolution<Layer, Shape<64, 64, 64>, Device>::bytes(images, false);
    };
    const std::size_t input = 64 * 64 * 64 * sizeof(float);
    CHECK(bytes(Cuda<bf16>(), 512) == bytes(Cuda<bf16>(), 1));
    CHECK(bytes(Cuda<tf32>(), 512) - bytes(Cuda<tf32>(), 1) == 511 * 3 * input);
    CHECK(bytes(Cuda<fp32>(), 512) - bytes(Cuda<fp32>(), 1) == 511 * 3 * input);
    // Images that have cuDNN's channels already need no copy.
    using First = detail::CudnnConvolution<Conv2d<3, 64, 5, Padding<2>>, Shape<128, 128, 3>, Cuda<bf16>>;
    CHECK(First::image_channels == 8);
    CHECK(First::bytes(512, false) - First::bytes(512, true) == 512 * 128 * 128 * 8 * sizeof(__nv_bfloat16));
}

TEST_CASE("the emulation refuses what cuDNN would") {
    CudnnDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    const auto set = [&](cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
                         const auto& value) {
        return cudnnBackendSetAttribute(tensor.get(), name, type, count, &value);
    };
    const std::array<std::int64_t, 9> sizes{2, 3, 4, 5, 1, 1, 1, 1, 1};
    const std::int64_t id = 1, alignment = 16, odd = 12;
    const cudnnDataType_t type = CUDNN_DATA_FLOAT;
    CHECK(tensor.finalize() == CUDNN_STATUS_BAD_PARAM);  // nothing is set
    CHECK(set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 9, sizes) == CUDNN_STATUS_BAD_PARAM);
    CHECK(set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_FLOAT, 4, sizes) == CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE);
    CHECK(set(CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, 2, sizes) == CUDNN_STATUS_BAD_PARAM);
    CHECK(set(CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, sizes) == CUDNN_STATUS_SUCCESS);
    CHECK(set(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 3, sizes) == CUDNN_STATUS_SUCCESS);
    CHECK(set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, id) == CUDNN_STATUS_SUCCESS);
    CHECK(set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, type) == CUDNN_STATUS_SUCCESS);
    CHECK(set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, alignment) == CUDNN_STATUS_SUCCESS);
    CHECK(tensor.finalize() == CUDNN_STATUS_BAD_PARAM);  // 4 sizes, 3 strides
    CHECK(set(CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, sizes) == CUDNN_STATUS_SUCCESS);
    CHECK(set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, odd) == CUDNN_STATUS_SUCCESS);
    CHECK(tensor.finalize() == CUDNN_STATUS_BAD_PARAM);
    CHECK(set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, alignment) == CUDNN_STATUS_SUCCESS);

    CudnnDescriptor operation(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    const cudnnBackendDescriptor_t pointer = tensor.get();
    const auto refer = [&] {
        return cudnnBackendSetAttribute(operation.get(), CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
                                        CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &pointer);
    };
    CHECK(refer() == CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED);
    CHECK(tensor.finalize() == CUDNN_STATUS_SUCCESS);
    CHECK(set(CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, id) == CUDNN_STATUS_BAD_PARAM);  // too late
    CHECK(refer() == CUDNN_STATUS_SUCCESS);
    CHECK(operation.finalize() == CUDNN_STATUS_BAD_PARAM);  // the others are not set

    const Stream stream;
    detail::Cudnn dnn(stream);
    const Tensors<float> tensors;
    const CudnnProblem problem = small_problem(CudnnPass::forward);
    float host = 0.0F;
    CHECK_THROWS_AS(dnn.run(problem, {&host, tensors.w.data, tensors.y.data, tensors.workspace.data()}), Error);
    CHECK_THROWS_AS(dnn.run(problem, {tensors.x.data + 1, tensors.w.data, tensors.y.data, tensors.workspace.data()}),
                    Error);  // it reaches over the end, and is not aligned
    CHECK_THROWS_AS(dnn.run(problem, {tensors.x.data, tensors.w.data, tensors.y.data, &host}), Error);
    CHECK_NOTHROW(tensors.run(dnn, problem));
}

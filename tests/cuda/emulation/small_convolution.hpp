// A convolution of a few numbers for tests of cuDNN's emulation, and the engines that it is offered.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cudnn_graph.h"
#include "ditto/cuda.cuh"
#include "test_buffer.hpp"

/// Puts the emulation's engines back when a test has changed them.
struct EnginesKept {
    emulation::CudnnEngines saved = emulation::cudnn_engines();
    EnginesKept() = default;
    EnginesKept(const EnginesKept&) = delete;
    EnginesKept& operator=(const EnginesKept&) = delete;
    ~EnginesKept() { emulation::cudnn_engines() = saved; }
};

inline constexpr std::int64_t scratch = std::int64_t{256} << 20;

/// 2 images [5, 4, 3] to [3, 2, 2], kernel 3, stride 2, padding 1.
inline ditto::detail::CudnnProblem small_problem(ditto::detail::CudnnPass pass, cudnnDataType_t type = CUDNN_DATA_FLOAT,
                                                 bool tensor_cores = false) {
    return {.pass = pass,
            .type = type,
            .tensor_cores = tensor_cores,
            .direct = false,
            .images = 2,
            .height = 5,
            .width = 4,
            .in = 3,
            .out_height = 3,
            .out_width = 2,
            .out = 2,
            .kernel = 3,
            .stride = 2,
            .padding = 1,
            .multiple = 1,
            .scratch = scratch};
}

template <class T>
std::vector<T> values(std::size_t count, int seed) {
    std::vector<T> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i] = T(std::sin(static_cast<float>(seed + 1) * static_cast<float>(i)));
    return result;
}

/// The tensors of small_problem, in their own types, and the scratch memory.
template <class X, class W = X, class Y = X>
struct Tensors {
    emulation::Buffer<X> x{values<X>(2 * 5 * 4 * 3, 1)};
    emulation::Buffer<W> w{values<W>(2 * 3 * 3 * 3, 2)};
    emulation::Buffer<Y> y{values<Y>(2 * 3 * 2 * 2, 3)};
    ditto::detail::DeviceBlock workspace{scratch};
    void run(ditto::detail::Cudnn& dnn, const ditto::detail::CudnnProblem& problem) const {
        dnn.run(problem, {x.data, w.data, y.data, workspace.data()});
    }
};

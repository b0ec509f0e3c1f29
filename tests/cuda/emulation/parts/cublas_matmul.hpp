// cublasLtMatmul and the choice of its algorithm, of which there is one. It refuses what the real one refuses, as far
// as ditto could ask for it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "capture.hpp"
#include "cublas_descriptors.hpp"
#include "gemm.hpp"
#include "memory.hpp"
#include "observer.hpp"

/// data: a mark; the bytes of workspace; may partial sums be put together in the result's type?; the alignments of a,
/// b, c, d that it counts on.
struct cublasLtMatmulAlgo_t {
    std::uint64_t data[8];
};

struct cublasLtMatmulHeuristicResult_t {
    cublasLtMatmulAlgo_t algo;
    std::size_t workspaceSize;
    cublasStatus_t state;
    float wavesCount;
    int reserved[4];
};

namespace emulation::detail {

inline constexpr std::uint64_t algorithm_mark = 0x646974746f;  // in algo.data[0]: made by the heuristic

inline bool supported_types(const cublasLtMatmulDescOpaque_t& product, cudaDataType_t factors, cudaDataType_t results) {
    switch (product.compute) {
        case CUBLAS_COMPUTE_32F:
            return product.scale == CUDA_R_32F &&
                   ((factors == CUDA_R_32F && results == CUDA_R_32F) ||
                    (factors == CUDA_R_16BF && (results == CUDA_R_16BF || results == CUDA_R_32F)));
        case CUBLAS_COMPUTE_32F_FAST_TF32:
            return product.scale == CUDA_R_32F && factors == CUDA_R_32F && results == CUDA_R_32F;
        case CUBLAS_COMPUTE_64F:
            return product.scale == CUDA_R_64F && factors == CUDA_R_64F && results == CUDA_R_64F;
    }
    return false;
}

/// What lies in one piece: a column, or a row where rows do.
inline std::uint64_t line_length(const cublasLtMatrixLayoutOpaque_t& layout) {
    return layout.order == CUBLASLT_ORDER_ROW ? layout.cols : layout.rows;
}

inline cublasStatus_t check_product(const cublasLtMatmulDescOpaque_t* product, const cublasLtMatrixLayoutOpaque_t* a,
                                    const cublasLtMatrixLayoutOpaque_t* b, const cublasLtMatrixLayoutOpaque_t* c,
                                    const cublasLtMatrixLayoutOpaque_t* d) {
    if (product == nullptr || a == nullptr || b == nullptr || c == nullptr || d == nullptr)
        return CUBLAS_STATUS_INVALID_VALUE;
    const bool flip_a = product->transpose_a != CUBLAS_OP_N;
    const bool flip_b = product->transpose_b != CUBLAS_OP_N;
    const std::uint64_t depth = flip_a ? a->rows : a->cols;
    if ((flip_b ? b->cols : b->rows) != depth || (flip_a ? a->cols : a->rows) != d->rows ||
        (flip_b ? b->rows : b->cols) != d->cols || c->rows != d->rows || c->cols != d->cols)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (depth == 0 || d->rows == 0 || d->cols == 0) return CUBLAS_STATUS_INVALID_VALUE;
    if (a->batch < 1 || b->batch != a->batch || c->batch != a->batch || d->batch != a->batch)
        return CUBLAS_STATUS_INVALID_VALUE;
    for (const cublasLtMatrixLayoutOpaque_t* layout : {a, b, c, d})
        if ((layout->order != CUBLASLT_ORDER_COL && layout->order != CUBLASLT_ORDER_ROW) ||
            layout->leading < static_cast<std::int64_t>(line_length(*layout)) || layout->batch_offset < 0)
            return CUBLAS_STATUS_NOT_SUPPORTED;
    if (product->pointer_mode != 0 || a->type != b->type || c->type != d->type || c->order != d->order ||
        !supported_types(*product, a->type, d->type))
        return CUBLAS_STATUS_NOT_SUPPORTED;
    if (product->epilogue == CUBLASLT_EPILOGUE_DEFAULT) return CUBLAS_STATUS_SUCCESS;
    if (product->epilogue != CUBLASLT_EPILOGUE_BIAS || d->order != CUBLASLT_ORDER_COL)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    const bool bias_as_results = product->bias_type == -1 || product->bias_type == static_cast<std::int32_t>(d->type);
    return bias_as_results ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

inline bool in_device_memory(const void* data, const cublasLtMatrixLayoutOpaque_t& layout) {
    const std::uint64_t lines = layout.order == CUBLASLT_ORDER_ROW ? layout.rows : layout.cols;
    const auto before_last = static_cast<std::size_t>(layout.leading) * (lines - 1);
    const auto others = static_cast<std::size_t>(layout.batch - 1) * static_cast<std::size_t>(layout.batch_offset);
    return within(device().allocations, data, (others + before_last + line_length(layout)) * bytes_of(layout.type));
}

inline Matrix matrix_of(const void* data, const cublasLtMatrixLayoutOpaque_t& layout, bool transposed) {
    const auto leading = static_cast<std::size_t>(layout.leading);
    auto* bytes = static_cast<std::byte*>(const_cast<void*>(data));
    const bool rows_apart = transposed != (layout.order == CUBLASLT_ORDER_ROW);
    return {layout.type, bytes, rows_apart ? leading : 1, rows_apart ? 1 : leading};
}

inline bool is_aligned(const void* data, std::uint64_t bytes) {
    return bytes > 0 && reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
}

/// Do the matrices lie as the algorithm was told they would?
inline bool aligned(const cublasLtMatmulAlgo_t& algorithm, const void* a, const void* b, const void* c, const void* d) {
    const std::array data{a, b, c, d};
    return std::ranges::equal(data, std::span(algorithm.data).subspan(3, 4), is_aligned);
}

inline AskedProduct asked(const Product& p, std::int32_t batch, cudaStream_t stream) {
    const std::size_t factors = p.m * p.k * bytes_of(p.a.type) + p.k * p.n * bytes_of(p.b.type);
    const std::size_t results = p.m * p.n * bytes_of(p.d.type);
    return {"matrices",
            {static_cast<std::int64_t>(p.m), static_cast<std::int64_t>(p.n), static_cast<std::int64_t>(p.k), batch},
            static_cast<std::int64_t>(2 * p.m * p.n * p.k) * batch,
            (factors + results + (p.beta == 0 ? 0 : results)) * static_cast<std::size_t>(batch),
            stream};
}

/// The real library may write anywhere in its workspace. Both ends of it are overwritten, so that a workspace that
/// reaches into one of the matrices shows.
inline void spoil_workspace(void* workspace, std::size_t bytes) {
    const std::size_t end = std::min<std::size_t>(bytes, 4096);
    if (end == 0) return;
    std::memset(workspace, 0xff, end);
    std::memset(static_cast<std::byte*>(workspace) + bytes - end, 0xff, end);
}

}  // namespace emulation::detail

inline cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t description,
                                                     cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                                     cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                                     cublasLtMatmulPreference_t preference, int requested,
                                                     cublasLtMatmulHeuristicResult_t results[], int* returned) {
    using namespace emulation::detail;
    if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (preference == nullptr || requested < 1 || results == nullptr || returned == nullptr)
        return CUBLAS_STATUS_INVALID_VALUE;
    *returned = 0;
    const cublasStatus_t status = check_product(description, a, b, c, d);
    if (status != CUBLAS_STATUS_SUCCESS) return status;
    results[0] = {};
    results[0].algo.data[0] = algorithm_mark;
    results[0].algo.data[1] = preference->workspace;
    results[0].algo.data[2] = (preference->reduction_schemes & CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE) != 0;
    std::copy_n(preference->alignments, 4, results[0].algo.data + 3);
    results[0].state = CUBLAS_STATUS_SUCCESS;
    results[0].wavesCount = 1;
    *returned = 1;
    return CUBLAS_STATUS_SUCCESS;
}

inline cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, const void* alpha,
                                     const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                                     cublasLtMatrixLayout_t b_layout, const void* beta, const void* c,
                                     cublasLtMatrixLayout_t c_layout, void* d, cublasLtMatrixLayout_t d_layout,
                                     const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                                     std::size_t workspace_bytes, cudaStream_t stream) {
    using namespace emulation::detail;
    const Lock lock;
    if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
    const cublasStatus_t status = check_product(description, a_layout, b_layout, c_layout, d_layout);
    if (status != CUBLAS_STATUS_SUCCESS) return status;
    if (alpha == nullptr || beta == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    if (algorithm == nullptr || algorithm->data[0] != algorithm_mark || !aligned(*algorithm, a, b, c, d) ||
        workspace_bytes < algorithm->data[1] || (workspace_bytes > 0 && !is_aligned(workspace, 256)))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (!in_device_memory(a, *a_layout) || !in_device_memory(b, *b_layout) || !in_device_memory(c, *c_layout) ||
        !in_device_memory(d, *d_layout))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (workspace_bytes > 0 && !within(device().allocations, workspace, workspace_bytes))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (c == d && c_layout->leading != d_layout->leading) return CUBLAS_STATUS_INVALID_VALUE;

    const bool has_bias = description->epilogue == CUBLASLT_EPILOGUE_BIAS;
    if (has_bias && !within(device().allocations, description->bias, d_layout->rows * bytes_of(d_layout->type)))
        return CUBLAS_STATUS_INVALID_VALUE;
    const auto scalar = [&](const void* value) {
        return load(description->scale, static_cast<const std::byte*>(value), 0);
    };
    const bool flip_a = description->transpose_a != CUBLAS_OP_N;
    Product product{.m = d_layout->rows,
                    .n = d_layout->cols,
                    .k = flip_a ? a_layout->rows : a_layout->cols,
                    .a = matrix_of(a, *a_layout, !flip_a),
                    .b = matrix_of(b, *b_layout, description->transpose_b != CUBLAS_OP_N),
                    .c = matrix_of(c, *c_layout, false),
                    .d = matrix_of(d, *d_layout, false),
                    .alpha = scalar(alpha),
                    .beta = scalar(beta),
                    .bias = has_bias ? static_cast<const std::byte*>(description->bias) : nullptr,
                    .tf32 = description->compute == CUBLAS_COMPUTE_32F_FAST_TF32,
                    .halves = algorithm->data[2] != 0 && d_layout->type == CUDA_R_16BF};
    const auto step = [](const cublasLtMatrixLayoutOpaque_t& layout) {
        return static_cast<std::size_t>(layout.batch_offset) * bytes_of(layout.type);
    };
    const std::array steps{step(*a_layout), step(*b_layout), step(*c_layout), step(*d_layout)};
    const cudaError_t error = submit(stream, [=, batch = d_layout->batch] {
        if (observer != nullptr) {
            observer->product(asked(product, batch, stream));
            return cudaSuccess;
        }
        spoil_workspace(workspace, workspace_bytes);
        Product one = product;
        for (std::int32_t index = 0; index < batch; ++index) {
            run(one);
            one.a.data += steps[0];
            one.b.data += steps[1];
            one.c.data += steps[2];
            one.d.data += steps[3];
        }
        return cudaSuccess;
    });
    return error == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

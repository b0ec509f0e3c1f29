// cuBLASLt's handle, descriptors and their attributes.
#pragma once

#include <cstdint>
#include <cstring>

#include "cublas_types.hpp"
#include "state.hpp"

struct cublasLtContext {};
using cublasLtHandle_t = cublasLtContext*;

struct cublasLtMatmulDescOpaque_t {
    cublasComputeType_t compute;
    cudaDataType_t scale;  // the type of alpha and beta
    cublasOperation_t transpose_a = CUBLAS_OP_N;
    cublasOperation_t transpose_b = CUBLAS_OP_N;
    cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
    const void* bias = nullptr;
    std::int32_t bias_type = -1;  // -1: as D
    std::int32_t pointer_mode = 0;
};
using cublasLtMatmulDesc_t = cublasLtMatmulDescOpaque_t*;

struct cublasLtMatrixLayoutOpaque_t {
    cudaDataType_t type;
    std::uint64_t rows;
    std::uint64_t cols;
    std::int64_t leading;
    std::int32_t order = CUBLASLT_ORDER_COL;
    std::int32_t batch = 1;
    std::int64_t batch_offset = 0;  // elements
};
using cublasLtMatrixLayout_t = cublasLtMatrixLayoutOpaque_t*;

struct cublasLtMatmulPreferenceOpaque_t {
    std::uint64_t workspace = 0;
    std::uint32_t reduction_schemes = CUBLASLT_REDUCTION_SCHEME_MASK;
    std::uint32_t alignments[4] = {256, 256, 256, 256};  // of a, b, c, d
};
using cublasLtMatmulPreference_t = cublasLtMatmulPreferenceOpaque_t*;

namespace emulation::detail {

template <typename Object, typename... Values>
cublasStatus_t make(Object** object, Values... values) {
    const Lock lock;
    if (object == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    if (no_device() != cudaSuccess) return CUBLAS_STATUS_NOT_INITIALIZED;
    *object = new Object{values...};
    ++device().handles;
    return CUBLAS_STATUS_SUCCESS;
}

template <typename Object>
cublasStatus_t destroy(Object* object) {
    const Lock lock;
    if (object == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    delete object;
    --device().handles;
    return CUBLAS_STATUS_SUCCESS;
}

template <typename T>
cublasStatus_t assign(T& attribute, const void* value, std::size_t bytes) {
    if (value == nullptr || bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
    std::memcpy(&attribute, value, sizeof(T));
    return CUBLAS_STATUS_SUCCESS;
}

}  // namespace emulation::detail

inline cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
    return emulation::detail::make(handle);
}
inline cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
    return emulation::detail::destroy(handle);
}

inline cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description, cublasComputeType_t compute,
                                               cudaDataType_t scale) {
    return emulation::detail::make(description, compute, scale);
}
inline cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) {
    return emulation::detail::destroy(description);
}

inline cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                                     cublasLtMatmulDescAttributes_t attribute, const void* value,
                                                     std::size_t bytes) {
    using emulation::detail::assign;
    if (description == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    switch (attribute) {
        case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE:
            return assign(description->compute, value, bytes);
        case CUBLASLT_MATMUL_DESC_SCALE_TYPE:
            return assign(description->scale, value, bytes);
        case CUBLASLT_MATMUL_DESC_POINTER_MODE:
            return assign(description->pointer_mode, value, bytes);
        case CUBLASLT_MATMUL_DESC_TRANSA:
            return assign(description->transpose_a, value, bytes);
        case CUBLASLT_MATMUL_DESC_TRANSB:
            return assign(description->transpose_b, value, bytes);
        case CUBLASLT_MATMUL_DESC_EPILOGUE:
            return assign(description->epilogue, value, bytes);
        case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
            return assign(description->bias, value, bytes);
        case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE:
            return assign(description->bias_type, value, bytes);
    }
    return CUBLAS_STATUS_INVALID_VALUE;
}

inline cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type, std::uint64_t rows,
                                                 std::uint64_t cols, std::int64_t leading) {
    return emulation::detail::make(layout, type, rows, cols, leading);
}
inline cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
    return emulation::detail::destroy(layout);
}

inline cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                       cublasLtMatrixLayoutAttribute_t attribute, const void* value,
                                                       std::size_t bytes) {
    using emulation::detail::assign;
    if (layout == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    switch (attribute) {
        case CUBLASLT_MATRIX_LAYOUT_TYPE:
            return assign(layout->type, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_ORDER:
            return assign(layout->order, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_ROWS:
            return assign(layout->rows, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_COLS:
            return assign(layout->cols, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_LD:
            return assign(layout->leading, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
            return assign(layout->batch, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
            return assign(layout->batch_offset, value, bytes);
    }
    return CUBLAS_STATUS_INVALID_VALUE;
}

inline cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
    return emulation::detail::make(preference);
}
inline cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
    return emulation::detail::destroy(preference);
}

inline cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                           cublasLtMatmulPreferenceAttributes_t attribute,
                                                           const void* value, std::size_t bytes) {
    using emulation::detail::assign;
    if (preference == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
    if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) return assign(preference->workspace, value, bytes);
    if (attribute == CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK)
        return assign(preference->reduction_schemes, value, bytes);
    return assign(preference->alignments[attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES], value, bytes);
}

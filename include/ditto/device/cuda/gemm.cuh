// Products of row-major matrices by cuBLASLt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ditto/device/cuda/context.cuh"

namespace ditto::detail {

/// Scratch memory that a product may use, and how cuBLASLt wants it aligned.
inline constexpr std::size_t product_scratch = std::size_t{32} << 20, product_scratch_alignment = 256;
/// What a product takes of the plan: the scratch memory, aligned when it is known where it lies.
inline constexpr std::size_t product_workspace = product_scratch + product_scratch_alignment;

/// A matrix as a product takes it: rows lie `stride` numbers apart. Transposed: the factor is the transpose of what
/// lies in memory.
template <class T>
struct DeviceMatrix {
    T* data;
    std::size_t stride;
    bool transposed = false;
};

template <class T>
inline constexpr cudaDataType_t cuda_type = CUDA_R_32F;
template <>
inline constexpr cudaDataType_t cuda_type<__nv_bfloat16> = CUDA_R_16BF;

template <class P>
inline constexpr cublasComputeType_t compute_type =
    std::is_same_v<P, tf32> ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;

/// A matrix as cuBLASLt sees it: column-major, so rows and columns change places.
class ProductLayout {
  public:
    ProductLayout(cudaDataType_t type, std::size_t rows, std::size_t columns, std::size_t stride) {
        check(cublasLtMatrixLayoutCreate(&layout_, type, columns, rows, static_cast<std::int64_t>(stride)),
              "describing a matrix");
    }
    ProductLayout(const ProductLayout&) = delete;
    ProductLayout& operator=(const ProductLayout&) = delete;
    ~ProductLayout() { cublasLtMatrixLayoutDestroy(layout_); }
    operator cublasLtMatrixLayout_t() const { return layout_; }

  private:
    cublasLtMatrixLayout_t layout_ = nullptr;
};

class ProductDescription {
  public:
    ProductDescription(cublasComputeType_t compute, bool first_transposed, bool second_transposed) {
        check(cublasLtMatmulDescCreate(&product_, compute, CUDA_R_32F), "describing a product");
        set(CUBLASLT_MATMUL_DESC_TRANSA, first_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
        set(CUBLASLT_MATMUL_DESC_TRANSB, second_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    }
    ProductDescription(const ProductDescription&) = delete;
    ProductDescription& operator=(const ProductDescription&) = delete;
    ~ProductDescription() { cublasLtMatmulDescDestroy(product_); }
    operator cublasLtMatmulDesc_t() const { return product_; }
    /// Adds bias [n] to every row of the result, which has float numbers.
    void add_bias(const float* bias) {
        set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
        set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    }

  private:
    template <class Value>
    void set(cublasLtMatmulDescAttributes_t attribute, Value value) {
        check(cublasLtMatmulDescSetAttribute(product_, attribute, &value, sizeof value), "describing a product");
    }
    cublasLtMatmulDesc_t product_ = nullptr;
};

/// The largest power of two that an address is a multiple of, at most cudaMalloc's: what an algorithm may count on.
inline std::uint32_t alignment_of(const void* data) {
    const auto at = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(data)) | 256U;
    return at & (~at + 1U);
}

/// The best algorithm for a product of matrices that lie at these addresses, by cuBLASLt's own judgement, within the
/// plan's workspace.
inline cublasLtMatmulAlgo_t choose_algorithm(cublasLtHandle_t blas, const ProductDescription& product,
                                             const ProductLayout& first, const ProductLayout& second,
                                             const ProductLayout& result, const std::array<const void*, 3>& data) {
    cublasLtMatmulPreference_t preference = nullptr;
    check(cublasLtMatmulPreferenceCreate(&preference), "choosing a product's algorithm");
    cublasLtMatmulHeuristicResult_t best{};
    int found = 0;
    cublasStatus_t status = CUBLAS_STATUS_SUCCESS;
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
        if (status == CUBLAS_STATUS_SUCCESS)
            status = cublasLtMatmulPreferenceSetAttribute(preference, attribute, &value, sizeof value);
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{product_scratch});
    // Parts of a sum that several blocks make are put together in float32: never in bf16, the result's type.
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(data[0]));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(data[1]));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(data[2]));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of(data[2]));
    if (status == CUBLAS_STATUS_SUCCESS)
        status =
            cublasLtMatmulAlgoGetHeuristic(blas, product, first, second, result, result, preference, 1, &best, &found);
    cublasLtMatmulPreferenceDestroy(preference);
    check(status, "choosing a product's algorithm");
    if (found == 0) throw Error("cuBLASLt: no algorithm for a product on this GPU; use --precision fp32");
    return best.algo;
}

/// c [m, n] = a [m, k] b [k, n] + beta c, summed in float32. `workspace` has product_workspace bytes. A `bias` [n] is
/// added to every row of c; only float ones take it, because cuBLASLt wants it in c's type.
template <class A, class C, CudaDevice Device>
void gemm(const Device& device, std::size_t m, std::size_t n, std::size_t k, DeviceMatrix<const A> a,
          DeviceMatrix<const A> b, float beta, DeviceMatrix<C> c, void* workspace, const float* bias = nullptr) {
    const cublasLtHandle_t blas = device.context->blas();
    ProductDescription product(compute_type<typename Device::precision>, b.transposed, a.transposed);
    if (bias != nullptr) product.add_bias(bias);
    const ProductLayout first(cuda_type<A>, b.transposed ? n : k, b.transposed ? k : n, b.stride);
    const ProductLayout second(cuda_type<A>, a.transposed ? k : m, a.transposed ? m : k, a.stride);
    const ProductLayout result(cuda_type<C>, m, n, c.stride);
    const cublasLtMatmulAlgo_t algorithm =
        choose_algorithm(blas, product, first, second, result, {b.data, a.data, c.data});
    const float alpha = 1.0F;
    void* scratch = align_up(workspace, product_scratch_alignment);
    check(cublasLtMatmul(blas, product, &alpha, b.data, first, a.data, second, &beta, c.data, result, c.data, result,
                         &algorithm, scratch, product_scratch, device.context->stream()),
          "a product");
}

}  // namespace ditto::detail

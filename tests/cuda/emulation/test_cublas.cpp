// The emulation of cuBLASLt against plain loops, and of the narrow number formats.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "cublasLt.h"
#include "cuda_bf16.h"
#include "ditto/cuda.cuh"
#include "test_buffer.hpp"

using namespace ditto;
using emulation::Buffer;
using emulation::Stream;

namespace {

/// A product of small matrices on the device, with everything that cuBLASLt wants for it.
struct Product {
    cudaDataType_t type = CUDA_R_32F;
    cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
    bool transpose_a = false, transpose_b = false;
    std::uint64_t m = 1, n = 1, k = 1;
    int batch = 1;
    const float* bias = nullptr;
    cublasLtOrder_t order = CUBLASLT_ORDER_COL;
    void* workspace = nullptr;
    std::size_t workspace_bytes = 0;

    cublasStatus_t run(const void* a, const void* b, const float* c, float* d, float alpha, float beta,
                       cudaStream_t stream = nullptr, std::int64_t padding = 0) const {
        cublasLtHandle_t handle = nullptr;
        cublasLtMatmulDesc_t product = nullptr;
        cublasLtMatmulPreference_t preference = nullptr;
        cublasLtMatrixLayout_t layouts[3] = {};
        REQUIRE(cublasLtCreate(&handle) == CUBLAS_STATUS_SUCCESS);
        REQUIRE(cublasLtMatmulDescCreate(&product, compute, CUDA_R_32F) == CUBLAS_STATUS_SUCCESS);
        REQUIRE(cublasLtMatmulPreferenceCreate(&preference) == CUBLAS_STATUS_SUCCESS);
        const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
            REQUIRE(cublasLtMatmulDescSetAttribute(product, attribute, &value, sizeof(value)) == CUBLAS_STATUS_SUCCESS);
        };
        set(CUBLASLT_MATMUL_DESC_TRANSA, transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
        set(CUBLASLT_MATMUL_DESC_TRANSB, transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
        if (bias != nullptr) {
            set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
            set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
        }
        const auto layout = [&](int index, cudaDataType_t element, std::uint64_t rows, std::uint64_t cols) {
            auto& made = layouts[index];
            const auto line = static_cast<std::int64_t>(order == CUBLASLT_ORDER_COL ? rows : cols);
            REQUIRE(cublasLtMatrixLayoutCreate(&made, element, rows, cols, line + padding) == CUBLAS_STATUS_SUCCESS);
            cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_ORDER, &order, sizeof(order));
            const auto offset = static_cast<std::int64_t>(rows * cols);
            cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batch, sizeof(batch));
            cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &offset,
                                             sizeof(offset));
        };
        layout(0, type, transpose_a ? k : m, transpose_a ? m : k);
        layout(1, type, transpose_b ? n : k, transpose_b ? k : n);
        layout(2, CUDA_R_32F, m, n);
        cublasLtMatmulHeuristicResult_t found{};
        int count = 0;
        cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(handle, product, layouts[0], layouts[1], layouts[2],
                                                               layouts[2], preference, 1, &found, &count);
        if (status == CUBLAS_STATUS_SUCCESS)
            status = cublasLtMatmul(handle, product, &alpha, a, layouts[0], b, layouts[1], &beta, c, layouts[2], d,
                                    layouts[2], &found.algo, workspace, workspace_bytes, stream);
        for (auto* each : layouts) cublasLtMatrixLayoutDestroy(each);
        cublasLtMatmulPreferenceDestroy(preference);
        cublasLtMatmulDescDestroy(product);
        cublasLtDestroy(handle);
        return status;
    }
};

std::vector<float> values(std::size_t count, int seed) {
    std::vector<float> result(count);
    for (std::size_t i = 0; i < count; ++i) result[i] = std::sin(static_cast<float>(seed + 1) * static_cast<float>(i));
    return result;
}

}  // namespace

TEST_CASE("matrix products are those of plain loops, for all transposes") {
    const std::uint64_t m = 7, n = 6, k = 9;
    const int batch = 2;
    const auto a = values(m * k * batch, 1), b = values(k * n * batch, 2), c = values(m * n * batch, 3),
               v = values(m, 4);
    const Buffer<float> device_a(a), device_b(b), device_c(c), device_bias(v);
    const Stream stream;
    for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
            Product product{CUDA_R_32F, CUBLAS_COMPUTE_32F, transpose_a, transpose_b, m, n, k, batch, device_bias.data};
            const Buffer<float> device_d(std::vector<float>(c.size(), -1));
            REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
            CHECK(product.run(device_a.data, device_b.data, device_c.data, device_d.data, 2, 3, stream) ==
                  CUBLAS_STATUS_SUCCESS);
            cudaGraph_t graph = nullptr;
            cudaGraphExec_t executable = nullptr;
            REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
            REQUIRE(cudaGraphInstantiate(&executable, graph) == cudaSuccess);
            CHECK(device_d.get() == std::vector<float>(c.size(), -1));
            REQUIRE(cudaGraphLaunch(executable, stream) == cudaSuccess);
            cudaGraphExecDestroy(executable);
            cudaGraphDestroy(graph);
            const auto d = device_d.get();
            for (std::size_t index = 0; index < d.size(); ++index) {
                const std::size_t matrix = index / (m * n), column = index / m % n, row = index % m;
                double expected = 3.0 * c[index] + v[row];
                for (std::size_t i = 0; i < k; ++i)
                    expected += 2.0 * a[matrix * m * k + (transpose_a ? row * k + i : i * m + row)] *
                                b[matrix * n * k + (transpose_b ? i * n + column : column * k + i)];
                CHECK(d[index] == doctest::Approx(expected).epsilon(1e-7));
            }
        }
    const Product plain{CUDA_R_32F, CUBLAS_COMPUTE_32F, false, false, m, n, k, 1, nullptr};
    const auto run = [&](std::int64_t padding) {
        return plain.run(device_a.data, device_b.data, device_c.data, device_c.data, 1, 0, nullptr, padding);
    };
    CHECK(run(-1) == CUBLAS_STATUS_NOT_SUPPORTED);  // leading dimension below the rows
    CHECK(run(70) == CUBLAS_STATUS_INVALID_VALUE);  // beyond the end of the memory
    CHECK(Product{CUDA_R_16F}.run(device_a.data, device_b.data, device_c.data, device_c.data, 1, 0) ==
          CUBLAS_STATUS_NOT_SUPPORTED);
}

TEST_CASE("row-major matrices are column-major transposes") {
    const std::uint64_t m = 7, n = 6, k = 9;
    const Buffer<float> a(values(m * k, 1)), b(values(k * n, 2)), by_rows(std::vector<float>(m * n)),
        by_columns(by_rows.get());
    for (const bool transpose_a : {false, true})
        for (const bool transpose_b : {false, true}) {
            Product rows{CUDA_R_32F, CUBLAS_COMPUTE_32F, transpose_a, transpose_b, m, n, k};
            rows.order = CUBLASLT_ORDER_ROW;
            // The transpose of op(A) op(B) is op(B)' op(A)', and a row-major matrix is its transpose in columns.
            const Product columns{CUDA_R_32F, CUBLAS_COMPUTE_32F, transpose_b, transpose_a, n, m, k};
            CHECK(rows.run(a.data, b.data, by_rows.data, by_rows.data, 2, 0) == CUBLAS_STATUS_SUCCESS);
            CHECK(columns.run(b.data, a.data, by_columns.data, by_columns.data, 2, 0) == CUBLAS_STATUS_SUCCESS);
            CHECK(by_rows.get() == by_columns.get());
            rows.bias = a.data;
            CHECK(rows.run(a.data, b.data, by_rows.data, by_rows.data, 2, 0) == CUBLAS_STATUS_NOT_SUPPORTED);
        }
}

TEST_CASE("a workspace must be the device's, and is overwritten") {
    const Buffer<float> a({2}), b({3}), d({0}), scratch({5, 5, 5});
    Product product;
    product.workspace = scratch.data;
    product.workspace_bytes = 8;
    CHECK(product.run(a.data, b.data, d.data, d.data, 1, 0) == CUBLAS_STATUS_SUCCESS);
    CHECK(d.get()[0] == 6);
    CHECK(std::isnan(scratch.get()[0]));
    CHECK(scratch.get()[2] == 5);
    product.workspace_bytes = 13;
    CHECK(product.run(a.data, b.data, d.data, d.data, 1, 0) == CUBLAS_STATUS_INVALID_VALUE);
    product.workspace = a.data;  // reaches into a factor
    product.workspace_bytes = 4;
    CHECK(product.run(a.data, b.data, d.data, d.data, 1, 0) == CUBLAS_STATUS_SUCCESS);
    CHECK(std::isnan(d.get()[0]));
}

TEST_CASE("bfloat16 is the nearest, the even one of two, and a product of them is exact") {
    const float ulp = 0x1p-7F;
    CHECK(static_cast<float>(__nv_bfloat16(1.0F)) == 1);
    CHECK(static_cast<float>(__nv_bfloat16(1 + 0.5F * ulp)) == 1);
    CHECK(static_cast<float>(__nv_bfloat16(1 + 0.51F * ulp)) == 1 + ulp);
    CHECK(static_cast<float>(__nv_bfloat16(1 + 1.5F * ulp)) == 1 + 2 * ulp);
    CHECK(__bfloat162float(__float2bfloat16(-3.0F)) == -3);
    CHECK(std::isnan(static_cast<float>(__nv_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
    CHECK(std::isinf(static_cast<float>(__nv_bfloat16(std::numeric_limits<float>::max()))));

    const __nv_bfloat162 two(1.0F, -2.0F);
    static_assert(sizeof(two) == 4 && alignof(__nv_bfloat162) == 4);
    CHECK(static_cast<float>(two.x) + static_cast<float>(two.y) == -1);

    const Buffer<__nv_bfloat16> a({1 + ulp, 2.0F}), b({1 + ulp, ulp});
    const Buffer<float> d(std::vector<float>(1));
    CHECK(Product{CUDA_R_16BF, CUBLAS_COMPUTE_32F, false, false, 1, 1, 2}.run(a.data, b.data, d.data, d.data, 1, 0) ==
          CUBLAS_STATUS_SUCCESS);
    CHECK(d.get()[0] == 1 + 4 * ulp + ulp * ulp);
}

TEST_CASE("ditto's products put partial sums together in float32, from matrices and in workspaces at any address") {
    using A = __nv_bfloat16;
    detail::CudaContext context(0);
    const Cuda<bf16> device{1, 0, &context};
    // 1 + 2^-9, rounded, is 1; the sum of all four is nearer to 1 + 2^-7.
    const Buffer<A> a({A(1.0F), A(0x1p-9F), A(0x1p-9F), A(0x1p-9F)}), ones(std::vector<A>(4, A(1.0F))), sum({A(0.0F)});
    const detail::DeviceBlock memory(detail::product_workspace + tensor_alignment);
    const auto multiply = [&](const A* row, std::size_t depth, std::size_t offset) {
        detail::gemm<A, A>(device, 1, 1, depth, {row, 4}, {ones.data, 1}, 0.0F, {sum.data, 1}, memory.data() + offset);
        return static_cast<float>(sum.get()[0]);
    };
    CHECK(multiply(a.data, 4, 0) == 1 + 0x1p-7F);
    CHECK(multiply(a.data, 4, tensor_alignment) == 1 + 0x1p-7F);
    CHECK(multiply(a.data + 1, 3, 0) == 3 * 0x1p-9F);  // at an address of no alignment
}

TEST_CASE("products in TF32 take their factors with 10 bits of mantissa") {
    const Buffer<float> a({1 + 0x1p-10F + 0x1p-12F}), b({1 + 0x1p-11F}), d({0});
    CHECK(Product{CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32}.run(a.data, b.data, d.data, d.data, 1, 0) ==
          CUBLAS_STATUS_SUCCESS);
    CHECK(d.get()[0] == (1 + 0x1p-10F) * (1 + 0x1p-10F));
}

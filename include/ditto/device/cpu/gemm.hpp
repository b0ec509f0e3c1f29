// Matrix products by OpenBLAS, through xtensor-blas's typed interface to CBLAS. Each call is single-threaded: ditto
// divides the work itself, so that results do not depend on the number of threads and none is started twice.
#pragma once

#include <complex>
#include <concepts>

// First the configuration, which makes the second header call CBLAS; in the other order it quietly uses loops of its
// own.
#include <xtensor-blas/xblas_config.hpp>

#include <xflens/cxxblas/cxxblas.cxx>
#ifndef HAVE_CBLAS
#error "ditto: xtensor-blas is set to its own slow products; do not define XTENSOR_USE_FLENS_BLAS"
#endif

#include "ditto/device/cpu/cpu.hpp"

extern "C" void openblas_set_num_threads(int);

namespace ditto {

/// A matrix in row-major order as an operand of a product, or its transpose.
template <class T>
struct Matrix {
    T* data;
    int stride;  ///< elements from one row to the next
    bool transposed = false;
};

/// c[m, n] = a[m, k] b[k, n] + beta c, on the calling thread.
template <class T>
void gemm(int m, int n, int k, Matrix<const T> a, Matrix<const T> b, T beta, Matrix<T> c) {
    static_assert(std::same_as<T, float> || std::same_as<T, double>, "ditto: only these types have a fast product");
    const auto operation = [](bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; };
    cxxblas::gemm(cxxblas::RowMajor, operation(a.transposed), operation(b.transposed), m, n, k, T{1}, a.data, a.stride,
                  b.data, b.stride, beta, c.data, c.stride);
}

/// y[m] = a[m, k] x[k], on the calling thread: reads `a` once and copies nothing, which a product of one column does.
template <class T>
void gemv(int m, int k, Matrix<const T> a, const T* x, T* y) {
    static_assert(std::same_as<T, float> || std::same_as<T, double>, "ditto: only these types have a fast product");
    cxxblas::gemv(cxxblas::RowMajor, a.transposed ? cxxblas::Trans : cxxblas::NoTrans, m, k, T{1}, a.data, a.stride, x,
                  1, T{0}, y, 1);
}

/// Makes the process ready for a Cpu: OpenBLAS runs each product on the thread that calls it. Whoever owns a device
/// calls this once.
template <class P>
void prepare(const Cpu<P>&) {
    openblas_set_num_threads(1);
}

}  // namespace ditto

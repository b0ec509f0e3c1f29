// Matrix products by OpenBLAS, through xtensor-blas's typed interface to CBLAS. Each call is single-threaded: ditto
// divides the work itself, so that results do not depend on the number of threads and none is started twice. The
// program's own products keep the number of threads that it chose.
#pragma once

#include <omp.h>

#include <complex>
#include <concepts>
#include <mutex>

// First the configuration, which makes the second header call CBLAS; in the other order it quietly uses loops of its
// own.
#include <xtensor-blas/xblas_config.hpp>

#include <xflens/cxxblas/cxxblas.cxx>
#ifndef HAVE_CBLAS
#error "ditto: xtensor-blas is set to its own slow products; do not define XTENSOR_USE_FLENS_BLAS"
#endif

#include "ditto/device/cpu/cpu.hpp"

extern "C" {
int openblas_get_parallel();
int openblas_get_num_threads();
void openblas_set_num_threads(int);
}

namespace ditto {
namespace detail {

/// While one lives, OpenBLAS computes the products of this thread on this thread alone.
///
/// An OpenBLAS built with OpenMP asks OpenMP for the number, which each thread has of its own. (It must not be told a
/// number: it would set OpenMP's.) One built with threads of its own has one number for the process. That is 1 from
/// the first product that begins to the last that ends and then again what it was: other products of the program, if
/// there are any at the same time, are slower and no different.
class [[gnu::visibility("default")]] SingleThreadedBlas {  // shared by all libraries of a process
  public:
    SingleThreadedBlas() {
        if (parallel() == by_openmp) {
            before_ = omp_get_max_threads();
            if (before_ > 1) omp_set_num_threads(1);
        } else if (parallel() == by_threads) {
            const std::lock_guard lock(mutex_);
            if (products_++ > 0) return;
            process_before_ = openblas_get_num_threads();
            if (process_before_ > 1) openblas_set_num_threads(1);
        }
    }
    ~SingleThreadedBlas() {
        if (parallel() == by_openmp) {
            if (before_ > 1) omp_set_num_threads(before_);
        } else if (parallel() == by_threads) {
            const std::lock_guard lock(mutex_);
            // Whoever has set another number meanwhile meant it.
            if (--products_ == 0 && process_before_ > 1 && openblas_get_num_threads() == 1)
                openblas_set_num_threads(process_before_);
        }
    }
    SingleThreadedBlas(const SingleThreadedBlas&) = delete;
    SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;

  private:
    static constexpr int by_threads = 1, by_openmp = 2;
    static int parallel() {
        static const int how = openblas_get_parallel();
        return how;
    }
    static inline std::mutex mutex_;
    static inline int products_ = 0;        // that are running in the process
    static inline int process_before_ = 1;  // what the process's number was before the first of them
    int before_ = 1;                        // what this thread's was
};

}  // namespace detail

/// A matrix in row-major order as an operand of a product, or its transpose.
template <class T>
struct MatrixOperand {
    T* data;
    int stride;  ///< elements from one row to the next
    bool transposed = false;
};

/// c[m, n] = a[m, k] b[k, n] + beta c, on the calling thread.
template <class T>
void gemm(int m, int n, int k, MatrixOperand<const T> a, MatrixOperand<const T> b, T beta, MatrixOperand<T> c) {
    static_assert(std::same_as<T, float> || std::same_as<T, double>, "ditto: only these types have a fast product");
    const detail::SingleThreadedBlas guard;
    const auto operation = [](bool transposed) { return transposed ? cxxblas::Trans : cxxblas::NoTrans; };
    cxxblas::gemm(cxxblas::RowMajor, operation(a.transposed), operation(b.transposed), m, n, k, T{1}, a.data, a.stride,
                  b.data, b.stride, beta, c.data, c.stride);
}

/// y[m] = a[m, k] x[k], on the calling thread: reads `a` once and copies nothing, which a product of one column does.
template <class T>
void gemv(int m, int k, MatrixOperand<const T> a, const T* x, T* y) {
    static_assert(std::same_as<T, float> || std::same_as<T, double>, "ditto: only these types have a fast product");
    const detail::SingleThreadedBlas guard;
    cxxblas::gemv(cxxblas::RowMajor, a.transposed ? cxxblas::Trans : cxxblas::NoTrans, m, k, T{1}, a.data, a.stride, x,
                  1, T{0}, y, 1);
}

}  // namespace ditto

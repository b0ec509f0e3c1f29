// ditto's products are single-threaded, and the program's own keep the number of threads that the program chose.
#include <doctest/doctest.h>
#include <omp.h>

#include <atomic>
#include <cstddef>
#include <ditto/core/parallel.hpp>
#include <ditto/core/random.hpp>
#include <ditto/ditto.hpp>
#include <thread>
#include <vector>

namespace {

using ditto::detail::SingleThreadedBlas;

constexpr int size = 192;  // a product that OpenBLAS divides among threads, if it may

// How many threads OpenBLAS would give a product of this thread: its number, or OpenMP's where it was built with that.
int blas_threads() {
    return openblas_get_parallel() == 2 ? omp_get_max_threads() : openblas_get_num_threads();
}

void set_blas_threads(int count) {
    if (openblas_get_parallel() == 2)
        omp_set_num_threads(count);
    else
        openblas_set_num_threads(count);
}

// The program chooses 3 threads for the time of a test.
struct ThreeThreads {
    int before = blas_threads();
    ThreeThreads() { set_blas_threads(3); }
    ~ThreeThreads() { set_blas_threads(before); }
};

std::vector<float> noise(std::uint64_t seed) {
    ditto::Random random(seed, ditto::RandomPurpose::test);
    std::vector<float> numbers(std::size_t{size} * size);
    for (float& number : numbers) number = static_cast<float>(random.uniform(-1.0, 1.0));
    return numbers;
}

// Eight products, divided among `threads`.
std::vector<float> products(int threads) {
    const std::vector<float> a = noise(1), b = noise(2);
    std::vector<float> c(8 * a.size());
    ditto::parallel_for(8, threads, [&](std::size_t i) {
        ditto::gemm<float>(size, size, size, {a.data(), size}, {b.data(), size}, 0.0F, {c.data() + i * a.size(), size});
    });
    return c;
}

}  // namespace

TEST_CASE("products, an Inference and a Trainer leave the program its number of threads" *
          doctest::skip(openblas_get_parallel() == 0)) {
    const ThreeThreads chosen;
    const int openmp_threads = omp_get_max_threads();
    (void)products(1);
    (void)products(4);
    CHECK(blas_threads() == 3);

    using Network = ditto::Sequential<ditto::Shape<32>, ditto::Linear<32, 8>>;
    using Verifier = ditto::Siamese<Network, ditto::ContrastiveLoss>;
    const std::vector<float> images(64, 0.5F);
    std::vector<float> features(16);
    ditto::Inference<Verifier, ditto::Cpu<ditto::fp32>>(2).embed(images, features);
    CHECK(blas_threads() == 3);
    ditto::Trainer<Verifier, ditto::SGD, ditto::Cpu<ditto::fp32>> trainer({});
    CHECK(blas_threads() == 3);
    CHECK(omp_get_max_threads() == openmp_threads);
}

TEST_CASE("while a product runs there is one thread, and the last one that ends gives the number back" *
          doctest::skip(openblas_get_parallel() == 0)) {
    const ThreeThreads chosen;
    {
        const SingleThreadedBlas outer;
        CHECK(blas_threads() == 1);
        { const SingleThreadedBlas inner; }
        CHECK(blas_threads() == 1);
    }
    CHECK(blas_threads() == 3);
}

TEST_CASE("a number that the program sets while a product runs stays" * doctest::skip(openblas_get_parallel() != 1)) {
    const ThreeThreads chosen;
    {
        const SingleThreadedBlas product;
        set_blas_threads(2);
    }
    CHECK(blas_threads() == 2);
}

TEST_CASE("products are the same, bit for bit, for any number of threads and beside the program's own") {
    const std::vector<float> alone = products(1);
    const ThreeThreads chosen;
    std::atomic<bool> done = false;
    std::thread program([&] {
        const std::vector<double> a(std::size_t{size} * size, 0.25);
        std::vector<double> c(a.size());
        while (!done)
            cxxblas::gemm(cxxblas::RowMajor, cxxblas::NoTrans, cxxblas::NoTrans, size, size, size, 1.0, a.data(), size,
                          a.data(), size, 0.0, c.data(), size);
    });
    for (int round = 0; round < 20; ++round)
        for (const int threads : {1, 2, 5}) CHECK(products(threads) == alone);
    done = true;
    program.join();
}

// Files between ditto, PyTorch's safetensors and NumPy, both ways. The Python of the environment variable
// DITTO_TEST_PYTHON (python3 without it) runs check_python_interop.py.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdlib>
#include <ditto/io/npy.hpp>
#include <ditto/io/permuted.hpp>
#include <ditto/io/safetensors.hpp>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"

namespace {

template <class T>
std::vector<T> counted(std::size_t size) {
    std::vector<T> values(size);
    std::iota(values.begin(), values.end(), T{0});
    return values;
}

template <class T>
std::vector<T> read(const ditto::SafetensorsReader& file, const std::string& name) {
    const ditto::TensorEntry* entry = file.find(name);
    REQUIRE(entry != nullptr);
    std::vector<T> values(entry->size());
    file.read(*entry, 0, std::span(values));
    return values;
}

}  // namespace

TEST_CASE("Python reads what ditto writes, and ditto reads what Python writes") {
    const TemporaryFolder folder;
    const ditto::PermutedLayout convolution({8, 3, 5, 5}, {2, 3, 1, 0}), linear({4, 6}, {1, 0}), plain({3}, {0});
    const auto convolution_memory = counted<float>(8 * 3 * 5 * 5), linear_memory = counted<float>(4 * 6);
    const std::vector<double> doubles{0, 1.0 / 7, 2.0 / 7};
    ditto::write_safetensors(
        folder / "weights",
        {{"backbone.0.weight",
          ditto::DType::f32,
          {8, 3, 5, 5},
          [&](const ditto::ByteSink& sink) {
              ditto::write_permuted<float>(sink, convolution, std::span(convolution_memory));
          }},
         ditto::scalar_source("backbone.2.num_batches_tracked", std::int64_t{12}),
         {"backbone.16.weight",
          ditto::DType::f32,
          {4, 6},
          [&](const ditto::ByteSink& sink) { ditto::write_permuted<float>(sink, linear, std::span(linear_memory)); }},
         {"double",
          ditto::DType::f64,
          {3},
          [&](const ditto::ByteSink& sink) { ditto::write_permuted<double>(sink, plain, std::span(doubles)); }}},
        {{"threshold", "0.5"}, {"na\xC3\xAFve", "\"quoted\"\n"}});
    ditto::NpyWriter features(folder / "features.npy", {3, 4});
    features.append(counted<float>(12));
    features.commit();

    const char* python = std::getenv("DITTO_TEST_PYTHON");
    const std::string command = std::string(python == nullptr ? "python3" : python) +
                                " " DITTO_SOURCE_DIR "/tests/io/check_python_interop.py " +
                                (folder / "weights").string() + " " + (folder / "features.npy").string() + " " +
                                (folder / "from_python").string();
    const int status = std::system(command.c_str());
    REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127) {
        MESSAGE("skipped: needs Python with torch, numpy and safetensors; set DITTO_TEST_PYTHON");
        return;
    }
    REQUIRE(WEXITSTATUS(status) == 0);

    const ditto::SafetensorsReader file(folder / "from_python");
    CHECK(file.metadata() == ditto::Metadata{{"format", "pt"}});
    std::vector<float> memory(convolution.size());
    ditto::read_permuted(file, *file.find("backbone.0.weight"), convolution, std::span(memory));
    CHECK(memory == convolution_memory);
    CHECK(read<std::int64_t>(file, "backbone.2.num_batches_tracked") == std::vector<std::int64_t>{12});
    CHECK(read<float>(file, "half") == std::vector{1.5F, -2.0F});
    CHECK(read<float>(file, "bfloat") == std::vector{1.5F, -2.0F});
    CHECK(read<double>(file, "double") == std::vector{0.1});
    CHECK(file.find("mask")->dtype == ditto::DType::boolean);
    CHECK(file.find("empty")->shape == std::vector<std::size_t>{0, 4});
}

// Permuted layouts: each value arrives where the definition, one index at a time, puts it.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ditto/core/error.hpp>
#include <ditto/io/permuted.hpp>
#include <ditto/io/safetensors.hpp>
#include <numeric>
#include <span>
#include <vector>

#include "../support/temporary_folder.hpp"

namespace {

using Sizes = std::vector<std::size_t>;

/// file[f] = memory[m], where the i-th index of m is index order[i] of f: straight from the definition.
std::vector<double> file_order(const Sizes& shape, const Sizes& order, const std::vector<double>& memory) {
    std::vector<double> file;
    Sizes index(shape.size());
    for (std::size_t f = 0; f < memory.size(); ++f) {
        for (std::size_t axis = shape.size(), rest = f; axis-- > 0; rest /= shape[axis])
            index[axis] = rest % shape[axis];
        std::size_t m = 0;
        for (const std::size_t axis : order) m = m * shape[axis] + index[axis];
        file.push_back(memory[m]);
    }
    return file;
}

template <class File, class Memory>
std::vector<double> written(const ditto::PermutedLayout& layout, const std::vector<double>& values) {
    const std::vector<Memory> memory(values.begin(), values.end());
    std::vector<File> file;
    const ditto::ByteSink sink = [&](std::span<const std::byte> bytes) {
        const std::size_t before = file.size();
        file.resize(before + bytes.size() / sizeof(File));
        if (!bytes.empty()) std::memcpy(file.data() + before, bytes.data(), bytes.size());
    };
    ditto::write_permuted<File>(sink, layout, std::span(memory));
    return {file.begin(), file.end()};
}

/// Whole numbers, exact in float, so that every comparison below is for equality.
std::vector<double> counted(std::size_t size) {
    std::vector<double> values(size);
    std::iota(values.begin(), values.end(), 0.0);
    return values;
}

}  // namespace

TEST_CASE("every order of every rank, extents below and above a tile") {
    for (const Sizes& shape : {Sizes{}, Sizes{70}, Sizes{33, 65}, Sizes{1, 40}, Sizes{40, 1}, Sizes{5, 33, 34},
                               Sizes{3, 40, 2, 37}, Sizes{37, 2, 3, 3}, Sizes{2, 0, 3}}) {
        Sizes order(shape.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        do {
            CAPTURE(shape.size());
            const ditto::PermutedLayout layout(shape, order);
            const auto memory = counted(layout.size());
            const auto expected = file_order(shape, order, memory);
            CHECK(written<float, float>(layout, memory) == expected);
            CHECK(written<double, float>(layout, memory) == expected);
            CHECK(written<float, double>(layout, memory) == expected);
        } while (std::ranges::next_permutation(order).found);
    }
}

TEST_CASE("a convolution's weights: HWIO in memory, OIHW in the file") {
    const ditto::PermutedLayout layout({2, 3, 1, 2}, {2, 3, 1, 0});
    // memory[h = 0][w][i][o] counts 0, 1, ...; the file's first row is o = 0, i = 0, w = 0 and 1.
    CHECK(written<float, float>(layout, counted(12)) == std::vector<double>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11});
}

TEST_CASE("slabs of every size make the same file") {
    const Sizes shape{4, 3, 5, 2}, order{2, 0, 3, 1};
    const ditto::PermutedLayout layout(shape, order);
    const auto memory = counted(layout.size());
    for (const std::size_t limit : Sizes{1, 2, 7, 10, 29, 30, 31, 60, 120, 1000}) {
        std::vector<double> file, slab(layout.size());
        ditto::detail::for_each_slab(
            layout, limit, [&](std::size_t offset, const ditto::PermutedLayout::Index& extents) {
                const auto strides = ditto::detail::dense_strides(extents);
                ditto::detail::copy_strided<double, double>(
                    extents, {memory.data() + offset, layout.memory_strides(), layout.fastest_in_memory()},
                    {slab.data(), strides, 3});
                const std::size_t size = extents[0] * strides[0];
                CHECK(size <= limit);
                file.insert(file.end(), slab.begin(), slab.begin() + static_cast<std::ptrdiff_t>(size));
            });
        CHECK(file == file_order(shape, order, memory));
    }
}

TEST_CASE("through a file and back, with conversion and several slabs") {
    const TemporaryFolder folder;
    // 67 rows of 131,072: one slab of 64 rows, and 3 more. The file's own shape joins the layout's axes.
    const ditto::PermutedLayout layout({67, 512, 16, 16}, {2, 3, 1, 0});
    std::vector<float> memory(layout.size());
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);  // below 2^24: exact
    ditto::write_safetensors(folder / "file", {{"w", ditto::DType::f64, {67, 131072}, [&](const ditto::ByteSink& sink) {
                                                    ditto::write_permuted<double>(sink, layout, std::span(memory));
                                                }}});
    const ditto::SafetensorsReader file(folder / "file");
    std::vector<float> back(memory.size());
    ditto::read_permuted(file, file.tensors()[0], layout, std::span(back));
    CHECK(back == memory);

    // Row 65, channel 3, y 2, x 1 of the file.
    std::vector<double> value(1);
    file.read(file.tensors()[0], ((65 * 512 + 3) * 16 + 2) * 16 + 1, std::span(value));
    CHECK(value[0] == ((2 * 16 + 1) * 512 + 3) * 67 + 65);
}

TEST_CASE("orders and sizes that do not fit are refused") {
    const auto make = [](const Sizes& shape, const Sizes& order) { const ditto::PermutedLayout layout(shape, order); };
    CHECK_THROWS_AS(make({2, 3}, {0}), ditto::Error);
    CHECK_THROWS_AS(make({2, 3}, {0, 0}), ditto::Error);
    CHECK_THROWS_AS(make({2, 3}, {0, 2}), ditto::Error);
    CHECK_THROWS_AS(make({1, 1, 1, 1, 1}, {0, 1, 2, 3, 4}), ditto::Error);
    CHECK_THROWS_WITH_AS((written<float, float>({{2, 3}, {1, 0}}, counted(5))), doctest::Contains("6 values"),
                         ditto::Error);
}

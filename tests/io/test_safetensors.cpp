// Safetensors: what is written is what is read.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <ditto/core/error.hpp>
#include <ditto/io/safetensors.hpp>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"

namespace {

template <class T>
ditto::TensorSource source(std::string name, std::vector<std::size_t> shape, std::vector<T> values) {
    return {std::move(name), ditto::dtype_of<T>, std::move(shape), [values](const ditto::ByteSink& sink) {
                for (const T& value : values) sink(std::as_bytes(std::span(&value, 1)));  // in the smallest pieces
            }};
}

ditto::TensorSource bits(std::string name, ditto::DType dtype, std::vector<std::uint16_t> values) {
    return {std::move(name), dtype, {values.size()}, [values](const ditto::ByteSink& sink) {
                sink(std::as_bytes(std::span(values)));
            }};
}

template <class T>
std::vector<T> read(const ditto::SafetensorsReader& file, const std::string& name) {
    const ditto::TensorEntry* entry = file.find(name);
    REQUIRE(entry != nullptr);
    std::vector<T> values(entry->size());
    file.read(*entry, 0, std::span(values));
    return values;
}

// Every element type of the format, its name and its bytes.
using ditto::DType, ditto::dtype_name, ditto::dtype_bytes, ditto::dtype_of, ditto::parse_dtype;
static_assert(dtype_name(DType::boolean) == "BOOL" && dtype_bytes(DType::boolean) == 1);
static_assert(dtype_name(DType::u8) == "U8" && dtype_bytes(DType::u8) == 1 && dtype_of<std::uint8_t> == DType::u8);
static_assert(dtype_name(DType::i8) == "I8" && dtype_bytes(DType::i8) == 1 && dtype_of<std::int8_t> == DType::i8);
static_assert(dtype_name(DType::u16) == "U16" && dtype_bytes(DType::u16) == 2 && dtype_of<std::uint16_t> == DType::u16);
static_assert(dtype_name(DType::i16) == "I16" && dtype_bytes(DType::i16) == 2 && dtype_of<std::int16_t> == DType::i16);
static_assert(dtype_name(DType::f16) == "F16" && dtype_bytes(DType::f16) == 2);
static_assert(dtype_name(DType::bf16) == "BF16" && dtype_bytes(DType::bf16) == 2);
static_assert(dtype_name(DType::u32) == "U32" && dtype_bytes(DType::u32) == 4 && dtype_of<std::uint32_t> == DType::u32);
static_assert(dtype_name(DType::i32) == "I32" && dtype_bytes(DType::i32) == 4 && dtype_of<std::int32_t> == DType::i32);
static_assert(dtype_name(DType::f32) == "F32" && dtype_bytes(DType::f32) == 4 && dtype_of<float> == DType::f32);
static_assert(dtype_name(DType::u64) == "U64" && dtype_bytes(DType::u64) == 8 && dtype_of<std::uint64_t> == DType::u64);
static_assert(dtype_name(DType::i64) == "I64" && dtype_bytes(DType::i64) == 8 && dtype_of<std::int64_t> == DType::i64);
static_assert(dtype_name(DType::f64) == "F64" && dtype_bytes(DType::f64) == 8 && dtype_of<double> == DType::f64);
static_assert(parse_dtype("U32") == DType::u32 && parse_dtype("F64") == DType::f64 && !parse_dtype("F8"));

}  // namespace

TEST_CASE("a file holds the bytes that the format prescribes") {
    const TemporaryFolder folder;
    ditto::write_safetensors(folder / "file", {source<std::uint8_t>("a", {2}, {7, 8})}, {{"key", "value"}});
    const std::string header =
        R"({"__metadata__":{"key":"value"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}} )"
        "   ";
    REQUIRE(header.size() == 88);
    CHECK(read_text(folder / "file") == std::string("\x58\0\0\0\0\0\0\0", 8) + header + "\x07\x08");
}

TEST_CASE("values, shapes and metadata come back") {
    const TemporaryFolder folder;
    const std::vector<float> floats{0.1F, -2, std::numeric_limits<float>::denorm_min()};
    const std::vector<double> doubles{0.1, -1e300};
    const std::vector<std::int64_t> integers{std::numeric_limits<std::int64_t>::min(), 3};
    const ditto::Metadata metadata{{"recipe", "{\"crop\": 1}\n"}, {"name \xC3\xA9", ""}};
    ditto::write_safetensors(folder / "file",
                             {source("floats", {1, 3}, floats), source<std::uint8_t>("bytes", {1}, {255}),
                              source("doubles", {2, 1}, doubles), source<float>("empty", {4, 0}, {}),
                              ditto::scalar_source("steps", std::int64_t{12}), source("integers", {2}, integers)},
                             metadata);
    const ditto::SafetensorsReader file(folder / "file");
    CHECK(file.metadata() == metadata);
    REQUIRE(file.tensors().size() == 6);
    CHECK(file.tensors()[0].name == "doubles");  // wide elements first, then as given
    CHECK(file.tensors()[1].name == "steps");
    CHECK(file.tensors()[2].name == "integers");
    CHECK(file.find("floats")->shape == std::vector<std::size_t>{1, 3});
    CHECK(file.find("empty")->shape == std::vector<std::size_t>{4, 0});
    CHECK(file.find("steps")->shape.empty());
    CHECK(read<float>(file, "floats") == floats);
    CHECK(read<double>(file, "doubles") == doubles);
    CHECK(read<std::int64_t>(file, "integers") == integers);
    CHECK(read<std::int64_t>(file, "steps") == std::vector<std::int64_t>{12});
    CHECK(read<std::uint8_t>(file, "bytes") == std::vector<std::uint8_t>{255});
    CHECK(read<float>(file, "empty").empty());
    CHECK(file.find("missing") == nullptr);

    std::vector<float> last(1);
    file.read(*file.find("floats"), 2, std::span(last));
    CHECK(last[0] == floats[2]);
}

TEST_CASE("floating-point types convert") {
    const TemporaryFolder folder;
    // More values than the reader converts at a time.
    std::vector<float> many(20'001);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<float>(i) * 0.37F;
    ditto::write_safetensors(
        folder / "file",
        {source<double>("f64", {2}, {0.1, 1e300}), source("f32", {many.size()}, many),
         // 1, -2, largest, smallest normal, smallest subnormal, minus zero, infinity, NaN
         bits("f16", ditto::DType::f16, {0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x8000, 0x7C00, 0x7E00}),
         bits("bf16", ditto::DType::bf16, {0x3F80, 0xC049})});
    const ditto::SafetensorsReader file(folder / "file");
    CHECK(read<float>(file, "f64") == std::vector{0.1F, std::numeric_limits<float>::infinity()});
    CHECK(read<double>(file, "f32") == std::vector<double>(many.begin(), many.end()));
    CHECK(read<float>(file, "bf16") == std::vector{1.0F, -3.140625F});
    const auto half = read<double>(file, "f16");
    CHECK(std::vector(half.begin(), half.begin() + 5) == std::vector{1.0, -2.0, 65504.0, 0x1p-14, 0x1p-24});
    CHECK((half[5] == 0 && std::signbit(half[5])));
    CHECK(std::isinf(half[6]));
    CHECK(std::isnan(half[7]));
}

TEST_CASE("a dtype that does not convert, or elements beyond the end, are refused") {
    const TemporaryFolder folder;
    ditto::write_safetensors(folder / "file",
                             {source<float>("f", {2}, {1, 2}), ditto::scalar_source("i", std::int64_t{1})});
    const ditto::SafetensorsReader file(folder / "file");
    CHECK_THROWS_WITH_AS(read<float>(file, "i"), doctest::Contains("\"i\""), ditto::Error);
    CHECK_THROWS_WITH_AS(read<std::int64_t>(file, "f"), doctest::Contains("holds F32"), ditto::Error);
    CHECK_THROWS_WITH_AS(read<std::uint64_t>(file, "i"), doctest::Contains("does not convert to U64"), ditto::Error);
    std::vector<float> two(2);
    CHECK_THROWS_WITH_AS(file.read(*file.find("f"), 1, std::span(two)), doctest::Contains("2 elements"), ditto::Error);
    CHECK_THROWS_WITH_AS(file.read(*file.find("f"), 3, std::span<float>()), doctest::Contains("2 elements"),
                         ditto::Error);
}

TEST_CASE("a source that does not match its shape leaves the file before untouched") {
    const TemporaryFolder folder;
    write_text(folder / "file", "before");
    const auto write = [&](std::vector<ditto::TensorSource> tensors) {
        ditto::write_safetensors(folder / "file", std::move(tensors));
    };
    CHECK_THROWS_WITH_AS(write({source<float>("a", {3}, {1, 2})}), doctest::Contains("needs 12 bytes and was given 8"),
                         ditto::Error);
    CHECK_THROWS_WITH_AS(write({source<float>("a", {1}, {1, 2})}), doctest::Contains("needs 4 bytes and was given 8"),
                         ditto::Error);
    CHECK_THROWS_WITH_AS(write({source<float>("a", {1}, {1}), source<float>("a", {1}, {1})}),
                         doctest::Contains("is taken"), ditto::Error);
    CHECK_THROWS_WITH_AS(write({source<float>("__metadata__", {1}, {1})}), doctest::Contains("is taken"), ditto::Error);
    CHECK_THROWS_WITH_AS(write({source<float>("a", {std::size_t{1} << 63}, {})}), doctest::Contains("2^63"),
                         ditto::Error);
    // One byte less than 2^63 can be said; the disk has not as many, or the source gives none.
    ditto::TensorSource largest = source<float>("a", {1}, {});
    largest.dtype = ditto::DType::u8;
    largest.shape = {(std::size_t{1} << 63) - 1};
    try {
        write({largest});
        FAIL("written");
    } catch (const ditto::Error& error) {
        CHECK(std::string(error.what()).find("2^63") == std::string::npos);
    }
    CHECK_THROWS_WITH_AS(write({source<float>("\xFF", {1}, {1})}), doctest::Contains("UTF-8"), ditto::Error);
    CHECK(read_text(folder / "file") == "before");
    CHECK(folder.entries() == 1);
}

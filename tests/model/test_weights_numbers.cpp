// What files of weights hold in numbers: whatever PyTorch's users have is read, and what gives no answers is refused.
#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/model/weights_file.hpp"

using namespace ditto;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

// Of what binary16 holds exactly, with an exponent of its own, and NaN and infinity.
std::uint16_t half(double value) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    const std::uint32_t sign = bits >> 16 & 0x8000U;
    if (value == 0.0) return static_cast<std::uint16_t>(sign);
    if (!std::isfinite(value)) return static_cast<std::uint16_t>(sign | (std::isnan(value) ? 0x7E00U : 0x7C00U));
    return static_cast<std::uint16_t>(sign | ((bits >> 13 & 0x3FFFFU) - (112U << 10)));
}

template <class T>
void append(std::vector<std::byte>& bytes, T number) {
    const auto more = std::as_bytes(std::span(&number, 1));
    bytes.insert(bytes.end(), more.begin(), more.end());
}

// A tensor of these values as that type.
TensorSource tensor(std::string name, DType dtype, std::vector<std::size_t> shape, const std::vector<double>& values) {
    std::vector<std::byte> bytes;
    for (const double value : values) {
        if (dtype == DType::f16) append(bytes, half(value));
        if (dtype == DType::bf16)
            append(bytes, static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16));
        if (dtype == DType::f32) append(bytes, static_cast<float>(value));
        if (dtype == DType::f64) append(bytes, value);
        if (dtype == DType::u8 || dtype == DType::boolean) append(bytes, static_cast<std::uint8_t>(value));
        if (dtype == DType::i8) append(bytes, static_cast<std::int8_t>(value));
        if (dtype == DType::u16) append(bytes, static_cast<std::uint16_t>(value));
        if (dtype == DType::i16) append(bytes, static_cast<std::int16_t>(value));
        if (dtype == DType::u32) append(bytes, static_cast<std::uint32_t>(value));
        if (dtype == DType::i32) append(bytes, static_cast<std::int32_t>(value));
        if (dtype == DType::u64) append(bytes, static_cast<std::uint64_t>(value));
        if (dtype == DType::i64) append(bytes, static_cast<std::int64_t>(value));
    }
    return {std::move(name), dtype, std::move(shape), [bytes](const ByteSink& sink) { sink(bytes); }};
}

// The weights of a small model, whose matrix lies in memory as [3, 2].
template <class T>
struct Model {
    std::array<T, 6> weight{};
    std::array<T, 2> variance{};
    std::int64_t count = -1;

    std::vector<StoredTensor> tensors() {
        return {{"backbone.0.weight", {"weight", 2, {2, 3}, {1, 0}}, stored_type<T>, weight.data()},
                {"backbone.1.running_var", {"running_var", 1, {2}}, stored_type<T>, variance.data()},
                {"backbone.1.num_batches_tracked", {"num_batches_tracked"}, StoredType::int64, &count}};
    }
};

const std::vector<double> weight{0.5, 1, 2, -0.25, 0, 1.5}, variance{0.5, 0};

std::vector<TensorSource> file_of(DType weights, DType variances, const std::string& prefix = "") {
    return {tensor(prefix + "backbone.0.weight", weights, {2, 3}, weight),
            tensor(prefix + "backbone.1.running_var", variances, {2}, variance)};
}

template <class T>
Model<T> loaded(const std::filesystem::path& path) {
    Model<T> model;
    load_weights(path, model.tensors(), "");
    return model;
}

template <class T>
void require_loaded(const std::filesystem::path& path, std::int64_t count) {
    const Model<T> model = loaded<T>(path);
    CHECK(model.weight == std::array<T, 6>{T(0.5), T(-0.25), T(1), T(0), T(2), T(1.5)});
    CHECK(model.variance == std::array<T, 2>{T(0.5), T(0)});
    CHECK(model.count == count);
}

std::string complaint(const std::filesystem::path& path, const std::vector<TensorSource>& tensors) {
    write_safetensors(path, tensors);
    Model<float> model;
    try {
        load_weights(path, model.tensors(), "");
        return "";
    } catch (const Error& error) {
        const std::string message = error.what();
        CHECK(message.starts_with(path.string()));
        CHECK(message.find('\n') == std::string::npos);
        return message;
    }
}

void expect(const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("state dicts of any precision, mixed ones too") {
    const TemporaryFolder folder;
    const std::array reals{DType::f16, DType::bf16, DType::f32, DType::f64};
    for (const DType weights : reals)
        for (const DType variances : reals) {
            std::vector<TensorSource> file = file_of(weights, variances);
            file.push_back(tensor("backbone.1.num_batches_tracked", weights, {}, {96}));
            write_safetensors(folder / "w", file);
            require_loaded<float>(folder / "w", 96);
            require_loaded<double>(folder / "w", 96);
        }
}

TEST_CASE("a count that is missing, converted or of shape [1]") {
    const TemporaryFolder folder;
    write_safetensors(folder / "w", file_of(DType::f32, DType::f32));
    require_loaded<float>(folder / "w", 0);
    for (const DType dtype : {DType::u8, DType::i8, DType::u16, DType::i16, DType::u32, DType::i32, DType::u64,
                              DType::i64, DType::f16, DType::bf16, DType::f32, DType::f64})
        for (const std::vector<std::size_t>& shape : std::vector<std::vector<std::size_t>>{{}, {1}, {1, 1}}) {
            CAPTURE(std::string(dtype_name(dtype)));
            auto file = file_of(DType::f32, DType::f32);
            file.push_back(tensor("backbone.1.num_batches_tracked", dtype, shape, {112}));
            write_safetensors(folder / "w", file);
            require_loaded<float>(folder / "w", 112);
        }
    const auto with = [&](DType dtype, std::vector<std::size_t> shape, std::vector<double> values) {
        auto file = file_of(DType::f32, DType::f32);
        file.push_back(tensor("backbone.1.num_batches_tracked", dtype, std::move(shape), values));
        return complaint(folder / "w", file);
    };
    CHECK(with(DType::i64, {}, {0x1p62}).empty());
    expect(with(DType::f32, {}, {not_a_number}), "its backbone.1.num_batches_tracked is nan, no count");
    expect(with(DType::f16, {}, {infinity}), "its backbone.1.num_batches_tracked is inf, no count");
    expect(with(DType::f64, {}, {2.5}), "is 2.500000, no count");
    expect(with(DType::f64, {}, {1e300}), "no count");
    expect(with(DType::i32, {}, {-1}), "is -1, no count");
    expect(with(DType::u64, {}, {0x1p63}), "is 9223372036854775808, no count");
    expect(with(DType::i64, {2}, {1, 2}), "num_batches_tracked is [2] in the file and [] in the network");
    expect(with(DType::i64, {0}, {}), "num_batches_tracked is [0] in the file and [] in the network");
    expect(with(DType::boolean, {}, {1}), "num_batches_tracked holds BOOL");
}

TEST_CASE("a tensor too many is found also where the count is missing") {
    const TemporaryFolder folder;
    auto file = file_of(DType::f32, DType::f32);
    file.push_back(tensor("backbone.2.weight", DType::f32, {}, {1}));
    expect(complaint(folder / "w", file), "it has a tensor \"backbone.2.weight\", which the network has not");
}

TEST_CASE("integers are no weights") {
    const TemporaryFolder folder;
    expect(complaint(folder / "w", file_of(DType::i8, DType::f32)), "tensor backbone.0.weight holds I8");
    expect(complaint(folder / "w", file_of(DType::f32, DType::i64)), "tensor backbone.1.running_var holds I64");
}

TEST_CASE("the names that PyTorch's wrappers add are left out, wherever they stand") {
    const TemporaryFolder folder;
    for (const std::string prefix :
         {"module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module.", "module.module."}) {
        write_safetensors(folder / "w", file_of(DType::f32, DType::f32, prefix));
        require_loaded<float>(folder / "w", 0);
    }
    // Where a part of the model was wrapped, or compiled, by itself.
    write_safetensors(folder / "w", {tensor("backbone._orig_mod.0.weight", DType::f32, {2, 3}, weight),
                                     tensor("backbone.1.module.running_var", DType::f32, {2}, variance)});
    require_loaded<float>(folder / "w", 0);
    write_safetensors(folder / "w", {tensor("module.backbone.0.weight", DType::f32, {2, 3}, weight),
                                     tensor("backbone.0.weight", DType::f32, {2, 3}, weight)});
    CHECK_THROWS_WITH_AS(loaded<float>(folder / "w"), doctest::Contains("two tensors for \"backbone.0.weight\""),
                         Error);
    // No part of another name.
    CHECK(complaint(folder / "w", {tensor("submodule.backbone.0.weight", DType::f32, {2, 3}, weight)})
              .find("but \"submodule.backbone.0.weight\"") != std::string::npos);
}

TEST_CASE("names before the names that are nobody's wrapper's: the error says what to take off") {
    const TemporaryFolder folder;
    expect(complaint(folder / "w", file_of(DType::f32, DType::f32, "model.")),
           "it has no tensor backbone.0.weight, which is [2, 3] in the network, but \"model.backbone.0.weight\"; take "
           "\"model.\" off the names");
}

TEST_CASE("numbers that are not finite and negative variances are refused, with their place, and leave no weights") {
    const TemporaryFolder folder;
    for (const DType dtype : {DType::f16, DType::bf16, DType::f32, DType::f64})
        for (const double bad : {not_a_number, infinity, -infinity}) {
            std::vector<double> values = weight;
            values[4] = bad;
            const std::string text = complaint(folder / "w", {tensor("backbone.0.weight", dtype, {2, 3}, values),
                                                              tensor("backbone.1.running_var", dtype, {2}, variance)});
            expect(text, "its backbone.0.weight[1, 1] is ");
            expect(text, "no finite number");
            expect(complaint(folder / "w", {tensor("backbone.0.weight", dtype, {2, 3}, weight),
                                            tensor("backbone.1.running_var", dtype, {2}, {1, bad})}),
                   "its backbone.1.running_var[1] is ");
        }
    // Finite in the file, but not as float.
    expect(complaint(folder / "w", {tensor("backbone.0.weight", DType::f64, {2, 3}, {0, 0, 1e39, 0, 0, 0}),
                                    tensor("backbone.1.running_var", DType::f32, {2}, variance)}),
           "its backbone.0.weight[0, 2] is inf, no finite number");
    const std::vector<TensorSource> negative{tensor("backbone.0.weight", DType::f32, {2, 3}, weight),
                                             tensor("backbone.1.running_var", DType::f32, {2}, {-0.5, 1})};
    expect(complaint(folder / "w", negative), "its backbone.1.running_var[0] is -0.5, a negative variance");

    write_safetensors(folder / "w", negative);
    Model<float> model{{1, 1, 1, 1, 1, 1}, {1, 1}, 5};
    CHECK_THROWS_AS(load_weights(folder / "w", model.tensors(), ""), Error);
    for (const float number : model.weight) CHECK(std::isnan(number));
    for (const float number : model.variance) CHECK(std::isnan(number));
    CHECK(model.count == 0);
}

TEST_CASE("the place is right in tensors of many pieces") {
    const TemporaryFolder folder;
    const std::vector<std::size_t> shape{5, 7, 64, 128};  // 286,720 numbers
    std::vector<float> values(5 * 7 * 64 * 128, 1.0F), into(values.size());
    const StoredTensor stored{"t", {"t", 4, {5, 7, 64, 128}, {2, 3, 1, 0}}, StoredType::float32, into.data()};
    for (const std::array<std::size_t, 4> at :
         {std::array<std::size_t, 4>{0, 0, 0, 0}, {4, 6, 63, 127}, {3, 1, 2, 9}}) {
        const std::size_t i = ((at[0] * 7 + at[1]) * 64 + at[2]) * 128 + at[3];
        values[i] = std::numeric_limits<float>::quiet_NaN();
        write_safetensors(folder / "w", {{"t", DType::f32, shape,
                                          [&](const ByteSink& sink) { sink(std::as_bytes(std::span(values))); }}});
        const std::string place = "t[" + std::to_string(at[0]) + ", " + std::to_string(at[1]) + ", " +
                                  std::to_string(at[2]) + ", " + std::to_string(at[3]) + "] is nan";
        CHECK_THROWS_WITH_AS(load_weights(folder / "w", {{stored}}, ""), doctest::Contains(place.c_str()), Error);
        values[i] = 1.0F;
    }
}

// A tensor of a model as files know it: name, shape, and where its numbers are.
#pragma once

#include <cstdint>
#include <string>

#include "ditto/core/parallel.hpp"
#include "ditto/core/random.hpp"
#include "ditto/core/tensor_info.hpp"

namespace ditto {

/// The type of a stored tensor's numbers.
enum class StoredType : std::uint8_t { float32, float64, int64 };

/// The type that T has in files.
template <class T>
inline constexpr StoredType stored_type = StoredType::int64;
template <>
inline constexpr StoredType stored_type<float> = StoredType::float32;
template <>
inline constexpr StoredType stored_type<double> = StoredType::float64;

/// A view of one tensor; its numbers lie in info.memory_order, while its name is PyTorch's.
struct StoredTensor {
    std::string name;
    TensorInfo info;
    StoredType type;
    void* data;
};

namespace detail {

// Gives numbers [first, first + count) of a tensor with these random numbers their first values, [-bound, bound).
template <class T>
void draw_uniform(const Random& random, double bound, std::size_t first, std::size_t count, T* to) {
    for (std::size_t i = first; i < first + count;) {
        const auto bits = random.block(static_cast<std::uint32_t>(i / 4));
        for (std::size_t j = i % 4; j < 4 && i < first + count; ++j, ++i)
            *to++ = static_cast<T>((bits[j] * 0x1p-31 - 1.0) * bound);
    }
}

}  // namespace detail

/// Gives a tensor the values it starts training with: a function of (seed, index) and of each number's place in memory;
/// where files join axes, of the place that it would have if memory had these axes in the files' order.
template <class T>
void initialize(const TensorInfo& info, T* data, std::uint64_t seed, std::size_t index, int threads) {
    const auto size = static_cast<std::size_t>(info.size());
    const double bound = info.initial.bound;
    if (info.initial.kind == Initialization::Kind::constant) {
        std::fill_n(data, size, static_cast<T>(bound));
        return;
    }
    const Random random(seed, RandomPurpose::initialization, 0, index);
    if (!info.joins_last_axes) {
        parallel_chunks(size, 1 << 16, threads, [&](std::size_t begin, std::size_t end) {
            detail::draw_uniform(random, bound, begin, end - begin, data + begin);
        });
        return;
    }
    // Memory is [pixels, channels, rest].
    const auto axis = static_cast<std::size_t>(info.rank - 1);
    const auto pixels = static_cast<std::size_t>(info.shape[axis]);
    const auto channels = static_cast<std::size_t>(info.shape[axis - 1]), rest = size / (pixels * channels);
    parallel_for(pixels, threads, [&](std::size_t pixel) {
        for (std::size_t channel = 0; channel < channels; ++channel)
            detail::draw_uniform(random, bound, (channel * pixels + pixel) * rest, rest,
                                 data + (pixel * channels + channel) * rest);
    });
}

}  // namespace ditto

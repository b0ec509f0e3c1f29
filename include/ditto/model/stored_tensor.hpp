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

/// A view of one tensor; its numbers lie in info.memory_order, while its name and info.shape are PyTorch's.
struct StoredTensor {
    std::string name;
    TensorInfo info;
    StoredType type;
    void* data;
};

/// Gives a tensor the values it starts training with: a function of (seed, index) and of each number's place in memory.
template <class T>
void initialize(const TensorInfo& info, T* data, std::uint64_t seed, std::size_t index, int threads) {
    const auto size = static_cast<std::size_t>(info.size());
    if (info.initial.kind == Initialization::Kind::constant) {
        std::fill_n(data, size, static_cast<T>(info.initial.bound));
        return;
    }
    const Random random(seed, RandomPurpose::initialization, 0, index);
    constexpr std::size_t chunk = 1 << 16;  // a multiple of 4, the numbers of a block
    parallel_chunks(size, chunk, threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; i += 4) {
            const auto bits = random.block(static_cast<std::uint32_t>(i / 4));
            for (std::size_t j = 0; j < 4 && i + j < end; ++j)
                data[i + j] = static_cast<T>((bits[j] * 0x1p-31 - 1.0) * info.initial.bound);  // [-bound, bound)
        }
    });
}

}  // namespace ditto

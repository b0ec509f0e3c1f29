// Counter-based random numbers: every number is a function of (seed, purpose, epoch, sample, position), so results
// never depend on the order in which threads ask for them.
//
// Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>

namespace ditto {

/// What a random number is drawn for. Streams of different purposes are independent.
enum class RandomPurpose : std::uint8_t {
    initialization,
    shuffle,
    augmentation,
    dropout,
    pairing,
    face_identity,
    face_nuisance,
    test,
    bootstrap,
    validation,
    statistics
};

/// The Philox4x32-10 block function: 128 random bits for a 128-bit counter and a 64-bit key.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::uint64_t key) {
    auto key_low = static_cast<std::uint32_t>(key);
    auto key_high = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product_0 = 0xD2511F53ULL * counter[0];
        const std::uint64_t product_1 = 0xCD9E8D57ULL * counter[2];
        counter = {
            static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key_low, static_cast<std::uint32_t>(product_1),
            static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key_high, static_cast<std::uint32_t>(product_0)};
        key_low += 0x9E3779B9U;
        key_high += 0xBB67AE85U;
    }
    return counter;
}

/// A stream of random numbers, and random access into it.
class Random {
  public:
    /// `epoch` must fit in 24 bits; `sample` is any number that tells the users of one purpose and epoch apart.
    constexpr Random(std::uint64_t seed, RandomPurpose purpose, std::uint32_t epoch = 0, std::uint64_t sample = 0)
        : key_(seed), stream_((epoch << 8) | static_cast<std::uint32_t>(purpose)), sample_(sample) {}

    /// The four 32-bit numbers at position `block` of the stream, whatever was drawn before.
    constexpr std::array<std::uint32_t, 4> block(std::uint32_t block) const {
        return philox({block, stream_, static_cast<std::uint32_t>(sample_), static_cast<std::uint32_t>(sample_ >> 32)},
                      key_);
    }

    /// The next 32 uniform bits.
    constexpr std::uint32_t bits() {
        if (used_ == 4) {
            buffer_ = block(next_block_++);
            used_ = 0;
        }
        return buffer_[used_++];
    }

    /// A real number in [0, 1), a multiple of 2^-53.
    constexpr double uniform() {
        const std::uint64_t high = bits() >> 5, low = bits() >> 6;
        return static_cast<double>((high << 26) | low) * 0x1p-53;
    }

    /// A real number in [low, high).
    constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// An integer in [0, count), every one equally likely. `count` must be at least 1.
    constexpr std::uint32_t below(std::uint32_t count) {
        // Lemire, "Fast random integer generation in an interval", 2019: multiply, reject the biased remainder.
        const std::uint32_t threshold = (0U - count) % count;
        for (;;) {
            const std::uint64_t product = std::uint64_t{bits()} * count;
            if (static_cast<std::uint32_t>(product) >= threshold) return static_cast<std::uint32_t>(product >> 32);
        }
    }

    /// True with the given probability.
    constexpr bool chance(double probability) { return uniform() < probability; }

    /// A standard normal number (Box and Muller, 1958).
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

    /// Shuffles [first, last) (Fisher and Yates). The range must hold fewer than 2^32 elements.
    template <class Iterator>
    constexpr void shuffle(Iterator first, Iterator last) {
        for (auto left = static_cast<std::uint32_t>(last - first); left > 1; --left)
            std::swap(first[left - 1], first[below(left)]);
    }

  private:
    std::uint64_t key_;
    std::uint32_t stream_;
    std::uint64_t sample_;
    std::uint32_t next_block_ = 0;
    std::array<std::uint32_t, 4> buffer_{};
    std::size_t used_ = 4;
};

}  // namespace ditto

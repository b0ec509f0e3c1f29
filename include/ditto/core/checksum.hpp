// A checksum of bytes, at about the speed of memory: for what disks and cut writes do to files. Not for secrets.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ditto {

static_assert(std::endian::native == std::endian::little, "ditto: checksums read bytes as little-endian numbers");

/// XXH64 with seed 0 (Yann Collet, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), of bytes that come
/// in pieces. Four sums take turns at the 8-byte words, so that a processor computes them side by side. A change within
/// one word always changes its sum.
class Checksum {
  public:
    /// Takes the bytes in, behind all that were taken in before.
    void mix(std::span<const std::byte> bytes) {
        bytes_ += bytes.size();
        if (kept_ > 0) {
            const std::size_t count = std::min(bytes.size(), block_.size() - kept_);
            std::copy_n(bytes.begin(), count, block_.begin() + static_cast<std::ptrdiff_t>(kept_));
            kept_ += count;
            bytes = bytes.subspan(count);
            if (kept_ < block_.size()) return;
            mix_blocks(block_);
            kept_ = 0;
        }
        mix_blocks(bytes.first(bytes.size() - bytes.size() % block_.size()));
        bytes = bytes.last(bytes.size() % block_.size());
        std::ranges::copy(bytes, block_.begin());
        kept_ = bytes.size();
    }

    /// Of all that was taken in.
    std::uint64_t value() const {
        std::uint64_t hash = prime5;
        if (bytes_ >= block_.size()) {
            hash = std::rotl(sums_[0], 1) + std::rotl(sums_[1], 7) + std::rotl(sums_[2], 12) + std::rotl(sums_[3], 18);
            for (const std::uint64_t sum : sums_) hash = (hash ^ round(0, sum)) * prime1 + prime4;
        }
        hash += bytes_;
        std::size_t i = 0;
        for (; i + 8 <= kept_; i += 8)
            hash = std::rotl(hash ^ round(0, number_at<std::uint64_t>(&block_[i])), 27) * prime1 + prime4;
        for (; i + 4 <= kept_; i += 4)
            hash = std::rotl(hash ^ number_at<std::uint32_t>(&block_[i]) * prime1, 23) * prime2 + prime3;
        for (; i < kept_; ++i) hash = std::rotl(hash ^ std::to_integer<std::uint64_t>(block_[i]) * prime5, 11) * prime1;
        hash = (hash ^ hash >> 33) * prime2;
        hash = (hash ^ hash >> 29) * prime3;
        return hash ^ hash >> 32;
    }

  private:
    static constexpr std::uint64_t prime1 = 0x9E3779B185EBCA87, prime2 = 0xC2B2AE3D27D4EB4F,
                                   prime3 = 0x165667B19E3779F9, prime4 = 0x85EBCA77C2B2AE63,
                                   prime5 = 0x27D4EB2F165667C5;

    template <class Number>
    static std::uint64_t number_at(const std::byte* bytes) {
        Number number = 0;
        std::memcpy(&number, bytes, sizeof number);
        return number;
    }
    static std::uint64_t round(std::uint64_t sum, std::uint64_t word) {
        return std::rotl(sum + word * prime2, 31) * prime1;
    }
    // Whole blocks.
    void mix_blocks(std::span<const std::byte> bytes) {
        auto [a, b, c, d] = sums_;  // a copy, which stays in registers
        for (const std::byte *word = bytes.data(), *end = word + bytes.size(); word != end; word += 32) {
            a = round(a, number_at<std::uint64_t>(word));
            b = round(b, number_at<std::uint64_t>(word + 8));
            c = round(c, number_at<std::uint64_t>(word + 16));
            d = round(d, number_at<std::uint64_t>(word + 24));
        }
        sums_ = {a, b, c, d};
    }

    std::array<std::uint64_t, 4> sums_{prime1 + prime2, prime2, 0, 0 - prime1};
    std::uint64_t bytes_ = 0;
    std::array<std::byte, 32> block_{};  // of which the first kept_ bytes wait for the rest
    std::size_t kept_ = 0;
};

}  // namespace ditto

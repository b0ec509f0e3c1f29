// A hash of many bytes, at some gigabytes a second.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

/// FNV-1a over words of 64 bits, with a shift that brings the high bits down, which a product alone would not. For
/// telling files apart and seeing damage; not for secrets.
class ContentHash {
  public:
    /// Mixes in some bytes: all pieces but the last are multiples of 8 bytes, or the hash depends on how they are cut.
    void mix(std::span<const std::byte> bytes) {
        for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), sizeof(std::uint64_t)))) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
            mix_word(word);
        }
    }
    template <class T>
    void mix_numbers(std::span<const T> numbers) {
        mix_word(numbers.size());
        mix(std::as_bytes(numbers));
    }
    std::uint64_t value() const { return hash_; }

  private:
    void mix_word(std::uint64_t word) {
        hash_ = (hash_ ^ word) * 1099511628211ULL;
        hash_ ^= hash_ >> 32;
    }

    std::uint64_t hash_ = 14695981039346656037ULL;
};

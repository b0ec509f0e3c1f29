// A hash of text, for fingerprints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ditto {

/// FNV-1a with 64 bits (Fowler, Noll, Vo). Not for secrets.
class Fnv1a {
  public:
    /// Takes the text in, behind all that was taken in before.
    void mix(std::string_view text) {
        for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
    std::uint64_t value() const { return hash_; }  ///< of all that was taken in
    /// The value in 16 hexadecimal digits.
    std::string digits() const {
        std::string text(16, '0');
        for (std::size_t i = 0; i < 16; ++i) text[i] = "0123456789abcdef"[(hash_ >> (60 - 4 * i)) & 15];
        return text;
    }

  private:
    std::uint64_t hash_ = 14695981039346656037ULL;
};

}  // namespace ditto

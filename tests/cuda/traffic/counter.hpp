// Counts what code that g++ compiles with -fsanitize=thread reads and writes. That option puts a call before each
// access to memory; counter.cpp has the functions that are called, in the place of the sanitizer's own, which are not
// linked. Not seen is what is compiled without the option: counter.cpp itself, and C's memcpy where it is called.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace traffic {

/// What memory moves at once: bytes of a sector of a GPU's cache line.
inline constexpr std::size_t sector_bytes = 32;

struct Accesses {
    std::array<std::uint64_t, 5> of_width{};  ///< how many of 1, 2, 4, 8, 16 bytes
    std::uint64_t bytes = 0;                  ///< of all of them, and of those of other widths
    std::uint64_t sectors = 0;                ///< different ones that were touched
};

struct Counts {
    Accesses reads, writes;
};

struct Memory {
    const void* begin;
    std::size_t bytes;
};

/// From now on accesses to these pieces of memory are counted. One thread at a time may make such.
void begin_counting(const std::vector<Memory>& pieces);
/// What was counted since.
Counts end_counting();

}  // namespace traffic

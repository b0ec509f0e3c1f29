#include "counter.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace traffic {
namespace {

using Bits = std::vector<std::uint64_t>;

struct Piece {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;
    std::array<Bits, 2> touched;  // a bit for each sector: read, written
};

bool counting = false;
std::vector<Piece> pieces;
std::uintptr_t lowest = 0, span = 0;  // all pieces lie here; most accesses, those to stacks, do not
Piece* last = nullptr;                // the piece of the last access
std::array<Accesses, 2> counts;

Piece* piece_of(std::uintptr_t address) {
    if (address - lowest >= span) return nullptr;
    if (address - last->begin < last->bytes) return last;
    for (Piece& piece : pieces)
        if (address - piece.begin < piece.bytes) return last = &piece;
    return nullptr;
}

// Way: 0 reads, 1 writes.
template <int Way>
[[gnu::always_inline]] inline void access(const void* pointer, std::size_t bytes) {
    if (!counting || bytes == 0) return;
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    Piece* const piece = piece_of(address);
    if (piece == nullptr) return;
    Accesses& all = counts[Way];
    all.bytes += bytes;
    if (std::has_single_bit(bytes) && bytes <= 16) ++all.of_width[static_cast<unsigned>(std::countr_zero(bytes))];
    const std::size_t first = (address - piece->begin) / sector_bytes;
    const std::size_t end = (address - piece->begin + bytes - 1) / sector_bytes;
    for (std::size_t sector = first; sector <= end; ++sector)
        piece->touched[Way][sector / 64] |= std::uint64_t{1} << (sector % 64);
}

}  // namespace

void begin_counting(const std::vector<Memory>& memory) {
    const auto same = [](const Piece& piece, const Memory& other) {
        return piece.begin == reinterpret_cast<std::uintptr_t>(other.begin) && piece.bytes == other.bytes;
    };
    if (!std::equal(pieces.begin(), pieces.end(), memory.begin(), memory.end(), same)) {
        pieces.clear();
        for (const Memory& each : memory) {
            const Bits none(each.bytes / sector_bytes / 64 + 1);
            pieces.push_back({reinterpret_cast<std::uintptr_t>(each.begin), each.bytes, {none, none}});
        }
    }
    std::uintptr_t highest = 0;
    lowest = std::numeric_limits<std::uintptr_t>::max();
    for (const Piece& piece : pieces) {
        lowest = std::min(lowest, piece.begin);
        highest = std::max(highest, piece.begin + piece.bytes);
    }
    span = pieces.empty() ? 0 : highest - lowest;
    last = pieces.data();
    counts = {};
    counting = true;
}

Counts end_counting() {
    counting = false;
    for (Piece& piece : pieces)
        for (const std::size_t way : {0U, 1U})
            for (std::uint64_t& word : piece.touched[way]) {
                counts[way].sectors += static_cast<unsigned>(std::popcount(word));
                word = 0;
            }
    return {counts[0], counts[1]};
}

}  // namespace traffic

using traffic::access;

// What g++ calls at an access of N bytes, wherever it lies.
#define DITTO_TRAFFIC_ACCESSES(N)                       \
    void __tsan_read##N(void* at) {                     \
        access<0>(at, N);                               \
    }                                                   \
    void __tsan_write##N(void* at) {                    \
        access<1>(at, N);                               \
    }                                                   \
    void __tsan_unaligned_read##N(void* at) {           \
        access<0>(at, N);                               \
    }                                                   \
    void __tsan_unaligned_write##N(void* at) {          \
        access<1>(at, N);                               \
    }                                                   \
    void __tsan_volatile_read##N(void* at) {            \
        access<0>(at, N);                               \
    }                                                   \
    void __tsan_volatile_write##N(void* at) {           \
        access<1>(at, N);                               \
    }                                                   \
    void __tsan_unaligned_volatile_read##N(void* at) {  \
        access<0>(at, N);                               \
    }                                                   \
    void __tsan_unaligned_volatile_write##N(void* at) { \
        access<1>(at, N);                               \
    }                                                   \
    void __tsan_read_write##N(void* at) {               \
        access<0>(at, N), access<1>(at, N);             \
    }                                                   \
    void __tsan_unaligned_read_write##N(void* at) {     \
        access<0>(at, N), access<1>(at, N);             \
    }

// Atomic operations, done as they are asked for: in the strictest order.
#define DITTO_TRAFFIC_CHANGE(N, NAME)                                                            \
    std::uint##N##_t __tsan_atomic##N##_##NAME(std::uint##N##_t* at, std::uint##N##_t by, int) { \
        access<0>(at, (N) / 8), access<1>(at, (N) / 8);                                          \
        return __atomic_##NAME(at, by, __ATOMIC_SEQ_CST);                                        \
    }
#define DITTO_TRAFFIC_EXCHANGE_IF(N, NAME)                                                           \
    int __tsan_atomic##N##_compare_exchange_##NAME(std::uint##N##_t* at, std::uint##N##_t* expected, \
                                                   std::uint##N##_t to, int, int) {                  \
        access<0>(at, (N) / 8), access<1>(at, (N) / 8);                                              \
        return __atomic_compare_exchange_n(at, expected, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
    }
#define DITTO_TRAFFIC_ATOMICS(N)                                                                              \
    std::uint##N##_t __tsan_atomic##N##_load(const std::uint##N##_t* at, int) {                               \
        access<0>(at, (N) / 8);                                                                               \
        return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                                         \
    }                                                                                                         \
    void __tsan_atomic##N##_store(std::uint##N##_t* at, std::uint##N##_t value, int) {                        \
        access<1>(at, (N) / 8);                                                                               \
        __atomic_store_n(at, value, __ATOMIC_SEQ_CST);                                                        \
    }                                                                                                         \
    std::uint##N##_t __tsan_atomic##N##_exchange(std::uint##N##_t* at, std::uint##N##_t value, int) {         \
        access<0>(at, (N) / 8), access<1>(at, (N) / 8);                                                       \
        return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);                                              \
    }                                                                                                         \
    DITTO_TRAFFIC_CHANGE(N, fetch_add)                                                                        \
    DITTO_TRAFFIC_CHANGE(N, fetch_sub)                                                                        \
    DITTO_TRAFFIC_CHANGE(N, fetch_and)                                                                        \
    DITTO_TRAFFIC_CHANGE(N, fetch_or)                                                                         \
    DITTO_TRAFFIC_CHANGE(N, fetch_xor)                                                                        \
    DITTO_TRAFFIC_CHANGE(N, fetch_nand)                                                                       \
    DITTO_TRAFFIC_EXCHANGE_IF(N, strong)                                                                      \
    DITTO_TRAFFIC_EXCHANGE_IF(N, weak)                                                                        \
    std::uint##N##_t __tsan_atomic##N##_compare_exchange_val(std::uint##N##_t* at, std::uint##N##_t expected, \
                                                             std::uint##N##_t to, int, int) {                 \
        __tsan_atomic##N##_compare_exchange_strong(at, &expected, to, 0, 0);                                  \
        return expected;                                                                                      \
    }

// Their names are the compiler's.
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
extern "C" {

DITTO_TRAFFIC_ACCESSES(1)
DITTO_TRAFFIC_ACCESSES(2)
DITTO_TRAFFIC_ACCESSES(4)
DITTO_TRAFFIC_ACCESSES(8)
DITTO_TRAFFIC_ACCESSES(16)
DITTO_TRAFFIC_ATOMICS(8)
DITTO_TRAFFIC_ATOMICS(16)
DITTO_TRAFFIC_ATOMICS(32)
DITTO_TRAFFIC_ATOMICS(64)

void __tsan_read_range(void* at, std::size_t bytes) {
    access<0>(at, bytes);
}
void __tsan_write_range(void* at, std::size_t bytes) {
    access<1>(at, bytes);
}
void __tsan_vptr_read(void** at) {
    access<0>(at, sizeof(void*));
}
void __tsan_vptr_update(void** at, void*) {
    access<1>(at, sizeof(void*));
}

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_atomic_thread_fence(int) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
void __tsan_atomic_signal_fence(int) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)

// The one block of memory of a device, and the poisoning that lets AddressSanitizer see overruns inside it.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <string>
#include <utility>

#include "ditto/core/error.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define DITTO_DETAIL_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DITTO_DETAIL_POISON 1
#endif
#endif
#ifdef DITTO_DETAIL_POISON
#include <sanitizer/asan_interface.h>
#undef DITTO_DETAIL_POISON
namespace ditto::detail {
inline constexpr bool poisons_memory = true;
inline void poison(const void* p, std::size_t bytes) {
    __asan_poison_memory_region(p, bytes);
}
inline void unpoison(const void* p, std::size_t bytes) {
    __asan_unpoison_memory_region(p, bytes);
}
}  // namespace ditto::detail
#else
namespace ditto::detail {
inline constexpr bool poisons_memory = false;
inline void poison(const void*, std::size_t) {}
inline void unpoison(const void*, std::size_t) {}
}  // namespace ditto::detail
#endif

namespace ditto {

/// Zeroed memory in one piece, aligned to a page and backed by huge pages where the system gives them. Pages are
/// taken from the system when they are first touched.
class MemoryBlock {
  public:
    MemoryBlock() = default;
    /// Throws Error when the system will not give `bytes` bytes.
    explicit MemoryBlock(std::size_t bytes) : bytes_(bytes) {
        if (bytes == 0) return;
        void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw Error("out of memory: the plan needs " + std::to_string(bytes >> 20) +
                        " MiB in one block; use a smaller batch");
        madvise(memory, bytes, MADV_HUGEPAGE);
        data_ = static_cast<std::byte*>(memory);
    }
    MemoryBlock(MemoryBlock&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    MemoryBlock& operator=(MemoryBlock&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MemoryBlock() {
        if (data_ == nullptr) return;
        detail::unpoison(data_, bytes_);
        munmap(data_, bytes_);
    }

    std::byte* data() const { return data_; }     ///< null in a block that was moved from
    std::size_t bytes() const { return bytes_; }  ///< as asked for

  private:
    std::byte* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace ditto

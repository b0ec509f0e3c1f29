// The memory block, and in sanitizer builds the poison around its tensors.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

#include "ditto/core/memory.hpp"
#include "ditto/core/plan.hpp"

using namespace ditto;

TEST_CASE("a block is zeroed, aligned, and moves") {
    MemoryBlock block(1 << 20);
    CHECK(reinterpret_cast<std::uintptr_t>(block.data()) % tensor_alignment == 0);
    CHECK(block.data()[12345] == std::byte{0});
    block.data()[0] = std::byte{7};
    MemoryBlock moved = std::move(block);
    CHECK(moved.bytes() == 1 << 20);
    CHECK(moved.data()[0] == std::byte{7});
}

TEST_CASE("a block that the system cannot give is an error that says how much was asked for") {
    CHECK_THROWS_WITH_AS(MemoryBlock(std::size_t{1} << 60), doctest::Contains("1099511627776 MiB"), Error);
}

TEST_CASE("gaps between tensors are poisoned exactly in sanitizer builds") {
    CHECK((tensor_gap > 0) == detail::poisons_memory);
#ifdef __SANITIZE_ADDRESS__
    MemoryBlock block(4096);
    detail::poison(block.data(), block.bytes());
    detail::unpoison(block.data(), 64);
    CHECK(__asan_address_is_poisoned(block.data() + 63) == 0);
    CHECK(__asan_address_is_poisoned(block.data() + 64) == 1);
#endif
}

// Placing tensors in one block: what lives at the same time never overlaps, what does not may share.
#include <doctest/doctest.h>

#include <array>

#include "ditto/core/plan.hpp"
#include "ditto/core/random.hpp"

using namespace ditto;

namespace {

template <std::size_t Count>
void check_placement(const std::array<PlannedTensor, Count>& tensors, std::size_t total) {
    for (std::size_t a = 0; a < Count; ++a) {
        CHECK(tensors[a].offset % tensor_alignment == 0);
        CHECK(tensors[a].offset + planned_bytes(tensors[a].bytes) <= total);
        for (std::size_t b = 0; b < a; ++b) {
            if (!tensors[a].overlaps(tensors[b]) || tensors[a].bytes == 0 || tensors[b].bytes == 0) continue;
            const bool apart = tensors[a].offset + planned_bytes(tensors[a].bytes) <= tensors[b].offset ||
                               tensors[b].offset + planned_bytes(tensors[b].bytes) <= tensors[a].offset;
            CHECK(apart);
        }
    }
}

constexpr std::size_t chain_bytes() {
    // Each lives for two steps and dies as the next but one is born: two places are enough.
    std::array<PlannedTensor, 4> chain{{{640, 0, 1, 0}, {640, 1, 2, 0}, {640, 2, 3, 0}, {640, 3, 4, 0}}};
    return place(chain);
}
static_assert(chain_bytes() == 2 * planned_bytes(640), "placing works while compiling, and shares memory");

}  // namespace

TEST_CASE("random lives and sizes are placed without overlap, in no less than the largest moment needs") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Random random(seed, RandomPurpose::test);
        std::array<PlannedTensor, 40> tensors{};
        for (PlannedTensor& tensor : tensors) {
            const int first = static_cast<int>(random.below(30));
            tensor = {random.below(5000), first, first + static_cast<int>(random.below(10)), 0};
        }
        const std::size_t total = place(tensors);
        check_placement(tensors, total);
        for (int step = 0; step < 40; ++step) {
            std::size_t alive = 0;
            for (const PlannedTensor& tensor : tensors)
                if (tensor.lives_at(step)) alive += planned_bytes(tensor.bytes);
            CHECK(alive <= total);
        }
    }
}

TEST_CASE("appended tensors follow one another, aligned") {
    std::size_t total = 0;
    const MemoryRange first = append_range(total, 1), second = append_range(total, 100);
    CHECK(first.offset == 0);
    CHECK(second.offset == tensor_alignment + tensor_gap);
    CHECK(total == second.offset + 2 * tensor_alignment + tensor_gap);
}

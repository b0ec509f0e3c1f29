// The generator against its published test vectors, and the streams' properties.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ditto/core/random.hpp"

using namespace ditto;

TEST_CASE("philox gives the known answers of Random123 (kat_vectors, philox4x32 10)") {
    using Block = std::array<std::uint32_t, 4>;
    CHECK(philox({0, 0, 0, 0}, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    const std::uint32_t ones = 0xffffffff;
    CHECK(philox({ones, ones, ones, ones}, ~0ULL) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    // Key words a4093822 (low) and 299f31d0 (high).
    CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822ULL) ==
          Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream depends on each of seed, purpose, epoch and sample") {
    const auto first = [](Random random) { return random.bits(); };
    const std::uint32_t base = first({1, RandomPurpose::shuffle, 2, 3});
    CHECK(first({1, RandomPurpose::shuffle, 2, 3}) == base);
    CHECK(first({9, RandomPurpose::shuffle, 2, 3}) != base);
    CHECK(first({1, RandomPurpose::dropout, 2, 3}) != base);
    CHECK(first({1, RandomPurpose::shuffle, 9, 3}) != base);
    CHECK(first({1, RandomPurpose::shuffle, 2, 9}) != base);
    CHECK(first({1, RandomPurpose::shuffle, 2, 3 + (1ULL << 32)}) != base);
}

TEST_CASE("drawing one by one and by block agree") {
    Random stream(7, RandomPurpose::test);
    const Random at_random = stream;
    for (std::uint32_t block = 0; block < 3; ++block)
        for (const std::uint32_t bits : at_random.block(block)) CHECK(stream.bits() == bits);
}

TEST_CASE("uniform, normal and integer numbers have their moments") {
    // Bounds are six standard errors of each estimate: a correct generator fails once in 500 million seeds.
    constexpr int draws = 40000;
    const double root = std::sqrt(static_cast<double>(draws));
    Random random(11, RandomPurpose::test);
    double uniform = 0.0, normal = 0.0, square = 0.0;
    std::array<int, 3> counts{};
    for (int i = 0; i < draws; ++i) {
        const double u = random.uniform();
        REQUIRE(u >= 0.0);
        REQUIRE(u < 1.0);
        uniform += u;
        const double n = random.normal();
        normal += n;
        square += n * n;
        ++counts[random.below(3)];
    }
    CHECK(std::abs(uniform / draws - 0.5) < 6 * std::sqrt(1.0 / 12.0) / root);
    CHECK(std::abs(normal / draws) < 6 / root);
    CHECK(std::abs(square / draws - 1.0) < 6 * std::sqrt(2.0) / root);
    for (const int count : counts) CHECK(std::abs(count - draws / 3.0) < 6 * std::sqrt(draws * 2.0 / 9.0));
}

TEST_CASE("shuffle permutes") {
    std::vector<int> items(100);
    for (int i = 0; i < 100; ++i) items[static_cast<std::size_t>(i)] = i;
    const std::vector<int> sorted = items;
    Random(3, RandomPurpose::shuffle).shuffle(items.begin(), items.end());
    CHECK(items != sorted);
    std::sort(items.begin(), items.end());
    CHECK(items == sorted);
}

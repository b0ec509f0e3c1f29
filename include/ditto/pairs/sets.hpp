// Disjoint sets: which of many things have been joined, by however long a chain.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <unordered_map>
#include <vector>

namespace ditto::detail {

/// Things numbered from 0, each a set of its own until sets are joined (Galler and Fischer, 1964). A set is known by
/// its smallest number.
class Sets {
  public:
    explicit Sets(std::size_t count) : parents_(count) { std::iota(parents_.begin(), parents_.end(), 0U); }

    /// The set that a thing is in; halves the way to it.
    std::uint32_t find(std::uint32_t thing) {
        while (parents_[thing] != thing) thing = parents_[thing] = parents_[parents_[thing]];
        return thing;
    }
    /// Returns false where the two are in one set already.
    bool join(std::uint32_t a, std::uint32_t b) {
        a = find(a);
        b = find(b);
        parents_[std::max(a, b)] = std::min(a, b);
        return a != b;
    }
    /// Joins things of one key, but for those whose key is `none`; returns how many joins there were.
    std::size_t join_equal(std::span<const std::uint32_t> keys, std::uint32_t none) {
        std::unordered_map<std::uint32_t, std::uint32_t> firsts;
        std::size_t joins = 0;
        for (std::uint32_t thing = 0; thing < keys.size(); ++thing)
            if (keys[thing] != none) joins += join(thing, firsts.try_emplace(keys[thing], thing).first->second) ? 1 : 0;
        return joins;
    }
    /// The set of each.
    std::vector<std::uint32_t> all() {
        std::vector<std::uint32_t> sets;
        for (std::uint32_t thing = 0; thing < parents_.size(); ++thing) sets.push_back(find(thing));
        return sets;
    }

  private:
    std::vector<std::uint32_t> parents_;
};

}  // namespace ditto::detail

// Work cut into chunks whose size does not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>

namespace ditto {

/// `groups` runs of `per_group` consecutive items (rows, tiles, ...), each run cut into chunks of `size` items; the
/// last chunk of a run may be shorter. No chunk crosses the border of a group.
struct GroupedChunks {
    std::size_t groups;
    std::size_t per_group;
    std::size_t size;

    constexpr std::size_t count_per_group() const { return (per_group + size - 1) / size; }        ///< chunks
    constexpr std::size_t count() const { return groups * count_per_group(); }                     ///< chunks
    constexpr std::size_t group_of(std::size_t chunk) const { return chunk / count_per_group(); }  ///< of a chunk
    /// The chunk's first item, counted through all groups.
    constexpr std::size_t begin(std::size_t chunk) const {
        return group_of(chunk) * per_group + chunk % count_per_group() * size;
    }
    /// The item after the chunk's last.
    constexpr std::size_t end(std::size_t chunk) const {
        return std::min(begin(chunk) + size, (group_of(chunk) + 1) * per_group);
    }
};

}  // namespace ditto

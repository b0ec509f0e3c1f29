// Parameters whose axes lie in another order in memory than in a file, streamed piece by piece.
//
// A piece is a slab of the file's order: some indices of one axis, all of the axes after it. Moving a slab is a copy
// between two strided arrays. Where both have the same fastest axis it copies runs; otherwise it transposes tiles
// through a small buffer, so that every cache line of either array is touched once, in one go: with strides of a power
// of two, lines that wait for a second touch would evict one another.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/io/safetensors.hpp"

namespace ditto {

/// How the values of a file's array of up to four axes lie in memory.
class PermutedLayout {
  public:
    static constexpr std::size_t axes = 4;
    using Index = std::array<std::size_t, axes>;

    /// `file_shape`: the extents in the file's order. `order[i]`: which axis of the file is the i-th axis in memory.
    /// A convolution's OIHW weights that lie in memory as HWIO: ({O, I, H, W}, {2, 3, 1, 0}). Throws Error unless
    /// `order` is a permutation of up to four axes.
    PermutedLayout(const std::vector<std::size_t>& file_shape, const std::vector<std::size_t>& order) {
        const std::size_t rank = file_shape.size();
        if (rank > axes || order.size() != rank)
            throw Error("a permuted layout has up to 4 axes and one place in memory for each; got " +
                        std::to_string(rank) + " axes and " + std::to_string(order.size()) + " places");
        // Missing axes are leading ones of extent 1, in the file and in memory.
        const std::size_t missing = axes - rank;
        extents_.fill(1);
        std::ranges::copy(file_shape, extents_.begin() + static_cast<std::ptrdiff_t>(missing));
        std::size_t stride = 1;
        for (std::size_t i = rank; i-- > 0;) {
            if (order[i] >= rank || memory_strides_[missing + order[i]] != 0)
                throw Error("the order of a permuted layout names axis " + std::to_string(order[i]) +
                            " twice or beyond its " + std::to_string(rank) + " axes; name each axis once");
            memory_strides_[missing + order[i]] = stride;
            stride *= file_shape[order[i]];
        }
        fastest_in_memory_ = rank == 0 ? axes - 1 : missing + order.back();
    }

    std::size_t size() const { return extents_[0] * extents_[1] * extents_[2] * extents_[3]; }  ///< values of the array
    const Index& extents() const { return extents_; }                ///< in the file's order; missing axes lead, with 1
    const Index& memory_strides() const { return memory_strides_; }  ///< in values, of the file's axes
    /// The file's axis that is the last in memory.
    std::size_t fastest_in_memory() const { return fastest_in_memory_; }

  private:
    Index extents_{};         // of the file's axes
    Index memory_strides_{};  // of the file's axes
    std::size_t fastest_in_memory_ = 0;
};

namespace detail {

using PermutedIndex = PermutedLayout::Index;

/// The strides of a dense array of these extents.
inline PermutedIndex dense_strides(const PermutedIndex& extents) {
    return {extents[1] * extents[2] * extents[3], extents[2] * extents[3], extents[3], 1};
}

/// One side of a strided copy.
template <class T>
struct StridedArray {
    T* data;
    PermutedIndex strides;
    std::size_t fastest;  // the axis whose stride is 1

    T* at(std::size_t axis_a, std::size_t a, std::size_t axis_b, std::size_t b) const {
        return data + a * strides[axis_a] + b * strides[axis_b];
    }
};

/// target[j * target_stride + i] = source[i * source_stride + j] for i < rows, j < columns.
template <class Source, class Target>
void transpose_tiles(const Source* source, std::size_t source_stride, Target* target, std::size_t target_stride,
                     std::size_t rows, std::size_t columns) {
    constexpr std::size_t tile = 16;                    // a cache line of floats
    std::array<std::array<Target, tile>, tile> buffer;  // [column, row]
    for (std::size_t i = 0; i < rows; i += tile)
        for (std::size_t j = 0; j < columns; j += tile) {
            const std::size_t tile_rows = std::min(tile, rows - i), tile_columns = std::min(tile, columns - j);
            for (std::size_t row = 0; row < tile_rows; ++row)
                for (std::size_t column = 0; column < tile_columns; ++column)
                    buffer[column][row] = static_cast<Target>(source[(i + row) * source_stride + j + column]);
            for (std::size_t column = 0; column < tile_columns; ++column)
                std::copy_n(buffer[column].data(), tile_rows, target + (j + column) * target_stride + i);
        }
}

/// target[i] = source[i] for every index i below `extents`, converted.
template <class Source, class Target>
void copy_strided(const PermutedIndex& extents, const StridedArray<const Source>& source,
                  const StridedArray<Target>& target) {
    if (std::ranges::count(extents, std::size_t{0}) > 0) return;  // no values, and maybe no address
    const std::size_t s = source.fastest, t = target.fastest;
    // The two or three axes that are neither side's fastest; with one fastest axis for both, the last is its partner.
    PermutedIndex others{};
    std::size_t count = 0;
    for (std::size_t axis = 0; axis < extents.size(); ++axis)
        if (axis != s && axis != t) others[count++] = axis;
    const std::size_t a = others[0], b = others[1];
    for (std::size_t i = 0; i < extents[a]; ++i)
        for (std::size_t j = 0; j < extents[b]; ++j) {
            const Source* from = source.at(a, i, b, j);
            Target* to = target.at(a, i, b, j);
            if (s != t) {
                transpose_tiles(from, source.strides[t], to, target.strides[s], extents[t], extents[s]);
            } else {
                const std::size_t c = others[2];
                for (std::size_t k = 0; k < extents[c]; ++k)
                    std::transform(from + k * source.strides[c], from + k * source.strides[c] + extents[s],
                                   to + k * target.strides[c], [](Source value) { return static_cast<Target>(value); });
            }
        }
}

/// Calls visit(memory_offset, extents) for the slabs of the file's order, one after another, each of at most `limit`
/// values.
template <class Visit>
void for_each_slab(const PermutedLayout& layout, std::size_t limit, const Visit& visit, std::size_t axis = 0,
                   std::size_t memory_offset = 0) {
    PermutedIndex extents = layout.extents();
    std::fill_n(extents.begin(), axis, std::size_t{1});
    const std::size_t inner = dense_strides(extents)[axis], stride = layout.memory_strides()[axis];
    if (inner > limit) {
        for (std::size_t i = 0; i < extents[axis]; ++i)
            for_each_slab(layout, limit, visit, axis + 1, memory_offset + i * stride);
    } else {
        const std::size_t step = limit / std::max<std::size_t>(inner, 1), end = extents[axis];
        for (std::size_t i = 0; i < end; i += step) {
            extents[axis] = std::min(step, end - i);
            visit(memory_offset + i * stride, extents);
        }
    }
}

/// Values in a slab: 64 rows of a Linear<131072, 1024>, whose file has rows of 131072. (In memory its rows are 1024
/// long, so each slab visits 256 bytes of every row: fewer would waste cache lines and translations of addresses.)
inline constexpr std::size_t slab_values = std::size_t{64} * 131072;

inline void require_permuted_size(const PermutedLayout& layout, std::size_t memory_size) {
    if (memory_size != layout.size())
        throw Error("a permuted layout of " + std::to_string(layout.size()) + " values was given memory of " +
                    std::to_string(memory_size) + "; make them match");
}

}  // namespace detail

/// Writes `memory`, which lies as `layout` says, to `sink` in the file's order, as values of type File (float or
/// double). Holds one slab of at most 8 Mi values at a time.
template <class File, class Memory>
void write_permuted(const ByteSink& sink, const PermutedLayout& layout, std::span<Memory> memory) {
    detail::require_permuted_size(layout, memory.size());
    std::vector<File> slab(std::min(layout.size(), detail::slab_values));
    detail::for_each_slab(layout, detail::slab_values, [&](std::size_t offset, const detail::PermutedIndex& extents) {
        const auto strides = detail::dense_strides(extents);
        detail::copy_strided<std::remove_const_t<Memory>, File>(
            extents, {memory.data() + offset, layout.memory_strides(), layout.fastest_in_memory()},
            {slab.data(), strides, PermutedLayout::axes - 1});
        sink(std::as_bytes(std::span(slab).first(extents[0] * strides[0])));
    });
}

/// Reads a tensor into `memory`, which lies as `layout` says: the way back of write_permuted. The tensor's own shape
/// may join or split the axes of `layout`; its number of elements must be the same. Any floating-point dtype is
/// converted. Calls inspect(first, values) for pieces that together are the tensor, in the file's order, each while it
/// lies in the cache; `inspect` may throw. Throws Error as SafetensorsReader::read does, and when the sizes differ.
template <class Memory, class Inspect>
void read_permuted(const SafetensorsReader& reader, const TensorEntry& entry, const PermutedLayout& layout,
                   std::span<Memory> memory, const Inspect& inspect) {
    detail::require_permuted_size(layout, memory.size());
    detail::require_permuted_size(layout, entry.size());
    constexpr std::size_t piece = std::size_t{1} << 15;  // half of a second-level cache, as float
    std::vector<Memory> slab(std::min(layout.size(), detail::slab_values));
    std::size_t first = 0;
    detail::for_each_slab(layout, detail::slab_values, [&](std::size_t offset, const detail::PermutedIndex& extents) {
        const auto strides = detail::dense_strides(extents);
        for (auto rest = std::span(slab).first(extents[0] * strides[0]); !rest.empty();) {
            const auto values = rest.first(std::min(piece, rest.size()));
            reader.read(entry, first, values);
            inspect(first, std::span<const Memory>(values));
            first += values.size();
            rest = rest.subspan(values.size());
        }
        detail::copy_strided<Memory, Memory>(
            extents, {slab.data(), strides, PermutedLayout::axes - 1},
            {memory.data() + offset, layout.memory_strides(), layout.fastest_in_memory()});
    });
}

/// The same without looking at the values.
template <class Memory>
void read_permuted(const SafetensorsReader& reader, const TensorEntry& entry, const PermutedLayout& layout,
                   std::span<Memory> memory) {
    read_permuted(reader, entry, layout, memory, [](std::size_t, std::span<const Memory>) {});
}

}  // namespace ditto

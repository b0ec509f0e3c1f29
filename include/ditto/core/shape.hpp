// Shapes of one sample, as types (Shape) and as values (Extents).
#pragma once

#include "ditto/core/requirements.hpp"

#include <array>
#include <cstdint>

namespace ditto {

/// Stands in an expected shape for an extent that a layer takes as it comes.
enum AnyExtent : int { any_height = -1, any_width = -2, any_channels = -3, any_size = -4 };

/// A shape as a value: {height, width, channels} (rank 3) or {size} (rank 1). The compile-time walk over a network
/// computes with these.
struct Extents {
    std::array<int, 3> dims{};
    int rank = 0;

    /// The shape {height, width, channels}.
    static constexpr Extents spatial(int height, int width, int channels) { return {{height, width, channels}, 3}; }
    static constexpr Extents flat(int size) { return {{size, 0, 0}, 1}; }  ///< the shape {size}

    constexpr bool is_spatial() const { return rank == 3; }  ///< has it height, width and channels?
    constexpr bool is_flat() const { return rank == 1; }     ///< has it a size alone?
    constexpr int height() const { return dims[0]; }         ///< of a spatial shape
    constexpr int width() const { return dims[1]; }          ///< of a spatial shape
    /// The last extent: channels of a spatial shape, size of a flat one.
    constexpr int channels() const { return is_spatial() ? dims[2] : dims[0]; }
    /// Height times width; 1 for a flat shape.
    constexpr std::int64_t pixels() const { return is_spatial() ? std::int64_t{dims[0]} * dims[1] : 1; }
    /// Elements of one sample.
    constexpr std::int64_t size() const { return pixels() * channels(); }

    constexpr bool operator==(const Extents&) const = default;
};

namespace detail {

// Errors of a shape, in classes of their own, so that there is no second one.
template <int Rank>
struct RankCheck {
    static_assert(
        Rank == 1 || Rank == 3,
        "ditto: a shape is that of one sample, Shape<height, width, channels> or Shape<size>; the batch is never "
        "part of it");
};
template <bool Positive>
struct ExtentsCheck {
    static_assert(Positive, "ditto: every extent of a shape is at least 1");
};

// What a shape that is none stands for.
template <int... Dims>
constexpr Extents checked_extents() {
    if constexpr ((sizeof...(Dims) == 1 || sizeof...(Dims) == 3) && ((Dims > 0) && ...)) {
        // (With the types named: nvcc loses the braces.)
        return Extents{std::array<int, 3>{Dims...}, static_cast<int>(sizeof...(Dims))};
    } else {
        return Extents::flat(1);
    }
}

}  // namespace detail

/// The shape of one sample: Shape<height, width, channels> or Shape<size>. The batch is never part of it.
template <int... Dims>
struct Shape {
    static_assert(sizeof(detail::RankCheck<static_cast<int>(sizeof...(Dims))>) > 0);
    static_assert(sizeof(detail::ExtentsCheck<((Dims > 0) && ...)>) > 0);

    static constexpr bool valid = (sizeof...(Dims) == 1 || sizeof...(Dims) == 3) && ((Dims > 0) && ...);
    static constexpr Extents extents = detail::checked_extents<Dims...>();
    static constexpr std::int64_t size = extents.size();
};

namespace detail {

template <class T>
inline constexpr bool is_shape = false;
template <int... Dims>
inline constexpr bool is_shape<Shape<Dims...>> = true;

template <int Rank, int First, int Second, int Third>
struct ShapeOf {
    using type = Shape<First, Second, Third>;
};
template <int First, int Second, int Third>
struct ShapeOf<1, First, Second, Third> {
    using type = Shape<First>;
};
}  // namespace detail

}  // namespace ditto

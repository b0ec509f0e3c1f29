// Tensors as users see them: xtensor views of ditto's memory. They own nothing, copy nothing and allocate nothing.
#pragma once

#if __has_include(<xtensor/containers/xadapt.hpp>)  // xtensor 0.26 moved its headers
#include <xtensor/containers/xadapt.hpp>
#else
#include <xtensor/xadapt.hpp>
#endif

#include <array>
#include <cstddef>

#include "ditto/core/shape.hpp"

namespace ditto {

/// A view of `count` samples of shape Dims: [count, Dims...]. T may be const.
template <class T, int... Dims>
auto batch_view(T* data, std::size_t count, Shape<Dims...>) {
    const std::array<std::size_t, 1 + sizeof...(Dims)> shape = {count, static_cast<std::size_t>(Dims)...};
    return xt::adapt(data, count * static_cast<std::size_t>(Shape<Dims...>::size), xt::no_ownership(), shape);
}

}  // namespace ditto

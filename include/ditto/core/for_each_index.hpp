// A loop whose counter is a constant for the compiler.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace ditto::detail {

/// visit(index) for index = 0, ..., Count - 1 in this order; each index is a std::integral_constant, so that it may be
/// a template argument.
template <std::size_t Count, class Visit>
constexpr void for_each_index(const Visit& visit) {
    const auto visit_all = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (visit(std::integral_constant<std::size_t, Index>{}), ...);
    };
    visit_all(std::make_index_sequence<Count>{});
}

/// The same from Count - 1 down to 0.
template <std::size_t Count, class Visit>
constexpr void for_each_index_backward(const Visit& visit) {
    for_each_index<Count>([&](auto index) { visit(std::integral_constant<std::size_t, Count - 1 - index>{}); });
}

}  // namespace ditto::detail

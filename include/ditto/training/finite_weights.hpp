// Looking for NaN and infinity in what a trainer holds.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "ditto/core/all_within.hpp"
#include "ditto/core/number_text.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/training/checkpoint.hpp"

namespace ditto {

namespace detail {

inline bool is_finite(const StoredTensor& tensor) {
    bool finite = true;
    visit_numbers(tensor, [&](auto numbers) {
        using Number = typename decltype(numbers)::value_type;
        if constexpr (std::is_floating_point_v<Number>) finite = all_finite(std::span<const Number>(numbers));
    });
    return finite;
}

inline double largest_magnitude(const StoredTensor& tensor) {
    double largest = 0;
    visit_numbers(tensor, [&](auto numbers) {
        for (const auto x : numbers) largest = std::max(largest, std::abs(static_cast<double>(x)));
    });
    return largest;
}

}  // namespace detail

/// The first tensor of the weights or the optimizer's state that holds NaN or infinity, by name; nothing where all is
/// well. Reads them all.
inline std::optional<std::string> not_finite(AnyTrainer& trainer) {
    for (const StoredTensor& tensor : detail::checkpoint_tensors(trainer))
        if (!detail::is_finite(tensor)) return tensor.name;
    return std::nullopt;
}

/// Where to look for the reason of a loss that is not finite: the first weights that are not, or else the largest.
inline std::string divergence_text(AnyTrainer& trainer) {
    if (const auto name = not_finite(trainer)) return *name + " is the first tensor with NaN or infinity in it";
    const std::vector<StoredTensor> weights = trainer.weights();
    const auto largest = std::ranges::max_element(weights, {}, detail::largest_magnitude);
    if (largest == weights.end()) return "the network has no weights";
    return "all weights are finite; the largest, " + detail::number_text(detail::largest_magnitude(*largest)) +
           ", is in " + largest->name;
}

}  // namespace ditto

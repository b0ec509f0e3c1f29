// The label of a pair of images.
#pragma once

#include <cstdint>

namespace ditto {

/// Do the two images of a pair show the same person? Files write 1 for `same` and 0 for `different`.
/// An enumeration, so that no function can take it with the opposite meaning.
enum class PairLabel : std::uint8_t { different = 0, same = 1 };

namespace detail {

/// Is it one of the two? A cast makes a PairLabel of any number.
constexpr bool is_pair_label(PairLabel label) {
    return label == PairLabel::different || label == PairLabel::same;
}

}  // namespace detail

}  // namespace ditto

// What the score of a pair means.
#pragma once

#include <cstdint>

namespace ditto {

/// The two kinds of score that tell whether two images show the same person.
enum class ScoreKind : std::uint8_t {
    distance,    ///< 0 or more; the smaller, the more alike
    probability  ///< in [0, 1] that both images show the same person; the larger, the more alike
};

}  // namespace ditto

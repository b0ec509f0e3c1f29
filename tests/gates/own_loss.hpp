// A loss of one's own, of which each test has as much of a kernel as it has.
#pragma once

#include "device.hpp"

namespace mine {
struct Loss : ditto::Loss {
    static constexpr std::string_view name = "mine";
    static constexpr ScoreKind score_kind = ScoreKind::distance;
};
}  // namespace mine

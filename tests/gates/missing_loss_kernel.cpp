// A loss of one's own that no device computes.
#include "device.hpp"

namespace mine {
struct Loss : ditto::Loss {
    static constexpr std::string_view name = "mine";
    static constexpr ScoreKind score_kind = ScoreKind::distance;
};
}  // namespace mine
int main() {
    Trainer<Siamese<Network, mine::Loss>, Adam, Device> trainer({.batch = {4}});
}

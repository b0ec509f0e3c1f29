// A loss that does not say what its score is.
#include "device.hpp"

namespace mine {
struct Loss : ditto::Loss {
    static constexpr std::string_view name = "mine";
};
}  // namespace mine
int main() {
    Trainer<Siamese<Network, mine::Loss>, Adam, Device> trainer({.batch = {4}});
}

// A kernel of one's own loss that scores and does not train; what is asked of such a trainer gives no second error.
#include "own_loss.hpp"

template <class Features>
struct ditto::Kernel<mine::Loss, Features, Device> {
    static void score(const auto&, const auto&, const auto&) {}
};
int main() {
    Trainer<Siamese<Network, mine::Loss>, Adam, Device> trainer({.batch = {4}});
    return static_cast<int>(trainer.plan().total_bytes + trainer.settings().batch.count + trainer.features(1).size());
}

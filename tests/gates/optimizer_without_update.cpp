// An optimizer of one's own without the function, or the rule, that updates numbers.
#include "device.hpp"

struct Forgetful {
    static constexpr std::string_view name = "forgetful";
    static constexpr std::size_t state_tensors = 0;
    static constexpr std::array<std::string_view, 0> state_names{};
    template <class T>
    struct Rule {};
    double learning_rate = 1e-3;
};

using Training = Trainer<Verifier, Forgetful, Device>;
int main() {
    Training trainer({.batch = {4}});
    trainer.step(std::vector<float>(8 * 192), std::vector<PairLabel>(4));
}

// A training on CUDA gives the same bits whichever block of a kernel comes first, and whether a branch of a step's
// graph runs at once or at the last moment: none reads or writes what another one writes.
#include <doctest/doctest.h>

#include <cstddef>
#include <ratio>
#include <vector>

#include "ditto/ditto.hpp"

using namespace ditto;

namespace {

using Network = Sequential<Shape<8, 8, 3>, Conv2d<3, 8, 3, Padding<1>>, ReLU, BatchNorm2d<8>, MaxPool2d<2>,
                           Conv2d<8, 16, 3, Padding<1>>, ReLU, BatchNorm2d<16>, Dropout<std::ratio<1, 4>>, Flatten,
                           Linear<256, 96>, ReLU, BatchNorm1d<96>, L2Normalize>;

// With a parameter so wide that its update has a branch of its own.
using Wide = Sequential<Shape<32, 32, 3>, Conv2d<3, 4, 3, Padding<1>>, ReLU, BatchNorm2d<4>, Flatten,
                        Linear<4096, 1024>, BatchNorm1d<1024>>;
static_assert(Wide::parameters[4].info.size() >= detail::wide_parameter);

template <class Network, class Loss, class Precision>
std::vector<std::byte> weights_after_steps(bool last_first, bool forked_last) {
    using Training = Trainer<Siamese<Network, Loss>, Adam, Cuda<Precision>>;
    constexpr std::size_t pairs = 6;
    emulation::set_last_block_first(last_first);
    emulation::set_forked_last(forked_last);
    Training trainer({.batch = {pairs}});
    std::vector<float> images(2 * pairs * Training::image_size);
    Random random(1, RandomPurpose::test);
    for (float& value : images) value = static_cast<float>(random.uniform());
    std::vector<PairLabel> labels(pairs);
    for (std::size_t i = 0; i < pairs; ++i) labels[i] = i % 2 == 0 ? PairLabel::different : PairLabel::same;
    for (int step = 0; step < 3; ++step) trainer.step(images, labels);
    std::vector<std::byte> all;
    for (const auto& tensor : trainer.weights()) {
        if (tensor.type != StoredType::float32) continue;  // a counter
        const auto* bytes = static_cast<const std::byte*>(tensor.data);
        all.insert(all.end(), bytes, bytes + static_cast<std::size_t>(tensor.info.size()) * sizeof(float));
    }
    emulation::set_last_block_first(false);
    emulation::set_forked_last(false);
    return all;
}

template <class Network, class Loss, class Precision>
void check() {
    const std::vector<std::byte> weights = weights_after_steps<Network, Loss, Precision>(false, false);
    CHECK(weights == weights_after_steps<Network, Loss, Precision>(true, false));
    CHECK(weights == weights_after_steps<Network, Loss, Precision>(false, true));
}

}  // namespace

TEST_CASE("the order of blocks, and of branches, changes no bit of a training") {
    check<Network, ContrastiveLoss, bf16>();
    check<Network, ConcatBceLoss, fp32>();
}

TEST_CASE("the order of branches changes no bit where a wide parameter has one") {
    CHECK(weights_after_steps<Wide, ContrastiveLoss, bf16>(false, false) ==
          weights_after_steps<Wide, ContrastiveLoss, bf16>(false, true));
}

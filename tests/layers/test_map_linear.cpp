// A Linear right after a Flatten: it reads the map as it lies, starts as a Linear by itself does, and files see nothing
// of it. (tests/networks compare such networks with PyTorch's.)
#include <doctest/doctest.h>

#include <ditto/ditto.hpp>
#include <ditto/model/weights_file.hpp>
#include <type_traits>
#include <vector>

#include "../reference/value_file.hpp"
#include "../support/temporary_folder.hpp"

using namespace ditto;

namespace {

constexpr int height = 3, width = 2, channels = 5, inputs = height * width * channels, outputs = 7;
using Image = Shape<height, width, channels>;
using AfterFlatten = Sequential<Image, Flatten, Linear<inputs, outputs>>;
using ByItself = Sequential<Shape<inputs>, Linear<inputs, outputs>>;
using NotRightAfter = Sequential<Image, Flatten, ReLU, Linear<inputs, outputs>>;
template <class Network, class Precision = fp64>
using Runs = Inference<Siamese<Network, ContrastiveLoss>, Cpu<Precision>>;

static_assert(std::is_same_v<Execution<AfterFlatten, Cpu<fp32>>, Sequential<Image, MapLinear<inputs, outputs>>>);
static_assert(Execution<NotRightAfter, Cpu<fp32>>::layer_count == 3);
static_assert(AfterFlatten::parameters[0].info.size() == inputs * outputs);
// No copy of the map in another order is kept.
constexpr auto map_figures = layer_figures<AfterFlatten>(Cpu<fp32>{}, {.images = 4, .threads = 1, .training = true});
static_assert(map_figures[0].activation_bytes == 0 && map_figures[1].activation_bytes == 4 * outputs * sizeof(float));

// The weight [outputs, inputs], as files have it.
template <class Embedder>
std::vector<double> weight_of(Embedder& embedder) {
    const StoredTensor weight = embedder.weights()[0];
    return reference::in_file_order(weight.info, static_cast<const double*>(weight.data));
}

std::vector<float> some_image() {
    std::vector<float> image(inputs);
    Random random(3, RandomPurpose::test);
    for (float& number : image) number = static_cast<float>(random.normal());
    return image;
}

}  // namespace

TEST_CASE("the weight starts with the same numbers after a Flatten, after another layer and by itself") {
    Runs<AfterFlatten> after(1);
    Runs<ByItself> alone(1);
    Runs<NotRightAfter> not_right_after(1);
    CHECK(weight_of(after) == weight_of(alone));
    CHECK(weight_of(after) == weight_of(not_right_after));
    // And in memory they lie in the map's order: [pixels, channels, outputs].
    const auto* memory = static_cast<const double*>(after.weights()[0].data);
    const std::vector<double> file = weight_of(alone);
    const int pixel = 4, channel = 3, output = 6;
    CHECK(memory[(pixel * channels + channel) * outputs + output] ==
          file[output * inputs + channel * height * width + pixel]);
}

TEST_CASE("each output is the sum over channels, rows and columns, in PyTorch's order of weights") {
    Runs<AfterFlatten> network(1);
    const std::vector<double> weight = weight_of(network);
    const auto* bias = static_cast<const double*>(network.weights()[1].data);
    const std::vector<float> image = some_image();
    std::vector<float> features(outputs);
    network.embed(image, features);
    for (std::size_t o = 0; o < outputs; ++o) {
        double expected = bias[o];
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t pixel = 0; pixel < height * width; ++pixel)
                expected +=
                    weight[o * inputs + c * height * width + pixel] * static_cast<double>(image[pixel * channels + c]);
        CHECK(features[o] == doctest::Approx(expected).epsilon(1e-6));  // features are float
    }
}

TEST_CASE("files have one axis, and go from one network to the other") {
    const TemporaryFolder folder;
    Runs<AfterFlatten> after(1);
    Runs<NotRightAfter> other(1);
    for (const StoredTensor& tensor : after.weights())
        for (std::int64_t i = 0; i < tensor.info.size(); ++i) static_cast<double*>(tensor.data)[i] *= 2.0;
    save_weights(folder / "after", after.weights(), {});
    CHECK(open_weights(folder / "after").find("backbone.1.weight")->shape == std::vector<std::size_t>{outputs, inputs});
    std::vector<StoredTensor> renamed = other.weights();
    renamed[0].name = "backbone.1.weight";
    renamed[1].name = "backbone.1.bias";
    load_weights(folder / "after", renamed, "");
    CHECK(weight_of(other) == weight_of(after));
    save_weights(folder / "other", renamed, {});
    Runs<AfterFlatten> again(1);
    load_weights(folder / "other", again.weights(), "");
    CHECK(weight_of(again) == weight_of(after));
}

// A network's figures, plans, names and fingerprint: constants while compiling, and the same as what runs.
#include <doctest/doctest.h>

#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"

using namespace ditto;

namespace {

using Verifier = Siamese<FaceNetwork, ContrastiveLoss>;
using Training = Trainer<Verifier, Adam, Cpu<fp32>>;
constexpr Cpu<fp32> two_threads{2};

static_assert(FaceNetwork::parameter_count == 135'907'840);
static_assert(Siamese<FaceNetwork, ConcatBceLoss>::parameter_count == 135'909'889);
// Convolutions 157 / 1678 / 604 / 604 MFLOP and the linear layer 268, as multiplications and additions of one image.
constexpr auto layers = layer_figures<FaceNetwork>(two_threads, {.images = 32, .threads = 2, .training = true});
static_assert(layers[0].flops == 2LL * 128 * 128 * 64 * 75);
static_assert(layers[4].flops == 2LL * 64 * 64 * 128 * 1600);
static_assert(layers[8].flops == 2LL * 32 * 32 * 256 * 1152);
static_assert(layers[12].flops == 2LL * 16 * 16 * 512 * 2304);
static_assert(layers[16].flops == 2LL * 131072 * 1024);
static_assert(layers[16].parameters == 134'218'752);
// The first four layers run as one block. It saves the map after ReLU, the pool's winners and the batch statistics.
static_assert(layers[0].activation_bytes == 32 * 128 * 128 * 64 * 4 + 32 * 64 * 64 * 64 + 4 * 64 * 4);
static_assert(layers[1].activation_bytes == 0 && layers[2].activation_bytes == 0);
static_assert(layers[3].activation_bytes == 32 * 64 * 64 * 64 * 4, "and gives the pooled map");
// The reference device runs layer by layer.
constexpr auto slow_layers = layer_figures<FaceNetwork>(Cpu<fp64>{2}, {.images = 32, .threads = 2, .training = true});
static_assert(slow_layers[1].activation_bytes == 0, "ReLU works in place");
static_assert(slow_layers[3].activation_bytes == 32 * 64 * 64 * 64 * (8 + 1), "the pool keeps its output and winners");

// Weights and Adam's two moments are 3 x 518.4 MiB; the gradient of the linear layer's weight has no place of its own,
// unless somebody wants all gradients.
constexpr auto plan = memory_plan<Training>(batch_pairs{32});
static_assert(plan.total_bytes < 2'700'000'000);
static_assert(plan.parameter_bytes >= 4ULL * 135'907'840);
static_assert(plan.gradient_bytes == plan.parameter_bytes - planned_bytes(4ULL * 131072 * 1024));
static_assert(plan.total_bytes == 3 * plan.parameter_bytes + plan.gradient_bytes + plan.buffer_bytes +
                                      plan.activation_bytes + plan.loss_bytes);
static_assert(memory_plan<Training>(batch_pairs{32}, 2, {.keep_gradients = true}).gradient_bytes ==
              plan.parameter_bytes);
static_assert(inference_plan<Inference<Verifier, Cpu<fp32>>>(32).total_bytes < 700_MiB);

using Small =
    Sequential<Shape<8, 8, 3>, Conv2d<3, 4, 3, Padding<1>>, ReLU, BatchNorm2d<4>, MaxPool2d<2>, Flatten, Linear<64, 5>>;

}  // namespace

TEST_CASE("a trainer takes the memory of its plan, and is itself small") {
    using SmallTraining = Trainer<Siamese<Small, ConcatBceLoss>, SGD, Cpu<fp32>>;
    constexpr auto small_plan = memory_plan<SmallTraining>(batch_pairs{4}, 3);
    const SmallTraining trainer({.batch = {4}, .device = {3}});
    CHECK(trainer.plan().total_bytes == small_plan.total_bytes);
    CHECK(sizeof(SmallTraining) < 8192);
}

TEST_CASE("parameters have PyTorch's names, in the order of a state_dict") {
    Inference<Siamese<Small, ConcatBceLoss>, Cpu<fp32>> model(1);
    std::vector<std::string> names;
    for (const StoredTensor& tensor : model.weights()) names.push_back(tensor.name);
    CHECK(names == std::vector<std::string>{"backbone.0.weight", "backbone.0.bias", "backbone.2.weight",
                                            "backbone.2.bias", "backbone.2.running_mean", "backbone.2.running_var",
                                            "backbone.2.num_batches_tracked", "backbone.5.weight", "backbone.5.bias",
                                            "head.weight", "head.bias"});
}

TEST_CASE("a fingerprint tells architectures apart and is the same from every compiler") {
    CHECK(fingerprint<FaceNetwork>() == "5c95c855e95d9f72");
    CHECK(fingerprint<FaceNetworkWith<DirectAlgorithm>>() == fingerprint<FaceNetwork>());
    using WithLeak = Sequential<Shape<8, 8, 3>, LeakyReLU<std::ratio<1, 100>>, Flatten>;
    using WithMoreLeak = Sequential<Shape<8, 8, 3>, LeakyReLU<std::ratio<1, 5>>, Flatten>;
    CHECK(fingerprint<WithLeak>() != fingerprint<WithMoreLeak>());
    CHECK(type_name<Conv2d<3, 64, 5, Stride<2>, Padding<2>>>() == "Conv2d<3, 64, 5, Stride<2>, Padding<2>>");
    CHECK(type_name<LeakyReLU<std::ratio<1, 100>>>() == "LeakyReLU<ratio<1, 100>>");
}

TEST_CASE("the summary has a row for each layer and the totals") {
    const std::string table = summary<FaceNetwork>();
    CHECK(std::count(table.begin(), table.end(), '\n') == 19 + 4);
    CHECK(table.find("Linear<131072, 1024>") != std::string::npos);
    CHECK(table.find("135,907,840") != std::string::npos);
    CHECK(table.find("16x16x512") != std::string::npos);
    CHECK(table.ends_with("MiB: of a training pass over 32 images\n"));
}

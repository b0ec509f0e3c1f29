// The face network's table: every row is checked while this file compiles.
#include <concepts>

#include "ditto/losses/losses.hpp"
#include "ditto/network/siamese.hpp"
#include "ditto/networks/compact_face_network.hpp"
#include "ditto/networks/face_network.hpp"

namespace {

using namespace ditto;

template <std::size_t Row>
using Before = FaceNetwork::ShapeAt<Row>;

static_assert(FaceNetwork::valid);
static_assert(FaceNetwork::layer_count == 19);
static_assert(std::same_as<FaceNetwork::Input, Shape<128, 128, 3>>);
static_assert(std::same_as<Before<0>, Shape<128, 128, 3>>);
static_assert(std::same_as<Before<1>, Shape<128, 128, 64>>);    // Conv2d 5x5, 64
static_assert(std::same_as<Before<2>, Shape<128, 128, 64>>);    // ReLU
static_assert(std::same_as<Before<3>, Shape<128, 128, 64>>);    // BatchNorm2d
static_assert(std::same_as<Before<4>, Shape<64, 64, 64>>);      // MaxPool2d
static_assert(std::same_as<Before<5>, Shape<64, 64, 128>>);     // Conv2d 5x5, 128
static_assert(std::same_as<Before<6>, Shape<64, 64, 128>>);     // ReLU
static_assert(std::same_as<Before<7>, Shape<64, 64, 128>>);     // BatchNorm2d
static_assert(std::same_as<Before<8>, Shape<32, 32, 128>>);     // MaxPool2d
static_assert(std::same_as<Before<9>, Shape<32, 32, 256>>);     // Conv2d 3x3, 256
static_assert(std::same_as<Before<10>, Shape<32, 32, 256>>);    // ReLU
static_assert(std::same_as<Before<11>, Shape<32, 32, 256>>);    // BatchNorm2d
static_assert(std::same_as<Before<12>, Shape<16, 16, 256>>);    // MaxPool2d
static_assert(std::same_as<Before<13>, Shape<16, 16, 512>>);    // Conv2d 3x3, 512
static_assert(std::same_as<Before<14>, Shape<16, 16, 512>>);    // ReLU
static_assert(std::same_as<Before<15>, Shape<16, 16, 512>>);    // BatchNorm2d
static_assert(std::same_as<Before<16>, Shape<131072>>);         // Flatten
static_assert(std::same_as<Before<17>, Shape<1024>>);           // Linear
static_assert(std::same_as<Before<18>, Shape<1024>>);           // ReLU
static_assert(std::same_as<FaceNetwork::Output, Shape<1024>>);  // BatchNorm1d

constexpr std::int64_t layer_parameters(std::size_t layer) {
    std::int64_t total = 0;
    for (const NetworkTensor& tensor : FaceNetwork::parameters)
        if (tensor.layer == layer) total += tensor.info.size();
    return total;
}
static_assert(layer_parameters(0) == 4'864);
static_assert(layer_parameters(2) == 128);
static_assert(layer_parameters(4) == 204'928);
static_assert(layer_parameters(6) == 256);
static_assert(layer_parameters(8) == 295'168);
static_assert(layer_parameters(10) == 512);
static_assert(layer_parameters(12) == 1'180'160);
static_assert(layer_parameters(14) == 1'024);
static_assert(layer_parameters(16) == 134'218'752);
static_assert(layer_parameters(18) == 2'048);
static_assert(FaceNetwork::parameter_count == 135'907'840);
static_assert(CompactFaceNetwork::parameter_count == 4'588'288);
static_assert(FaceNetwork::flops / CompactFaceNetwork::flops >= 20);
static_assert(std::same_as<CompactFaceNetwork::Input, FaceNetwork::Input>);
static_assert(std::same_as<CompactFaceNetwork::Output, FaceNetwork::Output>);
static_assert(FaceNetwork::flops / 10'000'000 == 332, "3.32 GFLOP for one image forward");

// One set of weights, and a head for the loss that has one.
static_assert(Siamese<FaceNetwork, ContrastiveLoss>::parameter_count == FaceNetwork::parameter_count);
static_assert(Siamese<FaceNetwork, ConcatBceLoss>::parameter_count == FaceNetwork::parameter_count + 2 * 1024 + 1);
static_assert(Siamese<FaceNetwork, ConcatBceLoss>::head[0].shape[1] == 2048);
static_assert(Siamese<FaceNetwork, DifferenceBceLoss>::parameter_count == FaceNetwork::parameter_count + 1024 + 1);
static_assert(Siamese<FaceNetwork, DifferenceBceLoss>::head[0].shape[1] == 1024);

}  // namespace

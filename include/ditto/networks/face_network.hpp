// The reference network: 128x128 RGB faces to 1024 features, 19 layers.
#pragma once

#include "ditto/layers/layers.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

/// Four convolution blocks and a linear layer; 135,907,840 parameters, 98.8 % of them in the linear layer. Options are
/// added to every convolution: DirectAlgorithm, say.
template <class... Options>
using FaceNetworkWith = Sequential<Shape<128, 128, 3>,  //
                                   Conv2d<3, 64, 5, Padding<2>, Options...>, ReLU, BatchNorm2d<64>, MaxPool2d<2>,
                                   Conv2d<64, 128, 5, Padding<2>, Options...>, ReLU, BatchNorm2d<128>, MaxPool2d<2>,
                                   Conv2d<128, 256, 3, Padding<1>, Options...>, ReLU, BatchNorm2d<256>, MaxPool2d<2>,
                                   Conv2d<256, 512, 3, Padding<1>, Options...>, ReLU, BatchNorm2d<512>,  //
                                   Flatten, Linear<131072, 1024>, ReLU, BatchNorm1d<1024>>;

/// The network of the programs.
using FaceNetwork = FaceNetworkWith<>;

}  // namespace ditto

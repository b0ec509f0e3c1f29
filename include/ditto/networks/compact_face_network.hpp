// A smaller relative of the reference network, with the same input and output.
#pragma once

#include "ditto/layers/layers.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

/// Halves the picture, then four convolution blocks of 32 to 256 channels, and a linear layer over 4x4x256 numbers: 4.6
/// million parameters, a thirtieth of FaceNetwork's, and a twentieth of its FLOPs. `Tail` is added at the end:
/// L2Normalize, say.
template <class... Tail>
using CompactFaceNetworkWith =
    Sequential<Shape<128, 128, 3>, AveragePool2d<2>,                                   // 64x64x3
               Conv2d<3, 32, 5, Padding<2>>, ReLU, BatchNorm2d<32>, MaxPool2d<2>,      // 32x32x32
               Conv2d<32, 64, 3, Padding<1>>, ReLU, BatchNorm2d<64>, MaxPool2d<2>,     // 16x16x64
               Conv2d<64, 128, 3, Padding<1>>, ReLU, BatchNorm2d<128>, MaxPool2d<2>,   // 8x8x128
               Conv2d<128, 256, 3, Padding<1>>, ReLU, BatchNorm2d<256>, MaxPool2d<2>,  // 4x4x256
               Flatten, Linear<4096, 1024>, ReLU, BatchNorm1d<1024>, Tail...>;

/// The network that train_siamese calls compact.
using CompactFaceNetwork = CompactFaceNetworkWith<>;

}  // namespace ditto

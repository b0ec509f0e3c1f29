// The 19-layer face network with the linear layer of a network that pools once more.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken =
    Sequential<Shape<128, 128, 3>, Conv2d<3, 64, 5, Padding<2>>, ReLU, BatchNorm2d<64>, MaxPool2d<2>,
               Conv2d<64, 128, 5, Padding<2>>, ReLU, BatchNorm2d<128>, MaxPool2d<2>, Conv2d<128, 256, 3, Padding<1>>,
               ReLU, BatchNorm2d<256>, MaxPool2d<2>, Conv2d<256, 512, 3, Padding<1>>, ReLU, BatchNorm2d<512>, Flatten,
               Linear<65536, 1024>, ReLU, BatchNorm1d<1024>>;
static_assert(Broken::parameter_count > 0);

// A layer in the middle: 128 channels stated, 64 given.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<128, 128, 3>, Conv2d<3, 64, 5, Padding<2>>, ReLU, BatchNorm2d<64>, MaxPool2d<2>,
                          Conv2d<128, 128, 5, Padding<2>>, ReLU, BatchNorm2d<128>, MaxPool2d<2>>;
static_assert(Broken::parameter_count > 0);

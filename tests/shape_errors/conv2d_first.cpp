// The first layer: colour kernels on a grey image.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<128, 128, 1>, Conv2d<3, 64, 5, Padding<2>>, ReLU>;
using Output = Broken::Output;

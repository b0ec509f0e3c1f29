// As many scales as the layer before has inputs, not outputs.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<16, 16, 3>, Conv2d<3, 8, 3, Padding<1>>, ReLU, BatchNorm2d<3>, Flatten>;
static_assert(Broken::parameter_count > 0);

// A convolution of a vector, in the last place.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<8, 8, 3>, Flatten, Conv2d<192, 8, 3>>;
using Output = Broken::Output;

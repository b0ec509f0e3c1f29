// The length of an image.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<8, 8, 3>, L2Normalize, Flatten>;
using Output = Broken::Output;

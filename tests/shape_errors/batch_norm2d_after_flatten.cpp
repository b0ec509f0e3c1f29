// The wrong of the two BatchNorms: for images, on a vector.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<4, 4, 8>, Flatten, BatchNorm2d<8>>;
using Output = Broken::Output;

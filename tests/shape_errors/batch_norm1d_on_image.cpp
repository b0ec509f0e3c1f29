// The wrong of the two BatchNorms: for vectors, on an image.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<4, 4, 8>, BatchNorm1d<8>, ReLU>;
using Output = Broken::Output;

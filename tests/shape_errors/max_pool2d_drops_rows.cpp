// A pool that would drop the last row, not the last column.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<65, 64, 3>, ReLU, MaxPool2d<2>, Flatten>;
using Output = Broken::Output;

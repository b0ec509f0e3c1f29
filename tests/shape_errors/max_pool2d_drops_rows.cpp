// A pool that would drop the last row, not the last column.
#include <ditto/layers/flatten/flatten.hpp>
#include <ditto/layers/max_pool2d/max_pool2d.hpp>
#include <ditto/layers/relu/relu.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<65, 64, 3>, ReLU, MaxPool2d<2>, Flatten>;
using Output = Broken::Output;

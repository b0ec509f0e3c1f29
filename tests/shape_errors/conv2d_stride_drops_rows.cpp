// A stride that would drop the last row and column.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<8, 8, 3>, Conv2d<3, 8, 3, Stride<2>>, ReLU>;
static_assert(sizeof(Broken) > 0);

// What is flat already.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<8, 8, 3>, Flatten, Flatten, Linear<192, 10>>;
static_assert(sizeof(Broken) > 0);

// A pool whose stride would drop the last two columns.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<9, 11, 3>, AveragePool2d<3>, Flatten>;
constexpr auto flops = Broken::flops;

// A pool of a vector.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<1024>, MaxPool2d<2>>;
constexpr Broken network;

// A pool of a vector.
#include <ditto/layers/max_pool2d/max_pool2d.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<1024>, MaxPool2d<2>>;
Broken network;

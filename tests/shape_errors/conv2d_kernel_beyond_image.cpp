// A kernel that does not fit into the image even once.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<4, 9, 3>, Conv2d<3, 8, 7>>;
Broken network;

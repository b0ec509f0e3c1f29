// Two layers do not fit: only the first is an error.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<8, 8, 3>, Flatten, Linear<191, 10>, ReLU, Linear<11, 10>>;
using Output = Broken::Output;
Broken network;

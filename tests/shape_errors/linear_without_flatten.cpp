// As many numbers as the layer takes, but still an image.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using namespace ditto;

using Broken = Sequential<Shape<8, 8, 3>, Linear<192, 10>, ReLU>;
using Output = Broken::Output;

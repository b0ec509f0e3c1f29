// Layers that take any shape pass it on: the error is the last layer's.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

#include <ratio>

using namespace ditto;

using Broken =
    Sequential<Shape<100>, ReLU, LeakyReLU<std::ratio<1, 100>>, Sigmoid, Dropout<std::ratio<1, 2>>, Linear<10, 1>>;
static_assert(Broken::parameter_count > 0);

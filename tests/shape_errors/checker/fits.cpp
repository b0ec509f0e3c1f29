// A correct network: the test of the test must notice that it compiles.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using Network = ditto::Sequential<ditto::Shape<8, 8, 3>, ditto::ReLU>;
using Output = Network::Output;

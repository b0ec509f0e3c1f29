// A broken network and an error that is not ditto's: the test of the test must notice the second.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

using Broken = ditto::Sequential<ditto::Shape<8>, ditto::Linear<9, 1>>;
using Output = Broken::Output;
int number = "text";

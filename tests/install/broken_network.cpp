// The last layer takes 255 numbers and receives 256.
#include <ditto/ditto.hpp>

using Broken = ditto::Sequential<ditto::Shape<8, 8, 4>, ditto::ReLU, ditto::Flatten, ditto::Linear<255, 10>>;
static_assert(Broken::parameter_count > 0);

// A broken network first used by Siamese.
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/network/siamese.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, Flatten, Linear<191, 10>>;
using Broken = Siamese<Network, ContrastiveLoss>;
constexpr auto parameters = Broken::parameter_count;

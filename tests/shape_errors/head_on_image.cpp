// Features that are still an image: the loss is the layer after the last one, and cannot take them.
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/network/siamese.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, Conv2d<3, 4, 3, Padding<1>>, ReLU>;
using Broken = Siamese<Network, ConcatBceLoss>;
static_assert(sizeof(Broken) > 0);

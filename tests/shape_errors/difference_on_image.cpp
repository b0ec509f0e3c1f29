// The loss of the features' differences wants flat features, too.
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/network/siamese.hpp>

using namespace ditto;

using Broken = Siamese<Sequential<Shape<8, 8, 3>, MaxPool2d<2>>, DifferenceBceLoss>;
static_assert(sizeof(Broken) > 0);

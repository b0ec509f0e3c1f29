// All layers: their descriptions.
#pragma once

#include "ditto/layers/batch_norm/batch_norm.hpp"
#include "ditto/layers/conv2d/conv2d.hpp"
#include "ditto/layers/dropout/dropout.hpp"
#include "ditto/layers/elementwise/leaky_relu.hpp"
#include "ditto/layers/elementwise/relu.hpp"
#include "ditto/layers/elementwise/sigmoid.hpp"
#include "ditto/layers/flatten/flatten.hpp"
#include "ditto/layers/l2_normalize/l2_normalize.hpp"
#include "ditto/layers/linear/map_linear.hpp"
#include "ditto/layers/pooling/average/average_pool2d.hpp"
#include "ditto/layers/pooling/global_average/global_average_pool2d.hpp"
#include "ditto/layers/pooling/max/max_pool2d.hpp"

// All layers: their descriptions.
#pragma once

#include "ditto/layers/average_pool2d/average_pool2d.hpp"
#include "ditto/layers/batch_norm/batch_norm.hpp"
#include "ditto/layers/conv2d/conv2d.hpp"
#include "ditto/layers/dropout/dropout.hpp"
#include "ditto/layers/flatten/flatten.hpp"
#include "ditto/layers/global_average_pool2d/global_average_pool2d.hpp"
#include "ditto/layers/l2_normalize/l2_normalize.hpp"
#include "ditto/layers/leaky_relu/leaky_relu.hpp"
#include "ditto/layers/linear/linear.hpp"
#include "ditto/layers/max_pool2d/max_pool2d.hpp"
#include "ditto/layers/relu/relu.hpp"
#include "ditto/layers/sigmoid/sigmoid.hpp"

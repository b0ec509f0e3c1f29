// All layers on the CPU: their kernels.
#pragma once

#include "ditto/layers/batch_norm/cpu.hpp"
#include "ditto/layers/conv2d/cpu.hpp"
#include "ditto/layers/conv_block/cpu.hpp"
#include "ditto/layers/dropout/cpu.hpp"
#include "ditto/layers/elementwise/cpu.hpp"
#include "ditto/layers/flatten/cpu.hpp"
#include "ditto/layers/l2_normalize/cpu.hpp"
#include "ditto/layers/linear/cpu.hpp"
#include "ditto/layers/pooling/average/cpu.hpp"
#include "ditto/layers/pooling/global_average/cpu.hpp"
#include "ditto/layers/pooling/max/cpu.hpp"

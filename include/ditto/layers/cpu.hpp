// All layers on the CPU: their forward and backward functions.
#pragma once

#include "ditto/layers/average_pool2d/cpu.hpp"
#include "ditto/layers/batch_norm/cpu.hpp"
#include "ditto/layers/conv2d/cpu.hpp"
#include "ditto/layers/conv_block/cpu.hpp"
#include "ditto/layers/dropout/cpu.hpp"
#include "ditto/layers/flatten/cpu.hpp"
#include "ditto/layers/global_average_pool2d/cpu.hpp"
#include "ditto/layers/l2_normalize/cpu.hpp"
#include "ditto/layers/leaky_relu/cpu.hpp"
#include "ditto/layers/linear/cpu.hpp"
#include "ditto/layers/max_pool2d/cpu.hpp"
#include "ditto/layers/relu/cpu.hpp"
#include "ditto/layers/sigmoid/cpu.hpp"

namespace ditto {

template <class P>
inline constexpr bool kernels_are_here<Cpu<P>> = true;

}  // namespace ditto

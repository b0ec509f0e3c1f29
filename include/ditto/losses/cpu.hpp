// All losses on the CPU: their kernels.
#pragma once

#include "ditto/losses/cross_entropy/cpu.hpp"
#include "ditto/losses/distance/cpu.hpp"
#include "ditto/losses/mining/cpu.hpp"

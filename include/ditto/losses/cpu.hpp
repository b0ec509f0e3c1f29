// All losses on the CPU.
#pragma once

#include "ditto/losses/concat_bce/cpu.hpp"
#include "ditto/losses/contrastive/cpu.hpp"
#include "ditto/losses/difference_bce/cpu.hpp"
#include "ditto/losses/mining/cpu.hpp"

// The CPU as a device: Cpu with all of its kernels. A file that plans a network on it includes this; ditto.hpp, which
// has it, trains and runs them.
#pragma once

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/cpu.hpp"
#include "ditto/losses/cpu.hpp"
#include "ditto/optim/cpu.hpp"

namespace ditto {

template <class Precision, class Arch>
inline constexpr bool kernels_are_here<Cpu<Precision, Arch>> = true;

}  // namespace ditto

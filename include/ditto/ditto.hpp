// ditto: typed neural networks for Siamese training. The umbrella header.
#pragma once

#include "ditto/core/tensor.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/cpu.hpp"
#include "ditto/layers/layers.hpp"
#include "ditto/losses/cpu.hpp"
#include "ditto/losses/losses.hpp"
#include "ditto/network/figures.hpp"
#include "ditto/network/fingerprint.hpp"
#include "ditto/network/inference.hpp"
#include "ditto/network/siamese.hpp"
#include "ditto/network/summary.hpp"
#include "ditto/optim/adam.hpp"
#include "ditto/optim/schedule.hpp"
#include "ditto/optim/sgd.hpp"
#include "ditto/train/trainer.hpp"

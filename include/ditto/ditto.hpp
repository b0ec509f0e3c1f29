// ditto: typed neural networks for Siamese training. The umbrella header.
#pragma once

// First what explains mistakes: an error then begins with fewer lines of files that include one another.
#include "ditto/core/requirements.hpp"
#include "ditto/core/shape_error.hpp"

#include "ditto/layers/kernel.hpp"

#include "ditto/network/siamese.hpp"

#include "ditto/network/gates.hpp"

#include "ditto/trainer/trainer.hpp"

#include "ditto/core/tensor.hpp"
#include "ditto/cpu.hpp"
#include "ditto/device/cuda/cuda.hpp"
#include "ditto/layers/layers.hpp"
#include "ditto/losses/losses.hpp"
#include "ditto/model/cpu_inference.hpp"
#include "ditto/model/fingerprint.hpp"
#include "ditto/network/figures.hpp"
#include "ditto/network/summary.hpp"
#include "ditto/optim/adam.hpp"
#include "ditto/optim/schedule.hpp"
#include "ditto/optim/sgd.hpp"
#include "ditto/trainer/cpu_trainer.hpp"
#include "ditto/version.hpp"

#if defined(__CUDACC__) || defined(DITTO_CUDA_EMULATION)
#include "ditto/cuda.cuh"
#include "ditto/model/cuda_inference.cuh"
#include "ditto/trainer/cuda_trainer.cuh"
#endif

/// The library. What is in a namespace `detail` is not for users, and may change.
namespace ditto {}

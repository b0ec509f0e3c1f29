// ditto, and a device for whichever compiler reads this: a trainer's arguments are checked on each.
#pragma once

#ifdef __CUDACC__  // xtensor, which the CPU's trainer has, does not go through nvcc
#include <ditto/cuda.cuh>
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/optim/adam.hpp>
#include <ditto/optim/sgd.hpp>

#include <ditto/model/cuda_inference.cuh>
#include <ditto/trainer/cuda_trainer.cuh>

using Device = ditto::Cuda<ditto::fp32>;
#else
#include <ditto/ditto.hpp>

using Device = ditto::Cpu<ditto::fp32>;
#endif

#include <string_view>
#include <vector>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, Flatten, Linear<192, 32>>;
using Verifier = Siamese<Network, ContrastiveLoss>;

// What both files of the program know of each other.
#pragma once

#include <cstddef>
#include <ditto/device/cpu/cpu.hpp>
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/network/siamese.hpp>
#include <ditto/optim/adam.hpp>
#include <ditto/trainer/trainer.hpp>

// With a block, which only a file that knows the CPU's layers can see.
using Network = ditto::Sequential<ditto::Shape<16, 16, 3>,                                                           //
                                  ditto::Conv2d<3, 32, 5, ditto::Padding<2>>, ditto::ReLU, ditto::BatchNorm2d<32>,   //
                                  ditto::MaxPool2d<2>,                                                               //
                                  ditto::Conv2d<32, 64, 3, ditto::Padding<1>>, ditto::ReLU, ditto::BatchNorm2d<64>,  //
                                  ditto::Flatten, ditto::Linear<4096, 64>>;
using Training = ditto::Trainer<ditto::Siamese<Network, ditto::ContrastiveLoss>, ditto::Adam, ditto::Cpu<ditto::fp32>>;
inline constexpr ditto::batch_pairs batch{4};

struct Seen {
    std::size_t stages, plan_bytes, pass_bytes;
    bool operator==(const Seen&) const = default;
};

Seen seen_by_planner();

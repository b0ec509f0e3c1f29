// What the functions of a kernel are called with (see kernel.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/layers/layer.hpp"

namespace ditto {

/// The three ways to go through a layer.
enum class PassPhase : std::uint8_t { training_forward, training_backward, inference };

/// How much scratch memory a layer is asked about.
struct WorkspaceCall {
    PassPhase phase;
    std::size_t images;
    int threads;
    bool padded_images = false;  ///< see ForwardCall
};

/// What names the random numbers of a training step: the seed of the run, the number of the step, and the layer.
struct RandomKey {
    std::uint64_t seed = 0;
    std::uint64_t step = 0;
    std::uint32_t layer = 0;
};

/// Takes the gradient of a parameter piece by piece, while it is in the cache, in place of a tensor in memory. Pieces
/// come once each, in any order, from several threads at a time.
template <class T>
struct GradientStream {
    void (*take)(void* context, std::size_t parameter, std::size_t first, std::size_t count,
                 const T* numbers) = nullptr;
    void* context = nullptr;
    std::size_t parameter = 0;  ///< the network's number of the layer's first parameter

    /// Numbers [first, first + count) of the gradient of the layer's parameter `index`. The stream may change these
    /// numbers of the parameter itself, so backward must not read them afterwards.
    void operator()(std::size_t index, std::size_t first, std::size_t count, const T* numbers) const {
        take(context, parameter + index, first, count, numbers);
    }
};

/// Arguments of a kernel's forward function. T is the device's scalar, the type of parameters and statistics;
/// Activation is the type of the numbers between layers, the same but where a device computes in less.
template <class T, class Activation = T>
struct ForwardCall {
    std::size_t images;       ///< samples in this call
    std::size_t groups;       ///< twin groups: equal runs of consecutive samples with batch statistics of their own
    bool training;            ///< false: inference (running statistics, no dropout, nothing saved)
    const Activation* input;  ///< [images, Input...]; may be the same memory as output if the layer says so
    Activation* output;       ///< [images, Output...]
    bool padded_images;       ///< the input is a network's images and has KernelDefaults::image_channels channels
    std::array<const T*, max_layer_tensors> parameters;  ///< in the order of Layer::parameters()
    std::array<T*, max_layer_tensors> buffers;           ///< in the order of Layer::buffers()
    void* saved;                                         ///< Layer::saved_bytes() + kept_bytes() bytes for backward
    const void* prepared;                                ///< what prepare() made of the parameters; null: not prepared
    void* workspace;                                     ///< workspace_bytes() bytes of scratch
    RandomKey random;
};

/// Arguments of a kernel's backward function.
template <class T, class Activation = T>
struct BackwardCall {
    std::size_t images;
    std::size_t groups;
    const Activation* input;            ///< [images, Input...]; null unless Layer::backward_reads_input
    const Activation* output;           ///< [images, Output...]; null unless Layer::backward_reads_output
    const Activation* output_gradient;  ///< [images, Output...]
    Activation* input_gradient;         ///< [images, Input...], to be written; null for a network's first layer
    bool padded_images;                 ///< as in ForwardCall
    std::array<const T*, max_layer_tensors> parameters;
    std::array<T*, max_layer_tensors> parameter_gradients;  ///< to be written, not added to; null: see stream
    GradientStream<T> stream;  ///< takes the gradients of the parameters for which streams_gradient says so
    void* saved;               ///< what forward left; may be written over
    const void* prepared;      ///< as in ForwardCall
    void* workspace;
    RandomKey random;
};

}  // namespace ditto

// Convolutions on CUDA by cuDNN.
//
// cuDNN takes the weight as [Out, Kernel, Kernel, In], in the type of the activations: prepare() makes this copy, and
// the weight's gradient comes so and is turned back. Tensor cores want pixels of whole 16 bytes: where the channels do
// not fill them, cuDNN gets more channels, of zeros, in copies in the workspace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ditto/core/plan.hpp"
#include "ditto/device/cuda/launch.cuh"
#include "ditto/device/cuda/pad.cuh"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/conv2d/cudnn/handle.cuh"
#include "ditto/layers/conv2d/grid.cuh"

namespace ditto::detail {

/// to [pixels, To] = from [pixels, From], without the last channels.
template <std::size_t From, std::size_t To, class A>
struct DropChannels {
    const A* from;
    A* to;
    __device__ void operator()(std::size_t i) const { to[i] = from[i / To * From + i % To]; }
};

/// to [PaddedOut, taps, PaddedIn] = weight [taps, In, Out], zeros in the padding.
template <class Shape, class A>
struct ToCudnnFilter {
    const float* weight;
    A* to;
    __device__ void operator()(std::size_t i) const {
        const std::size_t in = i % Shape::padded_in, tap = i / Shape::padded_in % Shape::taps;
        const std::size_t out = i / (Shape::padded_in * Shape::taps);
        const bool inside = in < Shape::in && out < Shape::out;
        to[i] = inside ? A(weight[(tap * Shape::in + in) * Shape::out + out]) : A(0.0F);
    }
};

/// gradient [taps, In, Out] = from [PaddedOut, taps, PaddedIn].
template <class Shape, class A>
struct FromCudnnFilter {
    const A* from;
    float* gradient;
    __device__ void operator()(std::size_t i) const {
        const std::size_t out = i % Shape::out, in = i / Shape::out % Shape::in, tap = i / (Shape::out * Shape::in);
        gradient[i] = static_cast<float>(from[(out * Shape::taps + tap) * Shape::padded_in + in]);
    }
};

/// The channels of a convolution's filter. Padded: as cuDNN gets them.
template <class Grid, std::size_t Multiple>
struct CudnnFilter {
    static constexpr std::size_t in = Grid::in, out = Grid::out, taps = std::size_t{Grid::kernel} * Grid::kernel;
    static constexpr std::size_t padded_in = (in + Multiple - 1) / Multiple * Multiple;
    static constexpr std::size_t padded_out = (out + Multiple - 1) / Multiple * Multiple;
    static constexpr std::size_t weights = in * out * taps, padded_weights = padded_in * padded_out * taps;
};

/// The passes of a convolution without its bias. `workspace` has bytes(): scratch of cuDNN, the weight's gradient as
/// cuDNN gives it, and padded copies of the input or its gradient and of the output or its gradient, where needed.
template <class Conv, class Input, CudaDevice Device>
struct CudnnConvolution {
    using A = typename Device::activation;
    using Grid = ConvolutionGrid<Conv, Input>;
    static constexpr bool tensor_cores = !std::is_same_v<typename Device::precision, fp32>;
    static constexpr std::size_t multiple = tensor_cores ? cudnn_tensor_alignment / sizeof(A) : 1;
    using Filter = CudnnFilter<Grid, multiple>;
    static constexpr bool pads_input = Filter::padded_in != Filter::in, pads_output = Filter::padded_out != Filter::out;
    static constexpr std::size_t in_pixels = std::size_t{Grid::height} * Grid::width;
    static constexpr std::size_t prepared_bytes = Filter::padded_weights * sizeof(A);
    static constexpr std::size_t image_channels = pads_input ? Filter::padded_in : 0;

    static constexpr std::size_t bytes(std::size_t images, bool padded_images) {
        // The beginning is aligned when it is known where the workspace lies.
        return cudnn_workspace_alignment + scratch_bytes(images) + gradient_bytes + input_bytes(images, padded_images) +
               output_bytes(images);
    }

    static void prepare(const Device& device, const float* weight, void* to) {
        for_each(device, Filter::padded_weights, ToCudnnFilter<Filter, A>{weight, static_cast<A*>(to)});
    }
    /// The weight of a call as the passes take it.
    template <class Call>
    static const A* weight(const Call& call) {
        return static_cast<const A*>(call.prepared);
    }

    /// y [images, pixels, Out] = x convolved with the weight.
    static void forward(const Device& device, const ForwardCall<float, A>& call, A* y, void* workspace) {
        const std::size_t images = call.images;
        const Memory memory(workspace, images, call.padded_images);
        A* result = pads_output ? memory.output : y;
        run(device, problem(CudnnPass::forward, images), padded_input(device, call, memory), weight(call), result,
            memory);
        if constexpr (pads_output)
            for_each(device, images * Grid::pixels * Filter::out,
                     DropChannels<Filter::padded_out, Filter::out, A>{result, y});
    }

    static void weight_gradient(const Device& device, const BackwardCall<float, A>& call, const A* dy,
                                void* workspace) {
        const std::size_t images = call.images;
        const Memory memory(workspace, images, call.padded_images);
        const A* input = padded_input(device, call, memory);
        const A* output = padded_output(device, images, dy, memory);
        // In the activations' type: from bf16 no engine of cuDNN 9 gives it in float32.
        run(device, problem(CudnnPass::weight_gradient, images), input, memory.gradient, output, memory);
        for_each(device, Filter::weights, FromCudnnFilter<Filter, A>{memory.gradient, call.parameter_gradients[0]});
    }

    static void input_gradient(const Device& device, const BackwardCall<float, A>& call, const A* dy, void* workspace) {
        const std::size_t images = call.images;
        const Memory memory(workspace, images, call.padded_images);
        A* result = pads_input ? memory.input : call.input_gradient;
        run(device, problem(CudnnPass::input_gradient, images), result, weight(call),
            padded_output(device, images, dy, memory), memory);
        if constexpr (pads_input)
            for_each(device, images * in_pixels * Filter::in,
                     DropChannels<Filter::padded_in, Filter::in, A>{result, call.input_gradient});
    }

    /// What cuDNN is asked.
    static CudnnProblem problem(CudnnPass pass, std::size_t images) {
        CudnnProblem made{};
        made.pass = pass;
        made.type = std::is_same_v<A, float> ? CUDNN_DATA_FLOAT : CUDNN_DATA_BFLOAT16;
        made.tensor_cores = tensor_cores;
        made.direct = Conv::direct;
        made.images = static_cast<std::int64_t>(images);
        made.height = Grid::height;
        made.width = Grid::width;
        made.in = Grid::in;
        made.out_height = Grid::out_height;
        made.out_width = Grid::out_width;
        made.out = Grid::out;
        made.kernel = Grid::kernel;
        made.stride = Grid::stride;
        made.padding = Grid::padding;
        made.multiple = multiple;
        made.scratch = static_cast<std::int64_t>(scratch_bytes(images));
        return made;
    }

  private:
    static Cudnn& cudnn(const Device& device) {
        CudaContext& context = *device.context;
        return context.part<Cudnn>();
    }

    static constexpr std::size_t gradient_bytes = round_up(Filter::padded_weights * sizeof(A), tensor_alignment);
    /// As much as the heuristics' favourites ask for (tests/cuda/described): in bf16 next to nothing; in tf32 and fp32
    /// copies of all tensors, with a channel's pixels as neighbours or with more channels.
    static constexpr std::size_t scratch_bytes(std::size_t images) {
        const std::size_t input = images * in_pixels * Filter::padded_in;
        const std::size_t output = images * Grid::pixels * Filter::padded_out;
        const std::size_t copied = std::is_same_v<A, float> ? input + Filter::padded_weights + output : 0;
        return round_up((std::size_t{64} << 20) + copied * sizeof(A), cudnn_workspace_alignment);
    }
    static constexpr std::size_t input_bytes(std::size_t images, bool padded_images) {
        return pads_input && !padded_images
                   ? round_up(images * in_pixels * Filter::padded_in * sizeof(A), tensor_alignment)
                   : 0;
    }
    static constexpr std::size_t output_bytes(std::size_t images) {
        return pads_output ? round_up(images * Grid::pixels * Filter::padded_out * sizeof(A), tensor_alignment) : 0;
    }

    struct Memory {
        void* scratch;
        A* gradient;
        A* input;
        A* output;
        Memory(void* workspace, std::size_t images, bool padded_images) {
            scratch = align_up(workspace, cudnn_workspace_alignment);
            auto* next = static_cast<std::byte*>(scratch) + scratch_bytes(images);
            gradient = reinterpret_cast<A*>(next);
            input = reinterpret_cast<A*>(next += gradient_bytes);
            output = reinterpret_cast<A*>(next + input_bytes(images, padded_images));
        }
    };

    template <class Call>
    static const A* padded_input(const Device& device, const Call& call, const Memory& memory) {
        if (!pads_input || call.padded_images) return call.input;
        if constexpr (pads_input)
            pad_channels<Filter::in, Filter::padded_in>(device, call.images * in_pixels, call.input, memory.input);
        return memory.input;
    }
    static const A* padded_output(const Device& device, std::size_t images, const A* y, const Memory& memory) {
        if constexpr (!pads_output) return y;
        pad_channels<Filter::out, Filter::padded_out>(device, images * Grid::pixels, y, memory.output);
        return memory.output;
    }

    static void run(const Device& device, const CudnnProblem& problem, const void* x, const void* weight, const void* y,
                    const Memory& memory) {
        cudnn(device).run(problem, CudnnTensors{x, weight, y, memory.scratch});
    }
};

}  // namespace ditto::detail

// The passes of a convolution on the CPU by each fast algorithm, behind one set of names, and the choice among them
// while compiling: by the type's option, by what a shape allows, and by cost.hpp.
#pragma once

#include <algorithm>
#include <concepts>

#include "ditto/layers/conv2d/conv2d.hpp"
#include "ditto/layers/conv2d/cost.hpp"
#include "ditto/layers/conv2d/direct/direct.hpp"
#include "ditto/layers/conv2d/few_channels.hpp"
#include "ditto/layers/conv2d/winograd/gradient.hpp"

namespace ditto::detail {

/// Minimal filtering. `prepared` weights are those that every forward pass with the same weights can share. (Device,
/// not its precision, is the argument of all here, because the device's type has the instruction set.)
template <class Conv, class Input, class Device>
struct WinogradPasses {
    using T = typename Device::scalar;
    using Arch = typename Device::arch;
    static constexpr int height = Input::extents.height(), width = Input::extents.width();
    static constexpr int in = Conv::in_channels, out = Conv::out_channels, kernel = Conv::Geometry::kernel;
    using Forward = WinogradConvolution<T, height, width, in, out, kernel, Arch>;
    using InputGradient = WinogradConvolution<T, height, width, out, in, kernel, Arch>;
    using WeightGradient = WinogradWeightGradient<T, height, width, in, out, kernel, Arch>;
    static constexpr bool fits = Conv::Geometry::stride == 1 && Conv::Geometry::padding == kernel / 2 && Forward::fits;

    static constexpr GroupedChunks chunks(std::size_t images, std::size_t groups) {
        return Forward::chunks(images, groups);
    }
    static constexpr GroupedChunks gradient_chunks(std::size_t images) { return WeightGradient::chunks(images); }

    static constexpr std::size_t prepared_bytes = Forward::filter_bytes;
    static void prepare(int threads, const T* weight, T* prepared) {
        Forward::transform_filters(threads, weight, prepared);
    }

    static constexpr std::size_t forward_bytes(int threads) { return Forward::workspace_bytes(threads); }
    template <class Epilogue>
    static void forward(int threads, const GroupedChunks& chunks, const T* x, const T* prepared, void* workspace,
                        const Epilogue& epilogue) {
        Forward::convolve(threads, chunks, x, prepared, workspace, epilogue);
    }

    /// The turned kernels, for the input gradient, lie before their transforms and its workspace.
    static constexpr std::size_t turned_bytes =
        round_up(static_cast<std::size_t>(Conv::depth) * out * sizeof(T), tensor_alignment);

    static constexpr std::size_t backward_bytes(int threads) {
        return std::max(turned_bytes + InputGradient::filter_bytes + InputGradient::workspace_bytes(threads),
                        WeightGradient::workspace_bytes());
    }
    template <class Source>
    static void weight_gradient(int threads, std::size_t images, const T* x, const Source& source, T* gradient,
                                void* workspace) {
        WeightGradient::compute(threads, images, x, source, gradient, workspace);
    }
    static void input_gradient(const Device& device, std::size_t images, const T* dy, const T* weight, T* dx,
                               void* workspace) {
        auto* bytes = static_cast<std::byte*>(workspace);
        T* turned = reinterpret_cast<T*>(bytes);
        T* filters = reinterpret_cast<T*>(bytes + turned_bytes);
        turn_kernels<in, out, kernel>(device.threads, weight, turned);
        InputGradient::transform_filters(device.threads, turned, filters);
        InputGradient::convolve(device.threads, InputGradient::chunks(images, 1), dy, filters,
                                bytes + turned_bytes + InputGradient::filter_bytes,
                                StoreTiles<T, height, width, in>{nullptr, dx});
    }
};

/// Products of strips, for few input channels.
template <class Conv, class Input, class Device>
struct FewChannelsPasses {
    using T = typename Device::scalar;
    static constexpr int kernel = Conv::Geometry::kernel;
    using Kernel = FewChannelsConvolution<T, Input::extents.height(), Input::extents.width(), Conv::in_channels,
                                          Conv::out_channels, kernel, typename Device::arch>;
    static constexpr bool fits = Conv::Geometry::stride == 1 && Conv::Geometry::padding == kernel / 2 && Kernel::fits;

    static constexpr GroupedChunks chunks(std::size_t images, std::size_t groups) {
        return Kernel::chunks(images, groups);
    }
    static constexpr GroupedChunks gradient_chunks(std::size_t images) { return Kernel::chunks(images, 1); }

    static constexpr std::size_t prepared_bytes =
        round_up(static_cast<std::size_t>(Conv::depth) * Conv::out_channels * sizeof(T), tensor_alignment);
    static void prepare(int, const T* weight, T* prepared) { std::copy_n(weight, Kernel::weights, prepared); }

    static constexpr std::size_t forward_bytes(int threads) { return Kernel::forward_bytes(threads); }
    template <class Epilogue>
    static void forward(int threads, const GroupedChunks& chunks, const T* x, const T* prepared, void* workspace,
                        const Epilogue& epilogue) {
        Kernel::convolve(threads, chunks, x, prepared, workspace, epilogue);
    }

    static constexpr std::size_t backward_bytes(int threads) {
        // The input gradient is rarely wanted: these are the first layers of networks.
        return std::max(Kernel::backward_bytes(threads),
                        direct_workspace_bytes<Conv, Input, T>({PassPhase::training_backward, 1, threads}));
    }
    template <class Source>
    static void weight_gradient(int threads, std::size_t images, const T* x, const Source& source, T* gradient,
                                void* workspace) {
        Kernel::weight_gradient(threads, images, x, source, gradient, workspace);
    }
    static void input_gradient(const Device& device, std::size_t images, const T* dy, const T* weight, T* dx,
                               void* workspace) {
        direct_input_gradient<Conv, Input>(device, images, dy, weight, dx, workspace);
    }
};

/// No fast algorithm: unfolding and products (direct.hpp).
struct NoFastPasses {};

template <class Conv, class Input, class Device>
constexpr auto choose_passes() {
    if constexpr (!std::same_as<typename Device::scalar, float> || Conv::direct) {
        return NoFastPasses{};
    } else if constexpr (FewChannelsPasses<Conv, Input, Device>::fits) {
        return FewChannelsPasses<Conv, Input, Device>{};
    } else if constexpr (WinogradPasses<Conv, Input, Device>::fits) {
        constexpr ConvolutionShape shape{double(Input::extents.height()), double(Input::extents.width()),
                                         double(Conv::in_channels), double(Conv::out_channels),
                                         double(Conv::Geometry::kernel)};
        constexpr double direct = 3 * direct_cost(shape);
        constexpr double winograd = winograd_cost(shape, ConvolutionPass::forward) +
                                    winograd_cost(shape, ConvolutionPass::input_gradient) +
                                    winograd_cost(shape, ConvolutionPass::weight_gradient);
        if constexpr (winograd < direct) {
            return WinogradPasses<Conv, Input, Device>{};
        } else {
            return NoFastPasses{};
        }
    } else {
        return NoFastPasses{};
    }
}

/// The passes that a convolution runs on: NoFastPasses, or one of the two above.
template <class Conv, class Input, class Device>
using ChosenPasses = decltype(choose_passes<Conv, Input, Device>());

template <class Conv, class Input, class Device>
constexpr std::size_t prepared_bytes_of() {
    if constexpr (std::same_as<ChosenPasses<Conv, Input, Device>, NoFastPasses>) {
        return 0;
    } else {
        return ChosenPasses<Conv, Input, Device>::prepared_bytes;
    }
}

/// The prepared weights of a forward call: those that the caller has, or made now at the beginning of the workspace.
template <class Passes, class Device, class T>
const T* prepared_weights(const Device& device, const ForwardCall<T>& call) {
    if (call.prepared != nullptr) return static_cast<const T*>(call.prepared);
    Passes::prepare(device.threads, call.parameters[0], static_cast<T*>(call.workspace));
    return static_cast<const T*>(call.workspace);
}

template <class Conv, class Input, class Device>
inline constexpr bool has_fast_passes = !std::same_as<ChosenPasses<Conv, Input, Device>, NoFastPasses>;

}  // namespace ditto::detail

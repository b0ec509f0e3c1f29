// What a device does for a layer: one object for each (layer, input, device), which the layer's folder, or a user's
// file, specialises.
#pragma once

#include <concepts>
#include <cstddef>

#include "ditto/layers/calls.hpp"

namespace ditto {

/// How Device computes Layer on samples of shape Input, a Shape<...>. A layer's kernel is a specialisation:
///
///   template <class Input, class P>
///   struct Kernel<MyLayer, Input, Cpu<P>> : KernelDefaults {
///       static void forward(const Cpu<P>& device, const ForwardCall<typename P::scalar>& call);
///       static void backward(const Cpu<P>& device, const BackwardCall<typename P::scalar>& call);
///   };
///
/// with what else of KernelDefaults is not as it is there. On Cuda<P> the calls have the device's activations:
/// ForwardCall<float, typename Cuda<P>::activation>. A network that is run on a device without a kernel for one of its
/// layers does not compile, with one error that says which: missing_kernel. With prepared_bytes it has
/// `prepare(device, parameters, to)`. A loss has kernels too, with `score(loss, device, call)` and
/// `forward_backward(loss, device, call)` (see losses/loss.hpp), and so has PairMining, with `mine(mining, device,
/// call)` and `scatter_gradients(mining, device, call)`.
template <class Layer, class Input, class Device>
struct Kernel;

/// What a kernel need not say.
struct KernelDefaults {
    /// Scratch memory, in bytes, that forward and backward find in call.workspace.
    static constexpr std::size_t workspace_bytes(WorkspaceCall) { return 0; }
    /// Bytes for backward that this device's forward keeps beside Layer::saved_bytes(): call.saved has room for both.
    static constexpr std::size_t kept_bytes(std::size_t /*images*/) { return 0; }
    /// Bytes that `prepare(device, parameters, to)` makes of the parameters: once for many passes of inference and, on
    /// devices that prepare in training, before each step.
    static constexpr std::size_t prepared_bytes = 0;
    /// Is that the first parameter, number by number, rounded to activations? An update may then write it, too.
    static constexpr bool prepares_rounded = false;
    /// The channels that this kernel, as a network's first, wants images to have, zeros after their own: their pixels
    /// then begin at whole 16 bytes, say. 0: as many as they have.
    static constexpr std::size_t image_channels = 0;
    /// Can backward hand the gradient of parameter `index` to call.stream? Such a gradient has no place in memory
    /// unless somebody asks for it.
    static constexpr bool streams_gradient(std::size_t /*index*/) { return false; }
};

/// Are all of Device's kernels known in this file? Only then may a network be planned for it: in a file that knows some
/// of them it would have another plan than in the next. True after ditto/cpu.hpp for Cpu, ditto/cuda.cuh for Cuda.
template <class Device>
inline constexpr bool kernels_are_here = false;

/// The error of a file that does not know the kernels of a device.
template <class Device>
struct kernels_not_included {
    static_assert(
        sizeof(Device*) == 0,
        "ditto: not all of this device's kernels are known in this file, where a network would have another plan "
        "than in files that know them; include ditto/ditto.hpp, or ditto/cpu.hpp or ditto/cuda.cuh");
};
/// The one error of a network with a layer that the device has no kernel for.
template <class Number, class Layer, class Input, class Device>
struct missing_kernel {
    static_assert(sizeof(Number*) == 0,
                  "ditto: this device has no kernel for this layer; see layer_number, and write (or include) a "
                  "ditto::Kernel<Layer, Input, Device> with forward(device, call)");
};
/// The same for a kernel without backward, in a network that is trained.
template <class Number, class Layer, class Input, class Device>
struct missing_backward {
    static_assert(sizeof(Number*) == 0,
                  "ditto: the kernel of this layer has no backward(device, call), so that it cannot be trained; see "
                  "layer_number, and add it to ditto::Kernel<Layer, Input, Device>");
};

namespace detail {

template <class Device, bool AreHere>
struct KernelsCheck : kernels_not_included<Device> {};
template <class Device>
struct KernelsCheck<Device, true> {};

/// Stands for a kernel that is not there, once the error has been given: so that there is no second one.
struct NoKernel : KernelDefaults {
    static void forward(const auto&, const auto&) {}
    static void backward(const auto&, const auto&) {}
};

template <class Layer, class Input, class Device>
concept HasKernel = requires {
    sizeof(Kernel<Layer, Input, Device>);
};

template <class Device, class Layer, class Input>
concept RunsForward = HasKernel<Layer, Input, Device> &&
    requires(const Device& device, const ForwardCall<typename Device::scalar, typename Device::activation>& call) {
    Kernel<Layer, Input, Device>::forward(device, call);
};

template <class Device, class Layer, class Input>
concept RunsBackward = HasKernel<Layer, Input, Device> &&
    requires(const Device& device, const BackwardCall<typename Device::scalar, typename Device::activation>& call) {
    Kernel<Layer, Input, Device>::backward(device, call);
};

template <class Layer, class Input, class Device>
struct KernelOrNone {
    using type = NoKernel;
};
template <class Layer, class Input, class Device>
requires RunsForward<Device, Layer, Input>
struct KernelOrNone<Layer, Input, Device> {
    using type = Kernel<Layer, Input, Device>;
};

/// The kernel, or NoKernel where it is missing.
template <class Layer, class Input, class Device>
using KernelOf = typename KernelOrNone<Layer, Input, Device>::type;

}  // namespace detail

}  // namespace ditto

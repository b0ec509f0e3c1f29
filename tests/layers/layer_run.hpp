// One layer, run by itself: its tensors, each in an allocation of its own, and its two functions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <ditto/core/plan.hpp>
#include <ditto/cpu.hpp>
#include <limits>
#include <new>
#include <vector>

namespace ditto::test {

/// Gives memory aligned as a plan aligns tensors, so that a sanitizer sees where each one ends.
template <class T>
struct TensorAllocator {
    using value_type = T;
    TensorAllocator() = default;
    template <class U>
    TensorAllocator(const TensorAllocator<U>&) {}
    T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{tensor_alignment}));
    }
    void deallocate(T* memory, std::size_t) { ::operator delete (memory, std::align_val_t{tensor_alignment}); }
    bool operator==(const TensorAllocator&) const = default;
};

template <class T>
using Tensor = std::vector<T, TensorAllocator<T>>;

/// What a function has to write is NaN before, so that a number it leaves out is seen.
template <class LayerType, class InputShape, class Precision>
class LayerRun {
  public:
    using T = typename Precision::scalar;
    static constexpr std::size_t in_size = InputShape::size;
    static constexpr std::size_t out_size = LayerType::output(InputShape::extents).size();
    static constexpr auto parameter_infos = LayerType::parameters();
    static constexpr auto buffer_infos = LayerType::buffers();

    Tensor<T> input, output, output_gradient, input_gradient;  // [images, ...]
    std::array<Tensor<T>, parameter_infos.size()> parameters, parameter_gradients;
    std::array<Tensor<T>, buffer_infos.size()> buffers;

    explicit LayerRun(std::size_t images, std::size_t groups = 1, int threads = 2)
        : input(images * in_size),
          output(images * out_size),
          output_gradient(images * out_size),
          input_gradient(images * in_size),
          images_(images),
          groups_(groups),
          device_{threads} {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            parameters[i].resize(static_cast<std::size_t>(parameter_infos[i].size()));
            parameter_gradients[i].resize(parameters[i].size());
        }
        for (std::size_t i = 0; i < buffers.size(); ++i)
            buffers[i].resize(static_cast<std::size_t>(buffer_infos[i].size()));
    }

    void run_forward(bool training) {
        std::fill(output.begin(), output.end(), not_a_number);
        call_forward(training, output.data());
    }
    /// With the output written over the input, which is lost.
    void run_forward_in_place(bool training) {
        call_forward(training, input.data());
        output = input;
        std::fill(input.begin(), input.end(), not_a_number);
    }

    void run_backward() {
        std::fill(input_gradient.begin(), input_gradient.end(), not_a_number);
        call_backward(input_gradient.data());
    }
    /// With the input's gradient written over the output's, which is lost.
    void run_backward_in_place() {
        call_backward(output_gradient.data());
        input_gradient = output_gradient;
        std::fill(output_gradient.begin(), output_gradient.end(), not_a_number);
    }
    /// As the first layer of a network: without the input's gradient.
    void run_backward_of_first_layer() { call_backward(nullptr); }

  private:
    static constexpr T not_a_number = std::numeric_limits<T>::quiet_NaN();

    void* workspace(PassPhase phase) {
        workspace_.assign(
            Kernel<LayerType, InputShape, Cpu<Precision>>::workspace_bytes({phase, images_, device_.threads}),
            std::byte{0xFF});
        return workspace_.data();
    }

    void call_forward(bool training, T* to) {
        ForwardCall<T> call{};
        call.images = images_;
        call.groups = groups_;
        call.training = training;
        call.input = input.data();
        call.output = to;
        for (std::size_t i = 0; i < parameters.size(); ++i) call.parameters[i] = parameters[i].data();
        for (std::size_t i = 0; i < buffers.size(); ++i) call.buffers[i] = buffers[i].data();
        saved_.assign(training ? LayerType::saved_bytes(InputShape::extents, images_, sizeof(T)) : 0, std::byte{0xFF});
        call.saved = saved_.data();
        call.workspace = workspace(training ? PassPhase::training_forward : PassPhase::inference);
        Kernel<LayerType, InputShape, Cpu<Precision>>::forward(device_, call);
    }

    void call_backward(T* to) {
        BackwardCall<T> call{};
        call.images = images_;
        call.groups = groups_;
        call.input = LayerType::backward_reads_input ? input.data() : nullptr;
        call.output = LayerType::backward_reads_output ? output.data() : nullptr;
        call.output_gradient = output_gradient.data();
        call.input_gradient = to;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            std::fill(parameter_gradients[i].begin(), parameter_gradients[i].end(), not_a_number);
            call.parameters[i] = parameters[i].data();
            call.parameter_gradients[i] = parameter_gradients[i].data();
        }
        call.saved = saved_.data();
        call.workspace = workspace(PassPhase::training_backward);
        Kernel<LayerType, InputShape, Cpu<Precision>>::backward(device_, call);
    }

    std::size_t images_, groups_;
    Cpu<Precision> device_;
    Tensor<std::byte> saved_, workspace_;
};

}  // namespace ditto::test

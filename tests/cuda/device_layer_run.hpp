// A layer's CUDA functions on the tensors of a LayerRun: copied to the GPU, computed there, copied back.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "../layers/layer_run.hpp"
#include "ditto/cuda.cuh"

namespace ditto::test {

/// Memory of the GPU with numbers of type Number, filled from and read to tensors of float.
template <class Number>
class DeviceTensor {
  public:
    explicit DeviceTensor(const Tensor<float>& values)
        : block_(planned(values.size() * sizeof(Number))), size_(values.size()) {
        std::vector<Number> numbers(size_);
        for (std::size_t i = 0; i < size_; ++i) numbers[i] = Number(values[i]);
        detail::check(cudaMemcpy(block_.data(), numbers.data(), size_ * sizeof(Number), cudaMemcpyHostToDevice),
                      "copy");
        detail::check(cudaDeviceSynchronize(), "copy");  // which the streams of contexts do not wait for
    }
    Number* data() const { return reinterpret_cast<Number*>(block_.data()); }
    void read(Tensor<float>& values) const {
        std::vector<Number> numbers(size_);
        detail::check(cudaMemcpy(numbers.data(), block_.data(), size_ * sizeof(Number), cudaMemcpyDeviceToHost),
                      "copy");
        for (std::size_t i = 0; i < size_; ++i) values[i] = static_cast<float>(numbers[i]);
    }

  private:
    static std::size_t planned(std::size_t bytes) { return std::max<std::size_t>(bytes, 1); }
    detail::DeviceBlock block_;
    std::size_t size_;
};

/// Runs `run`'s layer on Cuda<Precision>: forward, and backward if in training.
template <class Precision, class LayerType, class InputShape>
void run_on_cuda(LayerRun<LayerType, InputShape, fp32>& run, std::size_t count, std::size_t groups, bool training,
                 bool first_layer = false) {
    using A = typename Cuda<Precision>::activation;
    using LayerKernel = Kernel<LayerType, InputShape, Cuda<Precision>>;
    detail::CudaContext context(0);
    const Cuda<Precision> device{1, 0, &context};
    const PassPhase phase = training ? PassPhase::training_forward : PassPhase::inference;
    const auto memory = [&](std::size_t bytes) {
        return std::make_unique<detail::DeviceBlock>(std::max<std::size_t>(bytes, 1));
    };
    const DeviceTensor<A> input(run.input), output(run.output), output_gradient(run.output_gradient);
    const DeviceTensor<A> input_gradient(run.input_gradient);
    std::vector<std::unique_ptr<DeviceTensor<float>>> parameters, gradients, buffers;
    for (std::size_t i = 0; i < run.parameters.size(); ++i) {
        parameters.push_back(std::make_unique<DeviceTensor<float>>(run.parameters[i]));
        gradients.push_back(std::make_unique<DeviceTensor<float>>(run.parameter_gradients[i]));
    }
    for (const auto& buffer : run.buffers) buffers.push_back(std::make_unique<DeviceTensor<float>>(buffer));
    const auto saved =
        memory(LayerType::saved_bytes(InputShape::extents, count, sizeof(A)) + LayerKernel::kept_bytes(count));

    std::array<const float*, max_layer_tensors> all_parameters{};
    for (std::size_t i = 0; i < parameters.size(); ++i) all_parameters[i] = parameters[i]->data();
    const auto prepared = memory(LayerKernel::prepared_bytes);
    if constexpr (LayerKernel::prepared_bytes > 0) LayerKernel::prepare(device, all_parameters, prepared->data());

    ForwardCall<float, A> forward_call{};
    forward_call.images = count;
    forward_call.groups = groups;
    forward_call.training = training;
    forward_call.input = input.data();
    forward_call.output = output.data();
    forward_call.parameters = all_parameters;
    forward_call.prepared = prepared->data();
    for (std::size_t i = 0; i < buffers.size(); ++i) forward_call.buffers[i] = buffers[i]->data();
    forward_call.saved = saved->data();
    const auto forward_memory = memory(LayerKernel::workspace_bytes({phase, count, 1}));
    forward_call.workspace = forward_memory->data();
    LayerKernel::forward(device, forward_call);

    if (training) {
        BackwardCall<float, A> call{};
        call.images = count;
        call.groups = groups;
        call.input = LayerType::backward_reads_input ? input.data() : nullptr;
        call.output = LayerType::backward_reads_output ? output.data() : nullptr;
        call.output_gradient = output_gradient.data();
        call.input_gradient = first_layer ? nullptr : input_gradient.data();
        call.parameters = all_parameters;
        call.prepared = prepared->data();
        for (std::size_t i = 0; i < parameters.size(); ++i) call.parameter_gradients[i] = gradients[i]->data();
        call.saved = saved->data();
        const auto bytes = LayerKernel::workspace_bytes({PassPhase::training_backward, count, 1});
        const auto backward_memory = memory(bytes);
        call.workspace = backward_memory->data();
        LayerKernel::backward(device, call);
        context.wait();
    }
    context.wait();
    output.read(run.output);
    input_gradient.read(run.input_gradient);
    for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i]->read(run.parameter_gradients[i]);
    for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i]->read(run.buffers[i]);
}

}  // namespace ditto::test

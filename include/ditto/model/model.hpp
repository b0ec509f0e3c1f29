// The weights of a Siamese network in a block of memory: where each tensor lies, its name, and its first value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ditto/core/plan.hpp"
#include "ditto/model/stored_tensor.hpp"
#include "ditto/network/pass.hpp"
#include "ditto/network/siamese.hpp"

namespace ditto {

/// Offsets of a model's tensors inside its two sections: parameters (the same layout serves gradients and optimizer
/// state) and buffers.
template <class Verifier, class T>
struct ModelLayout {
    using Network = typename Verifier::Network;
    std::array<MemoryRange, Verifier::parameter_tensors> parameters{};
    std::array<MemoryRange, Network::buffer_tensors> buffers{};
    std::size_t parameter_bytes = 0;
    std::size_t buffer_bytes = 0;

    /// One tensor after the other, each aligned.
    constexpr ModelLayout() {
        for (std::size_t i = 0; i < Verifier::parameter_tensors; ++i)
            parameters[i] =
                append_range(parameter_bytes, static_cast<std::size_t>(Verifier::parameter(i).size()) * sizeof(T));
        for (std::size_t i = 0; i < Network::buffer_tensors; ++i)
            buffers[i] =
                append_range(buffer_bytes, static_cast<std::size_t>(Network::buffers[i].info.size()) * sizeof(T));
    }
};

/// A model's weights: pointers into a block that somebody else owns, and the counters of its BatchNorm layers.
template <class Verifier, class T>
class ModelWeights {
  public:
    using Network = typename Verifier::Network;
    static constexpr ModelLayout<Verifier, T> layout{};

    ModelWeights() = default;
    /// `parameters` has layout.parameter_bytes bytes, `buffers` layout.buffer_bytes.
    ModelWeights(std::byte* parameters, std::byte* buffers) : parameters_(parameters), buffers_(buffers) {}

    /// The network's first, then the head's.
    T* parameter(std::size_t index) const { return at(parameters_, layout.parameters[index]); }
    /// In the order of Network::buffers.
    T* buffer(std::size_t index) const { return at(buffers_, layout.buffers[index]); }

    /// The values training starts from: PyTorch's default distributions, drawn from `seed`.
    void initialize(std::uint64_t seed, int threads) {
        for (std::size_t i = 0; i < Verifier::parameter_tensors; ++i)
            ditto::initialize(Verifier::parameter(i), parameter(i), seed, i, threads);
        for (std::size_t i = 0; i < Network::buffer_tensors; ++i)
            ditto::initialize(Network::buffers[i].info, buffer(i), seed, i, threads);
        batches_tracked_ = {};
    }

    /// Counts one training pass with `groups` twin groups.
    void count_batches(std::size_t groups) {
        for (std::size_t layer = 0; layer < Network::layer_count; ++layer)
            if (Network::traits[layer].tracks_batches) batches_tracked_[layer] += static_cast<std::int64_t>(groups);
    }

    /// Points the network's part of `tensors` at these weights.
    void point(NetworkTensors<Network, T>& tensors) const {
        for (std::size_t i = 0; i < Network::parameter_tensors; ++i) tensors.parameters[i] = parameter(i);
        for (std::size_t i = 0; i < Network::buffer_tensors; ++i) tensors.buffers[i] = buffer(i);
    }

    /// The head's parameters, or their counterparts that lie in `section` at `ranges`, as a loss takes them.
    template <class To>
    static std::array<To*, max_layer_tensors> head(
        std::byte* section, const std::array<MemoryRange, Verifier::parameter_tensors>& ranges = layout.parameters) {
        std::array<To*, max_layer_tensors> tensors{};
        for (std::size_t i = Network::parameter_tensors; i < Verifier::parameter_tensors; ++i)
            tensors[i - Network::parameter_tensors] = at(section, ranges[i]);
        return tensors;
    }

    /// Everything that a weights file holds, in PyTorch's order of a state_dict: layer by layer parameters, then
    /// buffers, then the counter; the head last.
    std::vector<StoredTensor> tensors() {
        std::vector<StoredTensor> all;
        std::size_t parameter_at = 0, buffer_at = 0;
        for (std::size_t layer = 0; layer < Network::layer_count; ++layer) {
            for (std::size_t i = 0; i < Network::traits[layer].parameters; ++i, ++parameter_at)
                all.push_back({Verifier::parameter_name(parameter_at), Verifier::parameter(parameter_at),
                               stored_type<T>, parameter(parameter_at)});
            for (std::size_t i = 0; i < Network::traits[layer].buffers; ++i, ++buffer_at)
                all.push_back({Verifier::tensor_name(Network::buffers[buffer_at]), Network::buffers[buffer_at].info,
                               stored_type<T>, buffer(buffer_at)});
            if (Network::traits[layer].tracks_batches) {
                const TensorInfo counter{.name = "num_batches_tracked"};
                all.push_back(
                    {Verifier::tensor_name({layer, counter}), counter, StoredType::int64, &batches_tracked_[layer]});
            }
        }
        for (; parameter_at < Verifier::parameter_tensors; ++parameter_at)
            all.push_back({Verifier::parameter_name(parameter_at), Verifier::parameter(parameter_at), stored_type<T>,
                           parameter(parameter_at)});
        return all;
    }

    /// The parameters' counterparts (gradients, optimizer state), which lie in `section` at `ranges`, under `prefix`.
    static std::vector<StoredTensor> counterparts(
        std::byte* section, const std::string& prefix,
        const std::array<MemoryRange, Verifier::parameter_tensors>& ranges = layout.parameters) {
        std::vector<StoredTensor> all;
        for (std::size_t i = 0; i < Verifier::parameter_tensors; ++i)
            all.push_back(
                {prefix + Verifier::parameter_name(i), Verifier::parameter(i), stored_type<T>, at(section, ranges[i])});
        return all;
    }

    /// What an average of weights holds of a file's tensors, all but the counters, under `prefix`.
    std::vector<StoredTensor> averaged_tensors(const std::string& prefix) const {
        std::vector<StoredTensor> all = counterparts(parameters_, prefix);
        for (std::size_t i = 0; i < Network::buffer_tensors; ++i)
            all.push_back({prefix + Verifier::tensor_name(Network::buffers[i]), Network::buffers[i].info,
                           stored_type<T>, buffer(i)});
        return all;
    }

    /// The tensor at `range` of a section.
    static T* at(std::byte* section, MemoryRange range) { return reinterpret_cast<T*>(section + range.offset); }

  private:
    std::byte* parameters_ = nullptr;
    std::byte* buffers_ = nullptr;
    std::array<std::int64_t, Network::layer_count> batches_tracked_{};
};

namespace detail {

// Sanitizer builds: opens the tensors of a section, so that the gaps between them stay closed.
template <std::size_t Count>
void open_tensors(std::byte* section, const std::array<MemoryRange, Count>& ranges) {
    for (const MemoryRange range : ranges) unpoison(section + range.offset, range.bytes);
}

}  // namespace detail

}  // namespace ditto

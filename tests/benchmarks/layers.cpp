// The face network layer by layer: seconds of every pass, the arithmetic and the memory traffic that it stands for, and
// the machine's limits to hold them against. The counterpart of layers.py and onednn_layers.cpp; compare.py runs them
// in turn.
//
// Each layer runs by itself, through its own forward and backward functions. What the network gains by running several
// layers as one block is not seen here but in the training step.
//
// usage: benchmark_layers <images> <steps> <threads>
#include <array>
#include <cctype>
#include <cstdlib>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"
#include "machine_limits.hpp"
#include "measure.hpp"

namespace {

using namespace ditto;
using Device = Cpu<fp32>;

struct Task {
    std::size_t images;
    int steps;
    Device device;
};

// Numbers in a block of their own, random in [-1, 1): no denormals, no overflow.
class Numbers {
  public:
    explicit Numbers(std::size_t count) : block_(count * sizeof(float)) {
        // Drawing every number of a 134-million-number weight would take longer than the measurement.
        static const std::array<float, 4099> table = [] {
            std::array<float, 4099> drawn{};
            Random random(1, RandomPurpose::test);
            for (float& number : drawn) number = static_cast<float>(random.uniform(-1.0, 1.0));
            return drawn;
        }();
        for (std::size_t begin = 0; begin < count; begin += table.size())
            std::copy_n(table.begin(), std::min(table.size(), count - begin), data() + begin);
    }
    float* data() const { return reinterpret_cast<float*>(block_.data()); }

  private:
    MemoryBlock block_;
};

// The tensors of a layer's list, and pointers to them as calls take them.
template <std::size_t Count>
std::vector<Numbers> make_tensors(const std::array<TensorInfo, Count>& infos) {
    std::vector<Numbers> tensors;
    for (const TensorInfo& info : infos) tensors.emplace_back(static_cast<std::size_t>(info.size()));
    return tensors;
}
template <class Pointer>
std::array<Pointer, max_layer_tensors> pointers(const std::vector<Numbers>& tensors) {
    std::array<Pointer, max_layer_tensors> all{};
    for (std::size_t i = 0; i < tensors.size(); ++i) all[i] = tensors[i].data();
    return all;
}

// "conv" for Conv2d<...>, "batchnorm" for BatchNorm1d<...>.
std::string kind(std::string name) {
    name = name.substr(0, name.find('<'));
    if (name.ends_with("1d") || name.ends_with("2d")) name.resize(name.size() - 2);
    for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return name;
}

// One layer of the network with all that its passes need.
template <std::size_t Index>
class LayerPasses {
    using Layer = FaceNetwork::LayerAt<Index>;
    using Input = FaceNetwork::ShapeAt<Index>;
    static constexpr std::size_t inputs = Input::size;
    static constexpr std::size_t outputs = FaceNetwork::ShapeAt<Index + 1>::size;

  public:
    explicit LayerPasses(const Task& task)
        : device_(task.device),
          images_(task.images),
          saved_(saved_bytes(task.images)),
          workspace_(std::max(scratch(PassPhase::training_forward), scratch(PassPhase::training_backward))),
          output_(images_ * outputs),
          output_gradient_(images_ * outputs),
          input_(images_ * inputs),
          input_gradient_(images_ * inputs),
          parameters_(make_tensors(Layer::parameters())),
          gradients_(make_tensors(Layer::parameters())),
          buffers_(make_tensors(Layer::buffers())) {}

    /// Is there a product with a weight, whose two gradients are passes of their own?
    static constexpr bool has_weight() {
        for (const TensorInfo& info : Layer::parameters())
            if (info.rank > 1) return true;
        return false;
    }
    std::int64_t flops() const { return Layer::flops(Input::extents) * static_cast<std::int64_t>(images_); }
    /// The least that a pass moves: everything it reads and everything it writes, once.
    std::size_t forward_bytes() const {
        return sizeof(float) * (images_ * (inputs + outputs) + parameter_numbers()) + saved_.bytes();
    }
    std::size_t backward_bytes() const {
        if (has_weight()) return forward_bytes();  // of each of the two gradients
        const std::size_t read =
            (Layer::backward_reads_input ? inputs : 0) + (Layer::backward_reads_output ? outputs : 0);
        return sizeof(float) * images_ * (inputs + outputs + read) + saved_.bytes();
    }

    void run_forward() const {
        ForwardCall<float> call{};
        call.images = images_;
        call.groups = 2;
        call.training = true;
        call.input = input_.data();
        call.output = forward_output();
        call.parameters = pointers<const float*>(parameters_);
        call.buffers = pointers<float*>(buffers_);
        call.saved = saved_.data();
        call.workspace = workspace_.data();
        Kernel<Layer, Input, Device>::forward(device_, call);
    }

    void run_backward(bool with_input_gradient) const {
        BackwardCall<float> call{};
        call.images = images_;
        call.groups = 2;
        call.input = input_.data();
        call.output = forward_output();
        call.output_gradient = output_gradient_.data();
        if (with_input_gradient)
            call.input_gradient = Layer::in_place ? output_gradient_.data() : input_gradient_.data();
        call.parameters = pointers<const float*>(parameters_);
        call.parameter_gradients = pointers<float*>(gradients_);
        call.saved = saved_.data();
        call.workspace = workspace_.data();
        Kernel<Layer, Input, Device>::backward(device_, call);
    }

  private:
    static std::size_t saved_bytes(std::size_t images) {
        return Layer::saved_bytes(Input::extents, images, sizeof(float));
    }
    static constexpr std::size_t parameter_numbers() {
        std::int64_t numbers = 0;
        for (const TensorInfo& info : Layer::parameters()) numbers += info.size();
        return static_cast<std::size_t>(numbers);
    }
    std::size_t scratch(PassPhase phase) const {
        return Kernel<Layer, Input, Device>::workspace_bytes({phase, images_, device_.threads});
    }
    // In place where training runs in place; only layers that may do so twice without changing their result are.
    float* forward_output() const { return Layer::in_place ? input_.data() : output_.data(); }

    Device device_;
    std::size_t images_;
    MemoryBlock saved_, workspace_;
    Numbers output_, output_gradient_, input_, input_gradient_;
    std::vector<Numbers> parameters_, gradients_, buffers_;
};

// The timings of all layers, and what each stands for.
struct Results {
    benchmarks::Timings timings;
    nlohmann::ordered_json passes;  // {"<layer> <pass>": {"flops": ..., "bytes": ...}}, in the network's order

    template <std::size_t Index>
    void add(const LayerPasses<Index>& layer, const std::string& label, std::vector<double> seconds) {
        const bool is_forward = label.ends_with("forward");
        passes[label] = {{"flops", layer.flops()},
                         {"bytes", is_forward ? layer.forward_bytes() : layer.backward_bytes()},
                         {"products", layer.has_weight()}};
        timings[label] = std::move(seconds);
    }
};

template <std::size_t Index>
void measure_layer(const Task& task, Results& results) {
    std::array<std::string, FaceNetwork::layer_count> kinds;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((kinds[I] = kind(type_name<FaceNetwork::LayerAt<I>>())), ...);
    }
    (std::make_index_sequence<FaceNetwork::layer_count>{});
    const auto number = std::count(kinds.begin(), kinds.begin() + Index + 1, kinds[Index]);
    const std::string name = kinds[Index] + std::to_string(number);

    const LayerPasses<Index> layer(task);
    results.add(layer, name + " forward", benchmarks::repeat(task.steps, [&] { layer.run_forward(); }));
    if constexpr (!layer.has_weight()) {
        results.add(layer, name + " backward", benchmarks::repeat(task.steps, [&] { layer.run_backward(true); }));
    } else if constexpr (Index == 0) {
        results.add(layer, name + " weight gradient",
                    benchmarks::repeat(task.steps, [&] { layer.run_backward(false); }));
    } else {
        // One function computes both gradients. Without the input's it takes the weight's share of the time; the rest
        // is the input's. The two take turns, so that both meet the same machine.
        std::vector<double> weight, input;
        benchmarks::repeat(task.steps, [&] {
            weight.push_back(benchmarks::seconds_of([&] { layer.run_backward(false); }));
            input.push_back(benchmarks::seconds_of([&] { layer.run_backward(true); }) - weight.back());
        });
        weight.erase(weight.begin());  // repeat's warm-up
        input.erase(input.begin());
        results.add(layer, name + " input gradient", input);
        results.add(layer, name + " weight gradient", weight);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s <images> <steps> <threads>\n", argv[0]);
        return 2;
    }
    const Task task{std::strtoul(argv[1], nullptr, 10), std::atoi(argv[2]), Device{std::atoi(argv[3])}};
    const benchmarks::MachineLimits limits = benchmarks::measure_limits(task.device.threads);
    Results results;
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (measure_layer<Index>(task, results), ...);
    }
    (std::make_index_sequence<FaceNetwork::layer_count>{});
    auto report = benchmarks::report("ditto", ditto::version_string, results.timings);
    report["limits"] = {{"flops", limits.flops}, {"read_bytes", limits.read_bytes}};
    report["passes"] = results.passes;
    benchmarks::print(report);
}

// A peer of layers.cpp: the face network's convolutions by oneDNN (2.x), each in the memory layouts that oneDNN likes
// best for it ("any"), bias included, without the conversions that a network in one layout would need between them.
//
// usage: OMP_NUM_THREADS=<threads> benchmark_onednn_layers <direct|winograd> <images> <steps>
// A pass for which oneDNN has no such algorithm is left out.
#include <cstdlib>
#include <dnnl.hpp>
#include <unordered_map>

#include "measure.hpp"

namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

struct Convolution {
    const char* name;
    int in_channels, out_channels, kernel, size;
};
constexpr Convolution convolutions[] = {
    {"conv1", 3, 64, 5, 128}, {"conv2", 64, 128, 5, 64}, {"conv3", 128, 256, 3, 32}, {"conv4", 256, 512, 3, 16}};

class ConvolutionPasses {
  public:
    ConvolutionPasses(const Convolution& convolution, dnnl::algorithm algorithm, int images, int steps)
        : algorithm_(algorithm),
          steps_(steps),
          input_(any({images, convolution.in_channels, convolution.size, convolution.size})),
          weight_(any({convolution.out_channels, convolution.in_channels, convolution.kernel, convolution.kernel})),
          bias_({convolution.out_channels}, memory::data_type::f32, memory::format_tag::x),
          output_(any({images, convolution.out_channels, convolution.size, convolution.size})),
          padding_{convolution.kernel / 2, convolution.kernel / 2},
          forward_({dnnl::prop_kind::forward_training, algorithm_, input_, weight_, bias_, output_, stride_, padding_,
                    padding_},
                   engine_) {}

    std::vector<double> forward() {
        return run(dnnl::convolution_forward(forward_), {{DNNL_ARG_SRC, numbers(forward_.src_desc())},
                                                         {DNNL_ARG_WEIGHTS, numbers(forward_.weights_desc())},
                                                         {DNNL_ARG_BIAS, numbers(bias_)},
                                                         {DNNL_ARG_DST, numbers(forward_.dst_desc())}});
    }

    std::vector<double> input_gradient() {
        using Pass = dnnl::convolution_backward_data;
        const Pass::primitive_desc pass({algorithm_, input_, weight_, output_, stride_, padding_, padding_}, engine_,
                                        forward_);
        return run(Pass(pass), {{DNNL_ARG_DIFF_SRC, numbers(pass.diff_src_desc())},
                                {DNNL_ARG_WEIGHTS, numbers(pass.weights_desc())},
                                {DNNL_ARG_DIFF_DST, numbers(pass.diff_dst_desc())}});
    }

    std::vector<double> weight_gradient() {
        using Pass = dnnl::convolution_backward_weights;
        const Pass::primitive_desc pass({algorithm_, input_, weight_, bias_, output_, stride_, padding_, padding_},
                                        engine_, forward_);
        return run(Pass(pass), {{DNNL_ARG_SRC, numbers(pass.src_desc())},
                                {DNNL_ARG_DIFF_WEIGHTS, numbers(pass.diff_weights_desc())},
                                {DNNL_ARG_DIFF_BIAS, numbers(bias_)},
                                {DNNL_ARG_DIFF_DST, numbers(pass.diff_dst_desc())}});
    }

  private:
    static memory::desc any(const memory::dims& dimensions) {
        return {dimensions, memory::data_type::f32, memory::format_tag::any};
    }

    // Memory for a tensor, with numbers between -1 and 1 in it.
    memory numbers(const memory::desc& description) {
        memory tensor(description, engine_);
        auto* const begin = static_cast<float*>(tensor.get_data_handle());
        for (std::size_t i = 0; i < description.get_size() / sizeof(float); ++i)
            begin[i] = static_cast<float>(i * 7919 % 4099) / 2049.5F - 1.0F;
        return tensor;
    }

    std::vector<double> run(const dnnl::primitive& pass, const Arguments& arguments) {
        return benchmarks::repeat(steps_, [&] {
            pass.execute(stream_, arguments);
            stream_.wait();
        });
    }

    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    dnnl::algorithm algorithm_;
    int steps_;
    memory::desc input_, weight_, bias_, output_;
    memory::dims stride_{1, 1}, padding_;
    dnnl::convolution_forward::primitive_desc forward_;
};

// Puts the timings of one pass under `label`, or nothing where oneDNN does not have the pass.
template <class Pass>
void add(benchmarks::Timings& timings, const std::string& label, const Pass& pass) {
    try {
        timings[label] = pass();
    } catch (const dnnl::error& error) {
        timings.erase(label);
        std::fprintf(stderr, "%s: %s\n", label.c_str(), error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s <direct|winograd> <images> <steps>\n", argv[0]);
        return 2;
    }
    const auto algorithm = std::string(argv[1]) == "winograd" ? dnnl::algorithm::convolution_winograd
                                                              : dnnl::algorithm::convolution_direct;
    const int images = std::atoi(argv[2]), steps = std::atoi(argv[3]);
    benchmarks::Timings timings;
    for (const Convolution& convolution : convolutions) {
        const std::string name = convolution.name;
        const auto passes = [&] { return ConvolutionPasses(convolution, algorithm, images, steps); };
        add(timings, name + " forward", [&] { return passes().forward(); });
        add(timings, name + " weight gradient", [&] { return passes().weight_gradient(); });
        if (convolution.in_channels != 3)  // nobody needs the gradient of an image
            add(timings, name + " input gradient", [&] { return passes().input_gradient(); });
    }
    const dnnl_version_t* version = dnnl::version();
    benchmarks::print(benchmarks::report(
        "oneDNN",
        std::to_string(version->major) + "." + std::to_string(version->minor) + "." + std::to_string(version->patch),
        timings));
}

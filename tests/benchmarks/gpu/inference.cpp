// Features of images by the face network on a GPU, seconds of Inference::embed by the wall clock: images come from the
// host's memory as float32, features go back to it.
//
// usage: benchmark_gpu_inference <fp32|tf32|bf16> <images> <steps>   (one measurement for each line it reads)
#include <cstdlib>

#include "ditto/cuda.cuh"
#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"
#include "rounds.hpp"

namespace {

using namespace ditto;

template <class P>
void run(std::size_t count, int steps) {
    Cuda<P> device;
    device.threads = available_threads();  // they convert images
    Inference<Siamese<FaceNetwork, ContrastiveLoss>, Cuda<P>> network(count, device);
    const std::vector<float> images = benchmarks::noise(count * network.image_size);
    std::vector<float> features(count * network.feature_size);
    network.embed(images, features);
    benchmarks::answer_rounds({{"planned_bytes", network.plan().total_bytes}}, [&] {
        return benchmarks::Timings{{"batch", benchmarks::repeat(steps, [&] { network.embed(images, features); })}};
    });
}

}  // namespace

int main(int argc, char** argv) {
    return benchmarks::report_errors([&] {
        const auto measure = [&](auto precision) {
            run<decltype(precision)>(std::strtoul(argv[2], nullptr, 10), std::atoi(argv[3]));
        };
        if (argc == 4 && benchmarks::with_precision(argv[1], measure)) return 0;
        std::fprintf(stderr, "usage: %s <fp32|tf32|bf16> <images> <steps>\n", argv[0]);
        return 2;
    });
}

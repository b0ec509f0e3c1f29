// Features of images by the frozen face network: seconds of a batch, for each of several batch sizes. The counterpart
// of inference.py; compare.py runs both in turn.
//
// usage: benchmark_inference <precision> <steps> <threads> <images>...
//   precision: fp32, or bf16, which holds the linear layer's weight in 16 bits
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"
#include "measure.hpp"

namespace {

using namespace ditto;

template <class Precision>
void measure(int steps, int threads, const std::vector<std::size_t>& batches) {
    using Frozen = Inference<Siamese<FaceNetwork, ContrastiveLoss>, Cpu<Precision>>;
    Frozen network(*std::max_element(batches.begin(), batches.end()), {threads});
    benchmarks::Timings timings;
    for (const std::size_t batch : batches) {
        std::vector<float> images(batch * Frozen::image_size), features(batch * Frozen::feature_size);
        Random random(1, RandomPurpose::test);
        for (float& value : images) value = static_cast<float>(random.uniform());
        timings["batch " + std::to_string(batch)] = benchmarks::repeat(steps, [&] { network.embed(images, features); });
    }
    auto report = benchmarks::report("ditto", ditto::version_string, timings);
    report["planned_bytes"] = network.plan().total_bytes;
    benchmarks::print(report);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string precision = argc > 1 ? argv[1] : "";
    if (argc < 5 || (precision != "fp32" && precision != "bf16")) {
        std::fprintf(stderr, "usage: %s fp32|bf16 <steps> <threads> <images>...\n", argv[0]);
        return 2;
    }
    const int steps = std::atoi(argv[2]), threads = std::atoi(argv[3]);
    std::vector<std::size_t> batches;
    for (int i = 4; i < argc; ++i) batches.push_back(std::strtoul(argv[i], nullptr, 10));
    if (precision == "fp32") {
        measure<fp32>(steps, threads, batches);
    } else {
        measure<bf16>(steps, threads, batches);
    }
}

// Features of images by the frozen face network: seconds of a batch, for each of several batch sizes. The counterpart
// of inference.py; compare.py runs both in turn.
//
// usage: benchmark_inference <steps> <threads> <images>...
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/network/face_network.hpp"
#include "measure.hpp"

int main(int argc, char** argv) {
    using namespace ditto;
    using Frozen = Inference<Siamese<FaceNetwork, ContrastiveLoss>, Cpu<fp32>>;
    if (argc < 4) {
        std::fprintf(stderr, "usage: %s <steps> <threads> <images>...\n", argv[0]);
        return 2;
    }
    const int steps = std::atoi(argv[1]), thread_count = std::atoi(argv[2]);
    std::vector<std::size_t> batches;
    for (int i = 3; i < argc; ++i) batches.push_back(std::strtoul(argv[i], nullptr, 10));

    Frozen network(*std::max_element(batches.begin(), batches.end()), Cpu<fp32>{thread_count});
    benchmarks::Timings timings;
    for (const std::size_t batch : batches) {
        std::vector<float> images(batch * Frozen::image_size), features(batch * Frozen::feature_size);
        Random random(1, RandomPurpose::test);
        for (float& value : images) value = static_cast<float>(random.uniform());
        timings["batch " + std::to_string(batch)] = benchmarks::repeat(steps, [&] { network.embed(images, features); });
    }
    auto report = benchmarks::report("ditto " DITTO_VERSION, timings);
    report["planned_bytes"] = network.plan().total_bytes;
    benchmarks::print(report);
}

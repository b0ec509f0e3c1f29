// Does the face network learn on its fast paths as on the direct ones? Losses of the same steps on the same built-in
// faces: fast, direct, and direct from other initial weights, which is how far apart two equally good runs are.
//
// usage: benchmark_training_curve <pairs> <steps> <threads>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/faces/face_pairs.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/networks/face_network.hpp"

namespace {

using namespace ditto;

struct Task {
    std::size_t pairs;
    std::size_t steps;
    int threads;
    FacePairs faces;
    ImageStore images;
};

template <class Network>
std::vector<double> losses(const Task& task, std::uint64_t seed) {
    using Training = Trainer<Siamese<Network, ContrastiveLoss>, SGD, Cpu<fp32>>;
    Training trainer({.batch = {task.pairs},
                      .device = {task.threads},
                      .optimizer = {.learning_rate = 1e-4, .momentum = 0.9},
                      .loss = ContrastiveLoss(40.0),
                      .seed = seed});
    std::vector<float> images(2 * task.pairs * Training::image_size);  // [2 * pairs, 128, 128, 3]
    std::vector<PairLabel> labels(task.pairs);
    std::vector<double> all;
    for (std::size_t step = 0; step < task.steps; ++step) {
        for (std::size_t i = 0; i < task.pairs; ++i) {
            const Pair& pair = task.faces.pairs[(step * task.pairs + i) % task.faces.pairs.size()];
            labels[i] = pair.label;
            const std::span left(images.data() + i * Training::image_size, Training::image_size);
            const std::span right(left.data() + task.pairs * Training::image_size, Training::image_size);
            task.images.sample(pair.left, Augmentation{}, left);
            task.images.sample(pair.right, Augmentation{}, right);
        }
        all.push_back(trainer.step(images, labels).loss);
    }
    return all;
}

double mean_distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    return sum / static_cast<double>(a.size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s <pairs> <steps> <threads>\n", argv[0]);
        return 2;
    }
    const int threads = std::atoi(argv[3]), size = 128;
    const FacePairs faces = training_face_pairs(5, 200);
    const Task task{std::strtoul(argv[1], nullptr, 10), std::strtoul(argv[2], nullptr, 10), threads, faces,
                    ImageStore(
                        faces.pictures(), [&](std::size_t i) { return faces.draw(i, size); },
                        ImageRecipe{1.0, size, size}, std::nullopt, threads)};
    const auto fast = losses<FaceNetwork>(task, 1);
    const auto direct = losses<FaceNetworkWith<DirectAlgorithm>>(task, 1);
    const auto other = losses<FaceNetworkWith<DirectAlgorithm>>(task, 2);
    std::printf("step        fast      direct  another seed\n");
    for (std::size_t step = 0; step < fast.size(); ++step)
        std::printf("%4zu %11.5f %11.5f   %11.5f\n", step + 1, fast[step], direct[step], other[step]);
    std::printf("mean distance: fast to direct %.4f, seed to seed %.4f\n", mean_distance(fast, direct),
                mean_distance(direct, other));
}

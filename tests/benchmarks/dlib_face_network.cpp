// A peer of training_step.cpp and inference.cpp: the face network in dlib, whose networks are types too. dlib has no
// twins: a training step sends the 2 * pairs images through the network as one batch, and the loss is the nearest that
// dlib has: loss_metric (distances between all images of a batch) for contrastive, loss_binary_log on one number of
// each image for bce. Inference has frozen normalisation (affine), as dlib advises.
//
// Takes long to compile, and is therefore a target of its own: benchmark_dlib. dlib itself and its BLAS are what is
// installed; OPENBLAS_NUM_THREADS and OMP_NUM_THREADS say how many threads they use.
//
// usage: benchmark_dlib training <contrastive|bce> <sgd|adam> <pairs> <steps>
//        benchmark_dlib inference <steps> <images>...
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include <cstdlib>

#include "measure.hpp"

namespace {

using Image = dlib::matrix<dlib::rgb_pixel>;
using Input = dlib::input<Image>;

// dlib writes a network inside out: what comes first stands last. Its convolutions of stride 1 keep the image's size.
template <template <class> class Norm, int Channels, int Kernel, class Below>
using Block = Norm<dlib::relu<dlib::con<Channels, Kernel, Kernel, 1, 1, Below>>>;
template <template <class> class Norm, int Channels, int Kernel, class Below>
using PooledBlock = dlib::max_pool<2, 2, 2, 2, Block<Norm, Channels, Kernel, Below>>;
template <template <class> class SpatialNorm, template <class> class FlatNorm>
using FaceNetwork = FlatNorm<dlib::relu<
    dlib::fc<1024, Block<SpatialNorm, 512, 3,
                         PooledBlock<SpatialNorm, 256, 3,
                                     PooledBlock<SpatialNorm, 128, 5, PooledBlock<SpatialNorm, 64, 5, Input>>>>>>>;
using TrainedNetwork = FaceNetwork<dlib::bn_con, dlib::bn_fc>;
using FrozenNetwork = FaceNetwork<dlib::affine, dlib::affine>;

std::vector<Image> random_images(std::size_t count) {
    dlib::rand random(1);
    std::vector<Image> images(count, Image(128, 128));
    for (Image& image : images)
        for (dlib::rgb_pixel& pixel : image) {
            pixel.red = random.get_random_8bit_number();
            pixel.green = random.get_random_8bit_number();
            pixel.blue = random.get_random_8bit_number();
        }
    return images;
}

template <class Network, class Solver, class Label>
std::vector<double> training_steps(const Solver& solver, double rate, std::vector<Label> labels, int steps) {
    Network network;
    const std::vector<Image> images = random_images(labels.size());
    dlib::resizable_tensor batch;  // [2 * pairs, 3, 128, 128]
    network.to_tensor(images.begin(), images.end(), batch);
    std::vector<Solver> solvers(Network::num_computational_layers, solver);
    return benchmarks::repeat(steps, [&] {
        network.compute_parameter_gradients(batch, labels.begin());
        network.update_parameters(dlib::make_sstack(solvers), rate);
    });
}

template <class Solver>
std::vector<double> training_steps(bool contrastive, const Solver& solver, double rate, std::size_t pairs, int steps) {
    if (contrastive) {
        std::vector<unsigned long> people(2 * pairs);
        for (std::size_t i = 0; i < people.size(); ++i) people[i] = i / 2;
        return training_steps<dlib::loss_metric<TrainedNetwork>>(solver, rate, people, steps);
    }
    std::vector<float> signs(2 * pairs);
    for (std::size_t i = 0; i < signs.size(); ++i) signs[i] = i % 2 == 0 ? -1.0F : 1.0F;
    return training_steps<dlib::loss_binary_log<dlib::fc<1, TrainedNetwork>>>(solver, rate, signs, steps);
}

std::vector<double> inference(std::size_t images, int steps) {
    FrozenNetwork network;
    const std::vector<Image> faces = random_images(images);
    dlib::resizable_tensor batch;  // [images, 3, 128, 128]
    network.to_tensor(faces.begin(), faces.end(), batch);
    return benchmarks::repeat(steps, [&] { network.forward(batch); });
}

}  // namespace

int main(int argc, char** argv) {
    const std::string question = argc > 1 ? argv[1] : "";
    benchmarks::Timings timings;
    if (question == "training" && argc == 6) {
        const bool contrastive = std::string(argv[2]) == "contrastive";
        const std::size_t pairs = std::strtoul(argv[4], nullptr, 10);
        const int steps = std::atoi(argv[5]);
        timings["step"] = std::string(argv[3]) == "sgd"
                              ? training_steps(contrastive, dlib::sgd(0.0F, 0.9F), 1e-4, pairs, steps)
                              : training_steps(contrastive, dlib::adam(0.0F, 0.9F, 0.999F), 1e-5, pairs, steps);
    } else if (question == "inference" && argc > 3) {
        for (int i = 3; i < argc; ++i)
            timings["batch " + std::string(argv[i])] =
                inference(std::strtoul(argv[i], nullptr, 10), std::atoi(argv[2]));
    } else {
        std::fprintf(stderr,
                     "usage: %s training <contrastive|bce> <sgd|adam> <pairs> <steps>\n"
                     "       %s inference <steps> <images>...\n",
                     argv[0], argv[0]);
        return 2;
    }
    benchmarks::print(benchmarks::report("dlib",
                                         std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION) +
                                             "." + std::to_string(DLIB_PATCH_VERSION),
                                         timings));
}

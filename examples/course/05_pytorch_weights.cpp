// 5. Weights to and from PyTorch: a file that either side writes, the other takes as it is.
//
//     05_pytorch_weights write WEIGHTS FEATURES.npy    fresh weights, and the features of two pictures
//     05_pytorch_weights read WEIGHTS FEATURES.npy     the same pictures with the weights of a file
//
// The other side is 05_pytorch_weights.py, which runs both:
//
//     python3 examples/course/05_pytorch_weights.py build/release/bin/05_pytorch_weights
#include <cstdio>
#include <ditto/ditto.hpp>
#include <ditto/io/npy.hpp>
#include <ditto/model/weights_file.hpp>
#include <exception>
#include <string_view>
#include <vector>

using namespace ditto;

// In PyTorch: a module with `backbone = nn.Sequential(...)` of the same layers, and `head = nn.Linear(16, 1)`. Files
// hold the tensors under its names and in its shapes ("backbone.0.weight", [8, 3, 3, 3]), whatever ditto's memory
// holds.
using Network = Sequential<Shape<16, 16, 3>,                                                 //
                           Conv2d<3, 8, 3, Padding<1>>, ReLU, BatchNorm2d<8>, MaxPool2d<2>,  // 8x8x8
                           Flatten, Linear<512, 8>, BatchNorm1d<8>>;                         // 8
using Frozen = Inference<Siamese<Network, ConcatBceLoss>, Cpu<fp32>>;

int main(int argc, char** argv) try {
    const std::string_view mode = argc == 4 ? argv[1] : "";
    if (mode != "write" && mode != "read") throw Error("usage: 05_pytorch_weights write|read WEIGHTS FEATURES.npy");

    Frozen inference(2);  // passes of two pictures
    if (mode == "write") {
        WeightsInfo info;  // for ditto's programs; PyTorch does not look at it
        info.fingerprint = fingerprint<Network>();
        info.loss = ConcatBceLoss::name;
        save_weights(argv[2], inference.weights(), info);
    } else {
        // A tensor that is missing, left over or of another shape is an error that names it: PyTorch's strict=True.
        load_weights(argv[2], inference.weights(), fingerprint<Network>());
    }

    std::vector<float> pictures(2 * Frozen::image_size);  // [2, 16, 16, 3]: channels last, where PyTorch has them first
    for (std::size_t i = 0; i < pictures.size(); ++i) pictures[i] = static_cast<float>(i * 37 % 256) / 255.0F;
    std::vector<float> features(2 * Frozen::feature_size);  // [2, 8]
    inference.embed(pictures, features);

    NpyWriter file(argv[3], {2, Frozen::feature_size});
    file.append(features);
    file.commit();
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}

// make_weights OUTPUT contrastive|bce THRESHOLD: writes weights of the face network that nobody has trained, for the
// tests of the programs. THRESHOLD "none": without metadata, as PyTorch would write them.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ditto/core/memory.hpp>
#include <ditto/core/parallel.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/network/face_network.hpp>
#include <ditto/network/fingerprint.hpp>
#include <ditto/network/model.hpp>
#include <ditto/train/weights_file.hpp>
#include <string>
#include <string_view>

namespace {

using ditto::FaceNetwork;

template <class Loss>
void write(const std::string& path, const std::string& threshold) {
    using Model = ditto::Model<ditto::Siamese<FaceNetwork, Loss>, float>;
    const ditto::MemoryBlock block(Model::layout.parameter_bytes + Model::layout.buffer_bytes);
    Model model(block.data(), block.data() + Model::layout.parameter_bytes);
    model.initialize(1, ditto::available_threads());
    // Running statistics as after some training, so that a program that ignores them is noticed.
    ditto::Random random(1, ditto::RandomPurpose::test);
    for (std::size_t i = 0; i < FaceNetwork::buffer_tensors; ++i)
        for (std::int64_t at = 0; at < FaceNetwork::buffers[i].info.size(); ++at)
            model.buffer(i)[at] += static_cast<float>(random.uniform(-0.1, 0.1));

    ditto::WeightsInfo info;
    if (threshold != "none") {
        info = {ditto::fingerprint<FaceNetwork>(), std::string(Loss::name), {}, std::stod(threshold),
                ditto::ImageRecipe{}};
    }
    ditto::save_weights(path, model.tensors(), info);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return std::fprintf(stderr, "usage: make_weights OUTPUT contrastive|bce THRESHOLD\n"), 2;
    if (std::string_view(argv[2]) == "bce")
        write<ditto::ConcatBceLoss>(argv[1], argv[3]);
    else
        write<ditto::ContrastiveLoss>(argv[1], argv[3]);
}

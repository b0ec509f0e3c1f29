// make_weights OUTPUT LOSS [compact]: writes weights of the face network, or of the compact one, that nobody has
// trained, for the tests of the programs.
#include <cstddef>
#include <cstdint>
#include <ditto/core/memory.hpp>
#include <ditto/core/parallel.hpp>
#include <ditto/core/random.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/model/fingerprint.hpp>
#include <ditto/model/model.hpp>
#include <ditto/model/weights_file.hpp>
#include <ditto/networks/compact_face_network.hpp>
#include <ditto/networks/face_network.hpp>
#include <string>

namespace {

template <class Network, class Loss>
void write(const std::string& path) {
    using Model = ditto::ModelWeights<ditto::Siamese<Network, Loss>, float>;
    const ditto::MemoryBlock block(Model::layout.parameter_bytes + Model::layout.buffer_bytes);
    Model model(block.data(), block.data() + Model::layout.parameter_bytes);
    model.initialize(1, ditto::available_threads());
    // Running statistics as after some training, so that a program that ignores them is noticed.
    ditto::Random random(1, ditto::RandomPurpose::test);
    for (std::size_t i = 0; i < Network::buffer_tensors; ++i)
        for (std::int64_t at = 0; at < Network::buffers[i].info.size(); ++at)
            model.buffer(i)[at] += static_cast<float>(random.uniform(-0.1, 0.1));

    constexpr double margin = 1.0, threshold = 0.5;
    ditto::save_weights(
        path, model.tensors(),
        {ditto::fingerprint<Network>(), std::string(Loss::name), margin, threshold, ditto::ImageRecipe{}});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    ditto::with_loss(argv[2], "LOSS", [&]<class Loss>(const Loss&) {
        argc > 3 ? write<ditto::CompactFaceNetwork, Loss>(argv[1]) : write<ditto::FaceNetwork, Loss>(argv[1]);
    });
}

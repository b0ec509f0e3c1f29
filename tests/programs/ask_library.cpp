// ask_library WEIGHTS FEATURES.npy IMAGE...: what verify_faces and embed_faces answer, from the library alone, of the
// compact network and the contrastive loss: a line of verify_faces for each pair of images, and their features.
#include <cstddef>
#include <cstdio>
#include <ditto/ditto.hpp>
#include <ditto/io/npy.hpp>
#include <ditto/model/load_pair_verifier.hpp>
#include <ditto/networks/compact_face_network.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const std::vector<std::string> images(argv + 3, argv + argc);
    using Network = ditto::Siamese<ditto::CompactFaceNetwork, ditto::ContrastiveLoss>;
    const ditto::PairVerifier verifier = ditto::load_pair_verifier<Network, ditto::Cpu<ditto::fp32>>(argv[1]);

    for (std::size_t left = 0; left < images.size(); ++left)
        for (std::size_t right = left + 1; right < images.size(); ++right) {
            const ditto::Verification answer = verifier.verify(images[left], images[right]);
            std::printf("%s  distance %.6g  threshold %.6g  probability of the same person %.4f\n",
                        answer.label == ditto::PairLabel::same ? "same" : "different", answer.score, answer.threshold,
                        *answer.probability);
        }
    ditto::NpyWriter features(argv[2], {images.size(), verifier.feature_count()});
    verifier.embed_files("", images, [&](auto some) { features.append(some); });
    features.commit();
}

#include "face_verifier.hpp"

#include <algorithm>
#include <ditto/cpu.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/model/pair_verifier.hpp>
#include <ditto/model/weights_file.hpp>

#include "face_networks.hpp"
#include "frozen_network.hpp"
#include "network_of_file.hpp"
#include "note.hpp"

namespace support {

namespace {

using ditto::FaceNetwork;

static_assert(FaceNetwork::Output::size == feature_size);

// Images of one pass, at most: enough to keep the device busy, and little memory beside the weights' 544 MB.
std::size_t largest_pass(const Compute& compute) {
    return compute.device == "cuda" ? 128 : 16;
}

// Whether the file has a head of the shapes that the loss's has.
template <class Loss>
bool has_head_of(const ditto::SafetensorsReader& file) {
    return std::ranges::all_of(Loss::parameters(FaceNetwork::Output::extents), [&](const ditto::TensorInfo& info) {
        const ditto::TensorEntry* entry = file.find("head." + std::string(info.name));
        return entry != nullptr && entry->shape == ditto::detail::file_shape(info);
    });
}

std::string fingerprint_of(const std::string& network) {
    return support::with_face_network(network, []<class Network>() { return ditto::fingerprint<Network>(); });
}

std::string require_loss(const ditto::SafetensorsReader& file, const std::optional<std::string>& stored) {
    if (stored) return *stored;
    std::string loss(ditto::ContrastiveLoss::name);  // which has no head, if no other loss's is in the file
    ditto::AllLosses::for_each([&]<class Loss>(const Loss&) {
        if (has_head_of<Loss>(file)) loss = Loss::name;
    });
    note(file.path().string() + " does not say its loss; taken for " + loss + " by its tensors");
    return loss;
}

// How images become the network's input: as the file says, or as a guess.
ditto::ImageRecipe recipe_of(const ditto::SafetensorsReader& file, const std::optional<ditto::ImageRecipe>& stored) {
    if (stored) return *stored;
    constexpr ditto::Extents input = FaceNetwork::Input::extents;
    const ditto::ImageRecipe assumed{1.0, input.height(), input.width()};
    note(file.path().string() + " does not say its image recipe; '" + to_string(assumed) + "' is assumed");
    return assumed;
}

}  // namespace

std::unique_ptr<FaceVerifier> load_verifier(const std::filesystem::path& weights, std::size_t images,
                                            const Compute& compute) {
    const ditto::SafetensorsReader file = ditto::open_weights(weights);
    ditto::WeightsInfo stored = ditto::weights_info(file);
    const std::string network_name = face_network_of_file(file, stored.fingerprint);
    stored.loss = require_loss(file, stored.loss);
    stored.recipe = recipe_of(file, stored.recipe);
    ditto::detail::require_image_recipe(stored.recipe, FaceNetwork::Input::extents, weights.string());
    const std::size_t pass_images = std::min(images, largest_pass(compute));
    auto network = compute.device == "cuda" ? make_cuda_network(network_name, *stored.loss, pass_images, compute)
                                            : make_network_on(network_name, *stored.loss, pass_images,
                                                              ditto::Cpu<ditto::fp32>{compute.threads});
    ditto::load_weights(weights, network->weights(), fingerprint_of(network_name));
    ditto::PairVerifier verifier(std::move(network), stored, compute.threads, weights.string());
    VerifierInfo info{network_name,
                      *stored.loss,
                      verifier.score_kind(),
                      verifier.threshold(),
                      verifier.image_recipe(),
                      verifier.feature_recipe(),
                      verifier.calibration()};
    return std::make_unique<FaceVerifier>(std::move(info), std::move(verifier));
}

}  // namespace support

#include "face_verifier.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ditto/cpu.hpp>
#include <ditto/images/image_store.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/model/weights_file.hpp>
#include <ditto/training/evaluation.hpp>
#include <numeric>
#include <vector>

#include "face_networks.hpp"
#include "frozen_network.hpp"
#include "network_of_file.hpp"

namespace support {

namespace {

using ditto::Error, ditto::FaceNetwork;

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
    std::fprintf(stderr, "note: %s does not say its loss; taken for %s by its tensors\n", file.path().c_str(),
                 loss.c_str());
    return loss;
}

ditto::ImageRecipe require_recipe(const ditto::SafetensorsReader& file,
                                  const std::optional<ditto::ImageRecipe>& stored) {
    constexpr ditto::Extents input = FaceNetwork::Input::extents;
    if (!stored) {
        const ditto::ImageRecipe assumed{1.0, input.height(), input.width()};
        std::fprintf(stderr, "note: %s does not say its image recipe; '%s' is assumed\n", file.path().c_str(),
                     to_string(assumed).c_str());
        return assumed;
    }
    if (stored->height != input.height() || stored->width != input.width())
        throw Error(file.path().string() + ": its image recipe is '" + to_string(*stored) +
                    "', but the network takes " + std::to_string(input.height()) + "x" + std::to_string(input.width()) +
                    " pixels; use weights of this network");
    return *stored;
}

}  // namespace

FaceVerifier::FaceVerifier(VerifierInfo info, std::unique_ptr<ditto::Embedder> network, std::size_t pass_images,
                           int threads)
    : info_(std::move(info)), network_(std::move(network)), pass_images_(pass_images), threads_(threads) {}

double FaceVerifier::score(std::span<const float> left, std::span<const float> right) const {
    double score = 0.0;
    network_->score(left, right, std::span(&score, 1));
    if (!std::isfinite(score))
        throw Error("the score of a pair is not a finite number; the head's weights are damaged, train again");
    return score;
}

std::optional<double> FaceVerifier::probability(double score) const {
    if (info_.score_kind == ditto::ScoreKind::probability) return score;
    if (!info_.calibration) return std::nullopt;
    return info_.calibration->probability(score);
}

void FaceVerifier::embed_files(const std::filesystem::path& folder, std::span<const std::string> paths,
                               const std::function<void(std::span<const float>)>& take) {
    for (std::size_t first = 0; first < paths.size(); first += pass_images_) {
        const auto now = paths.subspan(first, std::min(pass_images_, paths.size() - first));
        const ditto::ImageStore store =
            ditto::load_images(folder, {now.begin(), now.end()}, info_.recipe, std::nullopt, threads_);
        std::vector<std::uint32_t> images(now.size());
        std::iota(images.begin(), images.end(), 0U);
        const std::vector<float> features = ditto::embed_images(*network_, store, images, info_.features, threads_);
        const auto bad = std::ranges::find_if_not(features, [](float number) { return std::isfinite(number); });
        if (bad != features.end())
            throw Error("the features of " +
                        (folder / now[static_cast<std::size_t>(bad - features.begin()) / feature_size]).string() +
                        " are not finite numbers; the weights are damaged, train again");
        take(features);
    }
}

std::unique_ptr<FaceVerifier> load_verifier(const std::filesystem::path& weights, std::size_t images,
                                            const Compute& compute) {
    const ditto::SafetensorsReader file = ditto::open_weights(weights);
    const ditto::WeightsInfo stored = ditto::weights_info(file);
    const std::string network_name = face_network_of_file(file, stored.fingerprint);
    VerifierInfo info{
        network_name,      require_loss(file, stored.loss),     {},
        stored.threshold,  require_recipe(file, stored.recipe), stored.features.value_or(ditto::FeatureRecipe{}),
        stored.calibration};
    info.score_kind = ditto::with_loss(info.loss, weights.string() + ": its loss",
                                       []<class Loss>(const Loss&) { return Loss::score_kind; });
    const std::size_t pass_images = std::min(images, largest_pass(compute));
    auto network = compute.device == "cuda" ? make_cuda_network(info.network, info.loss, pass_images, compute)
                                            : make_network_on(info.network, info.loss, pass_images,
                                                              ditto::Cpu<ditto::fp32>{compute.threads});
    ditto::load_weights(weights, network->weights(), fingerprint_of(info.network));
    return std::make_unique<FaceVerifier>(info, std::move(network), pass_images, compute.threads);
}

}  // namespace support

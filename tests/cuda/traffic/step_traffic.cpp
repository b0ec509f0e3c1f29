// What a training step of the face network on a GPU moves and computes, counted in the emulation: bytes of every
// kernel, launch by launch, and the products that cuDNN and cuBLASLt are asked for. A line of JSON for each number of
// pairs; traffic.py makes of two lines those of any number of pairs.
//
// usage: step_traffic <pairs>...   (bf16, contrastive loss, Adam, augmented images on the GPU)
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "../../benchmarks/gpu/training.hpp"
#include "../../benchmarks/measure.hpp"
#include "observer.hpp"

namespace {

using Json = nlohmann::ordered_json;
using Trainer = benchmarks::FaceTrainer<ditto::bf16>;

Json to_json(const traffic::Accesses& accesses) {
    return {{"bytes", accesses.bytes},
            {"touched", accesses.sectors * traffic::sector_bytes},
            {"of_width", accesses.of_width}};
}

Json report(std::size_t pairs, const traffic::Watch& watch) {
    constexpr auto flops = benchmarks::product_flops<ditto::FaceNetwork>();
    Json report = {{"pairs", pairs},
                   {"parameters", Trainer::Plan::parameter_bytes / sizeof(float)},
                   {"flops", 2 * static_cast<std::int64_t>(pairs) * flops.training},
                   {"kernels", Json::array()},
                   {"products", Json::array()}};
    for (const traffic::Kernel& kernel : watch.kernels)
        report["kernels"].push_back({{"name", kernel.name},
                                     {"blocks", kernel.blocks},
                                     {"threads", kernel.threads},
                                     {"stream", kernel.stream},
                                     {"reads", to_json(kernel.counts.reads)},
                                     {"writes", to_json(kernel.counts.writes)}});
    for (const auto& [asked, stream] : watch.products)
        report["products"].push_back({{"name", asked.name},
                                      {"sizes", asked.sizes},
                                      {"flops", asked.flops},
                                      {"bytes", asked.bytes},
                                      {"stream", stream}});
    return report;
}

// A picture of its own for each image, as in a training, but the same ways to augment them again and again: so twice as
// many pairs read twice as many bytes.
std::vector<ditto::ImageDraw> draws(std::size_t pairs, const ditto::ImageStore& pictures) {
    constexpr std::size_t ways = 4;
    std::vector<ditto::ImageDraw> all = benchmarks::draws(pairs, pictures);
    for (std::size_t i = ways; i < all.size(); ++i) all[i].augmentation = all[i % ways].augmentation;
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::size_t> counts;
    for (int i = 1; i < argc; ++i) counts.push_back(std::strtoul(argv[i], nullptr, 10));
    if (counts.empty() || std::ranges::min(counts) < 2) {
        std::fprintf(stderr, "usage: %s <pairs>...\n", argv[0]);
        return 2;
    }
    emulation::set_memory(std::size_t{16} << 30, std::size_t{16} << 30);
    const std::size_t most = std::ranges::max(counts);
    const ditto::ImageStore pictures = benchmarks::noise_pictures(2 * most);
    auto trainer = benchmarks::make_trainer<ditto::bf16>(most);
    if (!trainer.hold_images(pictures)) {
        std::fprintf(stderr, "error: no memory for the pictures\n");
        return 1;
    }
    const auto step_before = [&](const std::vector<ditto::ImageDraw>& next) {
        constexpr std::size_t few = 2;
        const traffic::Watch not_asked;  // while somebody watches, products are not computed
        trainer.announce_held(next);
        trainer.step_held(draws(few, pictures), benchmarks::alternating_labels(few), 1.0);
    };
    for (const std::size_t pairs : counts) {
        const auto images = draws(pairs, pictures);
        step_before(images);
        trainer.announce_held(images);  // the next step's, as a training does
        traffic::Watch watch;
        trainer.step_held(images, benchmarks::alternating_labels(pairs), 1.0);
        benchmarks::print(report(pairs, watch));
    }
    return 0;
}

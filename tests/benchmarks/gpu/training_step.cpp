// Training steps of the face network on a GPU by the wall clock, from images in two places. "card": Trainer::step_held,
// whose pictures lie on the GPU as bytes and are augmented there; "host": Trainer::step, which converts and copies
// float32 images of the host's memory. Both return when the loss and the scores are back on the host.
//
// usage: benchmark_gpu_training_step <fp32|tf32|bf16> <pairs> <steps>   (one measurement for each line it reads)
#include "training.hpp"

#include <cstdlib>

#include "rounds.hpp"

namespace {

template <class P>
void run(std::size_t pairs, int steps) {
    auto trainer = benchmarks::make_trainer<P>(pairs);
    const std::vector<float> images = benchmarks::noise(2 * pairs * trainer.image_size);
    const auto labels = benchmarks::alternating_labels(pairs);
    const ditto::ImageStore pictures = benchmarks::noise_pictures();
    if (!trainer.hold_images(pictures)) throw ditto::Error("the GPU has no memory left for a few pictures");
    const auto draws = benchmarks::draws(pairs, pictures);
    trainer.step(images, labels);
    trainer.step_held(draws, labels, 1.0);
    constexpr auto flops = benchmarks::product_flops<ditto::FaceNetwork>();
    benchmarks::answer_rounds(
        {{"flops", 2 * static_cast<std::int64_t>(pairs) * flops.training},
         {"planned_bytes", trainer.plan().total_bytes}},
        [&] {
            return benchmarks::Timings{
                {"card", benchmarks::repeat(steps,
                                            [&] {
                                                trainer.announce_held(draws);  // as a training does
                                                trainer.step_held(draws, labels, 1.0);
                                            })},
                {"host", benchmarks::repeat(steps, [&] { trainer.step(images, labels); })}};
        });
}

}  // namespace

int main(int argc, char** argv) {
    return benchmarks::report_errors([&] {
        const auto measure = [&](auto precision) {
            run<decltype(precision)>(std::strtoul(argv[2], nullptr, 10), std::atoi(argv[3]));
        };
        if (argc == 4 && benchmarks::with_precision(argv[1], measure)) return 0;
        std::fprintf(stderr, "usage: %s <fp32|tf32|bf16> <pairs> <steps>\n", argv[0]);
        return 2;
    });
}

// The file that plans and trains; succeeds if the other file saw the same plan.
#include <cmath>
#include <cstdio>
#include <ditto/ditto.hpp>
#include <vector>

#include "network.hpp"

int main() {
    const ditto::Cpu<ditto::fp32> device{2};
    const Seen here{ditto::Execution<Network, ditto::Cpu<ditto::fp32>>::layer_count,
                    ditto::memory_plan<Training>(batch).total_bytes,
                    ditto::network_figures<Network>(device, {batch.images(), device.threads, true}).activation_bytes};
    const Seen there = seen_by_planner();
    std::printf("here %zu stages, %zu bytes, %zu of a pass; there %zu, %zu, %zu\n", here.stages, here.plan_bytes,
                here.pass_bytes, there.stages, there.plan_bytes, there.pass_bytes);
    Training training({.batch = batch, .device = device, .loss = ditto::ContrastiveLoss(8.0)});
    const std::vector<float> images(batch.images() * Training::image_size, 0.5F);
    const std::vector labels{ditto::PairLabel::same, ditto::PairLabel::different, ditto::PairLabel::same,
                             ditto::PairLabel::different};
    const double loss = training.step(images, labels).loss;
    return here == there && std::isfinite(loss) ? 0 : 1;
}

// A checkpoint: which one is whole, and going on from it even if its checksum was made to fit.
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "ditto/ditto.hpp"
#include "ditto/training/checkpoint.hpp"
#include "ditto/training/checkpoint_files.hpp"

namespace {

using Network = ditto::Sequential<ditto::Shape<2, 2, 3>, ditto::Flatten, ditto::Linear<12, 2>, ditto::BatchNorm1d<2>>;
using Trainer = ditto::Trainer<ditto::Siamese<Network, ditto::ContrastiveLoss>, ditto::SGD, ditto::Cpu<ditto::fp32>>;

Trainer& trainer() {
    static Trainer trainer([] {
        Trainer::Settings settings;
        settings.batch = ditto::batch_pairs{2};
        settings.device.threads = 1;
        return settings;
    }());
    return trainer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = ::memfd_create("checkpoint", MFD_CLOEXEC);
    if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) __builtin_trap();
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    ditto::EpochRecorder recorder(ditto::ScoreKind::distance, 8.0, 4);
    try {
        (void)ditto::intact_checkpoint({path, path + "/none"});
    } catch (const ditto::Error&) {
    }
    try {
        const ditto::TrainingState state = ditto::load_checkpoint(path, trainer(), recorder, {{"lr", "0.001"}});
        if (trainer().steps() < 0 || (recorder.pairs() > 0 && std::isnan(recorder.scores()[0])) ||
            state.epoch > 1U << 31)
            (void)recorder.metrics();
    } catch (const ditto::Error&) {
    }
    ::close(file);
    return 0;
}

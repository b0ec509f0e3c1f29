// Checkpoints that were cut, torn or flipped: recognised, and the one before them used.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>
#include <ditto/core/random.hpp>
#include <memory>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/training/training.hpp"
#include "small_training.hpp"

namespace {

using ditto::CheckpointFiles, ditto::CheckpointChoice, ditto::RunDirectory;
using Trainer = SmallTrainer<ditto::ContrastiveLoss, ditto::SGD>;

// A run directory with two checkpoints, of 3 and of 5 steps.
class TwoCheckpoints {
  public:
    TwoCheckpoints() {
        std::filesystem::create_directory(folder_ / "run");
        ditto::EpochRecorder recorder(ditto::ScoreKind::distance, 8.0, 20);
        for (const std::uint32_t steps : {3U, 5U}) {
            while (trainer_.steps() < steps) {
                const RandomBatch batch(4, steps);
                const ditto::StepResult result = trainer_.step(batch.images, batch.labels);
                recorder.add(result.loss, result.scores, batch.labels);
            }
            ditto::keep_previous_checkpoint(files);
            ditto::save_checkpoint(files.newest, trainer_, {.epoch = steps}, recorder, {{"lr", "0.001"}});
        }
        newest = read_text(files.newest);
        previous = read_text(files.previous);
    }

    // What a resume chooses, and that it can be loaded.
    CheckpointChoice choose() {
        const CheckpointChoice choice = ditto::intact_checkpoint(files);
        ditto::EpochRecorder recorder(ditto::ScoreKind::distance, 8.0, 20);
        const auto state = ditto::load_checkpoint(choice.path, trainer_, recorder, {{"lr", "0.001"}});
        CHECK(state.epoch == trainer_.steps());
        return choice;
    }

    void require_previous_used(const std::string& damaged) {
        write_text(files.newest, damaged);
        const CheckpointChoice choice = choose();
        CHECK(choice.path == files.previous);
        CHECK(trainer_.steps() == 3);
        CHECK(contains(choice.note, "checkpoint.safetensors is damaged ("));
        CHECK(contains(choice.note, "; going on from the one before it, checkpoint.previous.safetensors"));
        CHECK_FALSE(contains(choice.note, "\n"));
    }

  private:
    TemporaryFolder folder_;
    Trainer trainer_{small_settings<Trainer>()};

  public:
    CheckpointFiles files = RunDirectory(folder_ / "run").checkpoints();
    std::string newest, previous;
};

std::string flipped(std::string bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    return bytes;
}

// Where something begins or ends in the file: every boundary of its parts.
std::vector<std::size_t> boundaries(const std::filesystem::path& path, std::size_t size) {
    const ditto::SafetensorsReader file(path);
    const std::size_t data = size - file.tensors().back().offset - file.tensors().back().bytes;
    std::vector<std::size_t> all{0, 1, 7, 8, 9, data - 1};
    for (const ditto::TensorEntry& tensor : file.tensors())
        for (const std::size_t at : {data + tensor.offset, data + tensor.offset + tensor.bytes / 2}) all.push_back(at);
    for (const std::size_t end : {1U, 4U, 8U, 9U}) all.push_back(size - end);
    return all;
}

}  // namespace

TEST_CASE("two whole checkpoints: the newest is used, without a word") {
    TwoCheckpoints run;
    const CheckpointChoice choice = run.choose();
    CHECK(choice.path == run.files.newest);
    CHECK(choice.note.empty());
    CHECK(run.newest != run.previous);
}

TEST_CASE("a checkpoint that was cut anywhere") {
    TwoCheckpoints run;
    for (const std::size_t at : boundaries(run.files.newest, run.newest.size())) {
        CAPTURE(at);
        run.require_previous_used(run.newest.substr(0, at));
        // A torn one: the length is right, the rest was never written.
        std::string torn = run.newest.substr(0, at);
        torn.resize(run.newest.size());
        if (torn != run.newest) run.require_previous_used(torn);
    }
    run.require_previous_used(run.newest + "x");
    run.require_previous_used(run.previous.substr(0, run.previous.size() / 2) +
                              run.newest.substr(run.previous.size() / 2));
}

TEST_CASE("a bit that was flipped anywhere") {
    TwoCheckpoints run;
    for (const std::size_t at : boundaries(run.files.newest, run.newest.size())) {
        CAPTURE(at);
        run.require_previous_used(flipped(run.newest, 8 * at + at % 8));
    }
    ditto::Random random(7, ditto::RandomPurpose::test, 0, 0);
    const auto header = 8 + static_cast<std::size_t>([&] {
                            std::uint64_t bytes = 0;
                            std::memcpy(&bytes, run.newest.data(), sizeof bytes);
                            return bytes;
                        }());
    for (int i = 0; i < 200; ++i) {  // half of them in the header, where words are read
        const auto bit =
            static_cast<std::size_t>(random.uniform() * 8.0 * static_cast<double>(i % 2 ? header : run.newest.size()));
        CAPTURE(bit);
        run.require_previous_used(flipped(run.newest, bit));
    }
}

TEST_CASE("missing, never finished, and both damaged") {
    TwoCheckpoints run;
    std::filesystem::remove(run.files.newest);
    CHECK(ditto::has_checkpoint(run.files));
    CHECK(contains(run.choose().note, "checkpoint.safetensors does not exist; going on from the one before it"));
    CHECK(contains((write_text(run.files.newest, std::string(ditto::detail::checkpoint_mark)), run.choose().note),
                   "was never finished; going on"));
    write_text(run.files.newest, run.newest.substr(1));
    write_text(run.files.previous, "");
    const std::string error = error_of([&] { run.choose(); });
    CHECK(contains(error, "checkpoint.safetensors is damaged ("));
    CHECK(contains(error, "checkpoint.previous.safetensors is damaged ("));
    CHECK(contains(error, "start a new run in another directory"));
    std::filesystem::remove(run.files.previous);
    CHECK(contains(error_of([&] { run.choose(); }), "checkpoint.previous.safetensors does not exist; start a new run"));
}

TEST_CASE("a damaged checkpoint never becomes the previous one") {
    TwoCheckpoints run;
    write_text(run.files.newest, flipped(run.newest, 99'999));
    ditto::keep_previous_checkpoint(run.files);
    CHECK((read_text(run.files.previous) == run.previous));
    CHECK_FALSE(std::filesystem::exists(run.files.newest));
    ditto::keep_previous_checkpoint(run.files);  // nothing to keep
    CHECK((read_text(run.files.previous) == run.previous));
    write_text(run.files.newest, run.newest);
    ditto::keep_previous_checkpoint(run.files);
    CHECK((read_text(run.files.previous) == run.newest));
    CHECK((read_text(run.files.newest) == run.newest));  // until a newer one takes its place
}

TEST_CASE("the first checkpoint is announced, so that weights without one are not taken for a lost one") {
    const TemporaryFolder folder;
    const RunDirectory directory(folder / "run");
    directory.create("{}");
    const CheckpointFiles files = directory.checkpoints();
    ditto::mark_first_checkpoint(files);
    write_text(directory.best(), "weights");
    CHECK_FALSE(directory.has_checkpoint());
    ditto::keep_previous_checkpoint(files);  // what the note says is no checkpoint
    CHECK_FALSE(std::filesystem::exists(files.previous));
    CHECK_FALSE(directory.has_checkpoint());  // even if the program is killed while the checkpoint is written
    write_text(files.newest, "a checkpoint");
    ditto::mark_first_checkpoint(files);
    CHECK(read_text(files.newest) == "a checkpoint");
    CHECK(directory.has_checkpoint());
}

#include <doctest/doctest.h>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/training/run_directory.hpp"
#include "ditto/training/run_weights.hpp"

using ditto::RunDirectory;

TEST_CASE("a new run takes a folder that holds none") {
    const TemporaryFolder folder;
    const RunDirectory directory(folder / "a/b");
    directory.create("{}");
    CHECK(std::filesystem::is_directory(directory.path()));
    CHECK(read_text(directory.config()) == "{}");
    CHECK(folder.entries() == 1);
    const std::string error = error_of([&] { directory.create("no"); });
    CHECK(contains(error, "b holds a run already (config.json)"));
    CHECK(read_text(directory.config()) == "{}");
}

TEST_CASE("a folder that is there already, by its name with a slash") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "run");
    write_text(folder / "run/notes", "mine");
    const RunDirectory directory(folder / "run/");
    directory.create("{}");
    CHECK(read_text(folder / "run/config.json") == "{}");
    CHECK(read_text(folder / "run/notes") == "mine");
}

TEST_CASE("one training at a time in a run directory") {
    const TemporaryFolder folder;
    const RunDirectory directory(folder / "run");
    {
        const ditto::RunLock lock = directory.create("{}");
        CHECK(contains(error_of([&] { ditto::RunLock(directory.path()); }), "another training is running in "));
    }
    CHECK_NOTHROW(ditto::RunLock(directory.path()));
    CHECK(contains(error_of([&] { ditto::RunLock(folder / "none"); }), "cannot open the run directory"));
}

TEST_CASE("a folder that was being made when its program was killed") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "run.partial-4000000");
    write_text(folder / "run.partial-4000000/config.json", "half");
    RunDirectory(folder / "run").create("{}");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a folder that cannot be made, or holds nothing to resume") {
    const TemporaryFolder folder;
    write_text(folder / "file", "");
    CHECK(contains(error_of([&] { RunDirectory(folder / "file/run").create("{}"); }), "cannot make the run directory"));
    CHECK_FALSE(RunDirectory(folder / "none").has_checkpoint());
}

TEST_CASE("a run without a checkpoint begins anew, unless it has weights") {
    const TemporaryFolder folder;
    const RunDirectory directory(folder / "run");
    directory.create("{}");
    write_text(directory.config(), "{}");
    write_text(directory.metrics(), "");
    CHECK_FALSE(directory.has_checkpoint());
    write_text(directory.best(), "");
    CHECK(contains(error_of([&] { directory.has_checkpoint(); }), "there is nothing to resume"));
    write_text(directory.checkpoint(), "");
    CHECK(directory.has_checkpoint());
}

TEST_CASE("weights are never there without a checkpoint or a note that the first one is coming") {
    const TemporaryFolder folder;
    const ditto::RunDirectory directory(folder / "run");
    const auto lock = directory.create("{}");
    ditto::RunWeights weights(directory, {}, ditto::ScoreKind::distance);
    weights.write_best({}, {1.0});
    CHECK(std::filesystem::exists(directory.best()));
    CHECK_FALSE(directory.has_checkpoint());  // a run without the note: Error
}

TEST_CASE("numbered runs") {
    const TemporaryFolder folder;
    CHECK(RunDirectory::next_numbered(folder / "runs") == folder / "runs/1");
    std::filesystem::create_directories(folder / "runs/1");
    CHECK(RunDirectory::next_numbered(folder / "runs") == folder / "runs/2");
}

TEST_CASE("free space is checked against what will be written") {
    const TemporaryFolder folder;
    const RunDirectory directory(folder / "run");  // not made yet
    CHECK_NOTHROW(directory.require_space(1000, 3000));
    const std::string error =
        error_of([&] { directory.require_space(std::uint64_t{1} << 58, std::uint64_t{3} << 58); });
    CHECK(contains(error, std::to_string(std::uint64_t{9} << 58) + " bytes needed"));
}

TEST_CASE("metrics.csv: a row an epoch, undefined figures empty, and rows after the checkpoint forgotten") {
    const TemporaryFolder folder;
    ditto::MetricsFile file(folder / "metrics.csv", ditto::ScoreKind::probability);
    ditto::EpochMetrics metrics;
    metrics.pairs = 10;
    metrics.loss = 0.5;
    ditto::ValidationMetrics validation;
    for (const std::uint32_t epoch : {1U, 2U, 3U}) file.add(epoch, 5 * epoch, metrics, validation, 0.001, 1.5);
    const std::string header =
        "epoch,steps,pairs,loss,accuracy,threshold,equal_error_rate,mean_probability_same,mean_probability_different,"
        "active_negatives,validation_accuracy,validation_equal_error_rate,validation_area,learning_rate,seconds\n";
    const std::string two_rows = header + "1,5,10,0.5,,,,,,,,,,0.001,1.5\n2,10,10,0.5,,,,,,,,,,0.001,1.5\n";
    CHECK(read_text(folder / "metrics.csv") == two_rows + "3,15,10,0.5,,,,,,,,,,0.001,1.5\n");

    ditto::MetricsFile resumed(folder / "metrics.csv", ditto::ScoreKind::probability);
    write_text(folder / "metrics.csv", read_text(folder / "metrics.csv") + "1,5,10\n1,5,10,0.5");  // torn rows
    resumed.resume(2);
    CHECK(read_text(folder / "metrics.csv") == two_rows);
    resumed.add(3, 16, metrics, {}, 0.001, 1.5);
    CHECK(read_text(folder / "metrics.csv") == two_rows + "3,16,10,0.5,,,,,,,,,,0.001,1.5\n");
    resumed.add(4, 20, metrics, {0.75, 0.25, 0.875}, 0.001, 1.5);
    CHECK(read_text(folder / "metrics.csv") ==
          two_rows + "3,16,10,0.5,,,,,,,,,,0.001,1.5\n4,20,10,0.5,,,,,,,0.75,0.25,0.875,0.001,1.5\n");
    CHECK(folder.entries() == 1);
}

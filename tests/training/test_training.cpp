// The training loop: learning, resuming bit for bit, stopping, and what goes wrong.
#include <doctest/doctest.h>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/training/training.hpp"
#include "hooked_trainer.hpp"
#include "small_training.hpp"

namespace {

using ditto::RunDirectory, ditto::StopSignal, ditto::Training, ditto::TrainingSettings;

TrainingSettings loop_settings(std::uint32_t epochs) {
    TrainingSettings settings;
    settings.epochs = epochs;
    settings.loader.batch_pairs = 4;
    settings.loader.seed = 9;
    settings.schedule = ditto::linear_warm_up(6, ditto::constant_schedule());
    settings.weights = {"small", "contrastive", 8.0, std::nullopt, ditto::ImageRecipe{1.0, 16, 16}};
    settings.identity = {{"lr", "0.001"}};
    return settings;
}

// Keeps what is printed.
class Console {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream_{std::tmpfile(), std::fclose};

  public:
    ditto::Progress progress{stream_.get(), false};

    std::string text() const {
        std::rewind(stream_.get());
        std::string all;
        for (int c = std::getc(stream_.get()); c != EOF; c = std::getc(stream_.get())) all += static_cast<char>(c);
        return all;
    }
};

// One session of a training: a new trainer, from the run's checkpoint if it has one.
template <class Trainer>
class Session {
  public:
    Session(const std::filesystem::path& run, const SmallFaces& faces, const TrainingSettings& settings)
        : resumes_(std::filesystem::exists(RunDirectory(run).checkpoint())),
          training(hooked, faces.images, faces.pairs, settings, RunDirectory(run), console.progress) {
        if (resumes_)
            training.resume();
        else
            RunDirectory(run).create("{}");
    }

    void finish() {
        REQUIRE(training.run(StopSignal()));
        training.finish_last();
        training.finish_best();
    }

  private:
    bool resumes_;

  public:
    std::function<void()> before_step = [] {};
    Trainer trainer{small_settings<Trainer>()};
    HookedTrainer hooked{trainer, [this] { before_step(); }};
    Console console;
    Training training;
};

// A file without the figures of the clock.
std::string without_seconds(const std::string& csv) {
    std::string rows;
    for (std::size_t begin = 0; begin < csv.size(); begin = csv.find('\n', begin) + 1)
        rows += csv.substr(begin, csv.find_last_of(',', csv.find('\n', begin)) - begin) + "\n";
    return rows;
}

void require_same_runs(const std::filesystem::path& a, const std::filesystem::path& b) {
    for (const char* file : {"last.safetensors", "best.safetensors", "checkpoint.safetensors"}) {
        CAPTURE(file);
        const std::string bytes = read_text(a / file);
        CHECK(!bytes.empty());
        CHECK((bytes == read_text(b / file)));
    }
    CHECK(without_seconds(read_text(a / "metrics.csv")) == without_seconds(read_text(b / "metrics.csv")));
}

}  // namespace

TEST_CASE_TEMPLATE("training in two sessions ends in the same bytes as in one", Trainer,
                   SmallTrainer<ditto::ContrastiveLoss, ditto::Adam>,
                   SmallTrainer<ditto::ContrastiveLoss, ditto::SGD>) {
    const TemporaryFolder folder;
    const SmallFaces faces(11, true);  // 22 pairs: 6 batches an epoch, the last of 2
    Session<Trainer>(folder / "straight", faces, loop_settings(4)).finish();

    SUBCASE("two epochs and two") {
        Session<Trainer>(folder / "resumed", faces, loop_settings(2)).finish();
        Session<Trainer>(folder / "resumed", faces, loop_settings(4)).finish();
        require_same_runs(folder / "straight", folder / "resumed");
    }
    SUBCASE("two epochs and two, the best weights lost in between") {
        Session<Trainer>(folder / "resumed", faces, loop_settings(2)).finish();
        CHECK(std::filesystem::remove(folder / "resumed/best.safetensors"));
        Session<Trainer>(folder / "resumed", faces, loop_settings(4)).finish();  // the second epoch's are the best
        require_same_runs(folder / "straight", folder / "resumed");
    }
    SUBCASE("stopped by Ctrl-C after step 8, in the second epoch") {
        {
            Session<Trainer> session(folder / "resumed", faces, loop_settings(4));
            const StopSignal stop;
            session.before_step = [&] {
                if (session.trainer.steps() == 7) std::raise(SIGINT);
            };
            CHECK_FALSE(session.training.run(stop));
            CHECK(stop.signal() == SIGINT);
            CHECK(session.trainer.steps() == 8);
            CHECK(session.training.state().epoch == 1);
            CHECK(session.training.state().batch == 2);
        }
        Session<Trainer>(folder / "resumed", faces, loop_settings(4)).finish();
        require_same_runs(folder / "straight", folder / "resumed");
    }
    SUBCASE("stopped at the last step of an epoch, every epoch saved") {
        TrainingSettings settings = loop_settings(4);
        settings.save_interval = std::chrono::seconds(0);
        {
            Session<Trainer> session(folder / "resumed", faces, settings);
            const StopSignal stop;
            session.before_step = [&] {
                if (session.trainer.steps() == 11) std::raise(SIGTERM);
            };
            CHECK_FALSE(session.training.run(stop));
            CHECK(stop.signal() == SIGTERM);
        }
        Session<Trainer>(folder / "resumed", faces, settings).finish();
        require_same_runs(folder / "straight", folder / "resumed");
    }
}

TEST_CASE("a long epoch is saved on the way, and its seconds are counted over both sessions") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);  // 4 steps an epoch
    TrainingSettings settings = loop_settings(1);
    settings.save_interval = std::chrono::seconds(0);
    const auto slowly = [] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
    {
        Session<Trainer> session(folder / "run", faces, settings);
        const StopSignal stop;
        session.before_step = [&] {
            slowly();
            if (session.trainer.steps() == 1) CHECK(std::filesystem::exists(folder / "run/checkpoint.safetensors"));
            if (session.trainer.steps() == 2) std::raise(SIGINT);
        };
        CHECK_FALSE(session.training.run(stop));
    }
    Session<Trainer> session(folder / "run", faces, settings);
    session.before_step = slowly;
    session.finish();
    const std::string csv = read_text(folder / "run/metrics.csv");
    CHECK(std::stod(csv.substr(csv.find_last_of(',') + 1)) >= 0.4);
}

TEST_CASE("a training that tells no two images apart says so in the end") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);
    Session<Trainer> session(folder / "run", faces, loop_settings(2));
    session.hooked.collapses = true;
    session.finish();
    REQUIRE(session.training.collapse().has_value());
    CHECK(contains(*session.training.collapse(), "all features collapse to one point"));
    Session<Trainer> healthy(folder / "healthy", faces, loop_settings(1));
    healthy.finish();
    CHECK_FALSE(healthy.training.collapse().has_value());
}

TEST_CASE("training lowers the loss, and leaves weights that can be used") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(20), others(20);
    Session<Trainer> session(folder / "run", faces, loop_settings(15));
    session.finish();
    const std::string csv = read_text(folder / "run/metrics.csv");
    const auto loss_of = [&](const std::string& epoch) {  // columns: epoch, steps, pairs, loss
        std::size_t at = csv.find("\n" + epoch + ",");
        for (int column = 0; column < 3; ++column) at = csv.find(',', at + 1);
        return std::stod(csv.substr(at + 1));
    };
    // Untrained, with distances of about 7 for all pairs, the loss is near half of 7^2.
    CHECK(loss_of("15") < 0.7 * loss_of("1"));

    Trainer loaded(small_settings<Trainer>());
    const ditto::WeightsInfo info = ditto::load_weights(folder / "run/last.safetensors", loaded.weights(), "small");
    CHECK(info.loss == "contrastive");
    CHECK(info.margin == 8.0);
    CHECK(info.recipe == ditto::ImageRecipe{1.0, 16, 16});
    REQUIRE(info.threshold.has_value());
    const ditto::Evaluation result = ditto::evaluate(loaded, faces.images, faces.pairs, *info.threshold, 2);
    CHECK(result.pairs == 40);
    CHECK(result.accuracy > 0.75);  // on the pairs it was trained on
    CHECK(result.area > 0.75);
    CHECK(ditto::load_weights(folder / "run/best.safetensors", loaded.weights(), "small").threshold.has_value());
}

TEST_CASE("a loss that is not finite ends training, and what was saved stays") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);  // 4 steps an epoch
    TrainingSettings settings = loop_settings(3);
    settings.save_interval = std::chrono::seconds(0);
    std::string checkpoint;
    Session<Trainer> session(folder / "run", faces, settings);
    session.hooked.diverges_at = 7;
    session.before_step = [&] {
        if (session.trainer.steps() == 6) checkpoint = read_text(folder / "run/checkpoint.safetensors");
    };
    const std::string error = error_of([&] { session.training.run(StopSignal()); });
    CHECK(contains(error, "the loss is nan at step 7 (epoch 2)"));
    CHECK(contains(error, "checkpoint.safetensors is from before that"));
    CHECK(!checkpoint.empty());
    CHECK((read_text(folder / "run/checkpoint.safetensors") == checkpoint));
}

TEST_CASE("weights that overflow in an epoch's last step are neither kept as the best nor saved") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);  // 4 steps an epoch
    TrainingSettings settings = loop_settings(3);
    for (const double interval : {0.0, 1000.0}) {
        settings.save_interval = std::chrono::duration<double>(interval);
        const auto run = folder / std::to_string(interval);
        Session<Trainer> session(run, faces, settings);
        session.hooked.overflows_at = 8;
        const std::string error = error_of([&] { session.training.run(StopSignal()); });
        CHECK(contains(error,
                       "the update is not finite at step 8 (epoch 2), and backbone.0.weight is the first tensor with "
                       "NaN or infinity in it: training has diverged"));
        Trainer loaded(small_settings<Trainer>());
        CHECK_NOTHROW(ditto::load_weights(run / "best.safetensors", loaded.weights(), "small"));
        CHECK_FALSE(ditto::not_finite(loaded).has_value());
    }
}

TEST_CASE("weights that overflow in the last step of all are not saved, though its epoch is not the best") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);
    Session<Trainer> session(folder / "run", faces, loop_settings(3));
    session.hooked.worsens_at = 9;
    session.hooked.overflows_at = 12;
    CHECK(contains(error_of([&] { session.training.run(StopSignal()); }),
                   "the update is not finite at step 12 (epoch 3)"));
    const ditto::RunDirectory directory(folder / "run");
    CHECK_FALSE(directory.has_checkpoint());
    CHECK_FALSE(std::filesystem::exists(directory.last()));
}

TEST_CASE("a step whose loss is not finite leaves the weights, which tell where it comes from") {
    using Trainer = SmallTrainer<ditto::ContrastiveLoss, ditto::Adam>;
    Trainer trainer(small_settings<Trainer>());
    const RandomBatch batch(4);
    CHECK(std::isfinite(trainer.step(batch.images, batch.labels).loss));
    const auto tensor = [&](const std::string& name) {
        const std::vector<ditto::StoredTensor> all = trainer.weights();
        return *std::ranges::find(all, name, &ditto::StoredTensor::name);
    };
    *static_cast<float*>(tensor("backbone.11.weight").data) = std::numeric_limits<float>::quiet_NaN();
    const auto linear = [&] { return bytes_of(std::vector{tensor("backbone.9.weight")}); };
    const std::string before = linear();
    CHECK_FALSE(std::isfinite(trainer.step(batch.images, batch.labels).loss));
    CHECK((linear() == before));
    CHECK(trainer.steps() == 2);
    CHECK(ditto::divergence_text(trainer) == "backbone.11.weight is the first tensor with NaN or infinity in it");
    Trainer healthy(small_settings<Trainer>());
    CHECK(std::isfinite(healthy.step(batch.images, batch.labels).loss));
    CHECK((bytes_of(healthy.weights()) != bytes_of(Trainer(small_settings<Trainer>()).weights())));
    CHECK(contains(ditto::divergence_text(healthy), "all weights are finite; the largest, "));
}

TEST_CASE("a run whose best weights are not the checkpoint's looks for the best anew, and says so") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);
    TrainingSettings settings = loop_settings(3);
    settings.save_interval = std::chrono::seconds(0);
    {
        Session<Trainer> session(folder / "run", faces, settings);
        const StopSignal stop;
        session.before_step = [&] {
            if (session.trainer.steps() == 5) std::raise(SIGTERM);
        };
        CHECK_FALSE(session.training.run(stop));
        CHECK(session.training.state().best_epoch == 1);
    }
    SUBCASE("missing") {
        std::filesystem::remove(folder / "run/best.safetensors");
    }
    SUBCASE("of another moment") {
        std::filesystem::copy_file(folder / "run/last.safetensors", folder / "run/best.safetensors",
                                   std::filesystem::copy_options::overwrite_existing);
    }
    Session<Trainer> session(folder / "run", faces, settings);
    CHECK(session.training.state().best_epoch == 0);
    session.finish();
    CHECK(session.training.state().best_epoch > 1);
    Trainer loaded(small_settings<Trainer>());
    CHECK_NOTHROW(ditto::load_weights(folder / "run/best.safetensors", loaded.weights(), "small"));
}

TEST_CASE("best weights of short epochs are written even if training then diverges") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);
    Session<Trainer> session(folder / "run", faces, loop_settings(3));
    session.hooked.diverges_at = 6;
    CHECK(contains(error_of([&] { session.training.run(StopSignal()); }), "No checkpoint had been written yet"));
    Trainer loaded(small_settings<Trainer>());
    CHECK_NOTHROW(ditto::load_weights(folder / "run/best.safetensors", loaded.weights(), "small"));
}

TEST_CASE("a last batch too small for BatchNorm is left out, saying so") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    SmallFaces faces(4);  // 8 pairs
    faces.pairs.push_back(faces.pairs.front());
    Session<Trainer> session(folder / "run", faces, loop_settings(1));
    session.finish();
    CHECK(session.trainer.steps() == 2);
    CHECK(contains(session.console.text(), "the last 1 of an epoch's 9 pairs are left out"));
}

TEST_CASE("pairs of one kind cannot be trained on") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    SmallFaces faces(8);
    std::erase_if(faces.pairs, [](const ditto::Pair& pair) { return pair.label == ditto::PairLabel::same; });
    CHECK(contains(error_of([&] { Session<Trainer>(folder / "run", faces, loop_settings(1)); }),
                   "all 8 training pairs are labelled different"));
    CHECK(folder.entries() == 0);
}

TEST_CASE("a checkpoint is only for the settings and the network that it was made with") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const SmallFaces faces(8);
    Session<Trainer>(folder / "run", faces, loop_settings(1)).finish();

    TrainingSettings other = loop_settings(2);
    other.identity["lr"] = "0.1";
    CHECK(contains(error_of([&] { Session<Trainer>(folder / "run", faces, other); }), "has lr 0.001, not 0.1"));
    // A setting that it does not have is one that a later version has.
    other.identity = {{"lr", "0.001"}, {"momentum", "0.5"}};
    CHECK_NOTHROW(Session<Trainer>(folder / "run", faces, other));
    using OtherOptimizer = SmallTrainer<ditto::ContrastiveLoss, ditto::SGD>;
    CHECK(contains(error_of([&] { Session<OtherOptimizer>(folder / "run", faces, loop_settings(2)); }),
                   "it has no tensor optimizer.momentum_buffer.backbone.0.weight"));
    std::filesystem::copy_file(folder / "run/last.safetensors", folder / "run/checkpoint.safetensors",
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(contains(error_of([&] { Session<Trainer>(folder / "run", faces, loop_settings(2)); }), "is no checkpoint"));
}

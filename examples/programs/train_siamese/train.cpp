#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ditto/core/available_memory.hpp>
#include <ditto/core/number_text.hpp>
#include <ditto/pairs/pair_list.hpp>
#include <ditto/training/floors.hpp>
#include <ditto/training/training.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../support/face_networks.hpp"
#include "data.hpp"
#include "option_rows.hpp"
#include "quit_notice.hpp"
#include "report.hpp"
#include "train.hpp"
#include "trainers.hpp"

namespace {

using namespace ditto;

Schedule make_schedule(const Options& options, std::int64_t steps) {
    Schedule schedule = constant_schedule();
    if (options.schedule == "step") schedule = step_schedule(std::max<std::int64_t>(1, (steps + 2) / 3), 0.1);
    if (options.schedule == "cosine") schedule = cosine_schedule(std::max<std::int64_t>(1, steps));
    return options.warm_up > 0 ? linear_warm_up(options.warm_up, schedule) : schedule;
}

// What the course of the training depends on, under the options' names.
Metadata identity(const Options& options, const ImagePairs& train, const std::string& network) {
    Metadata settings = option_table().identity(options);
    settings["network"] = network;  // its architecture tells more than its name
    settings["pairs"] = train.fingerprint;
    return settings;
}

TrainingSettings training_settings(const Options& options, const TrainingData& data, const ImageRecipe& recipe,
                                   const std::string& network) {
    TrainingSettings settings;
    settings.epochs = options.epochs;
    settings.loader.batch_pairs = options.batch;
    settings.loader.shuffle = options.shuffle;
    settings.loader.seed = options.seed;
    settings.loader.people = data.sampler ? &*data.sampler : nullptr;
    settings.validation = data.validation;
    if (options.average > 0.0) settings.average = options.average;
    settings.statistics_images = options.statistics_images;
    settings.mines = options.negatives > 0;
    settings.weights.fingerprint = network;
    settings.weights.recipe = recipe;
    settings.weights.features = FeatureRecipe{options.mirror, options.normalize};
    settings.identity = identity(options, data.train, network);
    settings.threads = options.threads;
    settings.save_interval = std::chrono::duration<double>(options.save_interval);
    const std::size_t pairs = data.sampler ? data.sampler->pairs() : data.train.pairs.size();
    const std::size_t batches = (pairs + options.batch - 1) / options.batch;
    settings.schedule = make_schedule(options, static_cast<std::int64_t>(batches * options.epochs));
    return settings;
}

void print_network(const Options& options, Progress& progress) {
    const auto mebibytes = [](std::size_t bytes) { return fmt::format("{} MiB", bytes >> 20); };
    const TrainerMemory memory = trainer_memory(options);
    const std::string device = options.device == "cuda" ? fmt::format("CUDA in {}", options.precision)
                                                        : fmt::format("{} threads", options.threads);
    const auto [layers, parameters] = support::with_face_network(options.network, []<class Network>() {
        return std::pair(Network::layer_count, detail::with_commas(Network::parameter_count));
    });
    progress.line(fmt::format("network: {} layers, {} parameters; {} loss{}, twin policy {}; {}, learning rate {}, {}",
                              layers, parameters, options.loss,
                              options.loss == "contrastive" ? fmt::format(" with margin {}", options.margin) : "",
                              options.twin, options.optimizer, options.lr, device));
    progress.line(
        fmt::format("memory: {} for {} pairs a batch: parameters {}, gradients {}, optimizer {}, activations {}",
                    mebibytes(memory.total), options.batch, mebibytes(memory.parameters), mebibytes(memory.gradients),
                    mebibytes(memory.optimizer), mebibytes(memory.activations)));
}

// What no learning reaches on the pairs that are tested with or, without any, on those of the people held out or of the
// training.
std::optional<Floors> floors_of(const Options& options, const TrainingData& data) {
    constexpr std::size_t most = 5000;  // training pairs, which fix a threshold
    const bool tests = !data.test.pairs.empty();
    const std::vector<Pair> known = draw_pairs(data.train.pairs, most, options.seed);
    const auto same = std::ranges::count(known, PairLabel::same, &Pair::label);
    if (same == 0 || same == std::ssize(known)) return std::nullopt;  // nothing fixes a threshold
    const StoredPairs unknown = tests
                                    ? StoredPairs{data.test.images, data.test.pairs}
                                    : StoredPairs{data.train.images, data.validation.empty() ? known : data.validation};
    return measure_floors({data.train.images, known}, unknown, options.threads);
}

void print_floors(const std::optional<Floors>& floors, Progress& progress) {
    if (floors)
        progress.line(
            fmt::format("without learning: {:.1f} % by correlation of 25x25 grey pictures, {:.1f} % by mean colours",
                        100.0 * floors->grey_correlation, 100.0 * floors->mean_colour));
}

void print_test(const Evaluation& result, Progress& progress) {
    progress.line(fmt::format("{} test pairs: equal error rate {:.1f} %, area under the ROC curve {:.4f}", result.pairs,
                              100.0 * result.equal_error_rate, result.area));
    progress.line(fmt::format(
        "test accuracy: {:.1f} % (always the more frequent answer: {:.1f} %; same and different alike: {:.1f} %)",
        100.0 * result.accuracy, 100.0 * result.base_rate, 100.0 * result.balanced_accuracy));
}

// Loads the weights to start from.
void start_from(const Options& options, AnyTrainer& trainer, const std::string& network, Progress& progress) {
    const WeightsInfo info = load_weights(options.init, trainer.weights(), network, options.loss);
    progress.line(fmt::format("starting from {}{}", options.init,
                              info.loss.value_or(options.loss) == options.loss
                                  ? ""
                                  : fmt::format(", weights of {} loss: the network's alone", *info.loss)));
}

// Puts the training where it begins, or where it was stopped, and notes its settings in the run directory.
void begin(const Options& options, const RunDirectory& directory, bool goes_on, std::optional<RunLock>& lock,
           const TrainingData& data, Training& training, Progress& progress) {
    std::string resumed;
    const std::string settings = option_table().to_json(options).dump(4) + "\n";
    if (goes_on) {
        training.resume();
        resumed = fmt::format(", resumed after epoch {}, batch {}", training.state().epoch, training.state().batch);
    } else if (options.resume) {
        resumed = ", stopped before its first checkpoint: it begins anew";
    }
    if (lock)
        write_text_file(directory.config(), settings);
    else
        lock.emplace(directory.create(settings));
    if (options.test_people > 0.0)
        write_text_file(directory.test_pairs(), pair_list_text({data.test.names, data.test.pairs}));
    progress.line(fmt::format("run directory: {}{}; its files take up to {} MB", directory.path().string(), resumed,
                              training.stored_bytes() / 1'000'000));
}

std::string resume_command(const RunDirectory& directory) {
    return fmt::format("train_siamese --run {} --resume", support::quoted(directory.path().string()));
}

// Trains; returns 0, or the exit code of a program that was told to stop.
int run(const RunDirectory& directory, Training& training, Progress& progress) {
    const StopSignal stop;
    const bool is_done = training.run(stop);
    if (stop.signal() == 0) return 0;
    if (is_done)  // the signal came too late for another step
        progress.line("stopped before the threshold was fixed; to go on: " + resume_command(directory));
    else
        progress.line(fmt::format("stopped in epoch {} after batch {}; to go on: {}", training.state().epoch + 1,
                                  training.state().batch, resume_command(directory)));
    return 128 + stop.signal();
}

// Fixes the threshold, tests, and writes the weights and the report.
void finish(const Options& options, const std::string& program, const RunDirectory& directory, AnyTrainer& trainer,
            const TrainingData& data, Training& training, Progress& progress) {
    const std::string stopped =
        "stopped while the last files were written; to go on: " + resume_command(directory) + "\n";
    const QuitNotice notice(stopped.c_str());
    progress.line(fmt::format("fixing the threshold on {}",
                              data.validation.empty() ? "training pairs" : "pairs of the people held out"));
    TrainingResult result{training.finish_last().threshold, training.state().best_epoch, {}, floors_of(options, data)};
    progress.line(fmt::format("threshold: {:.4f}", result.threshold));
    print_floors(result.floors, progress);
    if (!data.test.pairs.empty()) {
        result.scores = score_images(trainer, data.test.images, data.test.pairs, options.threads,
                                     {options.mirror, options.normalize});
        print_test(evaluate_scores(result.scores, data.test.pairs, trainer.score_kind(), result.threshold), progress);
    }
    write_training_report(options, program, directory, trainer, data, result, progress);
    training.finish_best();
    progress.line(fmt::format("weights: {} (best epoch, {}: {})", directory.last().string(), result.best_epoch,
                              directory.best().string()));
    if (training.collapse())
        throw Error("the training is of no use: " + *training.collapse() + "; " + directory.path().string() +
                    " holds what it left");
}

}  // namespace

int train(const Options& options, const std::string& program) {
    const RunDirectory directory(options.run.empty() ? RunDirectory::next_numbered("runs")
                                                     : std::filesystem::path(options.run));
    std::signal(SIGPIPE, SIG_IGN);  // a training goes on if nobody reads of it any more
    std::optional<RunLock> lock;    // from before the run's files are looked at
    if (!options.resume)
        directory.require_new();
    else if (std::filesystem::exists(directory.path()))
        lock.emplace(directory.path());
    const bool goes_on = options.resume && directory.has_checkpoint();
    if (lock) directory.remove_partial_files();
    if (options.device == "cpu") require_memory(trainer_memory(options).total, "the plan of the training");

    constexpr Extents input = FaceNetwork::Input::extents;  // of every network that can be chosen
    const ImageRecipe recipe{options.crop, input.height(), input.width()};
    const auto trainer = make_trainer(options);  // before the data is read, for its errors
    Progress progress(stdout);
    std::vector<std::string> warnings;
    const auto warn = [&] {
        for (const std::string& warning : warnings) progress.warn(warning);
    };
    const TrainingData data = [&] {
        const QuitNotice notice("stopped while images were loaded: nothing was trained\n");
        try {
            return load_data(options, recipe, warnings);
        } catch (...) {
            warn();  // they may tell why
            throw;
        }
    }();
    progress.lines(program + "\ndata: " + data.description);
    print_network(options, progress);
    warn();

    const std::string network =
        support::with_face_network(options.network, []<class Network>() { return fingerprint<Network>(); });
    if (!options.init.empty() && !goes_on) start_from(options, *trainer, network, progress);
    Training training(*trainer, data.train.images, data.train.pairs, training_settings(options, data, recipe, network),
                      directory, progress);
    begin(options, directory, goes_on, lock, data, training, progress);
    if (const int code = run(directory, training, progress); code != 0) return code;
    finish(options, program, directory, *trainer, data, training, progress);
    return 0;
}

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ditto/core/read_file.hpp>
#include <ditto/training/floors.hpp>
#include <ditto/training/training.hpp>
#include <nlohmann/json.hpp>
#include <vector>

#include "../support/face_networks.hpp"
#include "data.hpp"
#include "options.hpp"
#include "report.hpp"
#include "trainers.hpp"

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Options, images, train, test, faces, face_people, recipe, network, loss, margin,
                                   twin, optimizer, lr, momentum, nesterov, weight_decay, schedule, warm_up, epochs,
                                   batch, augment, augmentation, shuffle, sample, validation_people, negatives,
                                   semi_hard, average, statistics_images, mirror, normalize, crop, seed, threads,
                                   device, precision, init)

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
    const auto text = [](const auto& value) { return fmt::format("{}", value); };
    Metadata settings{{"network", network},
                      {"pairs", train.fingerprint},
                      {"loss", options.loss},
                      {"twin", options.twin},
                      {"optimizer", options.optimizer},
                      {"lr", text(options.lr)},
                      {"weight-decay", text(options.weight_decay)},
                      {"schedule", options.schedule},
                      {"warm-up", text(options.warm_up)},
                      {"batch", text(options.batch)},
                      {"augment", text(options.augment)},
                      {"augmentation", text(options.augmentation)},
                      {"shuffle", text(options.shuffle)},
                      {"crop", text(options.crop)},
                      {"sample", options.sample},
                      {"validation-people", text(options.validation_people)},
                      {"negatives", text(options.negatives)},
                      {"semi-hard", text(options.semi_hard)},
                      {"average", text(options.average)},
                      {"seed", text(options.seed)}};
    if (options.loss == "contrastive") settings["margin"] = text(options.margin);
    if (options.optimizer == "sgd") {
        settings["momentum"] = text(options.momentum);
        settings["nesterov"] = text(options.nesterov);
    }
    if (options.schedule != "constant") settings["epochs"] = text(options.epochs);
    return settings;
}

TrainingSettings training_settings(const Options& options, const TrainingData& data, const ImageRecipe& recipe,
                                   const std::string& network) {
    TrainingSettings settings;
    settings.epochs = options.epochs;
    settings.loader.batch_pairs = options.batch;
    settings.loader.shuffle = options.shuffle;
    settings.loader.seed = options.seed;
    settings.learning_rate = options.lr;
    settings.loader.people = data.sampler ? &*data.sampler : nullptr;
    settings.validation = data.validation;
    if (options.average > 0.0) settings.average = options.average;
    settings.statistics_images = options.statistics_images;
    settings.weights.fingerprint = network;
    settings.weights.loss = options.loss;
    settings.weights.recipe = recipe;
    settings.weights.features = FeatureRecipe{options.mirror, options.normalize};
    if (options.loss == "contrastive") settings.weights.margin = options.margin;
    settings.identity = identity(options, data.train, network);
    settings.threads = options.threads;
    const std::size_t pairs = data.sampler ? data.sampler->pairs() : data.train.pairs.size();
    const std::size_t batches = (pairs + options.batch - 1) / options.batch;
    settings.schedule = make_schedule(options, static_cast<std::int64_t>(batches * options.epochs));
    return settings;
}

void print_network(const Options& options) {
    const auto mebibytes = [](std::size_t bytes) { return fmt::format("{} MiB", bytes >> 20); };
    const TrainerMemory memory = trainer_memory(options);
    const std::string device = options.device == "cuda" ? fmt::format("CUDA in {}", options.precision)
                                                        : fmt::format("{} threads", options.threads);
    const auto [layers, parameters] = support::with_face_network(options.network, []<class Network>() {
        return std::pair(Network::layer_count, detail::with_commas(Network::parameter_count));
    });
    fmt::print("network: {} layers, {} parameters; {} loss{}, twin policy {}; {}, learning rate {}, {}\n", layers,
               parameters, options.loss,
               options.loss == "contrastive" ? fmt::format(" with margin {}", options.margin) : "", options.twin,
               options.optimizer, options.lr, device);
    fmt::print("memory: {} for {} pairs a batch: parameters {}, gradients {}, optimizer {}, activations {}\n",
               mebibytes(memory.total), options.batch, mebibytes(memory.parameters), mebibytes(memory.gradients),
               mebibytes(memory.optimizer), mebibytes(memory.activations));
}

void print_test(const Options& options, const TrainingData& data, const Evaluation& result) {
    if (options.faces) {
        const Floors floors =
            measure_floors({data.train.images, data.train.pairs}, {data.test.images, data.test.pairs}, options.threads);
        fmt::print("without learning: {:.1f} % by correlation of 25x25 grey pictures, {:.1f} % by mean colours\n",
                   100.0 * floors.grey_correlation, 100.0 * floors.mean_colour);
    }
    fmt::print("{} test pairs: equal error rate {:.1f} %, area under the ROC curve {:.4f}\n", result.pairs,
               100.0 * result.equal_error_rate, result.area);
    fmt::print("test accuracy: {:.1f} %\n", 100.0 * result.accuracy);
}

}  // namespace

void take_settings_of_run(Options& options, const std::function<bool(const std::string&)>& is_given) {
    const std::filesystem::path path = RunDirectory(options.run).config();
    const auto text = read_file(path);
    try {
        const auto stored = nlohmann::json::parse(text);
        nlohmann::json merged = options;
        for (auto& [name, value] : merged.items()) {
            std::string option = "--" + name;
            std::ranges::replace(option, '_', '-');
            if (name != "threads" && !is_given(option)) value = stored.at(name);
        }
        from_json(merged, options);
    } catch (const nlohmann::json::exception& error) {
        throw Error(path.string() + " is damaged (" + error.what() + "); start a new run");
    }
}

int train(const Options& options, const std::string& program) {
    const RunDirectory directory(options.run.empty() ? RunDirectory::next_numbered("runs")
                                                     : std::filesystem::path(options.run));
    if (options.resume)
        directory.require_checkpoint();
    else
        directory.require_new();

    constexpr Extents input = FaceNetwork::Input::extents;  // of every network that can be chosen
    const ImageRecipe recipe{options.crop, input.height(), input.width()};
    const auto trainer = make_trainer(options);  // before the data is read, for its errors
    const TrainingData data = load_data(options, recipe);
    fmt::print("{}\ndata: {}\n", program, data.description);
    print_network(options);
    std::fflush(stdout);

    const std::string network =
        support::with_face_network(options.network, []<class Network>() { return fingerprint<Network>(); });
    if (!options.init.empty() && !options.resume) {
        const WeightsInfo info = load_weights(options.init, trainer->weights(), network, options.loss);
        fmt::print("starting from {}{}\n", options.init,
                   info.loss.value_or(options.loss) == options.loss
                       ? ""
                       : fmt::format(", weights of {} loss: the network's alone", *info.loss));
    }

    Progress progress(stdout);
    Training training(*trainer, data.train.images, data.train.pairs, training_settings(options, data, recipe, network),
                      directory, progress);
    if (options.resume) {
        training.resume();
    } else {
        directory.create();
        write_text_file(directory.config(), nlohmann::json(options).dump(4) + "\n");
    }
    progress.line(fmt::format("run directory: {}{}", directory.path().string(),
                              options.resume ? fmt::format(", resumed after epoch {}, batch {}", training.state().epoch,
                                                           training.state().batch)
                                             : ""));
    {
        const StopSignal stop;
        if (!training.run(stop)) {
            progress.line(fmt::format("stopped in epoch {} after batch {}; to go on: train_siamese --run {} --resume",
                                      training.state().epoch + 1, training.state().batch, directory.path().string()));
            return 128 + stop.signal();
        }
    }

    progress.line(fmt::format("fixing the threshold on {}",
                              data.validation.empty() ? "training pairs" : "pairs of the people held out"));
    const double threshold = training.finish_last().threshold;
    progress.line(fmt::format("threshold: {:.4f}", threshold));
    std::vector<double> scores;  // of the test pairs
    if (!data.test.pairs.empty()) {
        scores = score_images(*trainer, data.test.images, data.test.pairs, options.threads,
                              {options.mirror, options.normalize});
        print_test(options, data, evaluate_scores(scores, data.test.pairs, trainer->score_kind(), threshold));
    }
    write_training_report(options, program, directory, *trainer, data, scores, threshold);
    training.finish_best();
    fmt::print("weights: {} (best epoch, {}: {})\n", directory.last().string(), training.state().best_epoch,
               directory.best().string());
    return 0;
}

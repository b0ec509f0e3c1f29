// train_siamese: trains the face network on pairs of images.
#include <cmath>
#include <ditto/core/parallel.hpp>
#include <ditto/losses/losses.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/program.hpp"
#include "options.hpp"
#include "recipe.hpp"

namespace {

// A number for which `accepts` holds; NaN and infinity never do.
template <class Accepts>
CLI::Validator number_that(const std::string& what, const Accepts& accepts) {
    return {[=](const std::string& text) {
                double value = 0.0;
                const bool fits = CLI::detail::lexical_cast(text, value) && std::isfinite(value) && accepts(value);
                return fits ? std::string{} : text + " is not " + what;
            },
            "", what};
}

const CLI::Validator positive = number_that("a number above 0", [](double value) { return value > 0.0; });
const CLI::Validator not_negative = number_that("a number of 0 or more", [](double value) { return value >= 0.0; });
const CLI::Validator below_one =
    number_that("a number from 0 to below 1", [](double value) { return value >= 0.0 && value < 1.0; });
const CLI::Validator fraction =
    number_that("a fraction above 0, up to 1", [](double value) { return value > 0.0 && value <= 1.0; });

void add_options(CLI::App& app, Options& options) {
    app.add_option("--recipe", options.recipe,
                   "settings that suit a task; options given beside it win. faces: photographs of people")
        ->check(CLI::IsMember({"faces"}));
    const auto data = [&](CLI::Option* option) {
        option->group("Data");
        return option;
    };
    CLI::Option* images = data(app.add_option("--images", options.images, "folder of the lists' images"));
    CLI::Option* train = data(app.add_option("--train", options.train, "list of pairs to train on"));
    CLI::Option* test = data(app.add_option("--test", options.test, "list of pairs to test the result with"));
    images->needs(train);
    train->needs(images);
    test->needs(train);
    data(app.add_flag("--faces", options.faces, "built-in faces (the default without --images)"))->excludes(images);
    data(app.add_option("--face-people", options.face_people, "built-in faces: people to train on, two pairs each"))
        ->check(CLI::Range(2, 1 << 24))
        ->excludes(images);
    data(app.add_option("--crop", options.crop, "central part of each image's sides to use"))->check(fraction);
    data(app.add_flag("--augment,!--no-augment", options.augment,
                      "mirror, turn, shift and scale the training images at random (default: on)"));
    data(app.add_option("--augmentation", options.augmentation,
                        "how strong: the part of 30 degrees, of 10 pixels, and of a scale of 0.7 to 1.3"))
        ->check(fraction);
    data(app.add_option("--sample", options.sample,
                        "train on the list's own pairs, or on pairs of people drawn anew from its images each epoch"))
        ->check(CLI::IsMember({"pairs", "people"}));
    data(app.add_option(
             "--validation-people", options.validation_people,
             "fraction of the training list's people to hold out; they choose the best epoch and the threshold"))
        ->check(below_one);
    data(app.add_flag("--shuffle,!--no-shuffle", options.shuffle, "a new order of pairs each epoch (default: on)"));

    const auto network = [&](CLI::Option* option) {
        option->group("Loss and network");
        return option;
    };
    constexpr auto losses = ditto::AllLosses::names;
    network(app.add_option("--network", options.network, "the 19 layers, or a smaller network that learns faster"))
        ->check(CLI::IsMember({"face", "compact"}));
    network(app.add_option("--loss", options.loss))
        ->check(CLI::IsMember(std::vector<std::string>(losses.begin(), losses.end())));
    network(app.add_option("--margin", options.margin, "of the contrastive loss"))->check(positive);
    network(app.add_option("--negatives", options.negatives,
                           "mine for each image of a batch this many nearest images of other people"))
        ->check(CLI::Range(0, 1 << 10));
    network(app.add_flag("--semi-hard,!--no-semi-hard", options.semi_hard,
                         "of them first those that are farther than the image's partner"));
    network(app.add_flag("--mirror,!--no-mirror", options.mirror,
                         "at test time, features are averaged with the mirror image's"));
    network(app.add_flag("--normalize,!--no-normalize", options.normalize,
                         "at test time, features are scaled to length 1"));
    network(app.add_option("--twin", options.twin, "batch statistics for each side, or for both sides together"))
        ->check(CLI::IsMember({"separate", "stacked"}));
    network(app.add_option("--init", options.init,
                           "weights to start from (safetensors); of another loss's, only the network's are taken"));

    const auto optimizer = [&](CLI::Option* option) {
        option->group("Optimizer");
        return option;
    };
    optimizer(app.add_option("--optimizer", options.optimizer))->check(CLI::IsMember({"sgd", "adam", "adamw"}));
    optimizer(app.add_option("--lr", options.lr, "learning rate"))->check(positive);
    optimizer(app.add_option("--momentum", options.momentum, "of sgd"))->check(below_one);
    optimizer(app.add_flag("--nesterov", options.nesterov, "Nesterov's momentum, for sgd"));
    optimizer(app.add_option("--weight-decay", options.weight_decay, "(default: 0.01 for adamw, else 0)"))
        ->check(not_negative);
    optimizer(app.add_option("--schedule", options.schedule,
                             "of the learning rate; step divides it by 10 after each third of the training"))
        ->check(CLI::IsMember({"constant", "step", "cosine"}));
    optimizer(app.add_option("--warm-up", options.warm_up, "steps over which the learning rate rises"))
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40));

    optimizer(app.add_option("--average", options.average,
                             "use a running average of the weights, of which each step keeps this part (0: none)"))
        ->check(below_one);
    optimizer(app.add_option("--statistics-images", options.statistics_images,
                             "measure BatchNorm's running statistics anew on up to this many training images before "
                             "weights are evaluated or saved (0: keep those of the steps)"))
        ->check(CLI::Range(std::size_t{0}, std::size_t{1} << 24));

    const auto run = [&](CLI::Option* option) {
        option->group("Run");
        return option;
    };
    run(app.add_option("--epochs", options.epochs))->check(CLI::Range(1, (1 << 24) - 1));
    run(app.add_option("--batch", options.batch, "pairs a step"))->check(CLI::Range(1, 1 << 16));
    run(app.add_option("--seed", options.seed, "of weights, order, augmentation and built-in faces"))
        ->check(not_negative);
    run(app.add_option("--threads", options.threads, "(default: all processors)"))->check(CLI::Range(1, 1024));
    run(app.add_option("--device", options.device))->check(CLI::IsMember({"cpu", "cuda"}));
    run(app.add_option("--precision", options.precision))->check(CLI::IsMember({"fp32", "tf32", "bf16"}));
    run(app.add_option("--run", options.run, "run directory (default: the next free runs/N)"));
    run(app.add_flag("--resume", options.resume,
                     "go on with the run in --run, with its settings; options given here win over them"));
}

[[noreturn]] void usage_error(const std::string& message) {
    throw CLI::ValidationError(message, CLI::ExitCodes::ValidationError);
}

void complete(const CLI::App& app, Options& options) {
    const auto given = [&](const char* name) { return app.get_option(name)->count() > 0; };
    if (options.resume) {
        if (options.run.empty()) usage_error("--resume needs --run, the directory of a stopped run");
        take_settings_of_run(options, [&](const std::string& option) { return app.get_option(option)->count() > 0; });
    } else {
        if (options.network == "compact" && !given("--twin")) options.twin = "stacked";
        apply_recipe(options, [&](const std::string& option) { return given(option.c_str()); });
        if (options.optimizer == "adamw" && options.recipe.empty() && !given("--weight-decay"))
            options.weight_decay = 0.01;
    }
    if (given("--faces")) options.images.clear();
    options.faces = options.images.empty();
    // A run may be resumed from another folder.
    for (std::string* path : {&options.images, &options.train, &options.test, &options.init})
        if (!path->empty()) *path = std::filesystem::absolute(*path).lexically_normal().string();
    if (options.optimizer != "sgd" && (given("--momentum") || given("--nesterov")))
        usage_error("--momentum and --nesterov are of --optimizer sgd, not of " + options.optimizer);
    if (options.network == "compact" && options.twin == "separate")
        usage_error("--network compact shares batch statistics between both sides; use --twin stacked");
    if (options.sample == "people" && !options.shuffle)
        usage_error("--no-shuffle is of --sample pairs; people are drawn anew each epoch");
    if (options.negatives > 0 && options.sample != "people")
        usage_error("--negatives needs --sample people, which knows who is on each image");
    if (options.loss != "contrastive" && given("--margin"))
        usage_error("--margin is of --loss contrastive, not of " + options.loss);
    if (options.batch < 2 && options.twin == "separate")
        usage_error("--batch 1 gives BatchNorm one sample a side; use 2 or more, or --twin stacked");
    support::require_precision(options.device, options.precision);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    options.threads = ditto::available_threads();
    CLI::App app("Trains the 19-layer face network to tell whether two images show the same person.", "train_siamese");
    app.option_defaults()->always_capture_default();
    app.option_defaults()->take_last();  // an option given twice: the later one wins
    add_options(app, options);
    return support::run_program(app, argc, argv, [&] {
        complete(app, options);
        return train(options, std::string("train_siamese " DITTO_VERSION ", ") + support::instruction_set());
    });
}

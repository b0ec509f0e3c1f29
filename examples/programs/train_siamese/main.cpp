// train_siamese: trains the face network on pairs of images.
#include <ditto/core/read_file.hpp>
#include <ditto/training/run_directory.hpp>
#include <ditto/version.hpp>
#include <string>

#include "../support/program.hpp"
#include "option_rows.hpp"
#include "train.hpp"

namespace {

using Row = support::Option<Options>;

[[noreturn]] void usage_error(const std::string& message) {
    throw CLI::ValidationError(message, CLI::ExitCodes::ValidationError);
}

Options settings_of_run(const ditto::RunDirectory& directory) {
    const auto text = ditto::read_file(directory.config());
    try {
        return option_table().from_json(nlohmann::json::parse(text), directory.config().string());
    } catch (const nlohmann::json::exception& error) {
        throw ditto::Error(directory.config().string() + " is damaged (" + error.what() + "); start a new run");
    }
}

// The settings of the run in options.run, but for those given here. Throws Error for one that its course depends on.
void take_settings_of_run(const support::OptionTable<Options>::IsGiven& is_given, Options& options) {
    const Options stored = settings_of_run(ditto::RunDirectory(options.run));
    option_table().for_each([&](const Row& row) {
        if (!row.is_stored()) return;
        if (!is_given(row)) {
            if (!row.is_of_machine()) row.set(row.value(stored), options, options.run);
        } else if (row.is_identity(stored) && row.text(options) != row.text(stored)) {
            throw ditto::Error("the run of " + options.run + " has " + row.name() + " " + row.text(stored) + ", not " +
                               row.text(options) + "; resume it with its own settings, or start a new run");
        }
    });
}

void require_sense(const support::OptionTable<Options>::IsGiven& is_given, const Options& options) {
    option_table().for_each([&](const Row& row) {
        if (is_given(row) && !row.has_part(options))
            usage_error("--" + row.name() + " is of " + row.only_text() + " alone");
    });
    if (options.images.empty() && !options.train.empty())
        usage_error("--train needs --images, the folder of its images");
    if (options.images.empty() && !options.test.empty()) usage_error("--test needs --images, the folder of its images");
    if (!options.test.empty() && options.test_people > 0.0)
        usage_error("--test-people stands for a list; leave out --test");
    if (options.network == "compact" && options.twin == "separate")
        usage_error("--network compact shares batch statistics between both sides; use --twin stacked");
    if (options.sample == "people" && !options.shuffle)
        usage_error("--no-shuffle is of --sample pairs; people are drawn anew each epoch");
    if (options.negatives > 0 && options.sample != "people")
        usage_error("--negatives needs --sample people, which knows who is on each image");
    if (options.batch < 2 && options.twin == "separate")
        usage_error("--batch 1 gives BatchNorm one sample a side; use 2 or more, or --twin stacked");
    support::require_precision(options);
}

// What the command line leaves open.
void complete(const CLI::App& app, Options& options) {
    const auto is_given = [&](const Row& row) { return app.get_option("--" + row.name())->count() > 0; };
    option_table().absolute_paths(options);
    if (options.faces && !options.images.empty()) usage_error("--faces excludes --images");
    if (options.resume) {
        if (options.run.empty()) usage_error("--resume needs --run, the directory of a stopped run");
        take_settings_of_run(is_given, options);
    } else {
        option_table().complete(options, !options.recipe.empty(), is_given);
    }
    options.faces = options.images.empty();
    require_sense(is_given, options);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Trains the 19-layer face network to tell whether two images show the same person.", "train_siamese");
    option_table().add_to(app, options);
    return support::run_program(app, argc, argv, [&] {
        complete(app, options);
        return train(options,
                     "train_siamese " + std::string(ditto::version_string) + ", " + support::instruction_set());
    });
}

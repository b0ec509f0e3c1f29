// train_siamese: trains the face network on pairs of images.
#include <fmt/format.h>

#include <ditto/core/read_file.hpp>
#include <ditto/training/run_directory.hpp>
#include <ditto/version.hpp>
#include <string>

#include "../support/note.hpp"
#include "../support/program.hpp"
#include "option_rows.hpp"
#include "train.hpp"

namespace {

using Row = support::Option<Options>;

[[noreturn]] void usage_error(const std::string& message) {
    throw CLI::ValidationError(message, CLI::ExitCodes::ValidationError);
}

Options settings_of_run(const ditto::RunDirectory& directory) {
    const auto text = ditto::read_file(directory.config(), 1 << 20);
    return parse_settings({reinterpret_cast<const char*>(text.data()), text.size()}, directory.config().string());
}

// A run that was killed before its settings were on the disk, or has lost them, goes on with those that are given.
// Throws Error where none are. (A checkpoint, if there is one, knows what its course depends on, and refuses other
// settings.)
void take_given_settings(const support::OptionTable<Options>::IsGiven& is_given, const ditto::Error& reason,
                         Options& options) {
    bool is_any_given = false;
    option_table().for_each([&](const Row& row) {
        is_any_given = is_any_given || (row.is_stored() && !row.is_of_machine() && is_given(row));
    });
    if (!is_any_given)
        throw ditto::Error(std::string(reason.what()) +
                           "; if the run was stopped before its settings were written, give its options again beside "
                           "--resume");
    support::note(std::string(reason.what()) + "; the options of this command are taken for the run's");
    option_table().complete(options, !options.recipe.empty(), is_given);
}

// The settings of the run in options.run, but for those given here. Throws Error for one that its course depends on.
void take_settings_of_run(const support::OptionTable<Options>::IsGiven& is_given, Options& options) {
    Options stored;
    try {
        stored = settings_of_run(ditto::RunDirectory(options.run));
    } catch (const ditto::Error& reason) {
        return take_given_settings(is_given, reason, options);
    }
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

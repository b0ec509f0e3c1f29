#include "option_rows.hpp"

#include <ditto/losses/losses.hpp>
#include <utility>
#include <vector>

#include "../support/shared_options.hpp"

namespace {

using support::below_one, support::fraction, support::from_to, support::Json, support::not_negative, support::positive;
using Row = support::Option<Options>;
using Condition = support::OptionCondition<Options>;

const Condition built_in_faces{"built-in faces", [](const Options& o) { return o.faces; }};
const Condition own_images{"--images", [](const Options& o) { return !o.faces; }};
const Condition contrastive{"--loss contrastive", [](const Options& o) { return o.loss == "contrastive"; }};
const Condition mining{"--negatives above 0", [](const Options& o) { return o.negatives > 0; }};
const Condition cuda{"--device cuda", [](const Options& o) { return o.device == "cuda"; }};
const Condition sgd{"--optimizer sgd", [](const Options& o) { return o.optimizer == "sgd"; }};

std::vector<std::string> losses() {
    constexpr auto names = ditto::AllLosses::names;
    return {names.begin(), names.end()};
}

// The values of the recipe `faces` are what docs/faces.md found for photographs of faces.

// The compact network is trained quickly, and longer; the difference loss learns slower than the contrastive one.
Json by_training(const Options& o, Json compact, Json difference, Json otherwise) {
    return o.network == "compact" ? compact : o.loss == "difference" ? difference : otherwise;
}

// Losses that compare features learn from every pair of people. Two features side by side tell nothing of how alike
// they are: more of the same does not help `bce`, whose settings are meant for a start from a contrastive network's
// weights (--init).
auto comparing(Json value, Json bce = nullptr) {
    return [=](const Options& o) { return o.loss == "bce" ? bce : value; };
}
auto comparing(Json compact, Json difference, Json otherwise, Json bce) {
    return [=](const Options& o) { return o.loss == "bce" ? bce : by_training(o, compact, difference, otherwise); };
}

support::OptionTable<Options> make_table() {
    std::vector<Row> general = {
        Row("recipe", &Options::recipe,
            "Settings that suit a task; options given beside it win. faces: photographs of people")
            .one_of({"faces"})
            .identity(),
    };
    std::vector<Row> data = {
        Row("images", &Options::images,
            "Folder of images: of the lists' ones or, without --train, with a folder for each person")
            .path(),
        Row("train", &Options::train, "List of pairs to train on").path(),
        Row("test", &Options::test, "List of pairs to test the result with").path(),
        Row("allow-outside", &Options::allow_outside, "Accept paths in the lists that lead out of the folder of images")
            .only(own_images),
        Row("unreadable", &Options::unreadable,
            "Images that cannot be read end the program, or are named and left out with their pairs")
            .one_of({"stop", "skip"})
            .only(own_images),
        Row("test-people", &Options::test_people,
            "Instead of a list: fraction of the people to keep for the test; their pairs are left in the run directory")
            .check(below_one())
            .only(own_images)
            .identity(),
        Row("faces", &Options::faces, "Built-in faces (the default without --images)"),
        Row("face-people", &Options::face_people, "Built-in faces: people to train on, two pairs each")
            .check(from_to(2, 1 << 24))
            .only(built_in_faces)
            .identity(),
        Row("crop", &Options::crop, "Central part of each image's sides to use")
            .check(fraction())
            .identity()
            .recipe(0.55),  // photographs show a face in the middle of its surroundings
        Row("augment", &Options::augment, "Mirror, turn, shift and scale the training images at random (default: on)")
            .identity(),
        Row("augmentation", &Options::augmentation,
            "How strong: the part of 30 degrees, of 10 pixels, and of a scale of 0.7 to 1.3")
            .check(fraction())
            .identity()
            .recipe([](const Options& o) { return by_training(o, 0.8, 0.4, 0.6); }),  // faces are about upright
        Row("sample", &Options::sample,
            "Train on the list's own pairs, or on pairs of people drawn anew from all images each epoch")
            .one_of({"pairs", "people"})
            .identity()
            .recipe(comparing("people")),
        Row("validation-people", &Options::validation_people,
            "Fraction of the people to hold out of the training; they choose the best epoch and the threshold")
            .check(below_one())
            .identity()
            .recipe(0.1),
        Row("shuffle", &Options::shuffle, "A new order of pairs each epoch (default: on)").identity(),
    };
    std::vector<Row> network = {
        Row("network", &Options::network, "The 19 layers, or a smaller network that learns faster")
            .one_of({"face", "compact"})
            .identity(),
        Row("loss", &Options::loss, "What is minimized").one_of(losses()).identity(),
        Row("margin", &Options::margin, "Distance from which on a different pair is far enough apart")
            .check(positive())
            .only(contrastive)
            .identity()
            .recipe(40.0),
        Row("negatives", &Options::negatives, "Mine for each image of a batch this many nearest images of other people")
            .check(from_to(0, 1 << 10))
            .identity()
            .recipe([](const Options& o) { return o.sample == "people" ? comparing(31)(o) : Json(); }),
        Row("semi-hard", &Options::semi_hard, "Of them first those that are farther than the image's partner")
            .only(mining)
            .identity(),
        Row("mirror", &Options::mirror, "At test time, features are averaged with the mirror image's")
            .identity()
            .recipe(true),
        Row("normalize", &Options::normalize, "At test time, features are scaled to length 1").identity(),
        Row("twin", &Options::twin, "Batch statistics for each side, or for both sides together")
            .one_of({"separate", "stacked"})
            .identity()
            .recipe("stacked")
            .otherwise("separate, stacked for the compact network",
                       [](const Options& o) { return o.network == "compact" ? "stacked" : "separate"; }),
        Row("init", &Options::init,
            "Weights to start from (safetensors); of another loss's, only the network's are taken")
            .path()
            .identity(),
    };
    std::vector<Row> optimizer = {
        Row("optimizer", &Options::optimizer, "How weights follow gradients")
            .one_of({"sgd", "adam", "adamw"})
            .identity()
            .recipe("adamw"),
        // A step of Adam changes each weight by about the rate, and a feature by the rate times the square root of its
        // inputs or more: the 131,072 inputs of the larger network's linear layer want small steps.
        Row("lr", &Options::lr, "Learning rate").check(positive()).identity().recipe(comparing(1e-3, 6e-5, 1e-4, 3e-5)),
        Row("momentum", &Options::momentum, "Part of the step before that is kept")
            .check(below_one())
            .only(sgd)
            .identity(),
        Row("nesterov", &Options::nesterov, "Nesterov's momentum").only(sgd).identity(),
        Row("weight-decay", &Options::weight_decay, "Part of the weights that a learning rate of 1 would take off")
            .check(not_negative())
            .identity()
            .recipe(0.01)
            .otherwise("0.01 for adamw, else 0", [](const Options& o) { return o.optimizer == "adamw" ? 0.01 : 0.0; }),
        Row("schedule", &Options::schedule,
            "Of the learning rate; step divides it by 10 after each third of the training")
            .one_of({"constant", "step", "cosine"})
            .identity()
            .recipe("cosine"),
        Row("warm-up", &Options::warm_up, "Steps over which the learning rate rises")
            .check(from_to(std::int64_t{0}, std::int64_t{1} << 40))
            .identity()
            .recipe(40),
        // Weights to use are those of an average, and people held out say how good they are.
        Row("average", &Options::average,
            "Use a running average of the weights, of which each step keeps this part (0: none)")
            .check(below_one())
            .identity()
            .recipe(0.99),
        Row("statistics-images", &Options::statistics_images,
            "Measure BatchNorm's running statistics anew on up to this many training images before weights are "
            "evaluated or saved (0: keep those of the steps)")
            .check(from_to(std::size_t{0}, std::size_t{1} << 24))
            .identity()
            .recipe(1024),
    };
    std::vector<Row> run = {
        Row("epochs", &Options::epochs, "Times that each pair is seen")
            .check(from_to(1, (1 << 24) - 1))
            .identity([](const Options& o) { return o.schedule != "constant"; })
            .recipe(comparing(40, 20, 16, 3)),
        Row("batch", &Options::batch, "Pairs a step").check(from_to(1, 1 << 16)).identity().recipe(32),
        Row("seed", &Options::seed, "Of weights, order, augmentation and built-in faces")
            .check(not_negative())
            .identity(),
    };
    for (Row& row : support::compute_options<Options>()) run.push_back(std::move(row));
    run.push_back(Row("engines", &Options::engines,
                      "File that keeps, for each GPU, which engines of cuDNN are the fastest: those that it lacks are "
                      "measured before the first step (default: nothing is measured)")
                      .path()
                      .only(cuda));
    run.push_back(Row("save-interval", &Options::save_interval,
                      "Seconds from one checkpoint to the next, at least; a kill or a loss of power costs no more")
                      .check(not_negative()));
    run.push_back(Row("run", &Options::run, "Run directory (default: the next free runs/N)").not_stored());
    run.push_back(Row("resume", &Options::resume,
                      "Go on with the run in --run, with its settings; what its course depends on cannot be changed")
                      .not_stored());
    return {{{"", general}, {"Data", data}, {"Loss and network", network}, {"Optimizer", optimizer}, {"Run", run}}};
}

}  // namespace

const support::OptionTable<Options>& option_table() {
    static const support::OptionTable<Options> table = make_table();
    return table;
}

Options parse_settings(std::string_view text, const std::string& name) {
    nlohmann::json json;
    try {
        json = nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception&) {
        throw ditto::Error(name + " is damaged: it is no JSON");
    }
    return option_table().from_json(json, name);
}

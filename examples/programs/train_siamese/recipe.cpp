#include "recipe.hpp"

#include <utility>
#include <vector>

namespace {

struct Setting {
    const char* option;
    void (*set)(Options&);
};
using Settings = std::vector<Setting>;

// The compact network is trained quickly, and longer; the difference loss learns slower than the contrastive one.
template <class Value>
Value of_training(const Options& options, Value compact, Value difference, Value otherwise) {
    return options.network == "compact" ? compact : options.loss == "difference" ? difference : otherwise;
}

// Photographs show a face in the middle of its surroundings, about upright.
const Settings pictures = {
    {"--crop", [](Options& o) { o.crop = 0.55; }},
    {"--augmentation", [](Options& o) { o.augmentation = of_training(o, 0.8, 0.4, 0.6); }},
    {"--mirror", [](Options& o) { o.mirror = true; }},
};
// Weights to use are those of an average, and people held out say how good they are.
const Settings course = {
    {"--validation-people", [](Options& o) { o.validation_people = 0.1; }},
    {"--batch", [](Options& o) { o.batch = 32; }},
    {"--optimizer", [](Options& o) { o.optimizer = "adamw"; }},
    {"--weight-decay", [](Options& o) { o.weight_decay = 0.01; }},
    {"--schedule", [](Options& o) { o.schedule = "cosine"; }},
    {"--warm-up", [](Options& o) { o.warm_up = 40; }},
    {"--average", [](Options& o) { o.average = 0.99; }},
    {"--statistics-images", [](Options& o) { o.statistics_images = 1024; }},
    {"--twin", [](Options& o) { o.twin = "stacked"; }},
};
// Losses that compare features learn from every pair of people.
const Settings comparing = {
    {"--sample", [](Options& o) { o.sample = "people"; }},
    {"--negatives", [](Options& o) { o.negatives = 31; }},
    {"--margin", [](Options& o) { o.margin = 40.0; }},
    {"--epochs", [](Options& o) { o.epochs = of_training(o, 40U, 20U, 16U); }},
    // A step of Adam changes each weight by about the rate, and a feature by the rate times the square root of its
    // inputs or more: the 131,072 inputs of the larger network's linear layer want small steps.
    {"--lr", [](Options& o) { o.lr = of_training(o, 1e-3, 6e-5, 1e-4); }},
};
// Two features side by side tell nothing of how alike they are: more of the same does not help. These
// settings are meant for a start from a contrastive network's weights (--init).
const Settings concatenating = {
    {"--epochs", [](Options& o) { o.epochs = 3; }},
    {"--lr", [](Options& o) { o.lr = 3e-5; }},
};

}  // namespace

void apply_recipe(Options& options, const std::function<bool(const std::string&)>& is_given) {
    if (options.recipe != "faces") return;
    for (const Settings& settings : {pictures, course, options.loss == "bce" ? concatenating : comparing})
        for (const auto& [option, set] : settings)
            if (!is_given(option)) set(options);
}

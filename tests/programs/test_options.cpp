// The table of train_siamese's options: every row goes to JSON and back, and what reads it refuses what it does not
// know.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "../../examples/programs/train_siamese/option_rows.hpp"
#include "../images/images.hpp"

namespace {

using support::Json;
using Row = support::Option<Options>;

// Another value than `value` that the option may have.
Json another(const Row& row, const Json& value) {
    if (value.is_boolean()) return !value.get<bool>();
    if (value.is_number_float()) return 0.25;
    if (value.is_number()) return 3;
    for (const char* word :
         {"/somewhere", "faces", "cuda", "bf16", "compact", "stacked", "people", "bce", "sgd", "cosine", "skip"}) {
        Options probe;
        try {
            row.set(word, probe, "");
            return word;
        } catch (const ditto::Error&) {  // not a word of this option's
        }
    }
    FAIL("no other value of " << row.name());
    return {};
}

std::string error_of_json(const Json& json) {
    return error_of([&] { option_table().from_json(json, "runs/1/config.json"); });
}

}  // namespace

TEST_CASE("every row goes through JSON and comes back") {
    std::set<std::string> names;
    Options changed;
    option_table().for_each([&](const Row& row) {
        CAPTURE(row.name());
        CHECK(names.insert(row.name()).second);
        row.set(another(row, row.value(changed)), changed, "test");
    });
    const Json json = Json::parse(option_table().to_json(changed).dump());
    const Options read = option_table().from_json(json, "test");
    option_table().for_each([&](const Row& row) {
        CAPTURE(row.name());
        CHECK(json.contains(row.key()) == row.is_stored());
        CHECK(row.text(read) == row.text(row.is_stored() ? changed : Options()));
    });
}

TEST_CASE("settings of an older version have defaults for what they lack") {
    Json json = Json::parse(option_table().to_json(Options()).dump());
    for (const char* newer : {"statistics_images", "average", "negatives", "sample", "twin", "weight_decay"})
        REQUIRE(json.erase(newer) == 1);
    json["network"] = "compact";
    json["optimizer"] = "adamw";
    json["lr"] = 0.125;
    const Options options = option_table().from_json(json, "test");
    CHECK(options.lr == 0.125);
    CHECK(options.statistics_images == 0);
    CHECK(options.sample == "pairs");
    CHECK(options.twin == "stacked");     // as the compact network always has it
    CHECK(options.weight_decay == 0.01);  // as adamw has it
}

TEST_CASE("settings of a newer version, or damaged ones, are refused by name") {
    Json json = Json::parse(option_table().to_json(Options()).dump());
    json["colour_depth"] = 3;
    CHECK(contains(error_of_json(json), "runs/1/config.json has the option colour_depth, which this version does not"));
    CHECK(contains(error_of_json(Json::array()), "runs/1/config.json is damaged"));
    using Entry = std::pair<std::string, Json>;
    for (const Entry& entry : {Entry{"lr", "fast"},
                               {"lr", 0},
                               {"lr", nullptr},
                               {"batch", 2.5},
                               {"batch", -1},
                               {"epochs", 5'000'000'000},
                               {"augment", 1},
                               {"loss", "triplet"},
                               {"loss", 7}}) {
        Json wrong = Json::parse(option_table().to_json(Options()).dump());
        wrong[entry.first] = entry.second;
        const std::string error = error_of_json(wrong);
        CAPTURE(error);
        CHECK(contains(error, "runs/1/config.json: " + entry.first));
    }
}

TEST_CASE("what tells runs apart") {
    Options options;
    options.faces = true;
    auto identity = option_table().identity(options);
    // What decides the best epoch is of the run as much as what decides the weights.
    for (const char* name : {"lr", "margin", "seed", "statistics-images", "mirror", "normalize", "face-people"}) {
        CAPTURE(name);
        CHECK(identity.contains(name));
    }
    for (const char* name : {"epochs", "threads", "images", "test", "device", "momentum", "semi-hard"}) {
        CAPTURE(name);
        CHECK_FALSE(identity.contains(name));
    }
    CHECK(identity.at("lr") == "0.001");
    CHECK(identity.at("margin") == "40");
    options.schedule = "cosine";
    options.optimizer = "sgd";
    options.loss = "bce";
    identity = option_table().identity(options);
    CHECK(identity.contains("epochs"));
    CHECK(identity.contains("momentum"));
    CHECK_FALSE(identity.contains("margin"));
}

TEST_CASE("the recipe sets what is not given, and differs between losses and networks") {
    const auto with = [](Options options) {
        option_table().complete(options, true, [](const Row& row) { return row.name() == "batch"; });
        return options;
    };
    Options options;
    options.batch = 8;
    const Options contrastive = with(options);
    CHECK(contrastive.batch == 8);
    CHECK(contrastive.lr == 1e-4);
    CHECK(contrastive.negatives == 31);
    CHECK(contrastive.epochs == 16);
    options.loss = "bce";
    const Options bce = with(options);
    CHECK(bce.lr == 3e-5);
    CHECK(bce.negatives == 0);
    CHECK(bce.epochs == 3);
    CHECK(bce.optimizer == "adamw");
    options.loss = "difference";
    options.network = "compact";
    const Options compact = with(options);
    CHECK(compact.lr == 1e-3);
    CHECK(compact.augmentation == 0.8);
    options.sample = "pairs";  // of a list's pairs nobody is mined
    option_table().complete(options, true, [](const Row& row) { return row.name() == "sample"; });
    CHECK(options.sample == "pairs");
    CHECK(options.negatives == 0);
    CHECK(options.mirror);
}

TEST_CASE("the command of a report gives the same settings") {
    Options options;
    options.recipe = "faces";
    options.network = "compact";
    options.images = "/photos of people/it's here";
    options.lr = 0.25;
    option_table().complete(options, true, [](const Row& row) { return row.name() == "lr"; });
    options.mirror = options.shuffle = false;
    const std::string command = option_table().command("train_siamese", options, true);
    CHECK(command ==
          "train_siamese --recipe faces --images '/photos of people/it'\\''s here' --no-shuffle --network compact "
          "--no-mirror --lr 0.25");

    Options parsed;
    CLI::App app;
    option_table().add_to(app, parsed);
    // CLI11 reads no quote inside quotes as a shell does.
    app.parse(
        "--recipe faces --images \"/photos of people/it's here\" --no-shuffle --network compact --no-mirror --lr 0.25");
    option_table().complete(parsed, true,
                            [&](const Row& row) { return app.get_option("--" + row.name())->count() > 0; });
    option_table().for_each([&](const Row& row) {
        CAPTURE(row.name());
        CHECK(row.text(parsed) == row.text(options));
    });
}

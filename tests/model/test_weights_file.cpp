// What travels with weights in a file's metadata.
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/model/weights_file.hpp"

using namespace ditto;

namespace {

WeightsInfo round_trip(const std::filesystem::path& path, const WeightsInfo& info) {
    save_weights(path, {}, info);
    return weights_info(SafetensorsReader(path));
}

WeightsInfo read_entry(const std::filesystem::path& path, const std::string& key, const std::string& value) {
    write_safetensors(path, {}, {{key, value}});
    return weights_info(SafetensorsReader(path));
}

}  // namespace

TEST_CASE("every entry comes back as it was") {
    const TemporaryFolder folder;
    const WeightsInfo info{"abc",
                           "contrastive",
                           0.1,
                           1.0 / 3.0,
                           ImageRecipe{0.45, 128, 96},
                           FeatureRecipe{true, true},
                           Calibration{-1.0 / 7.0, 1e-300}};
    const WeightsInfo found = round_trip(folder / "w.safetensors", info);
    CHECK(found.fingerprint == info.fingerprint);
    CHECK(found.loss == info.loss);
    CHECK(found.margin == info.margin);
    CHECK(found.threshold == info.threshold);
    CHECK(found.recipe == info.recipe);
    CHECK(found.features == info.features);
    CHECK(found.calibration == info.calibration);
}

TEST_CASE("plain features write no entry: the file is the one that earlier versions wrote") {
    const TemporaryFolder folder;
    const WeightsInfo nothing = round_trip(folder / "w.safetensors", {});
    CHECK_FALSE(nothing.features);
    CHECK_FALSE(nothing.calibration);
    const Metadata expected{{"format", "pt"}, {"ditto.threshold", "2.5"}};
    CHECK(to_metadata({.threshold = 2.5, .features = FeatureRecipe{}}) == expected);
    CHECK(to_metadata({.threshold = 2.5}) == expected);
    CHECK(to_metadata({.features = FeatureRecipe{true, false}, .calibration = Calibration{-2, 0.5}}) ==
          Metadata{{"format", "pt"},
                   {"ditto.features", "mirror=averaged"},
                   {"ditto.calibration", "slope=-2 intercept=0.5"}});
}

TEST_CASE("entries that this version does not know are refused, naming the file and the entry") {
    const TemporaryFolder folder;
    const auto path = folder / "w.safetensors";
    const auto refused = [&](const std::string& key, const std::string& value, const std::string& message) {
        CHECK_THROWS_WITH_AS(read_entry(path, key, value),
                             doctest::Contains((path.string() + ": its " + key + message).c_str()), Error);
    };
    refused("ditto.features", "mirror=maximum", ": feature recipe 'mirror=maximum' is neither");
    refused("ditto.recipe", "crop=1 height=128 width=128 pixels=bgr", ": image recipe 'crop=1 height=128");
    refused("ditto.recipe", "crop=nan height=128 width=128 pixels=rgb[0,1]", ": image recipe: crop nan");
    refused("ditto.recipe", "crop=1 height=-128 width=128 pixels=rgb[0,1]", ": image recipe: -128 x 128");
    refused("ditto.recipe", "crop=1 height=99999999999 width=1 pixels=rgb[0,1]", ": image recipe 'crop=1 height=9");
    refused("ditto.calibration", "slope=1", ": calibration 'slope=1' is not of the form");
    refused("ditto.calibration", "slope=nan intercept=1", ": calibration 'slope=nan");
    refused("ditto.calibration", "slope=-1 intercept=inf", ": calibration 'slope=-1 intercept=inf'");
    refused("ditto.threshold", "high", " is \"high\", which is no number");
    refused("ditto.threshold", "0.5 or so", " is \"0.5 or so\", which is no number");
    refused("ditto.loss", "bce\n\x1b[2J", " is \"bce\\n\\u001b[2J\", with control characters");
    refused("ditto.fingerprint", "\x7f", " is \"\x7f\", with control characters");
    refused("ditto.features", "\r", " is \"\\r\", with control characters");
}

TEST_CASE("numbers with which everybody would be the same person, or nobody, are neither read nor written") {
    const TemporaryFolder folder;
    const auto path = folder / "w.safetensors";
    struct Case {
        const char *key, *loss, *text, *message;
        WeightsInfo info;
    };
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const char *finite = "must be a finite number, 0 or more", *share = "must be a number from 0 to 1",
               *positive = "must be a finite number above 0", *direction = "more probable for what is more alike";
    const std::vector<Case> cases{
        {"threshold", "contrastive", "nan", finite, {.loss = "contrastive", .threshold = nan}},
        {"threshold", "contrastive", "inf", finite, {.loss = "contrastive", .threshold = inf}},
        {"threshold", "contrastive", "-inf", finite, {.loss = "contrastive", .threshold = -inf}},
        {"threshold", "contrastive", "-0.5", finite, {.loss = "contrastive", .threshold = -0.5}},
        {"threshold", nullptr, "nan", finite, {.threshold = nan}},
        {"threshold", nullptr, "-1", finite, {.threshold = -1.0}},
        {"threshold", "of another program", "-nan(123)", finite, {.loss = "own", .threshold = nan}},
        {"threshold", "bce", "1.5", share, {.loss = "bce", .threshold = 1.5}},
        {"threshold", "difference", "-0.1", share, {.loss = "difference", .threshold = -0.1}},
        {"margin", "contrastive", "nan", positive, {.margin = nan}},
        {"margin", "contrastive", "inf", positive, {.margin = inf}},
        {"margin", "contrastive", "0", positive, {.margin = 0.0}},
        {"margin", nullptr, "-1", positive, {.margin = -1.0}},
        {"calibration",
         "contrastive",
         "slope=0.5 intercept=1",
         direction,
         {.loss = "contrastive", .calibration = Calibration{0.5, 1}}},
        {"calibration",
         "bce",
         "slope=-0.5 intercept=1",
         direction,
         {.loss = "bce", .calibration = Calibration{-0.5, 1}}},
    };
    for (const Case& wrong : cases) {
        CAPTURE(wrong.key);
        CAPTURE(wrong.text);
        Metadata metadata{{std::string("ditto.") + wrong.key, wrong.text}};
        if (wrong.loss != nullptr) metadata["ditto.loss"] = wrong.loss;
        write_safetensors(path, {}, metadata);
        CHECK_THROWS_WITH_AS(weights_info(SafetensorsReader(path)),
                             doctest::Contains((path.string() + ": its ditto." + wrong.key + " is ").c_str()), Error);
        CHECK_THROWS_WITH_AS(weights_info(SafetensorsReader(path)), doctest::Contains(wrong.message), Error);
        std::filesystem::remove(path);
        CHECK_THROWS_WITH_AS(save_weights(path, {}, wrong.info), doctest::Contains(wrong.message), Error);
        CHECK(folder.entries() == 0);
    }
    // Not of finite numbers: no text that is read can say it.
    CHECK_THROWS_WITH_AS(save_weights(path, {}, {.calibration = Calibration{nan, 0}}),
                         doctest::Contains("must be of finite numbers"), Error);
    // The edges are numbers to go by.
    CHECK(round_trip(path, {.loss = "bce", .threshold = 1.0}).threshold == 1.0);
    CHECK(round_trip(path, {.loss = "contrastive", .threshold = 0.0}).threshold == 0.0);
    CHECK(round_trip(path, {.loss = "contrastive", .threshold = 45.0}).threshold == 45.0);
    CHECK(round_trip(path, {.loss = "bce", .calibration = Calibration{0.0, 2}}).calibration->intercept == 2);
}

TEST_CASE("weights of another loss give a training to start from their network, and leave the head") {
    const TemporaryFolder folder;
    const auto path = folder / "w.safetensors";
    struct Numbers {
        std::array<float, 2> network, head;
        std::vector<StoredTensor> tensors(bool with_head) {
            std::vector<StoredTensor> all{
                {"backbone.0.weight", {"weight", 1, {2}}, StoredType::float32, network.data()}};
            if (with_head) all.push_back({"head.weight", {"weight", 1, {2}}, StoredType::float32, head.data()});
            return all;
        }
    };
    using Pair = std::array<float, 2>;
    Numbers with{{1, 2}, {3, 4}}, into{{5, 6}, {7, 8}};
    save_weights(path, with.tensors(true), {.fingerprint = "small", .loss = "bce"});
    load_weights(path, into.tensors(true), "small", "difference");
    CHECK(into.network == Pair{1, 2});
    CHECK(into.head == Pair{7, 8});
    load_weights(path, into.tensors(true), "small", "bce");
    CHECK(into.head == Pair{3, 4});
    into.network = {0, 0};
    load_weights(path, into.tensors(false), "small", "contrastive");
    CHECK(into.network == Pair{1, 2});
    CHECK_THROWS_WITH_AS(load_weights(path, into.tensors(false), "small"), doctest::Contains("head.weight"), Error);
    CHECK_THROWS_WITH_AS(load_weights(path, into.tensors(true), "other", "difference"),
                         doctest::Contains("fingerprint"), Error);

    save_weights(path, with.tensors(false), {.fingerprint = "small", .loss = "contrastive"});
    into.network = {0, 0};
    load_weights(path, into.tensors(true), "small", "bce");
    CHECK(into.network == Pair{1, 2});
    CHECK_THROWS_WITH_AS(load_weights(path, into.tensors(true), "small", "contrastive"),
                         doctest::Contains("no tensor head.weight"), Error);
}

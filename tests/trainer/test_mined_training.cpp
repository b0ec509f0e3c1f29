// Training with mined pairs, an average of the weights, and people held out.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "../training/small_training.hpp"
#include "ditto/pairs/people_split.hpp"
#include "ditto/training/training.hpp"

using namespace ditto;

namespace {

// Faces of people with four pictures each.
struct PeopleFaces {
    FacePairs faces;
    People people;
    ImageStore images;
    PeopleSplit split;
    PeopleSampler sampler;

    explicit PeopleFaces(std::uint32_t count)
        : faces(training_face_pairs(5, count)),
          people(faces.people_of_pictures()),
          images(
              faces.pictures(), [&](std::size_t i) { return faces.draw(i, 16); }, ImageRecipe{1.0, 16, 16},
              std::nullopt, 2),
          split(hold_people_out(faces.pairs, people, 0.25, 2)),
          sampler(people, split.training_images) {}
};

std::vector<std::uint32_t> distinct_people(std::size_t count) {
    std::vector<std::uint32_t> people(2 * count);
    for (std::size_t i = 0; i < count; ++i) {  // `same` pairs are the even ones: see RandomBatch
        people[i] = static_cast<std::uint32_t>(2 * i);
        people[count + i] = static_cast<std::uint32_t>(2 * i + i % 2);
    }
    return people;
}

template <class Loss>
using ReferenceTrainer = Trainer<Siamese<SmallNetwork, Loss, twin::stacked>, SGD, Cpu<fp64>>;

template <class Loss>
typename ReferenceTrainer<Loss>::Settings mining_settings(int threads) {
    auto settings = small_settings<ReferenceTrainer<Loss>>(threads);
    settings.mining = {3};
    settings.keep_gradients = true;
    return settings;
}

// Settings for all that this file is about.
TrainingSettings loop_settings(const PeopleFaces& faces, std::uint32_t epochs) {
    TrainingSettings settings;
    settings.epochs = epochs;
    settings.loader.batch_pairs = 4;
    settings.loader.seed = 9;
    settings.loader.people = &faces.sampler;
    settings.validation = faces.split.validation;
    settings.average = 0.9;
    settings.statistics_images = 20;
    settings.weights.fingerprint = "small";
    settings.weights.recipe = ImageRecipe{1.0, 16, 16};
    settings.weights.features = FeatureRecipe{true, true};
    return settings;
}

using MinedTrainer = SmallTrainer<ContrastiveLoss, Adam, twin::stacked>;

MinedTrainer::Settings mined_settings() {
    auto settings = small_settings<MinedTrainer>();
    settings.mining = {2};
    settings.average_weights = true;
    return settings;
}

struct Silent {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream{std::tmpfile(), std::fclose};
    Progress progress{stream.get(), false};
};

}  // namespace

TEST_CASE_TEMPLATE("a mined step's gradients are the slopes of its loss", Loss, ContrastiveLoss, DifferenceBceLoss) {
    const RandomBatch batch(4);
    const auto people = distinct_people(4);
    ReferenceTrainer<Loss> trainer(mining_settings<Loss>(1));
    // By numbers in double: a step of 1e-5 leaves an error of about 1e-10 of the loss's curvature, and no nearest image
    // changes.
    std::vector<double> images(batch.images.begin(), batch.images.end());
    const auto loss = [&] {
        return trainer.template compute_gradients<double>(std::span<const double>(images), batch.labels, people).loss;
    };
    loss();
    std::vector<std::pair<StoredTensor, std::vector<double>>> gradients;
    for (const StoredTensor& gradient : trainer.gradients()) {
        const auto* numbers = static_cast<const double*>(gradient.data);
        gradients.push_back({gradient, {numbers, numbers + gradient.info.size()}});
    }
    const auto weights = trainer.weights();
    for (const auto& each : gradients) {
        const std::string& name = each.first.name;
        const std::vector<double>& numbers = each.second;
        const auto weight = std::ranges::find(weights, name, &StoredTensor::name);
        REQUIRE(weight != weights.end());
        auto* at = static_cast<double*>(weight->data);
        const std::size_t i = numbers.size() / 2;
        const double before = at[i], step = 1e-5;
        at[i] = before + step;
        const double above = loss();
        at[i] = before - step;
        const double below = loss();
        at[i] = before;
        CAPTURE(name);
        CHECK(numbers[i] == doctest::Approx((above - below) / (2 * step)).epsilon(1e-4).scale(1e-3));
    }
}

TEST_CASE("a mined step gives the scores of the given pairs, and the same bits for any number of threads") {
    const RandomBatch batch(4);
    const auto people = distinct_people(4);
    ReferenceTrainer<ContrastiveLoss> one(mining_settings<ContrastiveLoss>(1)),
        three(mining_settings<ContrastiveLoss>(3));
    auto plain_settings = mining_settings<ContrastiveLoss>(1);
    plain_settings.mining = {};
    ReferenceTrainer<ContrastiveLoss> plain(plain_settings);
    const StepResult mined = one.step(batch.images, batch.labels, 1.0, people);
    const StepResult other = three.step(batch.images, batch.labels, 1.0, people);
    const StepResult given = plain.step(batch.images, batch.labels, 1.0, people);
    CHECK(mined.loss == other.loss);
    CHECK(mined.loss != given.loss);
    CHECK(std::ranges::equal(mined.scores, given.scores));
    CHECK(bytes_of(one.weights()) == bytes_of(three.weights()));
}

TEST_CASE("mining without knowing the people is an error") {
    MinedTrainer trainer(mined_settings());
    const RandomBatch batch(4);
    CHECK_THROWS_WITH_AS(trainer.step(batch.images, batch.labels),
                         "a training step got 4 pairs; mining needs to know who is on each image, and was told of 0",
                         Error);
}

TEST_CASE("the average of weights is the running mean that its decay says, and changes places with them") {
    MinedTrainer trainer(mined_settings());
    const auto first_weights = [&] {
        std::vector<std::vector<float>> all;
        for (const StoredTensor& tensor : trainer.weights())
            if (tensor.type == StoredType::float32) {
                const auto* numbers = static_cast<const float*>(tensor.data);
                all.push_back({numbers, numbers + tensor.info.size()});
            }
        return all;
    };
    std::vector<std::vector<float>> expected;
    for (std::uint64_t step = 0; step < 4; ++step) {
        const RandomBatch batch(4, step);
        trainer.step(batch.images, batch.labels, 1.0, distinct_people(4));
        const double keep = step == 0 ? 0.0 : 0.75;
        trainer.update_average(keep);
        const auto now = first_weights();
        if (step == 0) expected = now;
        for (std::size_t i = 0; i < now.size(); ++i)
            for (std::size_t j = 0; j < now[i].size(); ++j)
                expected[i][j] = static_cast<float>(keep) * expected[i][j] + static_cast<float>(1.0 - keep) * now[i][j];
    }
    const auto present = first_weights();
    trainer.swap_average();
    const auto average = first_weights();
    REQUIRE(average.size() == expected.size());
    for (std::size_t i = 0; i < average.size(); ++i)
        for (std::size_t j = 0; j < average[i].size(); ++j)  // the same operations: at most a fused one rounds less
            CHECK(average[i][j] == doctest::Approx(expected[i][j]).epsilon(1e-6));
    CHECK(average != present);
    trainer.swap_average();
    CHECK(first_weights() == present);
}

TEST_CASE("a trainer without an average says so") {
    SmallTrainer<> trainer(small_settings<SmallTrainer<>>());
    CHECK_THROWS_AS(trainer.update_average(0.5), Error);
    CHECK_THROWS_AS(trainer.swap_average(), Error);
}

TEST_CASE("a training on drawn people validates on others, and resumes bit for bit") {
    const PeopleFaces faces(24);
    const TemporaryFolder folder;
    const auto train = [&](const std::string& name, std::uint32_t epochs) {
        MinedTrainer trainer(mined_settings());
        Silent silent;
        const RunDirectory run(folder / name);
        Training training(trainer, faces.images, faces.split.training, loop_settings(faces, epochs), run,
                          silent.progress);
        if (std::filesystem::exists(run.checkpoint()))
            training.resume();
        else
            run.create("{}");
        REQUIRE(training.run(StopSignal()));
        const Decision decision = training.finish_last();
        training.finish_best();
        return decision;
    };
    const Decision whole = train("whole", 3);
    train("parts", 2);
    const Decision parts = train("parts", 3);
    CHECK(whole.threshold == parts.threshold);
    for (const char* file : {"last.safetensors", "best.safetensors", "checkpoint.safetensors"}) {
        CAPTURE(file);
        CHECK(read_file(folder / "whole" / file) == read_file(folder / "parts" / file));
    }

    // What is saved is the average, with statistics of its own, and the threshold and curve of the validation pairs.
    MinedTrainer trainer(mined_settings());
    const WeightsInfo info = load_weights(folder / "whole" / "last.safetensors", trainer.weights(), "small");
    REQUIRE(info.calibration);
    const std::string saved = bytes_of(trainer.weights());
    measure_statistics(trainer, faces.images, statistics_images(faces.sampler.draw(9, 0), 20, 9), 1);
    CHECK(bytes_of(trainer.weights()) == saved);
    CHECK(info.features == FeatureRecipe{true, true});
    CHECK(info.threshold == whole.threshold);
    const auto scores = score_images(trainer, faces.images, faces.split.validation, 2, {true, true});
    const Decision again = decide(scores, pair_labels(faces.split.validation), ScoreKind::distance);
    CHECK(again.threshold == whole.threshold);
    CHECK(again.calibration == info.calibration);
    CHECK(info.calibration->probability(whole.threshold) == doctest::Approx(0.5));

    // metrics.csv has the validation's figures.
    const auto bytes = read_file(folder / "whole" / "metrics.csv");
    const std::string text(bytes.begin(), bytes.end());
    CHECK(text.find("validation_accuracy,validation_equal_error_rate,validation_area") != std::string::npos);
    const ValidationMetrics last = measure_validation(scores, pair_labels(faces.split.validation), ScoreKind::distance);
    CHECK(text.find(fmt::format(",{:.6g},{:.6g},{:.6g},", last.accuracy, last.equal_error_rate, last.area)) !=
          std::string::npos);
}

TEST_CASE("a decision on scores that tell nothing is the most accurate threshold") {
    const std::vector<double> scores{1, 2, 3, 4};
    const std::vector<PairLabel> upside_down{PairLabel::different, PairLabel::different, PairLabel::same,
                                             PairLabel::same};
    CHECK(decide(scores, upside_down, ScoreKind::distance).threshold ==
          roc_curve(scores, upside_down, ScoreKind::distance).most_accurate().threshold);
}

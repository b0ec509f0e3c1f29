// The losses against PyTorch's values in float64 and against finite differences.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <ditto/cpu.hpp>
#include <ditto/losses/losses.hpp>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "../reference/value_file.hpp"

using namespace ditto;

constexpr std::size_t pairs = 7;  // same and different; inside, outside and far outside a margin; at no distance
using Features = Shape<5>;

// The tensors of a call of a loss, with the inputs of reference/make_losses.py.
template <class Loss, class Precision>
struct LossRun {
    using T = typename Precision::scalar;
    static constexpr auto infos = Loss::parameters(Features::extents);
    static inline const reference::ValueFile file{"losses"};

    Loss loss;
    std::vector<T> left = read("left"), right = read("right");
    std::vector<T> left_gradient = missing(left.size()), right_gradient = missing(right.size());
    std::array<std::vector<T>, infos.size()> head, head_gradient;
    std::vector<PairLabel> labels;
    std::vector<double> scores = std::vector<double>(pairs);

    explicit LossRun(Loss loss_settings) : loss(loss_settings) {
        for (const double label : file["labels"]) labels.push_back(static_cast<PairLabel>(label));
        for (std::size_t i = 0; i < head.size(); ++i) {
            const reference::Stream stream("losses.head." + std::string(infos[i].name));
            for (std::size_t j = 0; j < static_cast<std::size_t>(infos[i].size()); ++j)
                head[i].push_back(static_cast<T>(stream[j]));
            head_gradient[i] = missing(head[i].size());
        }
    }

    double run() {
        const auto arguments = call();
        return Kernel<Loss, Features, Cpu<Precision>>::forward_backward(loss, Cpu<Precision>{}, arguments);
    }
    void run_score() {
        const auto arguments = call();
        Kernel<Loss, Features, Cpu<Precision>>::score(loss, Cpu<Precision>{}, arguments);
    }

  private:
    static std::vector<T> read(const std::string& name) {
        const auto values = file[name];
        return {values.begin(), values.end()};
    }
    static std::vector<T> missing(std::size_t size) {
        return std::vector<T>(size, std::numeric_limits<T>::quiet_NaN());
    }

    LossCall<T> call() {
        LossCall<T> arguments{
            pairs, left.data(), right.data(), labels.data(), left_gradient.data(), right_gradient.data(), scores.data(),
            {},    {}};
        for (std::size_t i = 0; i < head.size(); ++i) {
            arguments.parameters[i] = head[i].data();
            arguments.parameter_gradients[i] = head_gradient[i].data();
        }
        return arguments;
    }
};

template <class Precision, class Loss>
void check_values(Loss loss, const std::string& name) {
    CAPTURE(name);
    // Sums of at most 10 products, rounded once to the precision's numbers.
    constexpr double tolerance = std::is_same_v<Precision, fp64> ? 1e-14 : 2e-7;
    const reference::ValueFile file("losses");
    const auto distance = [&](const auto& found, const std::string& tensor) {
        return reference::relative_difference(reference::widened(found), file[name + "." + tensor]);
    };
    LossRun<Loss, Precision> run(loss);
    CHECK(distance(std::vector<double>{run.run()}, "loss") <= tolerance);
    CHECK(distance(run.scores, "scores") <= tolerance);
    CHECK(distance(run.left_gradient, "grad_left") <= tolerance);
    CHECK(distance(run.right_gradient, "grad_right") <= tolerance);
    for (std::size_t i = 0; i < run.head.size(); ++i)
        CHECK(distance(run.head_gradient[i], "grad_head." + std::string(run.infos[i].name)) <= tolerance);

    run.scores.assign(pairs, -1.0);
    run.run_score();
    CHECK(distance(run.scores, "scores") <= tolerance);
}

TEST_CASE_TEMPLATE("losses give PyTorch's values", Precision, fp64, fp32) {
    ContrastiveLoss contrastive;
    check_values<Precision>(contrastive, "contrastive_margin_1");
    contrastive.margin = 5.0;
    check_values<Precision>(contrastive, "contrastive_margin_5");
    check_values<Precision>(ConcatBceLoss{}, "concat_bce");
    check_values<Precision>(DifferenceBceLoss{}, "difference_bce");
}

// As for layers: truncation about step^2, rounding about 1e-16 / step of the loss.
template <class Run>
void check_gradient(Run& run, std::vector<double>& tensor, const std::vector<double>& gradient, std::size_t count) {
    constexpr double step = 1e-5, tolerance = 1e-7;
    for (std::size_t i = 0; i < count; ++i) {
        const double value = tensor[i];
        tensor[i] = value + step;
        const double above = run.run();
        tensor[i] = value - step;
        const double below = run.run();
        tensor[i] = value;
        CAPTURE(i);
        CHECK(std::abs((above - below) / (2 * step) - gradient[i]) <= tolerance);
    }
}

TEST_CASE_TEMPLATE("gradients are the derivatives of the loss", Loss, ContrastiveLoss, ConcatBceLoss,
                   DifferenceBceLoss) {
    LossRun<Loss, fp64> run{Loss{}};
    run.run();
    const auto left = run.left_gradient, right = run.right_gradient;
    const auto head = run.head_gradient;
    // At no distance (pairs 4 and 5) only one of the losses has a derivative.
    const std::size_t count = std::is_same_v<Loss, ConcatBceLoss> ? left.size() : 4 * Features::size;
    check_gradient(run, run.left, left, count);
    check_gradient(run, run.right, right, count);
    for (std::size_t i = 0; i < head.size(); ++i) check_gradient(run, run.head[i], head[i], head[i].size());
}

TEST_CASE_TEMPLATE("a loss of distances has no gradient at no distance", Precision, fp64, fp32) {
    const auto check = []<class Loss>(Loss loss) {
        LossRun<Loss, Precision> run{loss};
        run.run();
        for (std::size_t i = 4 * Features::size; i < 6 * Features::size; ++i) {
            CHECK(run.left_gradient[i] == 0);
            CHECK(run.right_gradient[i] == 0);
        }
    };
    check(ContrastiveLoss{});
    check(DifferenceBceLoss{});
}

TEST_CASE_TEMPLATE("exchanging a pair's images exchanges their gradients and changes nothing else", Loss,
                   ContrastiveLoss, DifferenceBceLoss) {
    LossRun<Loss, fp32> run{Loss{}}, exchanged{Loss{}};
    exchanged.left.swap(exchanged.right);
    CHECK(run.run() == exchanged.run());
    CHECK(run.scores == exchanged.scores);
    CHECK(run.left_gradient == exchanged.right_gradient);
    CHECK(run.right_gradient == exchanged.left_gradient);
    CHECK(run.head_gradient == exchanged.head_gradient);
}

TEST_CASE("a loss is found by its name, and an unknown name is an error") {
    AllLosses::for_each([]<class Loss>(const Loss&) {
        CHECK(with_loss(Loss::name, "--loss", []<class Found>(const Found&) { return std::is_same_v<Found, Loss>; }));
    });
    CHECK_THROWS_WITH_AS(with_loss("triplet", "--loss", [](const auto&) {}),
                         "--loss is 'triplet'; use one of contrastive, bce, difference", Error);
}

TEST_CASE_TEMPLATE("the cross entropy of enormous logits is finite", Loss, ConcatBceLoss, DifferenceBceLoss) {
    LossRun<Loss, fp64> run{Loss{}};
    for (double& weight : run.head[0]) weight *= 1e6;
    CHECK(std::isfinite(run.run()));
    for (const double number : run.left_gradient) CHECK(std::isfinite(number));
}

TEST_CASE_TEMPLATE("a loss says NaN of a distance or a logit that is no number, whatever the label", Loss,
                   ContrastiveLoss, ConcatBceLoss, DifferenceBceLoss) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(Loss{}.term(nan, true).loss));
    CHECK(std::isnan(Loss{}.term(nan, false).loss));
    // The slope too: the gradient shows it, where nobody looks at the loss.
    CHECK(std::isnan(Loss{}.term(nan, false).slope));
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        CAPTURE(pair);
        LossRun<Loss, fp32> run{Loss{}};
        run.right[pair * Features::size + 2] = std::numeric_limits<float>::quiet_NaN();
        CHECK(std::isnan(run.run()));
        CHECK(std::isnan(run.scores[pair]));
    }
}

TEST_CASE("the contrastive loss of different pairs ends at the margin, in value and slope") {
    const ContrastiveLoss loss(2.0);
    CHECK(loss.term(0.5, false).loss == 2.25);
    CHECK(loss.term(0.5, false).slope == -6.0);  // the derivative, -3, divided by the distance
    CHECK(loss.term(2.0, false).loss == 0.0);
    CHECK(loss.term(2.0, false).slope == 0.0);
    CHECK(loss.term(3.0, false).loss == 0.0);
    CHECK(loss.term(3.0, false).slope == 0.0);
    CHECK(loss.term(3.0, true).loss == 9.0);
}

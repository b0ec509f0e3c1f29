// Optimizers and schedules against PyTorch's values in float64.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <ditto/core/precision.hpp>
#include <ditto/optim/adam.hpp>
#include <ditto/optim/schedule.hpp>
#include <ditto/optim/sgd.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "../reference/value_file.hpp"

using namespace ditto;

constexpr std::size_t size = 10;
constexpr std::int64_t steps = 5;

template <class T>
std::vector<T> numbers(const std::string& stream_name) {
    const reference::Stream stream(stream_name);
    std::vector<T> result(size);
    for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<T>(stream[i]);
    return result;
}

// Makes the steps of reference/make_optimizers.py and compares the parameters after each one.
template <class Precision, class Optimizer>
void check_steps(const Optimizer& optimizer, const std::string& name) {
    using T = typename Precision::scalar;
    CAPTURE(name);
    // Five steps of a few operations each.
    constexpr double tolerance = std::is_same_v<Precision, fp64> ? 1e-14 : 3e-7;
    const auto expected = reference::ValueFile("optimizers")[name];  // [steps, size]
    auto parameters = numbers<T>("optimizers.parameters");
    std::array<std::vector<T>, max_optimizer_state> state;
    std::vector<double> found;
    for (auto& tensor : state) tensor.assign(size, T{0});
    for (std::int64_t step = 0; step < steps; ++step) {
        const auto gradients = numbers<T>("optimizers.gradient." + std::to_string(step));
        update(optimizer, UpdateCall<T>{size,
                                        parameters.data(),
                                        gradients.data(),
                                        {state[0].data(), state[1].data()},
                                        step + 1,
                                        optimizer.learning_rate});
        found.insert(found.end(), parameters.begin(), parameters.end());
    }
    CHECK(reference::relative_difference(found, expected) <= tolerance);
}

TEST_CASE_TEMPLATE("SGD makes PyTorch's steps", Precision, fp64, fp32) {
    check_steps<Precision>(SGD{.learning_rate = 0.1}, "sgd");
    check_steps<Precision>(SGD{.learning_rate = 0.1, .weight_decay = 0.01}, "sgd_weight_decay");
    check_steps<Precision>(SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01}, "sgd_momentum");
    check_steps<Precision>(SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true},
                           "sgd_nesterov");
}

TEST_CASE_TEMPLATE("Adam and AdamW make PyTorch's steps", Precision, fp64, fp32) {
    Adam adam;
    adam.learning_rate = 0.01;
    check_steps<Precision>(adam, "adam");
    adam.beta1 = 0.8;
    adam.beta2 = 0.99;
    adam.epsilon = 1e-6;
    adam.weight_decay = 0.1;
    check_steps<Precision>(adam, "adam_weight_decay");
    AdamW adamw;
    adamw.learning_rate = 0.01;
    adamw.weight_decay = 0.1;
    check_steps<Precision>(adamw, "adamw");
}

// An update with the rate of a schedule is that of an optimizer which has this rate and no schedule: nothing else of
// the step may use the optimizer's own.
template <class T, class Optimizer>
void check_scheduled(Optimizer optimizer) {
    constexpr double factor = 0.25;
    const auto gradients = numbers<T>("optimizers.gradient.0");
    const auto run = [&](const Optimizer& settings, double rate) {
        auto parameters = numbers<T>("optimizers.parameters");
        std::array<std::vector<T>, max_optimizer_state> state;
        for (auto& tensor : state) tensor.assign(size, static_cast<T>(0.5));
        update(settings,
               UpdateCall<T>{size, parameters.data(), gradients.data(), {state[0].data(), state[1].data()}, 3, rate});
        return parameters;
    };
    const std::vector<T> scheduled = run(optimizer, factor * optimizer.learning_rate);
    CHECK(scheduled != run(optimizer, optimizer.learning_rate));
    optimizer.learning_rate *= factor;
    CHECK(scheduled == run(optimizer, optimizer.learning_rate));
}

TEST_CASE_TEMPLATE("a step uses the schedule's rate for all that the rate scales", T, double, float) {
    check_scheduled<T>(SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.5});
    check_scheduled<T>(SGD{.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.5, .nesterov = true});
    Adam adam;
    adam.weight_decay = 0.5;
    check_scheduled<T>(adam);
    AdamW adamw;
    adamw.weight_decay = 0.5;
    check_scheduled<T>(adamw);
}

void check_schedule(const Schedule& schedule, const std::string& name) {
    CAPTURE(name);
    const auto expected = reference::ValueFile("optimizers")["schedule." + name];
    std::vector<double> found;
    for (std::size_t step = 0; step < expected.size(); ++step)
        found.push_back(schedule(static_cast<std::int64_t>(step)));
    // PyTorch multiplies its way from step to step; ditto computes each step afresh.
    CHECK(reference::relative_difference(found, expected) <= 1e-14);
}

TEST_CASE("schedules give PyTorch's rates") {
    check_schedule(step_schedule(3, 0.5), "step");
    check_schedule(cosine_schedule(10), "cosine");
    check_schedule(cosine_schedule(10, 0.1), "cosine_minimum");
    check_schedule(linear_warm_up(4, constant_schedule(), 0.125), "linear_warm_up");
}

TEST_CASE("schedules go on after their end, and a warm-up scales what follows it") {
    CHECK(cosine_schedule(10)(11) == doctest::Approx(0.0));
    CHECK(cosine_schedule(10, 0.1)(1000) == doctest::Approx(0.1));
    const Schedule schedule = linear_warm_up(4, step_schedule(2, 0.5), 0.5);
    CHECK(schedule(0) == doctest::Approx(0.5));
    CHECK(schedule(2) == doctest::Approx(0.75 * 0.5));
    CHECK(schedule(6) == doctest::Approx(0.125));
}

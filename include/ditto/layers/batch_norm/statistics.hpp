// BatchNorm's statistics: what forward leaves for backward, and the running averages.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "ditto/layers/batch_norm/batch_norm.hpp"

namespace ditto::detail {

/// How many numbers, their mean, and the sum of their squared deviations from it.
struct Moments {
    double count, mean, deviations;

    /// 1 / sqrt(biased variance + epsilon): by what normalising multiplies.
    constexpr double inverse_deviation() const { return 1.0 / std::sqrt(deviations / count + BatchNorm<1>::epsilon); }

    /// Moves the running averages towards the mean and the unbiased variance.
    template <class T>
    constexpr void move(T& running_mean, T& running_variance) const {
        constexpr double momentum = BatchNorm<1>::momentum;
        running_mean = static_cast<T>((1.0 - momentum) * static_cast<double>(running_mean) + momentum * mean);
        running_variance = static_cast<T>((1.0 - momentum) * static_cast<double>(running_variance) +
                                          momentum * deviations / (count - 1.0));
    }
};

/// Mean and 1/sqrt(variance + epsilon) of each group, [groups, Channels] each; forward leaves them for backward.
template <std::size_t Channels, class T>
struct GroupStatistics {
    T* mean;
    T* inverse_deviation;
    explicit GroupStatistics(T* memory) : mean(memory), inverse_deviation(memory + 2 * Channels) {}

    /// Sets a group's statistics of channel c, and moves the running averages `buffers` (mean, variance) towards them.
    template <class Buffers>
    void set(std::size_t group, std::size_t c, Moments moments, const Buffers& buffers) const {
        mean[group * Channels + c] = static_cast<T>(moments.mean);
        inverse_deviation[group * Channels + c] = static_cast<T>(moments.inverse_deviation());
        moments.move(buffers[0][c], buffers[1][c]);
    }
};

/// weight / sqrt(running variance + epsilon): by what inference multiplies.
template <int Channels, class T>
std::array<T, Channels> running_scale(const T* weight, const T* running_variance) {
    std::array<T, Channels> scale;
    for (std::size_t c = 0; c < Channels; ++c)
        scale[c] = static_cast<T>(static_cast<double>(weight[c]) /
                                  std::sqrt(static_cast<double>(running_variance[c]) + BatchNorm<Channels>::epsilon));
    return scale;
}

}  // namespace ditto::detail

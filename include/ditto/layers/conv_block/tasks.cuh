// What the kernels of a block do with the rows of its map, on CUDA (device/cuda/rows.cuh), 16 bytes at a time.
#pragma once

#include <cmath>
#include <cstdint>

#include "ditto/layers/batch_norm/cuda.cuh"
#include "ditto/layers/conv_block/conv_block.hpp"
#include "ditto/layers/pooling/winner.hpp"

namespace ditto::detail {

/// Integers of a block, as device code reads them.
template <class Block, class Input>
struct BlockGrid {
    static constexpr int height = Block::map(Input::extents).height(), width = Block::map(Input::extents).width();
    static constexpr int channels = Block::channels;
    static constexpr bool pooled = Block::pooled;
    static constexpr int out_height = pooled ? height / 2 : height, out_width = pooled ? width / 2 : width;
    static constexpr std::size_t pixels = std::size_t{height} * width;
    static constexpr std::size_t out_pixels = std::size_t{out_height} * out_width;

    /// The pixel of the map that is the first of the window of pixel `row` of the output, or that pixel itself; both
    /// counted through all images.
    static __device__ std::size_t window(std::size_t row) {
        if constexpr (!pooled) return row;
        return (row / out_width * width + row % out_width) * 2;
    }
    static constexpr int places = pooled ? 4 : 1;
    /// How many numbers place `place` of a window lies behind its first pixel.
    static constexpr __device__ std::size_t step(int place) {
        return static_cast<std::size_t>(place / 2 * width + place % 2) * channels;
    }
};

/// ReLU(map + bias) of `Width` channels: what the block normalises.
template <int Width>
__device__ Floats<Width> rectified(Floats<Width> map, const Floats<Width>& bias) {
    DITTO_UNROLL
    for (int i = 0; i < Width; ++i) map.at[i] = ReLU::value(map.at[i] + bias.at[i]);
    return map;
}
template <int Width, class A>
__device__ Floats<Width> rectified(const A* map, const Floats<Width>& bias) {
    return rectified(load_floats<Width>(map), bias);
}

/// What training keeps of a pool: each winner's number in the map, and its place in the window.
template <class A>
struct Winners {
    A* numbers = nullptr;
    std::uint8_t* places = nullptr;
};

/// The winner of a window, in `Width` channels.
template <int Width>
struct Winner {
    Floats<Width> map;        ///< as the convolution left it
    Floats<Width> rectified;  ///< what the block normalises
    Vector<std::uint8_t, Width> places;
};

/// The winner is the one that the pool after the affine map of BatchNorm would choose, by the sign of BatchNorm's
/// weight; the first of equal ones, NaN before all. Calls visit(rectified numbers) for each pixel of the window.
template <class Grid, int Width, class A, class Visit>
__device__ Winner<Width> choose_winner(const A* window, const Floats<Width>& bias, const Floats<Width>& sign,
                                       const Visit& visit) {
    Winner<Width> best{};
    best.map = load_floats<Width>(window);
    best.rectified = rectified(best.map, bias);
    visit(best.rectified);
    DITTO_UNROLL
    for (int place = 1; place < Grid::places; ++place) {
        const Floats<Width> candidate = load_floats<Width>(window + Grid::step(place));
        const Floats<Width> numbers = rectified(candidate, bias);
        visit(numbers);
        DITTO_UNROLL
        for (int i = 0; i < Width; ++i) {
            const bool won = wins(sign.at[i] * numbers.at[i], sign.at[i] * best.rectified.at[i]);
            best.rectified.at[i] = won ? numbers.at[i] : best.rectified.at[i];
            best.map.at[i] = won ? candidate.at[i] : best.map.at[i];
            best.places.at[i] = won ? static_cast<std::uint8_t>(place) : best.places.at[i];
        }
    }
    return best;
}

/// The signs of BatchNorm's weights: 1, -1 or 0.
template <int Width>
__device__ Floats<Width> signs(const float* weight) {
    Floats<Width> sign = constants<Width>(weight);
    DITTO_UNROLL
    for (int i = 0; i < Width; ++i) sign.at[i] = sign.at[i] > 0.0F ? 1.0F : sign.at[i] < 0.0F ? -1.0F : 0.0F;
    return sign;
}

/// Sums of the rectified map, and of its squares, from the running mean on. Of a pool it keeps the winners: the map
/// need not be read once more before the next layer.
template <class Grid, class A>
struct SumRectified {
    static constexpr std::size_t channels = Grid::channels;
    static constexpr int width = vector_width<A>(channels);
    const A* map;
    Winners<A> winners;
    const float* bias;
    const float* origin;
    const float* weight;  // BatchNorm's
    struct Lane {
        const A* map;
        Winners<A> winners;
        Floats<width> bias, origin, sign;
        __device__ void operator()(std::size_t row, Floats<width> (&sums)[2]) const {
            const auto add = [&](const Floats<width>& numbers) {
                DITTO_UNROLL
                for (int i = 0; i < width; ++i) {
                    const float x = numbers.at[i] - origin.at[i];
                    sums[0].at[i] += x;
                    sums[1].at[i] += x * x;
                }
            };
            const A* window = map + Grid::window(row) * channels;
            if constexpr (Grid::pooled) {
                const Winner<width> winner = choose_winner<Grid>(window, bias, sign, add);
                winner.places.store(winners.places + row * channels);
                store_floats(winner.map, winners.numbers + row * channels);
            } else {
                add(rectified(window, bias));
            }
        }
    };
    __device__ Lane lane(std::size_t, std::size_t channel) const {
        return {map + channel,
                Grid::pooled ? Winners<A>{winners.numbers + channel, winners.places + channel} : Winners<A>{},
                constants<width>(bias + channel), constants<width>(origin + channel), signs<width>(weight + channel)};
    }
};

/// The statistics of a group from these sums. The running mean is the sums' origin for all groups, so the averages
/// move after the last one: group by group, from the means that `statistics` has.
template <int Channels>
struct FinishReluMoments {
    double count;
    std::size_t groups;
    DeviceStatistics statistics;
    float* running_mean;
    float* running_variance;
    double* deviations;  // [groups, Channels], scratch
    __device__ void operator()(std::size_t channel, std::size_t group, const double* totals) const {
        const double shift = totals[0] / count, mean = static_cast<double>(running_mean[channel]) + shift;
        const Moments moments{count, mean, std::fmax(0.0, totals[1] - totals[0] * shift)};
        statistics.mean[group * Channels + channel] = static_cast<float>(mean);
        statistics.inverse_deviation[group * Channels + channel] = static_cast<float>(moments.inverse_deviation());
        deviations[group * Channels + channel] = moments.deviations;
        if (group + 1 < groups) return;
        for (std::size_t g = 0; g < groups; ++g) {
            const auto own = static_cast<double>(statistics.mean[g * Channels + channel]);
            Moments{count, own, deviations[g * Channels + channel]}.move(running_mean[channel],
                                                                         running_variance[channel]);
        }
    }
};

/// Normalises, by Map (BatchMap, FrozenMap), the rectified numbers of rows [rows, channels]: of a map without a pool,
/// or of the winners.
template <class A, std::size_t Channels, class Map>
struct NormalizeRectified {
    static constexpr int width = vector_width<A>(Channels);
    const A* rows;
    A* output;
    const float* bias;
    Map norm;
    struct Lane {
        const A* rows;
        A* output;
        Floats<width> bias;
        ChannelAffine<width> norm;
        __device__ void operator()(std::size_t row) const {
            Floats<width> numbers = rectified(rows + row * Channels, bias);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) numbers.at[i] = norm.value(i, numbers.at[i]);
            store_floats(numbers, output + row * Channels);
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {rows + channel, output + channel, constants<width>(bias + channel),
                norm.template of<width>(group, channel)};
    }
};

/// Lets each window's winner through and normalises it: inference, which keeps nothing.
template <class Grid, class A>
struct PoolNormalize {
    static constexpr std::size_t channels = Grid::channels;
    static constexpr int width = vector_width<A>(channels);
    const A* map;
    A* output;
    const float* bias;
    FrozenMap norm;
    struct Lane {
        const A* map;
        A* output;
        Floats<width> bias, sign;
        ChannelAffine<width> norm;
        __device__ void operator()(std::size_t row) const {
            const A* window = map + Grid::window(row) * channels;
            Floats<width> best = choose_winner<Grid>(window, bias, sign, [](const auto&) {}).rectified;
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) best.at[i] = norm.value(i, best.at[i]);
            store_floats(best, output + row * channels);
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {map + channel, output + channel, constants<width>(bias + channel), signs<width>(norm.weight + channel),
                norm.template of<width>(group, channel)};
    }
};

/// Sums of dy and of dy (winner - mean).
template <class Grid, class A>
struct SumWinners {
    static constexpr std::size_t channels = Grid::channels;
    static constexpr int width = vector_width<A>(channels);
    const A* winners;  // as the convolution left them
    const A* dy;
    const float* bias;
    const float* mean;
    struct Lane {
        const A* winners;
        const A* dy;
        Floats<width> bias, mean;
        __device__ void operator()(std::size_t row, Floats<width> (&sums)[2]) const {
            const Floats<width> gradients = load_floats<width>(dy + row * channels);
            const Floats<width> numbers = rectified(winners + row * channels, bias);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) {
                sums[0].at[i] += gradients.at[i];
                sums[1].at[i] += gradients.at[i] * (numbers.at[i] - mean.at[i]);
            }
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {winners + channel, dy + channel, constants<width>(bias + channel),
                constants<width>(mean + group * channels + channel)};
    }
};

/// map = the gradient of the convolution's output, window by window, and its sum.
template <class Grid, class A>
struct FormGradient {
    static constexpr std::size_t channels = Grid::channels;
    static constexpr int width = vector_width<A>(channels);
    A* map;
    const A* dy;
    const std::uint8_t* places;
    const float* bias;
    const float* mean;
    GradientTerms terms;
    struct Lane {
        A* map;
        const A* dy;
        const std::uint8_t* places;
        Floats<width> bias;
        GradientMap<width> gradient;
        __device__ void operator()(std::size_t row, Floats<width> (&sums)[1]) const {
            A* window = map + Grid::window(row) * channels;
            const Floats<width> dense = load_floats<width>(dy + row * channels);
            Vector<std::uint8_t, width> winners{};
            if constexpr (Grid::pooled) winners = Vector<std::uint8_t, width>::load(places + row * channels);
            Floats<width> numbers[Grid::places];
            DITTO_UNROLL
            for (int place = 0; place < Grid::places; ++place)
                numbers[place] = rectified(window + Grid::step(place), bias);
            DITTO_UNROLL
            for (int place = 0; place < Grid::places; ++place) {
                DITTO_UNROLL
                for (int i = 0; i < width; ++i) {
                    const float own = winners.at[i] == place ? dense.at[i] : 0.0F;
                    const float x = numbers[place].at[i];
                    const float slope = ReLU::gradient(x, gradient.value(i, x, own));
                    numbers[place].at[i] = slope;
                    sums[0].at[i] += slope;
                }
                store_floats(numbers[place], window + Grid::step(place));
            }
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {map + channel, dy + channel, Grid::pooled ? places + channel : nullptr,
                constants<width>(bias + channel), terms.of<width>(mean, group, channel)};
    }
};

}  // namespace ditto::detail

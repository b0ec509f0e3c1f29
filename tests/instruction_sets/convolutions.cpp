// The fast convolutions of one instruction set beside plain sums in float64, over shapes drawn from a seed: maps of 4
// to 12 pixels, any number of channels that the algorithm takes, kernels of 3 and 5, batches of 1 to 4 images. Compiled
// once for each instruction set; what a shape must be a multiple of differs among them.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../layers/plain_sums.hpp"
#include "ditto/core/random.hpp"
#include "ditto/cpu.hpp"

using namespace ditto;
using namespace ditto::test;

namespace {

using Device = Cpu<fp32>;
constexpr int panel = detail::register_columns<float, Device::arch>;

struct Drawn {
    int height, width, in, out, kernel;
    std::size_t images;
};
constexpr Drawn drawn(std::uint64_t seed, bool few_channels) {
    std::uint64_t state = seed * 0x9E37'79B9'7F4A'7C15U + 1;
    const auto between = [&](int low, int high) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return low + static_cast<int>((state >> 33) % static_cast<std::uint64_t>(high - low + 1));
    };
    Drawn size{};
    size.height = 4 * between(1, 3);
    size.width = few_channels ? 8 * between(1, 2) : 4 * between(1, 3);
    size.in = few_channels ? between(1, 4) : panel * between(1, 2);
    size.out = panel * between(1, 2);
    size.kernel = seed % 2 == 0 ? 3 : 5;
    size.images = static_cast<std::size_t>(between(1, 4));
    return size;
}

template <int Seed, template <class, class, class> class Passes, bool FewChannels>
void check() {
    constexpr Drawn size = drawn(Seed, FewChannels);
    using Conv = Conv2d<size.in, size.out, size.kernel, Padding<size.kernel / 2>>;
    using Input = Shape<size.height, size.width, size.in>;
    using Tested = Passes<Conv, Input, Device>;
    static_assert(Tested::fits);
    constexpr int threads = 1 + Seed % 3;

    Random random(Seed, RandomPurpose::test);
    const auto normal = [&](std::size_t count) {
        std::vector<float> numbers(count);
        for (float& number : numbers) number = static_cast<float>(random.normal());
        return numbers;
    };
    const auto outputs = size.images * static_cast<std::size_t>(Conv::output(Input::extents).size());
    const auto x = normal(size.images * Input::size), dy = normal(outputs);
    const auto weight = normal(static_cast<std::size_t>(Conv::depth) * size.out), bias = normal(size.out);
    std::vector<float> y(outputs), dx(x.size()), dw(weight.size());

    const Device device{threads};
    std::vector<std::byte> prepared(Tested::prepared_bytes),
        workspace(std::max(Tested::forward_bytes(threads), Tested::backward_bytes(threads)));
    Tested::prepare(threads, weight.data(), reinterpret_cast<float*>(prepared.data()));
    Tested::forward(threads, Tested::chunks(size.images, 1), x.data(), reinterpret_cast<float*>(prepared.data()),
                    workspace.data(),
                    detail::StoreTiles<float, size.height, size.width, size.out>{bias.data(), y.data()});
    Tested::weight_gradient(threads, size.images, x.data(),
                            detail::LoadTiles<float, size.height, size.width, size.out>{dy.data()}, dw.data(),
                            workspace.data());
    Tested::input_gradient(device, size.images, dy.data(), weight.data(), dx.data(), workspace.data());

    const auto wide = [](const std::vector<float>& numbers) {
        return std::vector<double>(numbers.begin(), numbers.end());
    };
    PlainConvolution plain{size.height, size.width,
                           size.in,     size.out,
                           size.kernel, size.kernel / 2,
                           1,           size.images,
                           wide(x),     wide(weight),
                           wide(bias),  wide(dy),
                           {},          {},
                           {},          {}};
    plain.run();
    const std::string what = std::to_string(size.height) + "x" + std::to_string(size.width) + "x" +
                             std::to_string(size.in) + " to " + std::to_string(size.out) + ", kernel " +
                             std::to_string(size.kernel) + ", images " + std::to_string(size.images);
    CAPTURE(what);
    // Sums of up to 1600 products; the transforms of a 5x5 kernel multiply by up to 20, and what they add cancels.
    constexpr double tolerance = FewChannels ? 1e-5 : 1e-4;
    CHECK(largest_error(y, plain.output) <= tolerance);
    CHECK(largest_error(dw, plain.weight_gradient) <= tolerance);
    CHECK(largest_error(dx, plain.input_gradient) <= tolerance);
}

template <template <class, class, class> class Passes, bool FewChannels, int... Seed>
void check_all() {
    (check<Seed, Passes, FewChannels>(), ...);
}

}  // namespace

TEST_CASE("minimal filtering gives the plain sums, for drawn shapes") {
    check_all<detail::WinogradPasses, false, 1, 2, 3, 4, 5, 6>();
}

TEST_CASE("so do the strips of few channels") {
    check_all<detail::FewChannelsPasses, true, 1, 2, 3, 4>();
}

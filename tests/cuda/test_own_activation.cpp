// An activation of a user's, in a file of theirs, runs on a GPU as it does on the CPU.
#include <doctest/doctest.h>

#include <cmath>
#include <ditto/layers/elementwise/activation.hpp>

namespace mine {
// clang-format off
struct Softplus : ditto::Activation {
    template <class T> static constexpr T value(T x) { return std::log1p(std::exp(x)); }
    template <class T> static constexpr T gradient(T y, T dy) { return dy * -std::expm1(-y); }
};
// clang-format on
}  // namespace mine

#include "device_layer_run.hpp"
#include "ditto/core/random.hpp"

using namespace ditto;

namespace {

using Input = Shape<3, 5, 2>;
constexpr std::size_t images = 4;

template <class Precision>
void check(double tolerance) {
    test::LayerRun<mine::Softplus, Input, fp32> host(images);
    Random random(1, RandomPurpose::test);
    for (float& x : host.input) x = static_cast<float>(random.normal());
    for (float& dy : host.output_gradient) dy = static_cast<float>(random.normal());
    auto device = host;
    host.run_forward(true);
    host.run_backward();
    test::run_on_cuda<Precision>(device, images, 1, true);
    for (std::size_t i = 0; i < host.output.size(); ++i) {
        CHECK(device.output[i] == doctest::Approx(host.output[i]).epsilon(tolerance));
        CHECK(device.input_gradient[i] == doctest::Approx(host.input_gradient[i]).epsilon(tolerance));
    }
}

}  // namespace

// fp32 differs by the roundings of another log1p and expm1; bf16 has 8 bits of mantissa, and three factors are rounded.
TEST_CASE("softplus in fp32") {
    check<fp32>(1e-5);
}
TEST_CASE("softplus in bf16") {
    check<bf16>(0.03);
}

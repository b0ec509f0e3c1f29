// What each layer accepts and gives.
#include <concepts>
#include <ratio>

#include "ditto/layers/layers.hpp"
#include "ditto/network/sequential.hpp"

namespace {

using namespace ditto;

template <class Input, class... Layers>
using OutputOf = typename Sequential<Input, Layers...>::Output;
template <class L>
constexpr bool takes(Extents in) {
    return L::accepts(in);
}
constexpr auto image = &Extents::spatial;

// Convolutions: kernel, stride and padding.
static_assert(std::same_as<OutputOf<Shape<9, 7, 3>, Conv2d<3, 8, 1>>, Shape<9, 7, 8>>);
static_assert(std::same_as<OutputOf<Shape<9, 7, 3>, Conv2d<3, 8, 3>>, Shape<7, 5, 8>>);
static_assert(std::same_as<OutputOf<Shape<9, 7, 3>, Conv2d<3, 8, 3, Padding<1>>>, Shape<9, 7, 8>>);
static_assert(std::same_as<OutputOf<Shape<9, 7, 3>, Conv2d<3, 8, 3, Stride<2>>>, Shape<4, 3, 8>>);
static_assert(std::same_as<OutputOf<Shape<8, 8, 3>, Conv2d<3, 8, 2, Stride<2>>>, Shape<4, 4, 8>>);
// Stride 2 over 8 rows with one row of padding leaves a row of padding unread, and no row of the image.
static_assert(std::same_as<OutputOf<Shape<8, 8, 3>, Conv2d<3, 8, 3, Stride<2>, Padding<1>>>, Shape<4, 4, 8>>);
static_assert(std::same_as<OutputOf<Shape<8, 8, 3>, Conv2d<3, 8, 3, Padding<1>, Stride<2>>>, Shape<4, 4, 8>>);
static_assert(!takes<Conv2d<3, 8, 3, Stride<2>>>(image(8, 9, 3)), "the last row would be dropped");
static_assert(takes<Conv2d<3, 8, 3, Stride<2>, AllowTruncation>>(image(8, 9, 3)));
static_assert(!takes<Conv2d<3, 8, 5>>(image(4, 9, 3)), "the kernel is larger than the image");
static_assert(!takes<Conv2d<3, 8, 3>>(image(9, 9, 4)));
static_assert(!takes<Conv2d<3, 8, 3>>(Extents::flat(3)));

// The smallest of everything: one channel, one pixel, a kernel, stride and padding that are the defaults in words.
static_assert(std::same_as<OutputOf<Shape<1, 1, 1>, Conv2d<1, 1, 1>>, Shape<1, 1, 1>>);
static_assert(std::same_as<OutputOf<Shape<5, 5, 1>, Conv2d<1, 1, 5, Stride<1>, Padding<0>>>, Shape<1, 1, 1>>);
static_assert(Conv2d<1, 1, 1>::is_valid && Conv2d<1, 1, 1, Stride<1>, Padding<0>>::is_valid);
static_assert(MaxPool2d<1>::is_valid && AveragePool2d<1, Stride<1>, Padding<0>>::is_valid);
static_assert(Linear<1, 1>::is_valid && BatchNorm2d<1>::is_valid && BatchNorm1d<1>::is_valid);
static_assert(std::same_as<OutputOf<Shape<1>, Linear<1, 1>>, Shape<1>> && Shape<1>::valid && Shape<1, 1, 1>::valid);
static_assert(Conv2d<3, 8, 3>::Geometry::expects(1) == 3 && Conv2d<3, 8, 3, Stride<2>>::Geometry::expects(8) == 7);
static_assert(Conv2d<3, 8, 3, Stride<2>, AllowTruncation>::Geometry::expects(8) == 8);
static_assert(Conv2d<3, 8, 7, Padding<2>>::Geometry::expects(1) == 3, "with the padding on both sides");

// Pools.
static_assert(std::same_as<OutputOf<Shape<8, 6, 5>, MaxPool2d<2>>, Shape<4, 3, 5>>);
static_assert(std::same_as<OutputOf<Shape<9, 9, 5>, MaxPool2d<3, Stride<2>>>, Shape<4, 4, 5>>);
static_assert(std::same_as<OutputOf<Shape<8, 8, 5>, MaxPool2d<3, Stride<2>, Padding<1>>>, Shape<4, 4, 5>>);
static_assert(std::same_as<OutputOf<Shape<9, 9, 5>, MaxPool2d<2, AllowTruncation>>, Shape<4, 4, 5>>);
static_assert(!takes<MaxPool2d<2>>(image(9, 8, 5)), "the last row would be dropped");
static_assert(!takes<AveragePool2d<2>>(image(8, 9, 5)), "the last column would be dropped");
static_assert(std::same_as<OutputOf<Shape<8, 8, 5>, AveragePool2d<4>>, Shape<2, 2, 5>>);
static_assert(std::same_as<OutputOf<Shape<7, 9, 5>, GlobalAveragePool2d>, Shape<5>>);
static_assert(!takes<GlobalAveragePool2d>(Extents::flat(5)));

// The rest.
static_assert(std::same_as<OutputOf<Shape<2, 3, 5>, Flatten>, Shape<30>>);
static_assert(!takes<Flatten>(Extents::flat(30)));
static_assert(takes<Flatten>(image(1, 1, 2147483647)), "as many numbers as a vector's length can say");
static_assert(!takes<Flatten>(image(2, 1, 1073741824)));
static_assert(std::same_as<OutputOf<Shape<30>, Linear<30, 4>>, Shape<4>>);
static_assert(!takes<Linear<30, 4>>(image(2, 3, 5)), "an image is flattened first");
static_assert(std::same_as<OutputOf<Shape<2, 3, 5>, BatchNorm2d<5>>, Shape<2, 3, 5>>);
static_assert(!takes<BatchNorm2d<5>>(Extents::flat(5)));
static_assert(std::same_as<OutputOf<Shape<5>, BatchNorm1d<5>>, Shape<5>>);
static_assert(!takes<BatchNorm1d<5>>(image(1, 1, 5)));
static_assert(std::same_as<OutputOf<Shape<5>, L2Normalize>, Shape<5>>);
static_assert(!takes<L2Normalize>(image(1, 1, 5)));
static_assert(
    std::same_as<OutputOf<Shape<2, 3, 5>, ReLU, LeakyReLU<std::ratio<1, 100>>, Sigmoid, Dropout<std::ratio<1, 2>>>,
                 Shape<2, 3, 5>>);

}  // namespace

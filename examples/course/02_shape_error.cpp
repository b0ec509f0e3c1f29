// 2. A network that does not fit together, and what the compiler says about it.
//
// Compile this file with -DSHOW_SHAPE_ERROR to see it. Whatever the mistake, the error has one form: the number of the
// layer, counted from 1; the layer; the shape it expects; the shape that the layers before it give. For the network
// below g++ 12 says
//
//     In instantiation of 'struct ditto::shape_error<ditto::layer_number<6>, ditto::Linear<2048, 10>,
//         ditto::expects<2048>, ditto::receives<512> >':
//     ...
//     error: static assertion failed: ditto: this layer cannot take the shape it receives; ...
//
// The test of this example is three lines of CMake, and works for networks of your own just as well:
//
//     find_package(ditto REQUIRED)
//     ditto_expect_shape_error(02_shape_error.cpp
//         LAYER 6 LAYER_TYPE "Linear<2048, 10>" EXPECTS 2048 RECEIVES 512)
#include <concepts>
#include <cstdio>
#include <ditto/ditto.hpp>

using namespace ditto;

#ifdef SHOW_SHAPE_ERROR
constexpr int inputs = 2048;  // what Flatten would give without the pooling before it
#else
constexpr int inputs = 512;
#endif

using Network = Sequential<Shape<16, 16, 3>,                   //
                           Conv2d<3, 8, 3, Padding<1>>, ReLU,  // 16x16x8
                           BatchNorm2d<8>, MaxPool2d<2>,       // 8x8x8
                           Flatten, Linear<inputs, 10>>;       // 10

// What would silently lose data is an error too: 15 columns do not divide into windows of 2. Who wants that writes so.
using Dropping = Sequential<Shape<16, 15, 3>, MaxPool2d<2, AllowTruncation>>;
static_assert(std::same_as<Dropping::Output, Shape<8, 7, 3>>);

int main() {
    std::printf("%s\n%s", summary<Network>().c_str(), summary<Dropping>().c_str());
}

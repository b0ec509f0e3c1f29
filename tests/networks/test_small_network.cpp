// Two small networks with every kind of layer, trained as PyTorch trains them: all losses, twin policies and
// optimizers.
#include <ratio>

#include "against_pytorch.hpp"

using namespace ditto;

using SmallNetwork = Sequential<Shape<16, 16, 3>,                                                              //
                                Conv2d<3, 8, 5, Padding<2>>, ReLU, BatchNorm2d<8>, MaxPool2d<2>,               //
                                Conv2d<8, 12, 3, Padding<1>>, LeakyReLU<std::ratio<1, 100>>, BatchNorm2d<12>,  //
                                AveragePool2d<2>, Conv2d<12, 16, 3, Padding<1>>, Sigmoid, BatchNorm2d<16>,     //
                                Flatten, Linear<256, 32>, ReLU, BatchNorm1d<32>>;

using PooledNetwork =
    Sequential<Shape<12, 10, 3>,                                                                       //
               Conv2d<3, 10, 4, Stride<2>, Padding<1>>, LeakyReLU<std::ratio<1, 5>>, BatchNorm2d<10>,  //
               Conv2d<10, 24, 3, Padding<1>>, ReLU, GlobalAveragePool2d, Linear<24, 16>, L2Normalize>;

TEST_CASE_TEMPLATE("a network with convolutions, pools and BatchNorm trains as PyTorch's", Precision, fp64, fp32) {
    test::check_network<SmallNetwork, Precision>("small_network");
}

TEST_CASE_TEMPLATE("a network with strides, global pooling and L2Normalize trains as PyTorch's", Precision, fp64,
                   fp32) {
    test::check_network<PooledNetwork, Precision>("pooled_network");
}

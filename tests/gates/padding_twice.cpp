// Two paddings of one convolution.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, Conv2d<3, 4, 3, Padding<1>, Padding<2>>, Flatten, Linear<256, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

// A convolution to no channels.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, Conv2d<3, 0, 3>, ReLU, Flatten, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

// A window that does not move.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, MaxPool2d<2, Stride<0>>, Flatten, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

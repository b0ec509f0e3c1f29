// A shape with an extent of 0.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 0, 3>, Flatten, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

// A shape in a network's list of layers.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, Flatten, Shape<3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

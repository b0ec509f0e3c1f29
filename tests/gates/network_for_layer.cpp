// A network in a network's list of layers.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, Sequential<Shape<8, 8, 3>, Flatten>, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

// A linear layer to no numbers.
#include "device.hpp"

using Wrong = Sequential<Shape<8>, Linear<8, 0>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

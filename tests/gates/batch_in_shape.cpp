// A shape with the batch in it.
#include "device.hpp"

using Wrong = Sequential<Shape<32, 8, 8, 3>, Flatten, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

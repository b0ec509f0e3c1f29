// A layer written as if it were made.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, Flatten, ReLU(), Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

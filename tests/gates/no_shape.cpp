// A network that begins with a layer.
#include "device.hpp"

using Wrong = Sequential<Flatten, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

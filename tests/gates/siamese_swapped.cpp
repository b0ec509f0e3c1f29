// The loss in the network's place.
#include "device.hpp"

int main() {
    Trainer<Siamese<ContrastiveLoss, Network>, SGD, Device> trainer({.batch = {4}});
}

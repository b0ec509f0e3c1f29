// A third argument of Siamese that is no twin policy.
#include "device.hpp"

int main() {
    Trainer<Siamese<Network, ContrastiveLoss, Adam>, Adam, Device> trainer({.batch = {4}});
}

// A loss in the optimizer's place.
#include "device.hpp"

int main() {
    Trainer<Verifier, ContrastiveLoss, Device> trainer({.batch = {4}});
}

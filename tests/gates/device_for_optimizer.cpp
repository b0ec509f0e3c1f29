// Device and optimizer swapped.
#include "device.hpp"

int main() {
    Trainer<Verifier, Device, SGD> trainer({.batch = {4}});
}

// A network in the place of a Siamese.
#include "device.hpp"

int main() {
    Trainer<Network, Adam, Device> trainer({.batch = {4}});
}

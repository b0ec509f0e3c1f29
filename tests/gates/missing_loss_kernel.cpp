// A loss of one's own that no device computes.
#include "own_loss.hpp"

int main() {
    Trainer<Siamese<Network, mine::Loss>, Adam, Device> trainer({.batch = {4}});
}

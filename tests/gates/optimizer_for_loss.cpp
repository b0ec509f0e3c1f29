// The optimizer in the loss's place, and the other way round.
#include "device.hpp"

using Training = Trainer<Siamese<Network, Adam>, ContrastiveLoss, Device>;
int main() {
    Training trainer({.batch = {4}});
}

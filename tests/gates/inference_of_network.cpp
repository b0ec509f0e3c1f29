// The same of an Inference.
#include "device.hpp"

int main() {
    Inference<Network, Device> inference(4);
}

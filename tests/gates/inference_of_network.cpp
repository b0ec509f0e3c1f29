// The same of an Inference.
#include "device.hpp"

int main() {
    Inference<Network, Device> inference(4);
    return static_cast<int>(inference.plan().total_bytes);
}

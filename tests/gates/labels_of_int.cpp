// Labels that are numbers.
#include "device.hpp"

int main() {
    Trainer<Verifier, Adam, Device> trainer({.batch = {4}});
    const std::vector<float> images(8 * 192);
    const std::vector<int> labels(4);
    trainer.step(images, labels);
}

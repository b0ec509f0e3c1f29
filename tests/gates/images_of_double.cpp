// Images in double precision.
#include "device.hpp"

int main() {
    Trainer<Verifier, Adam, Device> trainer({.batch = {4}});
    const std::vector<double> images(8 * 192);
    const std::vector<PairLabel> labels(4);
    trainer.step(images, labels);
}

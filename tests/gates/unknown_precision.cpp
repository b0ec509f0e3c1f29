// A device of a precision that is none.
#include "device.hpp"

int main() {
    Trainer<Verifier, Adam, Cpu<float>> trainer({.batch = {4}});
    const std::vector<float> images(8 * 192);
    const std::vector<PairLabel> labels(4);
    trainer.step(images, labels);
}

// A file that trains and has not included the device's kernels.
#include <ditto/device/cpu/cpu.hpp>
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/optim/adam.hpp>
#include <ditto/trainer/trainer.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, Flatten, Linear<192, 32>>;
int main() {
    Trainer<Siamese<Network, ContrastiveLoss>, Adam, Cpu<fp32>> trainer({.batch = {4}});
}

// No device.
#include "device.hpp"

int main() {
    Trainer<Verifier, Adam, SGD> trainer({.batch = {4}, .device = {.threads = 2}});
}

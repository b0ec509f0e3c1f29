// The CPU does not train in bf16.
#include "device.hpp"

int main() {
    Trainer<Verifier, Adam, Cpu<bf16>> trainer({.batch = {4}});
}

// Must not compile as C++, with one error that says what to do.
#include <ditto/ditto.hpp>

using namespace ditto;

using Network = Sequential<Shape<16, 16, 3>, Conv2d<3, 8, 3>, ReLU, Flatten, Linear<1568, 8>>;

int main() {
    Trainer<Siamese<Network, ContrastiveLoss>, Adam, Cuda<bf16>> trainer({});
    trainer.step({}, {});
    Inference<Siamese<Network, ContrastiveLoss>, Cuda<bf16>> inference(1);
}

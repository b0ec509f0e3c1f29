// A broken network first used by Inference, to compute features.
#include <ditto/ditto.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, Conv2d<3, 8, 3, Stride<2>>, Flatten>;

int main() {
    Inference<Siamese<Network, ConcatBceLoss>, Cpu<fp32>> inference(1);
}

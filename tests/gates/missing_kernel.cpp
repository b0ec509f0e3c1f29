// A layer of one's own that no device computes.
#include "device.hpp"

namespace mine {
struct Softplus : ElementwiseLayer {};
}  // namespace mine

using Own = Sequential<Shape<8, 8, 3>, Flatten, Linear<192, 32>, mine::Softplus>;
int main() {
    Trainer<Siamese<Own, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
    const std::vector<float> images(8 * 192);
    const std::vector<PairLabel> labels(4);
    return static_cast<int>(trainer.step(images, labels).loss);
}

// A layer of one's own for inference, trained.
#include "device.hpp"

namespace mine {
struct Softplus : ElementwiseLayer {};
}  // namespace mine

template <class Input>
struct ditto::Kernel<mine::Softplus, Input, Device> : KernelDefaults {
    static void forward(const Device&, const auto&) {}
};

using Own = Sequential<Shape<8, 8, 3>, Flatten, Linear<192, 32>, mine::Softplus>;
int main() {
    Inference<Siamese<Own, ContrastiveLoss>, Device> inference(4);  // which is right
    Trainer<Siamese<Own, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

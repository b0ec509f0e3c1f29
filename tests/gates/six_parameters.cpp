// A layer with more parameters than a call has room for.
#include "device.hpp"

namespace mine {
struct Six : Layer {
    static constexpr bool accepts(Extents) { return true; }
    static constexpr Extents expects(Extents in) { return in; }
    static constexpr Extents output(Extents in) { return in; }
    static constexpr std::int64_t flops(Extents in) { return in.size(); }
    static constexpr std::array<TensorInfo, 6> parameters() { return {}; }
};
}  // namespace mine

using Wrong = Sequential<Shape<8>, mine::Six>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}

// A layer of the user's own, in a namespace of the user's own, is reported as ditto's are.
#include <ditto/layers/layers.hpp>
#include <ditto/network/sequential.hpp>

namespace mine {
/// Halves the channels of an image; takes an even number of them.
struct Maxout : ditto::Layer {
    using Extents = ditto::Extents;
    static constexpr bool accepts(Extents in) { return in.is_spatial() && in.channels() % 2 == 0; }
    static constexpr Extents expects(Extents in) {
        return Extents::spatial(in.height(), in.width(), in.channels() + 1);
    }
    static constexpr Extents output(Extents in) { return Extents::spatial(in.height(), in.width(), in.channels() / 2); }
    static constexpr std::int64_t flops(Extents in) { return in.size() / 2; }
};
}  // namespace mine

using Broken = ditto::Sequential<ditto::Shape<8, 8, 3>, ditto::Conv2d<3, 7, 1>, mine::Maxout>;
using Output = Broken::Output;

// A loss of the user's own whose head takes 512 features, after a network that gives 256.
#include <ditto/layers/layers.hpp>
#include <ditto/network/siamese.hpp>
#include <string_view>

namespace {
struct BilinearLoss : ditto::Loss {
    static constexpr std::string_view name = "bilinear";
    static constexpr ditto::ScoreKind score_kind = ditto::ScoreKind::probability;
    static constexpr bool accepts(ditto::Extents features) { return features == expects(features); }
    static constexpr ditto::Extents expects(ditto::Extents) { return ditto::Extents::flat(512); }
};
}  // namespace

using Network = ditto::Sequential<ditto::Shape<8, 8, 4>, ditto::Flatten>;
using Broken = ditto::Siamese<Network, BilinearLoss>;
constexpr auto parameters = Broken::parameter_count;

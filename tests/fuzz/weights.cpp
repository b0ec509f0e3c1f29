// Weights for a small network. The input is the file's header, a line feed, and its data: the length before the header
// is right, so that more inputs get past it. Weights are taken whole, with numbers that can be used, or not at all.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/model/weights_file.hpp"
#include "support/memory_file.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

struct Weights {
    std::array<float, 24> weight{};  // [2, 3, 2, 2] in a file, [2, 2, 3, 2] in memory
    std::array<float, 2> variance{};
    std::array<double, 3> head{};
    std::int64_t count = 5;

    std::vector<ditto::StoredTensor> tensors() {
        using ditto::StoredType;
        return {{"backbone.0.weight", {"weight", 4, {2, 3, 2, 2}, {2, 3, 1, 0}}, StoredType::float32, weight.data()},
                {"backbone.1.running_var", {"running_var", 1, {2}}, StoredType::float32, variance.data()},
                {"backbone.1.num_batches_tracked", {"num_batches_tracked"}, StoredType::int64, &count},
                {"head.weight", {"weight", 2, {1, 3}}, StoredType::float64, head.data()}};
    }
    template <class Holds>
    bool all(const Holds& holds) const {
        return std::ranges::all_of(weight, holds) && std::ranges::all_of(variance, holds) &&
               std::ranges::all_of(head, holds);
    }
};

constexpr auto is_finite = [](auto number) { return std::isfinite(number); };

void load(const MemoryFile& memory, std::optional<std::string_view> loss) {
    Weights weights;
    weights.weight.fill(1);
    try {
        const ditto::WeightsInfo info = ditto::load_weights(memory.path(), weights.tensors(), "small", loss);
        require(weights.all(is_finite) && weights.variance[0] >= 0 && weights.variance[1] >= 0 && weights.count >= 0);
        require(!info.margin || *info.margin > 0);
        require(!info.threshold || ditto::is_threshold(*info.threshold, ditto::ScoreKind::distance));
        require(!info.calibration || std::isfinite(info.calibration->probability(1.0)));
    } catch (const ditto::Error& error) {
        for (const char* c = error.what(); *c != '\0'; ++c) require(static_cast<unsigned char>(*c) >= 0x20);
        const bool untouched = std::ranges::count(weights.weight, 1.0F) == 24 && weights.count == 5;
        require(untouched || std::ranges::all_of(weights.weight, [](float number) { return std::isnan(number); }));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile memory;
    const std::uint8_t* end = std::find(data, data + size, std::uint8_t{'\n'});
    const std::uint64_t header = static_cast<std::uint64_t>(end - data);
    std::vector<std::uint8_t> file(sizeof header);
    std::memcpy(file.data(), &header, sizeof header);
    file.insert(file.end(), data, end);
    if (end != data + size) file.insert(file.end(), end + 1, data + size);
    memory.assign(file);
    load(memory, std::nullopt);
    load(memory, "contrastive");
    return 0;
}

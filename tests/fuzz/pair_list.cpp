// Lists of pairs: whatever is read comes back from its own text, and its people can be told or are refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people_text.hpp"
#include "ditto/pairs/test_people.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void require_same(const ditto::PairList& list, const ditto::PairList& again) {
    require(list.pairs.size() == again.pairs.size());
    for (std::size_t i = 0; i < list.pairs.size(); ++i) {
        const ditto::Pair &a = list.pairs[i], &b = again.pairs[i];
        require(a.label == b.label);
        require(list.images.at(a.left) == again.images.at(b.left));
        require(list.images.at(a.right) == again.images.at(b.right));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ditto::PairList list;
    try {
        list = ditto::parse_pair_list({reinterpret_cast<const char*>(data), size}, "input");
    } catch (const ditto::Error&) {
        return 0;
    }
    require_same(list, ditto::parse_pair_list(ditto::pair_list_text(list), "again"));  // an error here ends the process
    try {
        (void)ditto::people_text(ditto::people_of(list), "input");
        (void)ditto::take_test_people(list, 0.5);
    } catch (const ditto::Error&) {
    }
    return 0;
}

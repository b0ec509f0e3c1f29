// What is odd in a list of pairs, though it can be used.
#pragma once

#include <ditto/pairs/pair_list.hpp>
#include <string>
#include <vector>

namespace support {

/// A sentence each, about rows that contradict each other and pairs of an image with itself; `name` is the list's.
std::vector<std::string> list_notes(const ditto::PairList& list, const std::string& name);

}  // namespace support

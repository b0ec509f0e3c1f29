// What is odd in a list of pairs, though it can be used.
#pragma once

#include <ditto/pairs/pair.hpp>
#include <string>
#include <vector>

namespace support {

/// A sentence each, about rows that contradict each other, pairs of an image with itself, labels that look the wrong
/// way round against the folders, and a kind of pairs that is rare; `name` is the list's.
std::vector<std::string> list_notes(const ditto::PairList& list, const std::string& name);

}  // namespace support

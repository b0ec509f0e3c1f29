// What a user should know of data before hours are spent on them.
#pragma once

#include <ditto/pairs/pair_list.hpp>
#include <ditto/pairs/people_split.hpp>
#include <optional>
#include <string>
#include <vector>

/// Of lists to train on and to test with: people or images in both, and too few images to learn from.
std::vector<std::string> list_warnings(const ditto::PairList& train, const ditto::PairList& test);

/// Of people held out: too few pairs to choose anything by.
std::optional<std::string> validation_warning(const ditto::PeopleSplit& split);

// What a user should know of data before hours are spent on them.
#pragma once

#include <ditto/pairs/pair.hpp>
#include <ditto/pairs/people_split.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Of lists of images in `folder`, to train on and to test with: people in both, and too few images to learn from or
/// pairs to measure by.
std::vector<std::string> list_warnings(const std::filesystem::path& folder, const ditto::PairList& train,
                                       const ditto::PairList& test);

/// Of people held out: too few pairs to choose anything by.
std::optional<std::string> validation_warning(const ditto::PeopleSplit& split);

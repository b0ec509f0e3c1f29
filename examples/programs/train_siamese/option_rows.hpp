// The options of train_siamese: a row for each member of Options.
#pragma once

#include <string>
#include <string_view>

#include "../support/option_table.hpp"
#include "options.hpp"

const support::OptionTable<Options>& option_table();

/// The settings in the text of a config.json. Throws ditto::Error, beginning with its name, where there is something
/// else in it.
Options parse_settings(std::string_view text, const std::string& name);

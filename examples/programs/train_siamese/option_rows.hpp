// The options of train_siamese: a row for each member of Options.
#pragma once

#include "../support/option_table.hpp"
#include "options.hpp"

const support::OptionTable<Options>& option_table();

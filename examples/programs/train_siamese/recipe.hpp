// Settings that belong together, under one name.
#pragma once

#include <functional>
#include <string>

#include "options.hpp"

/// Gives the options the settings of options.recipe, but for those whose option ("--lr") `is_given` on the command
/// line. "faces" is what docs/faces.md found for photographs of faces; it differs between losses.
void apply_recipe(Options& options, const std::function<bool(const std::string&)>& is_given);

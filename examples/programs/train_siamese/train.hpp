// A training from its settings to its report.
#pragma once

#include <string>

#include "options.hpp"

/// Trains as the options say. `program` names the program and its build, for the first line that is printed. Returns
/// the exit code.
int train(const Options& options, const std::string& program);

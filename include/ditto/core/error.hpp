// The exceptions that ditto throws.
#pragma once

#include "ditto/core/requirements.hpp"

#include <stdexcept>

namespace ditto {

/// Every failure at run time: what() is one line that says what happened, where, and what to do about it.
/// Programs print it as `error: <what()>` and exit 1.
struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An Error because the system refused to open, read or write something, which may be as good as ever.
struct SystemError : Error {
    using Error::Error;
};

}  // namespace ditto

// What to do where the system refuses to open, read or write a file.
#pragma once

#include "ditto/core/requirements.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace ditto::detail {

/// "Too many open files; raise the limit of open files (ulimit -n)": the reason `code`, an errno, and what to do about
/// it; `otherwise` where the reason does not say.
inline std::string system_advice(int code, const std::string& otherwise) {
    const bool is_full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    const bool are_many = code == EMFILE || code == ENFILE;
    return std::generic_category().message(code) + "; " +
           (is_full    ? "free that much space or choose another folder"
            : are_many ? "raise the limit of open files (ulimit -n)"
                       : otherwise);
}

}  // namespace ditto::detail

// Numbers as text.
#pragma once

#include <cstdio>
#include <string>

namespace ditto::detail {

/// 3.14159 as "3.14", with 2 decimals.
inline std::string fixed(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

}  // namespace ditto::detail

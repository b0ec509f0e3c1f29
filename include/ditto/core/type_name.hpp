// The name of a type, as its author wrote it.
#pragma once

#include <string>
#include <string_view>

namespace ditto {

/// The name of T without `ditto::` and without spaces before `>`: "Conv2d<3, 64, 5, Padding<2>>". The same text from
/// g++ and clang for every type that ditto defines.
template <class T>
std::string type_name() {
    const std::string_view text = __PRETTY_FUNCTION__;  // "... type_name() [with T = <name>; ...]" or "[T = <name>]"
    const std::size_t begin = text.find("T = ") + 4;
    std::string name(text.substr(begin, text.find_first_of(";]", begin) - begin));
    for (const std::string_view removed : {"ditto::", "std::"})
        for (auto at = name.find(removed); at != std::string::npos; at = name.find(removed))
            name.erase(at, removed.size());
    for (auto at = name.find(" >"); at != std::string::npos; at = name.find(" >")) name.erase(at, 1);
    return name;
}

}  // namespace ditto

// How much memory this process can still get, as Linux tells it.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"

namespace ditto {

namespace detail {

inline constexpr std::uint64_t unlimited_memory = std::numeric_limits<std::uint64_t>::max();

/// The text of a file of the system's, which has no size; empty where there is none.
inline std::string system_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The whole number that begins `text`, behind white space; `otherwise` where there is none, as for "max".
inline std::uint64_t leading_number(std::string_view text, std::uint64_t otherwise) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    std::uint64_t number = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// The number behind a name that begins a line, as in "MemAvailable:   123 kB".
inline std::uint64_t number_of(const std::string& text, const std::string& name, std::uint64_t otherwise) {
    const std::size_t at = ("\n" + text).find("\n" + name);
    return at == std::string::npos ? otherwise
                                   : leading_number(std::string_view(text).substr(at + name.size()), otherwise);
}

/// What is left below a group's limit. `used` counts files that were read, too, which give way.
inline std::uint64_t left_in_group(std::uint64_t limit, std::uint64_t used, std::uint64_t files) {
    used -= std::min(used, files);
    return limit == unlimited_memory ? limit : limit - std::min(limit, used);
}

/// The least that is left in this process's control groups, of version 2 or 1, and in those around them.
inline std::uint64_t left_in_groups(const std::filesystem::path& root, const std::string& membership) {
    std::uint64_t least = unlimited_memory;
    for (std::size_t begin = 0; begin < membership.size(); begin = membership.find('\n', begin) + 1) {
        // A row: 0::/path of version 2, or 7:memory:/path of version 1.
        const std::string row = membership.substr(begin, membership.find('\n', begin) - begin);
        const std::size_t names = row.find(':') + 1, path = row.find(':', names) + 1;
        const std::string controllers = "," + row.substr(names, path - 1 - names) + ",";
        const bool is_second = controllers == ",,";
        if (path == 0 || (!is_second && controllers.find(",memory,") == std::string::npos)) continue;
        const std::filesystem::path top = is_second ? root : root / "memory";
        for (std::filesystem::path group = std::filesystem::path(row.substr(path)).relative_path();;
             group = group.parent_path()) {
            const auto read = [&](const char* name) { return system_file(top / group / name); };
            const std::string stat = read("memory.stat");
            const auto number = [&](const char* name, std::uint64_t otherwise) {
                return leading_number(read(name), otherwise);
            };
            const auto files = [&](const char* inactive, const char* active) {
                return number_of(stat, inactive, 0) + number_of(stat, active, 0);
            };
            least = std::min(
                least, is_second ? left_in_group(number("memory.max", unlimited_memory), number("memory.current", 0),
                                                 files("inactive_file ", "active_file "))
                                 : left_in_group(number("memory.limit_in_bytes", unlimited_memory),
                                                 number("memory.usage_in_bytes", 0),
                                                 files("total_inactive_file ", "total_active_file ")));
            if (group.empty()) break;
        }
        if (membership.find('\n', begin) == std::string::npos) break;
    }
    return least;
}

/// What the text of /proc/meminfo says: memory that programs can get, with the swap.
inline std::uint64_t left_in_machine(const std::string& text) {
    const std::uint64_t free = number_of(text, "MemAvailable:", unlimited_memory);  // kB
    return free == unlimited_memory ? free : (free + number_of(text, "SwapFree:", 0)) << 10;
}

/// What is left below the limit of this process's address space (ulimit -v).
inline std::uint64_t left_in_address_space() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited_memory;
    const std::uint64_t used =
        leading_number(system_file("/proc/self/statm"), 0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return limit.rlim_cur - std::min<std::uint64_t>(limit.rlim_cur, used);
}

}  // namespace detail

/// Bytes that this process can still use: of the machine (with its swap), of its control groups, and of its address
/// space, whichever is the least. What the system does not tell does not count.
inline std::uint64_t available_memory() {
    return std::min({detail::left_in_machine(detail::system_file("/proc/meminfo")),
                     detail::left_in_groups("/sys/fs/cgroup", detail::system_file("/proc/self/cgroup")),
                     detail::left_in_address_space()});
}

/// Throws Error, with both figures, where `bytes` are more than can be had: better than to be ended by the system in
/// the middle of the work.
inline void require_memory(std::uint64_t bytes, const std::string& what) {
    if (const std::uint64_t available = available_memory(); available < bytes)
        throw Error("not enough memory: " + what + " needs " + std::to_string(bytes >> 20) + " MiB, and " +
                    std::to_string(available >> 20) + " MiB can be had; close other programs or use a smaller batch");
}

}  // namespace ditto

// gnuplot as a child process: a script in, what it prints out. No shell, and no pipe that could fill up: the three
// standard streams are temporary files without names.
#pragma once

#include "ditto/core/requirements.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "ditto/core/error.hpp"

namespace ditto {

/// What gnuplot said.
struct GnuplotOutput {
    std::string text;      ///< its standard output: a picture
    std::string warnings;  ///< its standard error
};

namespace detail {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] inline void fail_gnuplot(const std::string& what) {
    throw Error("gnuplot, which draws the plots, " + what);
}

inline TemporaryFile temporary_file() {
    TemporaryFile file(std::tmpfile());
    if (!file || ::fcntl(::fileno(file.get()), F_SETFD, FD_CLOEXEC) != 0)
        fail_gnuplot("needs a temporary file: " + std::generic_category().message(errno) +
                     "; make room where temporary files go");
    return file;
}

inline std::string contents(std::FILE* file) {
    std::string text;
    std::array<char, 1 << 14> part;
    std::rewind(file);
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), file)) text.append(part.data(), size);
    return text;
}

inline std::string last_line(std::string_view text) {
    // gnuplot shows the script's line before it says what is wrong with it.
    std::string line;
    while (!text.empty()) {
        const std::string_view next = text.substr(0, text.find('\n'));
        if (next.find_first_not_of(" \t^") != std::string_view::npos) line = next;
        text.remove_prefix(std::min(next.size() + 1, text.size()));
    }
    return line.empty() ? "it said nothing" : line;
}

}  // namespace detail

/// Runs gnuplot, as PATH finds it, on a script, without the user's own settings. Throws Error where it is not
/// installed, or fails.
inline GnuplotOutput run_gnuplot(std::string_view script) {
    const detail::TemporaryFile in = detail::temporary_file(), out = detail::temporary_file(),
                                err = detail::temporary_file();
    if (std::fwrite(script.data(), 1, script.size(), in.get()) != script.size() || std::fflush(in.get()) != 0)
        detail::fail_gnuplot("cannot be given its script: " + std::generic_category().message(errno) +
                             "; make room where temporary files go");
    std::rewind(in.get());

    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    const std::array files = {in.get(), out.get(), err.get()};
    for (std::size_t i = 0; i < files.size(); ++i)
        posix_spawn_file_actions_adddup2(&streams, ::fileno(files[i]), static_cast<int>(i));
    std::string name = "gnuplot", no_settings = "-d";
    const std::array<char*, 3> arguments = {name.data(), no_settings.data(), nullptr};
    pid_t child = 0;
    const int failure = ::posix_spawnp(&child, name.c_str(), &streams, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&streams);
    if (failure == ENOENT) detail::fail_gnuplot("is not installed; install it (Debian: apt install gnuplot-nox)");
    if (failure != 0) detail::fail_gnuplot("cannot be run: " + std::generic_category().message(failure));

    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR) detail::fail_gnuplot("cannot be waited for: " + std::generic_category().message(errno));
    GnuplotOutput output{detail::contents(out.get()), detail::contents(err.get())};
    if (WIFSIGNALED(status))
        detail::fail_gnuplot("was ended by signal " + std::to_string(WTERMSIG(status)) + "; try again");
    if (WEXITSTATUS(status) != 0)
        detail::fail_gnuplot("failed with exit status " + std::to_string(WEXITSTATUS(status)) + ": " +
                             detail::last_line(output.warnings) + "; is it gnuplot 5 or newer?");
    return output;
}

/// Throws Error where gnuplot is not installed or does not run: before minutes of computing.
inline void require_gnuplot() {
    run_gnuplot("");
}

}  // namespace ditto

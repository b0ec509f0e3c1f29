// What all programs do alike: --help, --version, and one line on stderr for whatever goes wrong.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "compute.hpp"
#include "ditto/core/clean_text.hpp"
#include "ditto/core/error.hpp"
#include "ditto/version.hpp"

extern "C" char* openblas_get_corename();  // OpenBLAS's own header cannot meet xtensor-blas's

namespace support {

inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;

/// The vector instructions that this file's kernels were compiled for.
constexpr const char* instruction_set() {
#if defined(__AVX512F__)
    return "AVX-512";
#elif defined(__AVX2__)
    return "AVX2";
#elif defined(__x86_64__)
    return "SSE2";
#else
    return "the processor's baseline";
#endif
}

namespace detail {

/// Prints `error: <message>`, on one line and without anything that a terminal obeys, whatever names the message holds,
/// and returns `code`.
inline int report(std::string_view message, int code) {
    std::fprintf(stderr, "error: %s\n", ditto::clean_text(message).c_str());
    return code;
}

/// A standard stream that was closed (`>&-`) leaves its number to the next file that is opened, and what is printed
/// would be written into that. In its place comes a file that cannot be read or written.
inline void fill_closed_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF)
            if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) std::_Exit(exit_failure);
}

inline void warn_below_avx2() {
#if defined(__x86_64__) && !defined(__AVX2__)
    std::fprintf(stderr,
                 "warning: compiled for %s, which is several times slower than AVX2; configure with -DDITTO_NATIVE=ON "
                 "on the machine that runs it\n",
                 instruction_set());
#endif
}

/// OpenBLAS chooses its kernels by the processor's model; one that is newer than it gets those of 2004, several times
/// slower. It reads the user's choice as it is loaded, so the program starts once more with one made.
inline void choose_openblas_kernels([[maybe_unused]] char** argv) {
#if defined(__AVX2__)
    const std::string_view core = openblas_get_corename();
    const bool old = core == "Prescott" || core == "Core2" || core == "Nehalem";
    const bool wide = instruction_set() == std::string_view("AVX-512");
    if (!old || std::getenv("OPENBLAS_CORETYPE") != nullptr) return;
    if (::setenv("OPENBLAS_CORETYPE", wide ? "SKYLAKEX" : "HASWELL", 0) == 0)
        ::execv("/proc/self/exe", argv);  // returns only if it fails: slow, and right
#endif
}

}  // namespace detail

/// Throws a usage error for a precision that the device has not.
void require_precision(const Compute& compute);

/// Adds --threads, --device and --precision.
void add_compute_options(CLI::App& app, Compute& compute);

/// Adds --weights, which must be given.
void add_weights_option(CLI::App& app, std::string& weights);

/// Parses the command line into `app`'s options, then runs body(), which returns the exit code. A usage error (also a
/// CLI::ParseError that body throws) exits with 2; any other exception with `failure_code`. Either prints one line.
template <class Body>
int run_program(CLI::App& app, int argc, char** argv, const Body& body, int failure_code = exit_failure) {
    detail::fill_closed_streams();
    std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit (ulimit -f) is then an error with a name
    detail::choose_openblas_kernels(argv);
    app.set_version_flag("--version", app.get_name() + " " + std::string(ditto::version_string));
    try {
        app.parse(argc, argv);
        detail::warn_below_avx2();
        const int code = body();
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
            throw ditto::Error("cannot write to the standard output; is the disk full, or the pipe's reader gone?");
        return code;
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
        return detail::report(std::string(error.what()) + "; see " + app.get_name() + " --help", exit_usage);
    } catch (const std::bad_alloc&) {
        return detail::report("out of memory; close other programs, or use smaller batches or fewer images",
                              failure_code);
    } catch (const std::exception& error) {
        return detail::report(error.what(), failure_code);
    }
}

}  // namespace support

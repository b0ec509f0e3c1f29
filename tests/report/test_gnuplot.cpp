#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/report/gnuplot.hpp"
#include "ditto/report/plots.hpp"
#include "search_path.hpp"

TEST_CASE("a script goes in, a picture comes out") {
    const ditto::GnuplotOutput output = ditto::run_gnuplot("set terminal svg\nplot x\n");
    CHECK(contains(output.text, "</svg>"));
    CHECK(output.warnings.empty());
    // More than a pipe holds.
    std::string much = "set terminal svg\n$data << EOD\n";
    for (int i = 0; i < 50'000; ++i) much += std::to_string(i) + " " + std::to_string(i % 7) + "\n";
    CHECK(ditto::run_gnuplot(much + "EOD\nplot $data with lines\n").text.size() > 500'000);
}

TEST_CASE("a wrong script is an error that says what gnuplot said") {
    const std::string error = error_of([] { ditto::run_gnuplot("set terminal svg\nplot x y z\n"); });
    CHECK(contains(error, "gnuplot, which draws the plots, failed with exit status 1"));
    CHECK(contains(error, "unexpected or unrecognized token"));
    CHECK(error.find('\n') == std::string::npos);
}

TEST_CASE("without gnuplot: what to install") {
    const TemporaryFolder empty;
    const SearchPath path(empty / "");
    const std::string error = error_of([] { ditto::require_gnuplot(); });
    CHECK(contains(error, "is not installed; install it (Debian: apt install gnuplot-nox)"));
}

TEST_CASE("a gnuplot that fails, is ended, or draws half a picture") {
    const TemporaryFolder folder;
    const auto error_with = [&](const std::string& script) {
        write_text(folder / "gnuplot", "#!/bin/sh\n" + script + "\n");
        chmod((folder / "gnuplot").c_str(), 0700);
        const SearchPath path(folder / "");
        return error_of([] { ditto::curves_plot("a", "a", {{"a", {{1, 2}}}}, false); });
    };
    CHECK(contains(error_with("echo no terminal svg >&2; exit 3"), "failed with exit status 3: no terminal svg"));
    CHECK(contains(error_with("exit 4"), "exit status 4: it said nothing"));
    CHECK(contains(error_with("kill -9 $$"), "was ended by signal 9"));
    CHECK(contains(error_with("echo '<svg><g>'"), "gave no whole picture"));
    CHECK(contains(error_with("exit 0"), "gave no whole picture"));
    CHECK(error_with("echo '<svg></svg>'").empty());
}

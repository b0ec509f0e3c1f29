#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

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

TEST_CASE("a gnuplot that may not be run, or not be waited for") {
    const TemporaryFolder folder;
    write_text(folder / "gnuplot", "#!/bin/sh\n");
    const SearchPath path(folder / "");
    chmod((folder / "gnuplot").c_str(), 0600);
    CHECK(contains(error_of([] { ditto::require_gnuplot(); }), "cannot be run: Permission denied"));
    chmod((folder / "gnuplot").c_str(), 0700);
    CHECK(error_of([] { ditto::require_gnuplot(); }).empty());
    // A program that ignores its children's ends is told of none.
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    const std::string error = error_of([] { ditto::require_gnuplot(); });
    std::signal(SIGCHLD, before);
    CHECK(contains(error, "cannot be waited for"));
}

TEST_CASE("points that are not finite are left out of curves, wherever they stand") {
    const double nan = std::nan("");
    const auto drawn = [](const std::vector<std::array<double, 2>>& points) {
        return ditto::curves_plot("loss", "loss", {{"training", points}}, false);
    };
    const std::string finite = drawn({{2, 0.5}, {3, 0.75}});
    CHECK(contains(finite, "</svg>"));
    CHECK(drawn({{1, nan}, {2, 0.5}, {3, 0.75}}) == finite);
    CHECK(drawn({{2, 0.5}, {2.5, HUGE_VAL}, {3, 0.75}, {nan, 7.0}}) == finite);
    // Of nothing gnuplot draws no picture.
    CHECK(contains(error_of([&] { drawn({{1, nan}}); }), "gnuplot, which draws the plots, failed"));
}

TEST_CASE("what is asked of gnuplot: points on short curves, no more steps of a ROC curve than can be seen") {
    const TemporaryFolder folder;
    write_text(folder / "gnuplot", "#!/bin/sh\nPATH='" + std::string(std::getenv("PATH")) + "'\ncat > '" +
                                       (folder / "script").string() + "'\necho '<svg></svg>'\n");
    chmod((folder / "gnuplot").c_str(), 0700);
    const SearchPath path(folder / "");
    ditto::PlotCurve curve{"training", {}};
    for (int epoch = 1; epoch <= 41; ++epoch) {
        curve.points.push_back({static_cast<double>(epoch), 0.5});
        ditto::curves_plot("loss", "loss", {curve}, false);
        CHECK(contains(read_text(folder / "script"), epoch <= 40 ? "pointsize 0.4 " : "pointsize 0 "));
    }

    // Of 8000 pairs of each kind, in turn: each moves the curve by an eightieth of a percent.
    std::vector<double> scores;
    std::vector<ditto::PairLabel> labels;
    for (int i = 0; i < 16'000; ++i) {
        scores.push_back(i);
        labels.push_back(i % 2 == 0 ? ditto::PairLabel::same : ditto::PairLabel::different);
    }
    const ditto::RocCurve roc = ditto::roc_curve(scores, labels, ditto::ScoreKind::distance);
    CHECK(roc.points.size() > 16'000);
    ditto::roc_plot("roc", roc, std::nullopt);
    const std::string script = read_text(folder / "script"), head = "$roc << EOD\n";
    REQUIRE(contains(script, head));
    const std::size_t begin = script.find(head) + head.size();
    const std::string block = script.substr(begin, script.find("EOD", begin) - begin);
    const auto lines = std::count(block.begin(), block.end(), '\n');
    CHECK(lines > 1000);
    CHECK(lines <= 2002);  // steps of a tenth on the way to 200 percents, and both ends
    CHECK(block.starts_with("0 0\n"));
    CHECK(block.ends_with("\n100 100\n"));
}

TEST_CASE("a threshold is drawn where there is one") {
    using enum ditto::PairLabel;
    const std::vector scores{0.1, 0.4, 0.6, 0.9};
    const std::vector labels{same, different, same, different};
    const ditto::RocCurve roc = ditto::roc_curve(scores, labels, ditto::ScoreKind::distance);
    CHECK(contains(ditto::roc_plot("roc", roc, ditto::RocPoint{0.5, 1, 1}), "at the threshold</text>"));
    const std::string plain = ditto::roc_plot("roc", roc, std::nullopt);
    CHECK(contains(plain, "this network</text>"));
    CHECK_FALSE(contains(plain, "threshold"));
    const auto histogram = [&](std::optional<double> threshold) {
        return ditto::histogram_plot("histogram", scores, labels, ditto::ScoreKind::distance, threshold);
    };
    CHECK(contains(histogram(0.5), "threshold</text>"));
    CHECK(contains(histogram(std::nullopt), "different</text>"));
    CHECK_FALSE(contains(histogram(std::nullopt), "threshold"));
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

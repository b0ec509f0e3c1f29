#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/report/metrics_table.hpp"

TEST_CASE("columns are found by name, wherever they are; empty cells are no numbers") {
    const ditto::MetricsTable table = ditto::parse_metrics("epoch,loss,accuracy\n1,0.5,\r\n2,2.5e-1,0.75\n\n", "m");
    CHECK(table.column("epoch") == std::vector{1.0, 2.0});
    CHECK(table.column("loss") == std::vector{0.5, 0.25});
    CHECK(std::isnan(table.column("accuracy")[0]));
    CHECK(table.column("accuracy")[1] == 0.75);
    CHECK(table.column("validation_accuracy").empty());
    CHECK(ditto::parse_metrics("", "m").column("epoch").empty());
    CHECK(ditto::parse_metrics("epoch,loss\n", "m").column("epoch").empty());
}

TEST_CASE("a damaged table is an error that names the line") {
    CHECK(contains(error_of([] { ditto::parse_metrics("epoch,loss\n1,2\n1\n", "m.csv"); }),
                   "m.csv, line 3: 1 cells under 2 names"));
    CHECK(contains(error_of([] { ditto::parse_metrics("epoch,loss\n1,x\n", "m.csv"); }),
                   "m.csv, line 2: 'x' is no number"));
    CHECK(contains(error_of([] { ditto::parse_metrics("epoch,loss\n1,2\n2,0.5x\n", "m.csv"); }),
                   "m.csv, line 3: '0.5x' is no number"));
}

TEST_CASE("the table of a file, or why there is none") {
    const TemporaryFolder folder;
    write_text(folder / "metrics.csv", "epoch,loss\n1,0.5\n2,0.25\n");
    CHECK(ditto::read_metrics(folder / "metrics.csv").column("loss") == std::vector{0.5, 0.25});
    write_text(folder / "metrics.csv", "epoch,loss\n1\n");
    CHECK(contains(error_of([&] { ditto::read_metrics(folder / "metrics.csv"); }),
                   (folder / "metrics.csv").string() + ", line 2: 1 cells under 2 names"));
    CHECK(contains(error_of([&] { ditto::read_metrics(folder / "none.csv"); }), "no such file"));
}

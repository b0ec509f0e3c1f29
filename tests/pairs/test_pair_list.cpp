#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/pairs/pair_list.hpp"

using namespace ditto;

namespace {

PairList parse(const std::string& text) {
    return parse_pair_list(text, "pairs.txt");
}

std::string parse_error(const std::string& text) {
    return error_of([&] { parse(text); });
}

/// A pair as text: "left right label fold".
std::string row(const PairList& list, std::size_t i) {
    const Pair& pair = list.pairs.at(i);
    return list.images.at(pair.left) + " " + list.images.at(pair.right) + " " +
           (pair.label == PairLabel::same ? "same " : "different ") + std::to_string(pair.fold);
}

}  // namespace

TEST_CASE("three columns, each image listed once") {
    const PairList list = parse("a/1.jpg a/2.jpg 1\nb/1.jpg  a/1.jpg\t0\na/2.jpg b/1.jpg 0");
    REQUIRE(list.pairs.size() == 3);
    CHECK(list.folds == 1);
    CHECK(list.images == std::vector<std::string>{"a/1.jpg", "a/2.jpg", "b/1.jpg"});
    CHECK(row(list, 0) == "a/1.jpg a/2.jpg same 0");
    CHECK(row(list, 1) == "b/1.jpg a/1.jpg different 0");
    CHECK(row(list, 2) == "a/2.jpg b/1.jpg different 0");
}

TEST_CASE("paths with spaces between tabs") {
    const PairList list = parse("Ann Lee/1 a.jpg\tBo #2/1.jpg \t 0\n");
    CHECK(row(list, 0) == "Ann Lee/1 a.jpg Bo #2/1.jpg different 0");
}

TEST_CASE("Windows line ends, blank lines, comments and a byte order mark") {
    const PairList list =
        parse("\xEF\xBB\xBF# left right same\r\n\r\n  \t\r\na.png b.png 1\r\n#c d 1\r\nc.png d.png 0\r\n\r\n");
    REQUIRE(list.pairs.size() == 2);
    CHECK(row(list, 0) == "a.png b.png same 0");
    CHECK(row(list, 1) == "c.png d.png different 0");
}

TEST_CASE("LFW's pairs.txt: folds") {
    const PairList list = parse("2\t1\nAnn_Lee\t1\t4\nBo\t1\tAnn_Lee\t12\nBo\t1\t2\nCy\t10000\tBo\t2\n");
    REQUIRE(list.pairs.size() == 4);
    CHECK(list.folds == 2);
    CHECK(row(list, 0) == "Ann_Lee/Ann_Lee_0001.jpg Ann_Lee/Ann_Lee_0004.jpg same 0");
    CHECK(row(list, 1) == "Bo/Bo_0001.jpg Ann_Lee/Ann_Lee_0012.jpg different 0");
    CHECK(row(list, 2) == "Bo/Bo_0001.jpg Bo/Bo_0002.jpg same 1");
    CHECK(row(list, 3) == "Cy/Cy_10000.jpg Bo/Bo_0002.jpg different 1");
    CHECK(list.images.size() == 6);
}

TEST_CASE("LFW's pairsDevTrain.txt, with and without its count line") {
    const std::string rows = "Ann_Lee 1 4\nBo 1 Ann_Lee 12\n";
    for (const std::string& text : {"1\n" + rows, rows}) {
        const PairList list = parse(text);
        REQUIRE(list.pairs.size() == 2);
        CHECK(list.folds == 1);
        CHECK(row(list, 0) == "Ann_Lee/Ann_Lee_0001.jpg Ann_Lee/Ann_Lee_0004.jpg same 0");
        CHECK(row(list, 1) == "Bo/Bo_0001.jpg Ann_Lee/Ann_Lee_0012.jpg different 0");
    }
    CHECK(row(parse("Bo 1 Ann_Lee 12\n"), 0) == "Bo/Bo_0001.jpg Ann_Lee/Ann_Lee_0012.jpg different 0");
}

TEST_CASE("malformed rows name the file and the line") {
    CHECK(contains(parse_error("a b 1\n\n# c\na b\n"), "pairs.txt, line 4: "));
    CHECK(contains(parse_error("a b 1 extra\n"), "pairs.txt, line 1: "));
    CHECK(contains(parse_error("a,b,1\n"), "line 1"));
    CHECK(contains(parse_error("a b 1\nAnn 1 Bo 2\n"), "line 2"));
    CHECK(contains(parse_error("1\nAnn 1 2\nBo 1 Cy\n"), "line 3"));
    CHECK(contains(parse_error("Ann 1 2\na.jpg b.jpg 1\n"), "line 2"));
    CHECK(contains(parse_error("Ann 1 2\nBo 0 1\n"), "line 2"));
    CHECK(contains(parse_error("1\n1\nAnn 1 2\n"), "line 2"));
    for (const char* label : {"2", "-1", "01", "1.0", "same", "+1"}) {
        const std::string error = parse_error(std::string("a.jpg b.jpg 1\nc.jpg d.jpg ") + label + "\n");
        CHECK(contains(error, "pairs.txt, line 2"));
        CHECK(contains(error, "label '" + std::string(label) + "'"));
    }
}

TEST_CASE("lists that are empty or not what they announce") {
    for (const char* text : {"", "\n\n", "# nothing\n", "10 300\n"}) CHECK(contains(parse_error(text), "no pairs"));
    CHECK(contains(parse_error("2\nAnn 1 2\nBo 1 Ann 1\nBo 1 2\n"), "holds 3 pairs, but its first line announces 4"));
    CHECK(contains(parse_error("1 1\nAnn 1 2\nBo 1 Ann 1\nBo 1 2\n"), "holds 3 pairs"));
    CHECK(contains(parse_error("99999999 99999999\nAnn 1 2\n"), "announces"));
    CHECK(!parse_error("4294967297\nAnn 1 2\n").empty());
}

TEST_CASE("a list on disk") {
    const TemporaryFolder folder;
    write_text(folder / "pairs.txt", "a b 1\n");
    CHECK(read_pair_list(folder / "pairs.txt").pairs.size() == 1);
    write_text(folder / "pairs.txt", "a b 7\n");
    CHECK(contains(error_of([&] { read_pair_list(folder / "pairs.txt"); }),
                   (folder / "pairs.txt").string() + ", line 1"));
    CHECK(contains(error_of([&] { read_pair_list(folder / "none.txt"); }), "no such file"));
}

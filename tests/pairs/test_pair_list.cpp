#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
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
    // Tabs at the ends of a row, and several in a row, part no more columns than one.
    for (const char* text : {"a.jpg b.jpg 0\t\t\n", "\t\ta.jpg b.jpg 0\n", "a.jpg\t\tb.jpg 0\n", "a.jpg b.jpg\t0\n",
                             "a.jpg\t\tb.jpg\t\t0\t\n", "\"a.jpg\" \"b.jpg\" 0\t\t\n", "\"a.jpg\" b.jpg\t0\n"}) {
        CAPTURE(text);
        CHECK(row(parse(text), 0) == "a.jpg b.jpg different 0");
    }
    CHECK(row(parse("Ann 2\t1\n"), 0) == "Ann/Ann_0002.jpg Ann/Ann_0001.jpg same 0");
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
    CHECK(contains(parse_error("a,b\n"), "line 1"));
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

TEST_CASE("columns between commas, semicolons and tabs, with quotes and names of columns") {
    const std::string spaced = "Ann Lee/1 a.jpg Bo/1.jpg same 0";
    for (const char* text :
         {"Ann Lee/1 a.jpg,Bo/1.jpg,1\n", "Ann Lee/1 a.jpg , Bo/1.jpg , 1", "Ann Lee/1 a.jpg;Bo/1.jpg;1\n",
          "\"Ann Lee/1 a.jpg\",\"Bo/1.jpg\",\"1\"\r\n", "left,right,label\nAnn Lee/1 a.jpg,Bo/1.jpg,1,\n",
          "image 1;image 2;Is same\nAnn Lee/1 a.jpg;Bo/1.jpg;1\n", "\"Ann Lee/1 a.jpg\" Bo/1.jpg 1\n",
          "\"Ann Lee/1 a.jpg\"\tBo/1.jpg\t1\n", "left\tright\tsame\nAnn Lee/1 a.jpg\tBo/1.jpg\t1\n",
          ",,\nAnn Lee/1 a.jpg,Bo/1.jpg,1\n,,\n", "# made by hand, today, 1\nAnn Lee/1 a.jpg,Bo/1.jpg,1\n"}) {
        CAPTURE(text);
        const PairList list = parse(text);
        REQUIRE(list.pairs.size() == 1);
        CHECK(row(list, 0) == spaced);
    }
    // What is no separator is part of a name.
    CHECK(row(parse("Lee,Ann/1.jpg Bo;2.jpg 0\n"), 0) == "Lee,Ann/1.jpg Bo;2.jpg different 0");
    CHECK(row(parse("a;1.jpg,b;1.jpg,0\n"), 0) == "a;1.jpg b;1.jpg different 0");
    CHECK(row(parse("\"a\"\"b,c.jpg\",\"d\ne.jpg\",0\n"), 0) == "a\"b,c.jpg d\ne.jpg different 0");
    CHECK(row(parse("a\"b.jpg c.jpg 0\n"), 0) == "a\"b.jpg c.jpg different 0");
}

TEST_CASE("LFW's rows as CSV, with their names of columns or without") {
    for (const char* text : {"name,imagenum1,imagenum2,\nBo,1,2,\nBo,1,Ann_Lee,12\n", "Bo,1,2\nBo,1,Ann_Lee,12\n",
                             "name;imagenum1;name.1;imagenum2.1\nBo;1;2;\nBo;1;Ann_Lee;12\n",
                             "1\nBo,1,2\nBo,1,Ann_Lee,12\n", "1,1\nBo,1,2\nBo,1,Ann_Lee,12\n"}) {
        CAPTURE(text);
        const PairList list = parse(text);
        REQUIRE(list.pairs.size() == 2);
        CHECK(row(list, 0) == "Bo/Bo_0001.jpg Bo/Bo_0002.jpg same 0");
        CHECK(row(list, 1) == "Bo/Bo_0001.jpg Ann_Lee/Ann_Lee_0012.jpg different 0");
    }
}

TEST_CASE("CPLFW's form: a pair on two rows") {
    for (const char* text : {"a.jpg 1\nb.jpg 1\nc.jpg 0\nd.jpg 0\n", "a.jpg\t1\n\nb.jpg\t1\n# half\nc.jpg\t0\nd.jpg\t0",
                             "name,label\na.jpg,1\nb.jpg,1\nc.jpg,0\nd.jpg,0\n"}) {
        CAPTURE(text);
        const PairList list = parse(text);
        REQUIRE(list.pairs.size() == 2);
        CHECK(row(list, 0) == "a.jpg b.jpg same 0");
        CHECK(row(list, 1) == "c.jpg d.jpg different 0");
        CHECK(list.folds == 1);
    }
    for (const char* text : {"Ann Lee.jpg\t1\nAnn Bo.jpg\t1\n", "Ann Lee.jpg \t\t 1\t\nAnn Bo.jpg\t1\t\t\n",
                             "image\tlabel\nAnn Lee.jpg\t1\nAnn Bo.jpg\t1\n", "\"Ann Lee.jpg\"\t1\nAnn Bo.jpg\t1\n"}) {
        CAPTURE(text);
        CHECK(row(parse(text), 0) == "Ann Lee.jpg Ann Bo.jpg same 0");
    }
    CHECK(contains(parse_error("a.jpg 1\nb.jpg 0\n"),
                   "pairs.txt, line 2: the row has the label 0, but line 1, the other half of its pair, has 1"));
    CHECK(contains(parse_error("a.jpg 1\nb.jpg 1\nc.jpg 0\n"), "pairs.txt, line 3: the list ends within a pair"));
    CHECK(contains(parse_error("a.jpg 1\nb.jpg 1\nc.jpg d.jpg 0\n"), "pairs.txt, line 3: the row is not 'path label'"));
    CHECK(contains(parse_error("a.jpg 1\nb.jpg 2\n"), "line 2: the row has the label '2'"));
}

TEST_CASE("all ends of lines, and UTF-16 with its mark") {
    const std::string rows = "Jos\xC3\xA9.jpg \xE5\xB1\xB1.jpg 1\n\xF0\x9F\x99\x82.jpg b.jpg 0\n";
    const auto with_ends = [&](const std::string& end) {
        std::string text;
        for (const char c : rows) text += c == '\n' ? end : std::string(1, c);
        return text;
    };
    // Little-endian units of the same rows.
    const std::u16string wide = u"Jos\u00e9.jpg \u5c71.jpg 1\r\n\U0001F642.jpg b.jpg 0\r\n";
    std::string little = "\xFF\xFE", big = "\xFE\xFF";
    for (const char16_t unit : wide) {
        little += {static_cast<char>(unit & 0xFF), static_cast<char>(unit >> 8)};
        big += {static_cast<char>(unit >> 8), static_cast<char>(unit & 0xFF)};
    }
    for (const std::string& text :
         {rows, with_ends("\r"), with_ends("\r\n"), "\xEF\xBB\xBF" + with_ends("\r"), little, big}) {
        const PairList list = parse(text);
        REQUIRE(list.pairs.size() == 2);
        CHECK(row(list, 0) == "Jos\xC3\xA9.jpg \xE5\xB1\xB1.jpg same 0");
        CHECK(row(list, 1) == "\xF0\x9F\x99\x82.jpg b.jpg different 0");
        CHECK(list.pairs[1].line == 2);
    }
    CHECK(parse("\xE9.jpg b.jpg 1\n").images[0] == "\xE9.jpg");  // a name is bytes

    CHECK(contains(parse_error(little.substr(0, 9)), "pairs.txt: UTF-16 of an odd number of bytes"));
    CHECK(contains(parse_error(little.substr(2)),
                   "a zero byte after 1 others: this is no text, or UTF-16 without its mark"));
    CHECK(contains(parse_error(std::string("\xFF\xFE\x00\xD8\x61\x00", 6)), "UTF-16 with half a character at byte 2"));
    for (const std::string& half : {std::string("\xFF\xFE\x00\xDC\x61\x00", 6), std::string("\xFF\xFE\x00\xD8", 4),
                                    std::string("\xFF\xFE\x00\xD8\x00\xE0", 6)})
        CHECK(contains(parse_error(half), "UTF-16 with half a character at byte 2"));
    CHECK(contains(parse_error(std::string("\xFF\xFE\0\0a\0\0\0", 8)), "UTF-32; save it as UTF-8"));
    CHECK(contains(parse_error(std::string("\0\0\xFE\xFF\0\0\0a", 8)), "UTF-32; save it as UTF-8"));
    CHECK(contains(parse_error(std::string("a.jpg b\0.jpg 1\n", 15)), "a zero byte after 7 others"));
    CHECK(contains(parse_error("a.jpg b.jpg 1\rc.jpg d.jpg\r"), "line 2: the row has 2 columns"));
}

TEST_CASE("what could mean several things is refused with what is expected") {
    CHECK(contains(parse_error("1,a.jpg,b.jpg\n"),
                   "line 1: the row has the label 'b.jpg'; it must be 1 (same) or 0 (different), and it comes last"));
    CHECK(contains(parse_error("left,right,truth\na.jpg,b.jpg,1\n"), "a header calls its last column 'label'"));
    CHECK(contains(parse_error("a.jpg,b.jpg,same\n"), "line 1: the row has the label 'same'"));
    CHECK(contains(parse_error(",left,right,label\n0,a.jpg,b.jpg,1\n"), "line 2: the row has 4 columns"));
    CHECK(contains(parse_error("a,b,c,d,label\na.jpg,b.jpg,1\n"), "line 1: the row has 5 columns"));
    CHECK(contains(parse_error("left,right,{label}\na.jpg,b.jpg,1,1\n"), "line 2: the row has 4 columns"));
    for (const char* number : {"2x", "100000000", "-1"})
        CHECK(contains(parse_error("2\nAnn 1 2\nBo 1 " + std::string(number) + "\n"), "line 3"));
    CHECK(contains(parse_error("2\nAnn 1 2\nAnn 1 Bo two\n"), "line 3"));
    CHECK(contains(parse_error("1 1\na.jpg b.jpg 1\n"), "line 2"));
    CHECK(contains(parse_error("a.jpg,b.jpg,1\nc.jpg,,0\n"), "line 2: the row has an empty path"));
    CHECK(contains(parse_error("a.jpg,b.jpg,1\nleft,right,label\n"), "line 2: the row has the label 'label'"));
    CHECK(contains(parse_error("a.jpg,b.jpg,1\nc.jpg;d.jpg;1\n"), "line 2: the row has 1 column;"));
    CHECK(contains(parse_error("a.jpg,b.jpg,1\n\"c.jpg,d.jpg,1\n"), "line 2: a quote is opened and never closed"));
    CHECK(contains(parse_error("a.jpg,b.jpg,1\n\"c\"x.jpg,d.jpg,1\n"), "line 2: something follows a closing quote"));
    CHECK(contains(parse_error("\"a\r\nb.jpg\",c.jpg,1\nd.jpg,e.jpg,x\n"), "line 3: the row has the label 'x'"));
}

TEST_CASE("one image is known by one path, and a pair by its line") {
    const PairList list = parse("# of today\n./a/1.jpg a//2.jpg 1\n\na/b/../1.jpg c.jpg 0\n");
    CHECK(list.images == std::vector<std::string>{"a/1.jpg", "a/2.jpg", "c.jpg"});
    CHECK(list.pairs[0].line == 2);
    CHECK(list.pairs[1].line == 4);
}

TEST_CASE("names of columns tell labels from LFW's numbers") {
    CHECK(row(parse("a 5 1\n"), 0) == "a/a_0005.jpg a/a_0001.jpg same 0");
    CHECK(row(parse("left right label\na 5 1\n"), 0) == "a 5 same 0");
    const PairList list{{"a", "5"}, {{0, 1, PairLabel::same}}};
    CHECK(row(parse(pair_list_text(list)), 0) == "a 5 same 0");
}

TEST_CASE("a list as text is read again, whatever its names hold") {
    const PairList list{{"a b.jpg", "#c.jpg", "d\te.jpg", "f\ng.jpg", "\"h\".jpg", "i,1", " j.jpg", "k;l.jpg",
                         "\xFF\xFEm.jpg", "n\rn.jpg", "\xEF\xBB\xBFo.jpg", "\xFE\xFFp.jpg", "q.jpg ", "r.jpg"},
                        {{0, 1, PairLabel::same},
                         {8, 3, PairLabel::different},
                         {2, 4, PairLabel::same},
                         {5, 6, PairLabel::different},
                         {7, 0, PairLabel::same},
                         {6, 13, PairLabel::same},
                         {10, 13, PairLabel::same},
                         {11, 13, PairLabel::same},
                         {13, 12, PairLabel::same},
                         {9, 5, PairLabel::different}}};
    for (std::size_t first = 0; first < list.pairs.size(); ++first) {  // any row may be the first
        PairList some = list;
        some.pairs.erase(some.pairs.begin(), some.pairs.begin() + static_cast<std::ptrdiff_t>(first));
        const PairList again = parse(pair_list_text(some));
        REQUIRE(again.pairs.size() == some.pairs.size());
        for (std::size_t i = 0; i < some.pairs.size(); ++i) CHECK(row(again, i) == row(some, i));
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

TEST_CASE("a list without some of its images") {
    ditto::PairList list{{"a", "b", "c", "d"}, {}, 2};
    list.pairs = {
        {0, 1, ditto::PairLabel::same, 0}, {2, 0, ditto::PairLabel::different, 1}, {3, 2, ditto::PairLabel::same, 1}};
    const ditto::PairList kept = ditto::kept_images(list, std::vector<std::uint32_t>{0, 2});
    CHECK(kept.images == std::vector<std::string>{"a", "c"});
    REQUIRE(kept.pairs.size() == 1);
    CHECK(kept.pairs[0].left == 1);
    CHECK(kept.pairs[0].right == 0);
    CHECK(kept.pairs[0].fold == 1);
    CHECK(kept.folds == 2);
}

TEST_CASE("a file that is too large for a list is refused before it is read") {
    const TemporaryFolder folder;
    const auto path = folder / "pairs.txt";
    write_text(path, "a.jpg b.jpg 1\n");
    std::filesystem::resize_file(path, (std::uintmax_t{1} << 30) + 1);  // a hole, which takes no disk
    CHECK(error_of([&] { read_pair_list(path); }) ==
          path.string() + ": 1073741825 bytes are more than the 1073741824 that are accepted; is this the right file?");
}

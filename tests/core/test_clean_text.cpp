// Names that a terminal would obey, or a page would show as another name.
#include <doctest/doctest.h>

#include <string>

#include "ditto/core/clean_text.hpp"

using ditto::clean_text;

TEST_CASE("nothing that a terminal obeys is left of a name") {
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(clean_text("a\x1B[2Jb") == "a" + bad + "[2Jb");
    CHECK(clean_text("\x1B]0;title\x07") == bad + "]0;title" + bad);
    CHECK(clean_text("a\xC2\x9B"
                     "2J") == "a" + bad + "2J");  // CSI as one character
    CHECK(clean_text("a\x9B"
                     "2J") == "a" + bad + "2J");  // and as one byte
    CHECK(clean_text("a\rb\bc") == "a b" + bad + "c");
    CHECK(clean_text("a\xE2\x80\xA9"
                     "b") == "a b");  // the end of a paragraph
    // Longer than need be, half of a UTF-16 character, above the last of Unicode, cut short: no characters.
    CHECK(clean_text("\xE0\x9F\xBF") == bad + bad + bad);
    CHECK(clean_text("\xED\xA0\x80") == bad + bad + bad);
    CHECK(clean_text("\xF0\x8F\xBF\xBF") == bad + bad + bad + bad);
    CHECK(clean_text("\xF4\x90\x80\x80") == bad + bad + bad + bad);
    CHECK(clean_text("\xF5\x80\x80\x80") == bad + bad + bad + bad);
    CHECK(clean_text("\xE5\xB1") == bad + bad);
    CHECK(clean_text("gpj.\xE2\x80\xAEname") == "gpj." + bad + "name");  // turns the rest around
    CHECK(clean_text("\xE2\x81\xA6x\xE2\x81\xA9") == bad + "x" + bad);
    CHECK(clean_text("a\xE2\x80\xA8"
                     "b\xC2\x85"
                     "c") == "a b c");  // ends of lines of Unicode
}

TEST_CASE("names of people stay as they are") {
    for (const char* name : {"Jos\xC3\xA9", "\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD", "\xE5\xB1\xB1\xE7\x94\xB0",
                             "\xF0\x9F\x99\x82", "O'Neil & \"x\" <b>", "\xD9\x85\xD8\xAD\xD9\x85\xD8\xAF", "\xC2\xA0",
                             "a\xE2\x80\x8F", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        CHECK(clean_text(name) == name);
    for (int c = 0; c < 256; ++c) {  // any byte gives text without commands
        const std::string clean = clean_text(std::string(1, static_cast<char>(c)));
        CHECK_FALSE(clean.empty());
        CHECK(clean == clean_text(clean));
    }
}

#include <doctest/doctest.h>

#include <string>

#include "ditto/report/svg.hpp"
#include "ditto/report/text.hpp"

using ditto::clean_text, ditto::escaped, ditto::gnuplot_string;

TEST_CASE("text in HTML means itself") {
    CHECK(escaped("<b onload=\"x\">&amp;'</b>") == "&lt;b onload=&quot;x&quot;&gt;&amp;amp;&#39;&lt;/b&gt;");
    CHECK(escaped("Jos\xC3\xA9 \xE6\x97\xA5\xF0\x9F\x99\x82") == "Jos\xC3\xA9 \xE6\x97\xA5\xF0\x9F\x99\x82");
}

TEST_CASE("what is no text becomes U+FFFD, white space a space") {
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(clean_text("a\nb\tc") == "a b c");
    CHECK(clean_text(std::string("a\0b\x1B\x7F", 5)) == "a" + bad + "b" + bad + bad);
    CHECK(clean_text("\xE9t\xE9") == bad + "t" + bad);               // Latin-1
    CHECK(clean_text("\xC0\xAF") == bad + bad);                      // '/' in two bytes
    CHECK(clean_text("\xED\xA0\x80") == bad + bad + bad);            // a surrogate
    CHECK(clean_text("\xF4\x90\x80\x80") == bad + bad + bad + bad);  // above U+10FFFF
    CHECK(clean_text("\xE6\x97") == bad + bad);                      // cut short
}

TEST_CASE("long names are cut between characters") {
    CHECK(clean_text("abcd", 4) == "abcd");
    CHECK(clean_text("abcde", 4) == "abc\xE2\x80\xA6");
    CHECK(clean_text("a\xC3\xA9\xC3\xA9\xC3\xA9", 3) == "a\xC3\xA9\xE2\x80\xA6");
}

TEST_CASE("a string of gnuplot ends where it should") {
    CHECK(gnuplot_string("a'; system 'x") == "'a''; system ''x'");
    CHECK(gnuplot_string("a\nb") == "'a b'");
}

TEST_CASE("base64: the examples of RFC 4648") {
    const auto code = [](const std::string& text) {
        return ditto::base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    };
    CHECK(code("") == "");
    CHECK(code("f") == "Zg==");
    CHECK(code("fo") == "Zm8=");
    CHECK(code("foo") == "Zm9v");
    CHECK(code("foob") == "Zm9vYg==");
    CHECK(code("fooba") == "Zm9vYmE=");
    CHECK(code("foobar") == "Zm9vYmFy");
    CHECK(code("\xFF\xFE\xFB") == "//77");
}

TEST_CASE("ids of a picture are its own, and gnuplot's titles go") {
    CHECK(ditto::svg_element("<?xml?>\n<svg width='1'>\n<title>Gnuplot</title><desc>x</desc><defs><path id='a'/></defs>"
                             "<use xlink:href='#a'/><g id=\"b\" fill='url(#a)'><text> id='a'</text></g></svg>\n",
                             "roc", "a & b") ==
          "<svg role=\"img\" width='1'><title>a &amp; b</title>\n<defs><path id='roc-a'/></defs>"
          "<use xlink:href='#roc-a'/><g id=\"roc-b\" fill='url(#roc-a)'><text> id='a'</text></g></svg>\n");
}

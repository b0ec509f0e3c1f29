// The pieces of a page: elements as text, pictures inside it, and the page around them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/images/formats/codec.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/resize.hpp"
#include "ditto/report/style.hpp"
#include "ditto/report/text.hpp"

namespace ditto {

/// An `img` element that holds the image itself, as a JPEG of at most `size` pixels a side.
inline std::string picture_element(const Image& image, std::string_view description, int size = 112) {
    const double scale = std::min(1.0, static_cast<double>(size) / std::max({image.height, image.width, 1}));
    const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(scale * length))); };
    if (image.height < 1 || image.width < 1)
        throw Error("the picture of " + std::string(description) + " has no pixels; remove it from the list");
    const Image small = crop_and_resize(image, 1.0, scaled(image.height), scaled(image.width));
    const std::vector<std::uint8_t> bytes = detail::encode_jpeg(small, 88);
    if (bytes.empty())
        throw Error("the picture of " + std::string(description) + " cannot be encoded as JPEG; remove it");
    return fmt::format("<img src=\"data:image/jpeg;base64,{}\" width=\"{}\" height=\"{}\" alt=\"{}\">", base64(bytes),
                       small.width, small.height, escaped(description));
}

/// A path that may be broken after each of its parts and words.
inline std::string path_element(std::string_view path) {
    std::string html;
    for (const char character : escaped(path)) {
        html += character;
        if (character == '/' || character == '_' || character == '-') html += "<wbr>";
    }
    return html;
}

/// A part of the page under a heading. `content` is HTML.
inline std::string section_element(std::string_view id, std::string_view heading, std::string_view content) {
    return fmt::format("<section id=\"{0}\">\n<h2>{1}</h2>\n{2}\n</section>\n", id, escaped(heading), content);
}

/// A plot with a sentence or two under it.
inline std::string figure_element(std::string_view svg, std::string_view caption) {
    return fmt::format("<figure class=\"plot\">{}<figcaption>{}</figcaption></figure>\n", svg, escaped(caption));
}

/// A table of names and values.
inline std::string facts_element(const std::vector<std::pair<std::string, std::string>>& facts) {
    std::string rows;
    for (const auto& [name, value] : facts)
        rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
    return "<div class=\"scroll\"><table class=\"facts\">\n" + rows + "</table></div>";
}

/// The whole page; `body` is HTML.
inline std::string page(std::string_view title, std::string_view body) {
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n"
        "<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        escaped(title), page_style, body);
}

}  // namespace ditto

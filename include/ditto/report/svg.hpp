// gnuplot's SVG made fit to stand in a page beside others.
#pragma once

#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/report/text.hpp"

namespace ditto {
namespace detail {

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
}

}  // namespace detail

/// An `svg` element from the SVG document that gnuplot gives: with `title` for those who cannot see it, and every id
/// beginning with `id`, so that no two pictures of a page share one. Throws Error where the document is not whole.
inline std::string svg_element(std::string_view document, std::string_view id, std::string_view title) {
    const std::size_t begin = document.find("<svg");
    if (begin == std::string_view::npos || document.find("</svg>") == std::string_view::npos)
        throw Error("gnuplot, which draws the plots, gave no whole picture; is it gnuplot 5 or newer?");
    document.remove_prefix(begin);
    std::string result;
    const std::string prefix = std::string(id) + "-";
    while (!document.empty()) {
        const std::size_t open = std::min(document.find('<'), document.size());
        result += document.substr(0, open);
        document.remove_prefix(open);
        // gnuplot's own titles ("gnuplot_plot_1") would show under the mouse.
        for (const std::string_view name : {"title", "desc"})
            if (document.starts_with("<" + std::string(name) + ">")) {
                const std::string close = "</" + std::string(name) + ">";
                document.remove_prefix(std::min(document.find(close) + close.size(), document.size()));
            }
        if (!document.starts_with('<')) continue;
        std::string tag(document.substr(0, document.find('>') + 1));
        document.remove_prefix(tag.size());
        for (const std::string reference : {" id='", " id=\"", "href='#", "url(#"})
            detail::replace_all(tag, reference, reference + prefix);
        if (tag.starts_with("<svg"))
            tag = "<svg role=\"img\"" + tag.substr(4) + "<title>" + escaped(title) + "</title>";
        result += tag;
    }
    return result;
}

}  // namespace ditto

// What a chart of a plan is drawn with: its colours, and pieces of an SVG as text.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "ditto/core/number_text.hpp"
#include "ditto/trainer/plan_tensors.hpp"

namespace ditto::detail {

struct KindStyle {
    std::string_view name, fill;  // light enough for dark letters, dark enough for white paper
};
inline constexpr std::array<KindStyle, tensor_kinds> kind_styles{{{"parameters", "#7fa9dc"},
                                                                  {"running statistics", "#2fb3ab"},
                                                                  {"optimizer's state", "#b6a0dc"},
                                                                  {"average of weights", "#d9a3cf"},
                                                                  {"gradients of parameters", "#ef8d85"},
                                                                  {"prepared parameters", "#c9aa8c"},
                                                                  {"activations", "#84c98f"},
                                                                  {"gradients of activations", "#f5ab63"},
                                                                  {"saved for backward", "#f0d365"},
                                                                  {"scratch", "#aab4c0"},
                                                                  {"loss", "#e36fa3"}}};
inline const KindStyle& style_of(TensorKind kind) {
    return kind_styles[static_cast<std::size_t>(kind)];
}

// In a page this is a part of the style of all of it: each rule begins with the class, and no class is the page's own.
inline constexpr std::string_view chart_style =
    ".ditto-plan{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif}"
    ".ditto-plan text{fill:#16191d}.ditto-plan .quiet{fill:#5a6572}.ditto-plan .paper{fill:#fff}"
    ".ditto-plan .free{fill:#f1f4f7}.ditto-plan path{stroke:#d3dae1;fill:none}"
    "@media(prefers-color-scheme:dark){.ditto-plan text{fill:#e8ebee}.ditto-plan .quiet{fill:#9ba7b4}"
    ".ditto-plan .paper{fill:#1a2027}.ditto-plan .free{fill:#232b34}.ditto-plan path{stroke:#3a4550}}"
    ".ditto-plan .in{fill:#16191d;font-size:11px;pointer-events:none}.ditto-plan .head{font-size:15px;font-weight:600}";

inline std::string decimal(double value, int decimals = 1) {
    return fixed(value, decimals);
}

inline std::string bytes_text(std::size_t bytes) {
    const double kibibytes = static_cast<double>(bytes) / 1024.0;
    if (kibibytes < 1.0) return std::to_string(bytes) + " bytes";
    return kibibytes < 1024.0 ? decimal(kibibytes) + " KiB" : decimal(kibibytes / 1024.0) + " MiB";
}

inline std::string xml_text(std::string_view text) {
    std::string result;
    for (const char c : text) result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return result;
}

/// The text, or its beginning and an ellipsis: `most` letters. For text in ASCII, as type names and labels are.
inline std::string shortened(const std::string& text, std::size_t most) {
    return text.size() <= most ? text : text.substr(0, most - 1) + "\xE2\x80\xA6";
}

// A `title` element is what the mouse shows.
inline std::string title_element(std::string_view title) {
    return title.empty() ? "" : "<title>" + xml_text(title) + "</title>";
}

inline std::string text_element(double x, double y, std::string_view attributes, std::string_view text,
                                std::string_view title = {}) {
    return "<text x=\"" + decimal(x) + "\" y=\"" + decimal(y) + "\" " + std::string(attributes) + ">" + xml_text(text) +
           title_element(title) + "</text>\n";
}

/// The same, turned around (x, y) by `degrees`.
inline std::string turned_text_element(double x, double y, int degrees, std::string_view attributes,
                                       std::string_view text, std::string_view title = {}) {
    return text_element(x, y,
                        std::string(attributes) + " transform=\"rotate(" + std::to_string(degrees) + " " + decimal(x) +
                            " " + decimal(y) + ")\"",
                        text, title);
}

inline std::string rect_element(double x, double y, double width, double height, std::string_view attributes,
                                std::string_view title = {}) {
    return "<rect x=\"" + decimal(x) + "\" y=\"" + decimal(y) + "\" width=\"" + decimal(width) + "\" height=\"" +
           decimal(height) + "\" " + std::string(attributes) + ">" + title_element(title) + "</rect>\n";
}

}  // namespace ditto::detail

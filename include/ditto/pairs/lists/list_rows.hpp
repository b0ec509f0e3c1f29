// The rows of a text in columns: separated by white space, tabs, commas or semicolons, with quotes as in CSV.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/images/image_name.hpp"

namespace ditto::detail {

/// What stands between columns. `blank` is tabs in a row that has them between three columns or more, or between one
/// path with spaces and a label, so that names may hold spaces; and any white space in another.
enum class Separator { comma, semicolon, blank };

struct ListRow {
    std::vector<std::string> columns;
    std::size_t line = 1;  // that it begins in, from 1
};

/// Goes through the rows of a text. A row ends with a line, whichever way lines end; blank lines, those that begin with
/// '#', and rows of nothing but separators are passed over. A column that begins with a double quote goes to the next
/// one, over separators and ends of lines, and two of them are one (RFC 4180). Throws Error for a quote that is not
/// closed, or that something follows.
class ListReader {
  public:
    /// `text` must outlive it; `name` stands in errors.
    ListReader(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

    std::optional<ListRow> next(Separator separator) {
        while (position_ < text_.size()) {
            const std::size_t end = std::min(text_.find_first_of("\r\n", position_), text_.size());
            const std::string_view line = text_.substr(position_, end - position_);
            const std::size_t first = line.find_first_not_of(" \t");
            ListRow row{{}, line_};
            if (first == std::string_view::npos || line[first] == '#')
                position_ = end;
            else
                read_columns(row, separators_of(line, separator));
            end_line();
            while (!row.columns.empty() && row.columns.back().empty()) row.columns.pop_back();
            if (!row.columns.empty()) return row;
        }
        return std::nullopt;
    }

    /// The row that next() would give, if the text can be read so far.
    std::optional<ListRow> peek(Separator separator) const {
        ListReader ahead = *this;
        try {
            return ahead.next(separator);
        } catch (const Error&) {
            return std::nullopt;
        }
    }

  private:
    static std::string_view separators_of(std::string_view line, Separator separator) {
        if (separator != Separator::blank) return separator == Separator::comma ? "," : ";";
        const std::size_t first = line.find_first_not_of(" \t"), last = line.find_last_not_of(" \t");
        line = line.substr(first, last + 1 - first);
        const std::size_t tab = line.find('\t');
        if (tab == std::string_view::npos) return " \t";
        const std::string_view behind = line.substr(line.find_first_not_of(" \t", tab));
        return behind.find('\t') != std::string_view::npos ||
                       ((behind == "0" || behind == "1") && is_path_with_spaces(line.substr(0, tab)))
                   ? "\t"
                   : " \t";
    }

    // One image's name, whose words are not such names themselves.
    static bool is_path_with_spaces(std::string_view text) {
        text = text.substr(0, text.find_last_not_of(' ') + 1);
        if (text.find('"') != std::string_view::npos || !has_image_name(text)) return false;
        for (std::size_t end = text.find(' '); end != std::string_view::npos; end = text.find(' ', end + 1))
            if (has_image_name(text.substr(0, end))) return false;
        return true;
    }

    bool at_line_end() const {
        return position_ >= text_.size() || text_[position_] == '\n' || text_[position_] == '\r';
    }

    void skip(std::string_view characters) {
        position_ = std::min(text_.find_first_not_of(characters, position_), text_.size());
    }

    void end_line() {
        if (position_ >= text_.size()) return;
        position_ += text_.substr(position_).starts_with("\r\n") ? 2 : 1;
        ++line_;
    }

    void read_columns(ListRow& row, std::string_view separators) {
        while (skip(" \t"), !at_line_end()) {
            if (text_[position_] == '"') {
                row.columns.push_back(quoted(row.line));
                if (separators != " \t") skip(separators == "\t" ? " " : " \t");
                if (!at_line_end() && separators.find(text_[position_]) == std::string_view::npos)
                    throw Error(name_ + ", line " + std::to_string(line_) +
                                ": something follows a closing quote; write a quote inside of quotes twice");
            } else {
                const std::size_t end =
                    std::min(text_.find_first_of(std::string(separators) + "\r\n", position_), text_.size());
                const std::string_view column = text_.substr(position_, end - position_);
                row.columns.emplace_back(column.substr(0, column.find_last_not_of(" \t") + 1));
                position_ = end;
            }
            if (!at_line_end()) ++position_;
        }
    }

    std::string quoted(std::size_t first_line) {
        std::string column;
        for (++position_; position_ < text_.size(); ++position_) {
            const char c = text_[position_];
            if (c == '"') {
                ++position_;
                if (!text_.substr(position_).starts_with('"')) return column;
            }
            if (c == '\n' || (c == '\r' && !text_.substr(position_ + 1).starts_with('\n'))) ++line_;
            column += c;
        }
        throw Error(name_ + ", line " + std::to_string(first_line) +
                    ": a quote is opened and never closed; write a name that begins with a quote between quotes, and "
                    "that quote twice");
    }

    std::string_view text_;
    std::string name_;
    std::size_t position_ = 0;
    std::size_t line_ = 1;
};

/// The text as a column that ListReader reads whatever it holds.
inline std::string quoted_column(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

}  // namespace ditto::detail

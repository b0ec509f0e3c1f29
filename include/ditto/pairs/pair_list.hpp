// Lists of image pairs in text files: three columns, or the forms of Labeled Faces in the Wild.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/read_file.hpp"
#include "ditto/pairs/lists/list_text.hpp"
#include "ditto/pairs/lists/pair_list_parser.hpp"
#include "ditto/pairs/pair.hpp"

namespace ditto {

/// Parses a list of pairs. Forms, told apart by the first row:
/// - three columns `pathA pathB label`, label 1 (same person) or 0;
/// - LFW: rows `name n1 n2` (same) and `name1 n1 name2 n2` (different), for images `Name/Name_0001.jpg`; before them
///   a line `pairs` (pairsDevTrain.txt) or `folds pairs` (pairs.txt), pairs of each label in each fold, or no such
///   line;
/// - CPLFW: two columns `path label`, of which each two rows are a pair.
/// Columns are separated by white space, by tabs (paths may then hold spaces), commas or semicolons; a first row of
/// columns' names, the last of them `label` or the like, is passed over. A column that begins with a double quote is
/// quoted, as in CSV. Blank lines, lines that begin with '#', all three ends of lines, UTF-8 and UTF-16 with a byte
/// order mark are accepted. `name` stands in errors. Throws Error, with the line's number, for a row that fits no form
/// or a label that is not 0 or 1; also for an empty list and what is no text.
inline PairList parse_pair_list(std::string_view text, std::string name) {
    const std::string decoded = decode_list_text(text, name);
    return detail::PairListParser(decoded, std::move(name)).parse();
}

/// Reads a list of pairs from a file: see parse_pair_list(). Throws Error also if the file cannot be read.
inline PairList read_pair_list(const std::filesystem::path& path) {
    const std::vector<std::uint8_t> bytes = read_file(path);
    return parse_pair_list({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

/// The list as text of three columns, which parse_pair_list() reads, whatever the names hold; folds are not told.
inline std::string pair_list_text(const PairList& list) {
    const auto needs_quotes = [](std::string_view name) {
        return name.find_first_of("\"\t\r\n,;") != std::string_view::npos || name.starts_with('#') ||
               name.starts_with(' ') || name.ends_with(' ') || name.starts_with("\xEF\xBB\xBF") ||
               name.starts_with("\xFF\xFE") || name.starts_with("\xFE\xFF");
    };
    std::string text;
    if (!list.pairs.empty() && detail::parse_count(list.images[list.pairs[0].right]))
        text = "left\tright\tlabel\n";  // without it the first row could be one of LFW's
    for (const Pair& pair : list.pairs) {
        const std::string &left = list.images[pair.left], &right = list.images[pair.right];
        const bool quotes = needs_quotes(left) || needs_quotes(right);
        text += quotes ? detail::quoted_column(left) + "\t" + detail::quoted_column(right) : left + "\t" + right;
        text += pair.label == PairLabel::same ? "\t1\n" : "\t0\n";
    }
    return text;
}

}  // namespace ditto

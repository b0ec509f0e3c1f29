// A file of choices between cuDNN's engines: what was measured once holds from then on, so that results keep their
// bits.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/read_file.hpp"

namespace ditto::detail {

/// Which of the heuristics' engines computes a pass.
struct EngineChoice {
    std::string gpu, version, pass;  ///< for which: the GPU's name, cuDNN's version, the pass of a convolution
    std::int64_t place = 0;          ///< in the heuristics' list of what may be taken, from 0
    std::int64_t engine = 0;         ///< cuDNN's number of it

    bool is_for_same(const EngineChoice& other) const {
        return gpu == other.gpu && version == other.version && pass == other.pass;
    }
    friend bool operator==(const EngineChoice&, const EngineChoice&) = default;
};

/// A line of text for each choice, its members between tabs, after a line that says what the file is.
class EngineFile {
  public:
    /// Reads the file if there is one. Throws Error if it is damaged, or something else.
    explicit EngineFile(std::filesystem::path path) : path_(std::move(path)), choices_(read()) {}

    /// The choice for the same pass, GPU and version as `wanted`; null: none is known.
    const EngineChoice* find(const EngineChoice& wanted) const { return find_in(choices_, wanted); }

    /// Writes a choice into the file, in the place of one for the same. If another process has written one since the
    /// file was read, that one stays. Returns the one that holds. Throws Error if the file cannot be written.
    EngineChoice remember(const EngineChoice& made) {
        const std::vector<EngineChoice> before = std::exchange(choices_, read());
        const EngineChoice* known = find_in(before, made);
        const EngineChoice* now = find(made);
        if (now != nullptr && (known == nullptr || *now != *known)) return *now;
        std::erase_if(choices_, [&](const EngineChoice& each) { return each.is_for_same(made); });
        choices_.push_back(made);
        write();
        return made;
    }

  private:
    static constexpr std::string_view first_line =
        "# engines of cuDNN that ditto measured: GPU, cuDNN, pass, place among the heuristics' choices, engine";
    static constexpr std::size_t largest = std::size_t{16} << 20;

    static const EngineChoice* find_in(const std::vector<EngineChoice>& choices, const EngineChoice& wanted) {
        const auto found = std::find_if(choices.begin(), choices.end(),
                                        [&](const EngineChoice& each) { return each.is_for_same(wanted); });
        return found == choices.end() ? nullptr : &*found;
    }

    std::vector<EngineChoice> read() const {
        std::vector<EngineChoice> choices;
        if (std::error_code ignored; !std::filesystem::exists(path_, ignored)) return choices;
        const std::vector<std::uint8_t> bytes = read_file(path_, largest);
        std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        for (std::size_t number = 1; !rest.empty(); ++number) {
            const std::size_t end = rest.find('\n');
            EngineChoice choice;
            const std::string_view line = rest.substr(0, end);
            // A line without an end is one that was cut off.
            if (end == rest.npos || !(number == 1 ? line == first_line : parse(line, choice))) refuse(number);
            if (number > 1) choices.push_back(std::move(choice));
            rest.remove_prefix(end + 1);
        }
        if (bytes.empty()) refuse(1);
        return choices;
    }
    [[noreturn]] void refuse(std::size_t line) const {
        throw Error(
            path_.string() + ": line " + std::to_string(line) +
            " is not as ditto writes its choices of cuDNN's engines; if it is damaged, delete the file, and they "
            "are measured anew");
    }

    static bool parse(std::string_view line, EngineChoice& choice) {
        std::array<std::string_view, 5> words;
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::size_t end = line.find('\t');
            if ((end == line.npos) != (i + 1 == words.size())) return false;
            words[i] = line.substr(0, end);
            if (words[i].empty()) return false;
            line.remove_prefix(std::min(line.size(), words[i].size() + 1));
        }
        choice.gpu = words[0];
        choice.version = words[1];
        choice.pass = words[2];
        return parse(words[3], choice.place) && parse(words[4], choice.engine);
    }
    static bool parse(std::string_view word, std::int64_t& number) {
        const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
        return failure == std::errc{} && end == word.data() + word.size() && number >= 0;
    }

    void write() const {
        std::string text(first_line);
        text += '\n';
        for (const EngineChoice& each : choices_) {
            for (const std::string& word : {each.gpu, each.version, each.pass, std::to_string(each.place)})
                text.append(word).append("\t");
            text.append(std::to_string(each.engine)).append("\n");
        }
        AtomicFile file(path_, text.size());
        file.write(std::as_bytes(std::span(text)));
        file.commit();
    }

    std::filesystem::path path_;
    std::vector<EngineChoice> choices_;
};

}  // namespace ditto::detail

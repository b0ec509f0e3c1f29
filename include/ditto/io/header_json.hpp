// The JSON of a safetensors header: read in time that grows with its length alone, and with bounded depth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"

namespace ditto::detail {

[[noreturn]] inline void throw_bad_safetensors(const std::filesystem::path& path, const std::string& what) {
    throw Error(path.string() + ": " + what + "; the file is damaged or no safetensors file, fetch or save it again");
}

/// A name on one line, whatever characters it holds.
inline std::string quoted(const std::string& name) {
    return nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The most axes that a tensor may have, as in PyTorch.
inline constexpr std::size_t safetensors_rank_limit = 64;

/// The most tensors and entries of metadata that a file may have: names take memory before anything is known of them.
inline constexpr std::size_t safetensors_name_limit = std::size_t{1} << 16;

/// What nlohmann::json tells of a text while it reads it, compared with the form that a header has; throws Error. It
/// looks before a tree is made. (A callback of json::parse could do both at once, but that goes through all of an
/// object's members at the end of each: a minute for a header of as many tensors as there may be.)
class HeaderForm final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit HeaderForm(std::filesystem::path path) : path_(std::move(path)) {}

    bool null() override { return value(); }
    bool boolean(bool) override { return value(); }
    bool number_integer(std::int64_t) override { return value(); }
    bool number_unsigned(std::uint64_t) override { return value(); }
    bool number_float(double, const std::string&) override { return value(); }
    bool string(std::string&) override { return value(); }
    bool binary(nlohmann::json::binary_t&) override { return value(); }

    bool start_object(std::size_t) override {
        require_shallow();
        keys_.emplace_back();
        return true;
    }
    bool key(std::string& name) override {
        constexpr std::size_t keys_of_tensor = 4;  // its name and three in it
        if (keys_.size() <= 2 && ++names_ > keys_of_tensor * safetensors_name_limit)
            fail("its header has more than " + std::to_string(safetensors_name_limit) +
                 " tensors or entries of metadata");
        if (!keys_.back().insert(name).second) fail("its header has " + detail::quoted(name) + " twice");
        return true;
    }
    bool end_object() override {
        keys_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override {
        require_shallow();
        if (keys_.size() < 2) fail("its header has a list where a JSON object belongs");
        is_in_list_ = true;
        items_ = 0;
        return true;
    }
    bool end_array() override {
        is_in_list_ = false;
        return true;
    }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::json::exception& error) override {
        constexpr int number_overflow = 406;
        if (error.id == number_overflow) fail("its header has a number that is too large");
        fail("its header is not JSON at byte " + std::to_string(byte));
    }

  private:
    [[noreturn]] void fail(const std::string& what) const { throw_bad_safetensors(path_, what); }

    bool value() {
        if (is_in_list_ && ++items_ > safetensors_rank_limit)
            fail("its header has a list of more than " + std::to_string(safetensors_rank_limit) + " numbers");
        return true;
    }

    void require_shallow() const {
        if (keys_.size() > 2 || is_in_list_) fail("its header is nested deeper than one may be");
    }

    std::filesystem::path path_;
    std::vector<std::set<std::string>> keys_;  // of the objects that are open
    bool is_in_list_ = false;
    std::size_t items_ = 0;  // of that list
    std::size_t names_ = 0;
};

/// Parses JSON of the kind that a header has: objects in an object, in those short lists; nothing deeper, so that a
/// file cannot make the parser take memory for millions of lists. No object may hold one key twice (a parser alone
/// would silently keep the last).
inline nlohmann::json parse_header_json(const std::filesystem::path& path, std::string_view text) {
    HeaderForm form(path);
    nlohmann::json::sax_parse(text, &form);
    return nlohmann::json::parse(text);
}

}  // namespace ditto::detail

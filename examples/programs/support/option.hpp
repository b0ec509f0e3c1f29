// An option of a program, once: on the command line with its help and its check, in a JSON file and back, in a recipe,
// and among what tells two runs apart.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <ditto/core/clean_text.hpp>
#include <ditto/core/error.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

using Json = nlohmann::json;

/// The text as a shell reads it as one word; what a terminal would obey is written as bash's $'...' has it.
inline std::string quoted(const std::string& text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+./,:@%=";
    if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
    std::string result = "'";
    if (ditto::clean_text(text) != text) {
        for (const char c : text)
            result += c >= ' ' && c <= '~' && c != '\'' && c != '\\'
                          ? std::string(1, c)
                          : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        return "$" + result + "'";
    }
    for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
    return result + "'";
}

/// When an option has a part in what a program does: "--loss contrastive", say.
template <class Settings>
struct OptionCondition {
    std::string text;
    std::function<bool(const Settings&)> holds;
};

/// A row of the table: an option that sets a member of Settings. What is not said of it is as for most: it has a part
/// in every run, is stored, and tells no two runs apart.
template <class Settings>
class Option {
  public:
    /// `name` is --name on the command line and, with underscores, the key in JSON.
    template <class Member, class Owner>
    requires std::derived_from<Settings, Owner> Option(std::string name, Member Owner::*member, std::string help)
        : name_(std::move(name)),
          get_([member](const Settings& settings) { return Json(settings.*member); }),
          set_([member](const Json& value, Settings& settings) {
              if (!holds<Member>(value)) return false;
              settings.*member = value.get<Member>();
              return true;
          }),
          add_([this_help = std::move(help), member](const Option& self, CLI::App& app, Settings& settings) {
              CLI::Option* option = nullptr;
              if constexpr (std::same_as<Member, bool>)
                  option = app.add_flag(self.flags(settings.*member), settings.*member, this_help);
              else
                  option = app.add_option("--" + self.name_, settings.*member, this_help)->capture_default_str();
              return option->take_last();  // of an option given twice, the later one wins
          }) {}

    Option& check(CLI::Validator check) {
        check_ = std::move(check);
        return *this;
    }
    /// The words that it accepts.
    Option& one_of(std::vector<std::string> words) { return check(CLI::IsMember(std::move(words))); }
    /// It has a part only where the condition holds; elsewhere giving it is an error.
    Option& only(OptionCondition<Settings> condition) {
        only_ = std::move(condition);
        return *this;
    }
    /// A run must be resumed with the value that it began with, where it has a part and `holds`.
    Option& identity(std::function<bool(const Settings&)> holds = [](const Settings&) { return true; }) {
        identity_ = std::move(holds);
        return *this;
    }
    /// What the recipe sets it to: a value, or a function of the settings, whose null means nothing.
    template <class Value>
    Option& recipe(Value value) {
        recipe_ = function_of(std::move(value));
        return *this;
    }
    /// Its default, where that depends on the options in rows above; `text` says so in the help.
    template <class Value>
    Option& otherwise(std::string text, Value value) {
        default_text_ = std::move(text);
        default_ = function_of(std::move(value));
        return *this;
    }
    /// A path, which absolute_paths() makes absolute: a run may be resumed from another folder.
    Option& path() {
        is_path_ = true;
        return *this;
    }
    /// It is of this start of the program: not stored.
    Option& not_stored() {
        stored_ = false;
        return *this;
    }
    /// It is of this machine: stored, and a resumed run does not take it over.
    Option& of_machine() {
        of_machine_ = true;
        return *this;
    }

    const std::string& name() const { return name_; }
    std::string key() const {
        std::string key = name_;
        std::ranges::replace(key, '-', '_');
        return key;
    }
    bool is_path() const { return is_path_; }
    bool is_stored() const { return stored_; }
    bool is_of_machine() const { return of_machine_; }
    bool has_part(const Settings& settings) const { return !only_.holds || only_.holds(settings); }
    const std::string& only_text() const { return only_.text; }
    bool is_identity(const Settings& settings) const { return identity_ && has_part(settings) && identity_(settings); }

    Json value(const Settings& settings) const { return get_(settings); }
    /// The value as a file of JSON can hold it: a path may have bytes that are no UTF-8, and is then a list of them.
    Json stored_value(const Settings& settings) const {
        const Json value = get_(settings);
        if (!value.is_string()) return value;
        try {
            (void)value.dump();
            return value;
        } catch (const Json::type_error&) {
            const auto& text = value.get_ref<const std::string&>();
            return std::vector<std::uint8_t>(text.begin(), text.end());
        }
    }
    /// The value as the command line takes it.
    std::string text(const Settings& settings) const { return text_of(get_(settings)); }
    /// Throws Error, beginning with `where`, for a value that the option cannot have.
    void set(const Json& value, Settings& settings, const std::string& where) const {
        if (const bool is_bytes =
                value.is_array() && get_(settings).is_string() && std::ranges::all_of(value, holds<std::uint8_t>);
            is_bytes) {  // see stored_value()
            const auto bytes = value.get<std::vector<std::uint8_t>>();
            return set(std::string(bytes.begin(), bytes.end()), settings, where);
        }
        if (!set_(value, settings))
            throw ditto::Error(where + ": " + key() + " cannot be " +
                               (value.is_primitive() ? text_of(value) : std::string("an ") + value.type_name()) +
                               "; start a new run");
        std::string text = text_of(value);
        if (!check_ || value == get_(Settings())) return;  // the default may be none of what can be asked for
        if (const std::string wrong = (*check_)(text); !wrong.empty())
            throw ditto::Error(where + ": " + key() + ": " + wrong + "; start a new run");
    }
    /// What a recipe, or else the default that depends on other options, sets it to; null: nothing.
    Json chosen(const Settings& settings, bool by_recipe) const {
        Json value;
        if (by_recipe && recipe_) value = recipe_(settings);
        if (value.is_null() && default_) value = default_(settings);
        return value;
    }

    /// The value on a command line, as a shell reads it.
    std::string argument(const Settings& settings) const {
        const Json value = get_(settings);
        if (value.is_boolean()) return (value.get<bool>() ? "--" : "--no-") + name_;
        return "--" + name_ + " " + quoted(text_of(value));
    }

    void add_to(CLI::App& app, Settings& settings, const std::string& group) const {
        CLI::Option* option = add_(*this, app, settings);
        if (!group.empty()) option->group(group);
        if (check_) option->check(*check_);
        if (default_) option->default_str(default_text_);
    }

  private:
    using Value = std::function<Json(const Settings&)>;

    template <class T>
    static Value function_of(T value) {
        if constexpr (std::invocable<const T&, const Settings&>)
            return [=](const Settings& settings) { return Json(value(settings)); };
        else
            return [=](const Settings&) { return Json(value); };
    }

    // Is it a value of that type, in its range?
    template <class Member>
    static bool holds(const Json& value) {
        if constexpr (std::same_as<Member, bool>) {
            return value.is_boolean();
        } else if constexpr (std::same_as<Member, std::string>) {
            return value.is_string();
        } else if constexpr (std::floating_point<Member>) {
            return value.is_number();
        } else {
            if (!value.is_number_integer()) return false;
            if (value.is_number_unsigned()) return std::in_range<Member>(value.get<std::uint64_t>());
            return std::in_range<Member>(value.get<std::int64_t>());
        }
    }

    static std::string text_of(const Json& value) {
        if (value.is_string()) return value.get<std::string>();
        // The shortest text that reads back as the same number: 40, where JSON has 40.0.
        return value.is_number_float() ? fmt::format("{}", value.get<double>())
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    }

    // A flag can be taken back where something else than itself may set it.
    std::string flags(bool is_on) const {
        return "--" + name_ + (is_on || recipe_ || default_ ? ",!--no-" + name_ : "");
    }

    std::string name_;
    Value get_;
    std::function<bool(const Json&, Settings&)> set_;
    std::function<CLI::Option*(const Option&, CLI::App&, Settings&)> add_;
    std::optional<CLI::Validator> check_;
    OptionCondition<Settings> only_;
    std::function<bool(const Settings&)> identity_;
    Value recipe_, default_;
    std::string default_text_;
    bool is_path_ = false, stored_ = true, of_machine_ = false;
};

}  // namespace support

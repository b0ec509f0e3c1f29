// The options of a program as one table, and what is made of all of its rows.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <ditto/core/error.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "option.hpp"

namespace support {

template <class Settings>
struct OptionGroup {
    std::string name;  ///< under which --help lists them
    std::vector<Option<Settings>> options;
};

template <class Settings>
class OptionTable {
  public:
    using IsGiven = std::function<bool(const Option<Settings>&)>;

    OptionTable(std::vector<OptionGroup<Settings>> groups) : groups_(std::move(groups)) {}

    /// Calls visit(option) for every row, in order.
    template <class Visit>
    void for_each(const Visit& visit) const {
        for (const auto& group : groups_)
            for (const auto& option : group.options) visit(option);
    }

    void add_to(CLI::App& app, Settings& settings) const {
        for (const auto& group : groups_)
            for (const auto& option : group.options) option.add_to(app, settings, group.name);
    }

    void absolute_paths(Settings& settings) const {
        for_each([&](const auto& option) {
            if (const std::string path = option.is_path() ? option.text(settings) : ""; !path.empty())
                option.set(std::filesystem::absolute(path).lexically_normal().string(), settings, "the path");
        });
    }

    /// Fills in what was not given: from the recipe, if there is one, and where a default depends on other options.
    void complete(Settings& settings, bool by_recipe, const IsGiven& is_given) const {
        for_each([&](const auto& option) {
            if (is_given(option)) return;
            if (const Json value = option.chosen(settings, by_recipe); !value.is_null())
                option.set(value, settings, "the default");
        });
    }

    /// The stored options, in the table's order.
    nlohmann::ordered_json to_json(const Settings& settings) const {
        nlohmann::ordered_json json = nlohmann::ordered_json::object();
        for_each([&](const auto& option) {
            if (option.is_stored()) json[option.key()] = option.stored_value(settings);
        });
        return json;
    }

    /// What to_json() of this version or an older one wrote; an option that it lacks has its default, which for a new
    /// option therefore must mean what programs did before it. Throws Error, beginning with `where`, for an option that
    /// is not in the table or a value that cannot be.
    Settings from_json(const Json& json, const std::string& where) const {
        if (!json.is_object()) throw ditto::Error(where + " is damaged: it is no JSON object; start a new run");
        Settings settings;
        std::size_t known = 0;
        for_each([&](const auto& option) {
            if (!option.is_stored() || !json.contains(option.key())) return;
            option.set(json[option.key()], settings, where);
            ++known;
        });
        if (known < json.size())
            throw ditto::Error(where + " has the option " + unknown_key(json) +
                               ", which this version does not know; use the version that wrote it, or start a new run");
        complete(settings, false, [&](const auto& option) { return json.contains(option.key()); });
        return settings;
    }

    /// The names and values that a resumed run must begin with.
    std::map<std::string, std::string> identity(const Settings& settings) const {
        std::map<std::string, std::string> values;
        for_each([&](const auto& option) {
            if (option.is_identity(settings)) values[option.name()] = option.text(settings);
        });
        return values;
    }

    /// Names and values of the stored options that have a part and a value.
    std::vector<std::pair<std::string, std::string>> facts(const Settings& settings) const {
        std::vector<std::pair<std::string, std::string>> facts;
        for_each([&](const auto& option) {
            if (!option.is_stored() || !option.has_part(settings)) return;
            if (std::string text = option.text(settings); !text.empty())
                facts.emplace_back(option.name(), std::move(text));
        });
        return facts;
    }

    /// The command that gives a program these settings, without those of the machine and without an option whose value
    /// follows from the others.
    std::string command(const std::string& program, const Settings& settings, bool by_recipe) const {
        std::set<std::string> given;
        for_each([&](const auto& option) {
            if (option.is_stored() && !option.is_of_machine() && option.has_part(settings)) given.insert(option.name());
        });
        const auto is_given = [&](const auto& option) { return given.contains(option.name()); };
        std::string command = program;
        for_each([&](const auto& option) {
            if (given.erase(option.name()) == 0) return;
            Settings others;
            for_each([&](const auto& other) {
                if (is_given(other)) other.set(other.value(settings), others, "the settings");
            });
            complete(others, by_recipe, is_given);
            if (option.value(others) == option.value(settings)) return;
            given.insert(option.name());
            command += " " + option.argument(settings);
        });
        return command;
    }

  private:
    std::string unknown_key(const Json& json) const {
        std::set<std::string> known;
        for_each([&](const auto& option) {
            if (option.is_stored()) known.insert(option.key());
        });
        for (const auto& [key, value] : json.items())
            if (!known.contains(key)) return key;
        return {};
    }

    std::vector<OptionGroup<Settings>> groups_;
};

}  // namespace support

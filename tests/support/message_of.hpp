// What an error says.
#pragma once

#include <ditto/core/error.hpp>
#include <string>

/// The text of the Error that action() throws; "no error" if it throws none.
template <class Action>
std::string message_of(const Action& action) {
    try {
        action();
    } catch (const ditto::Error& error) {
        return error.what();
    }
    return "no error";
}

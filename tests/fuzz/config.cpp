// The settings of a run: config.json.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "train_siamese/option_rows.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const Options options = parse_settings({reinterpret_cast<const char*>(data), size}, "config.json");
        // What was read is written again, and reads as the same.
        const auto json = option_table().to_json(options);
        if (option_table().to_json(parse_settings(json.dump(), "config.json")) != json) __builtin_trap();
    } catch (const ditto::Error&) {
    }
    return 0;
}

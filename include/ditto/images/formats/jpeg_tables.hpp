// The tables that a JPEG file brings for its scans: which there are, and that they are sound.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ditto/images/formats/refusal.hpp"

namespace ditto::detail {

/// Which quantization and Huffman tables a JPEG file has defined so far (ITU-T T.81, B.2.4).
struct JpegTables {
    std::array<bool, 4> quantization{}, dc{}, ac{};

    /// Reads a DQT segment's payload. Throws Error if it is malformed.
    void read_quantization(std::span<const std::uint8_t> payload, const std::string& name) {
        while (!payload.empty()) {
            const std::size_t bytes = payload[0] >> 4, table = payload[0] & 15, size = 1 + 64 * (bytes + 1);
            if (bytes > 1 || table > 3 || payload.size() < size)
                refuse_damaged(name, "a quantization table is malformed");
            for (std::size_t i = 1; i < size; i += bytes + 1)
                if (payload[i] == 0 && payload[i + bytes] == 0) refuse_damaged(name, "a quantization step is 0");
            quantization[table] = true;
            payload = payload.subspan(size);
        }
    }

    /// Reads a DHT segment's payload. Throws Error if it is malformed.
    void read_huffman(std::span<const std::uint8_t> payload, const std::string& name) {
        constexpr std::size_t lengths = 16;
        while (!payload.empty()) {
            const std::size_t kind = payload[0] >> 4, table = payload[0] & 15;
            if (kind > 1 || table > 3 || payload.size() < 1 + lengths)
                refuse_damaged(name, "a Huffman table is malformed");
            std::size_t symbols = 0, free = 1;  // codes of a length that no shorter code begins
            for (std::size_t length = 1; length <= lengths; ++length) {
                free *= 2;
                if (payload[length] > free) refuse_damaged(name, "a Huffman table has more codes than there can be");
                free -= payload[length];
                symbols += payload[length];
            }
            if (symbols > 256 || payload.size() - 1 - lengths < symbols)
                refuse_damaged(name, "a Huffman table is malformed");
            for (const std::uint8_t symbol : payload.subspan(1 + lengths, symbols))
                if (kind == 0 && symbol > 15)
                    refuse_damaged(name, "a Huffman table has a symbol that none of its kind may have");
            (kind == 0 ? dc : ac)[table] = true;
            payload = payload.subspan(1 + lengths + symbols);
        }
    }
};

}  // namespace ditto::detail

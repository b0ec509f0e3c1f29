// The frame header of a JPEG file: its size, its components, how it is coded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ditto/images/formats/refusal.hpp"

namespace ditto::detail {

/// One of the 1, 3 or 4 planes of a JPEG.
struct JpegComponent {
    std::uint8_t id = 0;
    std::int64_t horizontal = 0, vertical = 0;  ///< sampling factors, 1 to 4
    std::uint8_t quantization = 0;              ///< number of its quantization table
};

/// The frame header of a JPEG file (ITU-T T.81, B.2.2).
struct JpegFrame {
    int height = 0, width = 0;
    bool progressive = false;
    std::vector<JpegComponent> components;

    std::int64_t pixels() const { return std::int64_t{height} * width; }

    /// Bytes of all coefficients, two for each.
    std::int64_t coefficient_bytes() const {
        std::int64_t across = 1, down = 1, blocks = 0;
        for (const JpegComponent& c : components) {
            across = std::max(across, c.horizontal);
            down = std::max(down, c.vertical);
            blocks += c.horizontal * c.vertical;
        }
        const auto units = [](std::int64_t size, std::int64_t sampling) {
            return (size + 8 * sampling - 1) / (8 * sampling);
        };
        return units(width, across) * units(height, down) * blocks * 64 * 2;
    }
};

/// What the marker 0xFF `code` of a frame says that nothing here decodes; nothing for the frames that are decoded.
inline const char* unsupported_jpeg(std::uint8_t code) {
    switch (code) {
        case 0xC3:
            return "lossless JPEG";
        case 0xC5:
        case 0xC6:
        case 0xC7:
        case 0xDE:  // the header of a hierarchical sequence
        case 0xDF:
            return "hierarchical JPEG";
        case 0xC9:
        case 0xCA:
        case 0xCB:
        case 0xCC:  // arithmetic conditioning
        case 0xCD:
        case 0xCE:
        case 0xCF:
            return "arithmetic coding";
        case 0xDC:
            return "a JPEG whose height comes after its pixels";
        case 0xF7:
            return "JPEG-LS";
        default:
            return nullptr;
    }
}

/// Reads the payload of a frame header whose marker is 0xFF `code`, 0xC0 to 0xC2. Throws Error if it is malformed or
/// says what is not decoded.
inline JpegFrame read_jpeg_frame(std::uint8_t code, std::span<const std::uint8_t> payload, const std::string& name) {
    if (payload.size() < 6 || payload.size() != 6 + 3 * std::size_t{payload[5]})
        refuse_damaged(name, "the frame header is malformed");
    if (payload[0] == 12) refuse_unsupported(name, "12-bit JPEG");
    if (payload[0] != 8) refuse_damaged(name, "the frame header is malformed");
    JpegFrame frame;
    frame.progressive = code == 0xC2;
    frame.height = payload[1] << 8 | payload[2];
    frame.width = payload[3] << 8 | payload[4];
    if (frame.height == 0) refuse_unsupported(name, unsupported_jpeg(0xDC));
    const std::size_t count = payload[5];
    if (frame.width == 0 || count == 0) refuse_damaged(name, "the frame header is malformed");
    if (count == 2 || count > 4) refuse_unsupported(name, "a JPEG of " + std::to_string(count) + " components");
    require_image_size(frame.height, frame.width, name);
    for (std::size_t i = 0; i < count; ++i) {
        const auto entry = payload.subspan(6 + 3 * i, 3);
        const JpegComponent component{entry[0], entry[1] >> 4, entry[1] & 15, entry[2]};
        const auto same_id = [&](const JpegComponent& other) { return other.id == component.id; };
        if (component.horizontal < 1 || component.horizontal > 4 || component.vertical < 1 || component.vertical > 4 ||
            component.quantization > 3 || std::ranges::any_of(frame.components, same_id))
            refuse_damaged(name, "the frame header is malformed");
        frame.components.push_back(component);
    }
    return frame;
}

}  // namespace ditto::detail

// The scans of a JPEG file: that each may follow the ones before it, and that together they hold the picture.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ditto/images/formats/jpeg_frame.hpp"
#include "ditto/images/formats/jpeg_tables.hpp"

namespace ditto::detail {

/// Files of more scans are refused: each costs a pass over the picture, and no encoder writes as many.
inline constexpr int largest_jpeg_scans = 100;

/// What the scans of a JPEG file have brought so far (ITU-T T.81, B.2.3 and G.1).
class JpegScans {
  public:
    int count() const { return count_; }

    /// Reads a scan header's payload. Throws Error if it is malformed, if its components, tables or coefficients do not
    /// follow from what came before, or if there are too many scans.
    void read(const JpegFrame& frame, const JpegTables& tables, std::span<const std::uint8_t> payload,
              const std::string& name) {
        if (payload.empty() || payload[0] < 1 || payload[0] > 4 || payload.size() != 4 + 2 * std::size_t{payload[0]})
            refuse_damaged(name, "a scan header is malformed");
        const std::int64_t pixels = std::int64_t{frame.height} * frame.width;
        if (++count_ > largest_jpeg_scans || count_ * pixels > 16 * largest_image_pixels)
            refuse_damaged(name, "a picture of this size in more than " + std::to_string(count_ - 1) + " scans");
        const std::size_t components = payload[0];
        const auto selection = payload.last(3);
        const Spectrum spectrum{selection[0], selection[1], selection[2] >> 4, selection[2] & 15};
        require_possible(frame, spectrum, components, name);
        std::int64_t blocks = 0;
        std::size_t after = 0;  // components of a scan come in the frame's order
        for (std::size_t i = 0; i < components; ++i) {
            const std::uint8_t id = payload[1 + 2 * i], dc = payload[2 + 2 * i] >> 4, ac = payload[2 + 2 * i] & 15;
            const auto found = std::find_if(frame.components.begin() + static_cast<std::ptrdiff_t>(after),
                                            frame.components.end(), [&](const auto& c) { return c.id == id; });
            if (found == frame.components.end()) refuse_damaged(name, "a scan names a component that is not there");
            after = static_cast<std::size_t>(found - frame.components.begin()) + 1;
            blocks += found->horizontal * found->vertical;
            if (dc > 3 || ac > 3) refuse_damaged(name, "a scan header is malformed");
            if (!tables.quantization[found->quantization]) refuse_damaged(name, "a quantization table is missing");
            const bool needs_dc = spectrum.first == 0 && spectrum.high == 0, needs_ac = spectrum.last > 0;
            if ((needs_dc && !tables.dc[dc]) || (needs_ac && !tables.ac[ac]))
                refuse_damaged(name, "a Huffman table is missing");
            record(spectrum, after - 1, name);
        }
        if (components > 1 && blocks > 10) refuse_damaged(name, "a scan header is malformed");
    }

    /// Throws Error unless the scans have brought every bit of every coefficient. libjpeg would make up what is
    /// missing. The standard lets a progressive file leave out the last of them, but no encoder is known to do so
    /// unless it is told to; a file that was cut between two scans looks the same.
    void require_all(const JpegFrame& frame, const std::string& name) const {
        const auto component = [&](std::size_t i) {
            return "component " + std::to_string(i + 1) + " of " + std::to_string(frame.components.size());
        };
        for (std::size_t i = 0; i < frame.components.size(); ++i)
            if (missing_bits_[i][0] == unsent) refuse_damaged(name, component(i) + " has no scan");
        for (std::size_t i = 0; i < frame.components.size(); ++i)
            if (std::ranges::any_of(missing_bits_[i], [](int bits) { return bits != 0; }))
                refuse_damaged(name,
                               "its last scans are missing (" + component(i) + " lacks bits of its coefficients)");
    }

  private:
    static constexpr int unsent = -1;

    struct Spectrum {
        int first, last;  ///< coefficients, 0 to 63
        int high, low;    ///< bits that are missing before and after the scan
    };

    static void require_possible(const JpegFrame& frame, const Spectrum& s, std::size_t components,
                                 const std::string& name) {
        const bool whole = s.first == 0 && s.last == 63 && s.high == 0 && s.low == 0;
        const bool part = s.first <= s.last && s.last <= 63 && (s.first == 0 ? s.last == 0 : components == 1) &&
                          s.low <= 13 && (s.high == 0 || s.high == s.low + 1);
        if (frame.progressive ? !part : !whole)
            refuse_damaged(name, "a scan header asks for coefficients that it may not have");
    }

    /// Coefficients come before their last bits, the first coefficient before all others, and nothing comes twice.
    void record(const Spectrum& s, std::size_t component, const std::string& name) {
        auto& missing = missing_bits_[component];
        if (s.first > 0 && missing[0] == unsent) refuse_damaged(name, "the scans are in a wrong order");
        for (int i = s.first; i <= s.last; ++i) {
            int& bits = missing[static_cast<std::size_t>(i)];
            if (bits == unsent ? s.high != 0 : s.high == 0 || s.high != bits)
                refuse_damaged(name, "the scans are in a wrong order");
            bits = s.low;
        }
    }

    static constexpr std::array<int, 64> nothing = [] {
        std::array<int, 64> bits{};
        bits.fill(unsent);
        return bits;
    }();
    int count_ = 0;
    std::array<std::array<int, 64>, 4> missing_bits_ = {nothing, nothing, nothing,
                                                        nothing};  // [component, coefficient]
};

}  // namespace ditto::detail

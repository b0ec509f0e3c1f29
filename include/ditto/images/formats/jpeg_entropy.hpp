// The second half of the gate before every JPEG decoder: a walk over all codes of a file's scans, which must be those
// of its pixels. stb_image takes zeros for what is missing, or leaves pixels as memory held them; libjpeg passes over
// codes that are beyond a block.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ditto/images/formats/jpeg.hpp"
#include "ditto/images/formats/jpeg_bits.hpp"
#include "ditto/images/formats/refusal.hpp"

namespace ditto::detail {

class JpegEntropyWalk {
  public:
    JpegEntropyWalk(const JpegFrame& frame, const std::string& name) : frame_(frame), name_(name) {
        for (const JpegComponent& c : frame.components) {
            across_ = std::max(across_, c.horizontal);
            down_ = std::max(down_, c.vertical);
        }
        for (std::size_t i = 0; i < frame.components.size() && frame.progressive; ++i)
            present_[i].resize(static_cast<std::size_t>(columns(i) * rows(i)));
    }

    /// Takes the payload of a DHT segment that JpegTables has seen.
    void read_tables(std::span<const std::uint8_t> payload) {
        while (!payload.empty()) {
            std::size_t symbols = 0;
            for (const std::uint8_t count : payload.subspan(1, 16)) symbols += count;
            (payload[0] >> 4 == 0 ? dc_ : ac_)[payload[0] & 3] = JpegHuffman(payload.subspan(1, 16 + symbols));
            payload = payload.subspan(17 + symbols);
        }
    }

    void set_restart_interval(std::span<const std::uint8_t> payload) { interval_ = payload[0] << 8 | payload[1]; }

    /// Walks through a scan: its header's payload, which JpegScans has seen, and its data. Throws Error if the data are
    /// not those of its pixels.
    void read_scan(std::span<const std::uint8_t> header, std::span<const std::uint8_t> data) {
        const std::size_t count = header[0];
        const auto selection = header.last(3);
        first_ = selection[0];
        last_ = selection[1];
        refining_ = selection[2] >> 4 != 0;
        std::vector<Part> parts;
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t c = 0; c < frame_.components.size(); ++c)
                if (frame_.components[c].id == header[1 + 2 * i])
                    parts.push_back({c, &dc_[header[2 + 2 * i] >> 4], &ac_[header[2 + 2 * i] & 15]});
        const JpegComponent& only = frame_.components[parts[0].component];
        const std::int64_t wide =
            count > 1 ? units(frame_.width, 8 * across_) : units(units(frame_.width * only.horizontal, across_), 8);
        const std::int64_t high =
            count > 1 ? units(frame_.height, 8 * down_) : units(units(frame_.height * only.vertical, down_), 8);
        JpegBits bits(data, name_);
        run_ = 0;
        std::int64_t until_restart = interval_;
        int restarts = 0;
        for (std::int64_t y = 0; y < high; ++y)
            for (std::int64_t x = 0; x < wide; ++x, --until_restart) {
                if (interval_ > 0 && until_restart == 0) {
                    bits.restart(restarts++);
                    until_restart = interval_;
                    run_ = 0;
                }
                for (const Part& part : parts) {
                    const JpegComponent& c = frame_.components[part.component];
                    const std::int64_t blocks = count > 1 ? c.horizontal * c.vertical : 1;
                    for (std::int64_t block = 0; block < blocks; ++block)
                        read_block(bits, part, y * columns(part.component) + x);
                }
            }
        // Some encoders end the last interval as they end the others, if it is full.
        bits.require_end(interval_ > 0 && until_restart == 0 ? std::optional(restarts) : std::nullopt);
    }

  private:
    struct Part {
        std::size_t component;
        const JpegHuffman *dc, *ac;
    };

    static std::int64_t units(std::int64_t size, std::int64_t unit) { return (size + unit - 1) / unit; }
    std::int64_t columns(std::size_t i) const {
        return units(frame_.width, 8 * across_) * frame_.components[i].horizontal;
    }
    std::int64_t rows(std::size_t i) const { return units(frame_.height, 8 * down_) * frame_.components[i].vertical; }

    [[noreturn]] void refuse_coefficients() const {
        refuse_damaged(name_, "a scan has more coefficients than there are");
    }

    void read_block(JpegBits& bits, const Part& part, std::int64_t block) {
        if (first_ == 0 && refining_) {
            bits.skip(1);
        } else if (first_ == 0) {
            bits.skip(part.dc->read(bits, name_));
        }
        if (last_ == 0) return;
        if (!frame_.progressive)
            read_whole(bits, *part.ac);
        else if (refining_)
            refine(bits, *part.ac, present_[part.component][static_cast<std::size_t>(block)]);
        else
            read_first(bits, *part.ac, present_[part.component][static_cast<std::size_t>(block)]);
    }

    void read_whole(JpegBits& bits, const JpegHuffman& table) const {
        for (int k = 1; k < 64; ++k) {
            const int symbol = table.read(bits, name_), size = symbol & 15;
            if (symbol == 0) return;
            if (size == 0 && symbol != 0xF0) refuse_coefficients();
            k += symbol >> 4;
            if (k > 63) refuse_coefficients();
            bits.skip(size);
        }
    }

    /// Coefficients first_ to last_ for the first time; `present` has a bit for each that is not 0.
    void read_first(JpegBits& bits, const JpegHuffman& table, std::uint64_t& present) {
        if (run_ > 0) {
            --run_;
            return;
        }
        for (int k = first_; k <= last_; ++k) {
            const int symbol = table.read(bits, name_), skipped = symbol >> 4, size = symbol & 15;
            if (size == 0 && skipped < 15) {
                run_ = (1U << skipped) - 1 + bits.read(skipped);
                return;
            }
            k += skipped;
            if (k > last_) refuse_coefficients();
            if (size > 0) present |= std::uint64_t{1} << k;
            bits.skip(size);
        }
    }

    /// One more bit of the coefficients that are there, and new ones between them.
    void refine(JpegBits& bits, const JpegHuffman& table, std::uint64_t& present) {
        int k = first_;
        for (; run_ == 0 && k <= last_; ++k) {
            const int symbol = table.read(bits, name_), size = symbol & 15;
            int skipped = symbol >> 4;
            if (size > 1) refuse_coefficients();
            if (size == 0 && skipped < 15) {
                run_ = (1U << skipped) + bits.read(skipped);
                break;
            }
            bits.skip(size);
            for (; k <= last_; ++k)
                if ((present >> k & 1) != 0)
                    bits.skip(1);
                else if (skipped-- == 0)
                    break;
            if (k > last_) {
                if (size > 0) refuse_coefficients();
                break;
            }
            if (size > 0) present |= std::uint64_t{1} << k;
        }
        if (run_ == 0) return;
        --run_;
        for (; k <= last_; ++k)
            if ((present >> k & 1) != 0) bits.skip(1);
    }

    const JpegFrame& frame_;
    const std::string& name_;
    std::int64_t across_ = 1, down_ = 1;
    std::array<JpegHuffman, 4> dc_, ac_;
    std::array<std::vector<std::uint64_t>, 4> present_;  // [rows, columns] of blocks
    int interval_ = 0, first_ = 0, last_ = 63;
    bool refining_ = false;
    unsigned run_ = 0;  // blocks to come that have nothing
};

/// Walks over all codes of a JPEG file that inspect_jpeg() has seen. Throws Error, with `name`, if there are fewer or
/// more than its pixels need.
inline void require_whole_scans(std::span<const std::uint8_t> bytes, const JpegStructure& jpeg,
                                const std::string& name) {
    JpegEntropyWalk walk(jpeg.frame, name);
    std::size_t offset = 2;
    for (;;) {
        while (bytes[offset] == 0xFF) ++offset;
        const std::uint8_t code = bytes[offset++];
        if (code == 0xD9) return;
        const std::size_t length = std::size_t{bytes[offset]} << 8 | bytes[offset + 1];
        const auto payload = bytes.subspan(offset + 2, length - 2);
        offset += length;
        if (code == 0xC4) walk.read_tables(payload);
        if (code == 0xDD) walk.set_restart_interval(payload);
        if (code != 0xDA) continue;
        const std::size_t end = *end_of_scan(bytes, offset);
        walk.read_scan(payload, bytes.subspan(offset, end - offset));
        offset = end;
    }
}

}  // namespace ditto::detail

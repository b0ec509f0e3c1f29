// The entropy-coded data of a JPEG file as bits and Huffman codes (ITU-T T.81, annex F.2.2).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "ditto/images/formats/refusal.hpp"

namespace ditto::detail {

/// The bits of a scan up to the next marker. Throws Error where there are no more.
class JpegBits {
  public:
    JpegBits(std::span<const std::uint8_t> data, const std::string& name) : data_(data), name_(name) {}

    /// The next 16 bits; zeros where there are fewer.
    unsigned peek() {
        fill();
        const std::uint64_t bits = count_ >= 16 ? buffer_ >> (count_ - 16) : buffer_ << (16 - count_);
        return static_cast<unsigned>(bits & 0xFFFF);
    }

    void skip(int bits) {
        fill();
        if (bits > count_) refuse_damaged(name_, "a scan ends before its pixels do");
        count_ -= bits;
    }

    unsigned read(int bits) {
        const unsigned value = bits == 0 ? 0 : peek() >> (16 - bits);
        skip(bits);
        return value;
    }

    /// Goes on behind restart marker number `index`. Throws Error if something else comes.
    void restart(int index) {
        fill();
        if (count_ >= 8 || !pass_restart(index)) refuse_damaged(name_, "a restart marker is not where it must be");
        count_ = 0;
    }

    /// Throws Error if anything is left but zeros and, behind them, restart marker number `restart`, if any.
    void require_end(std::optional<int> restart) {
        count_ -= count_ % 8;  // less the bits that fill the last byte
        for (fill(); count_ >= 8; fill())
            if (read(8) != 0) refuse_damaged(name_, "a scan goes on behind its pixels");
        if (restart) pass_restart(*restart);
        while (at_ < data_.size() && data_[at_] == 0xFF) ++at_;  // fill bytes
        if (at_ != data_.size()) refuse_damaged(name_, "a scan goes on behind its pixels");
    }

  private:
    /// Whether restart marker number `index` comes, behind which it then is.
    bool pass_restart(int index) {
        std::size_t at = at_;
        while (at + 1 < data_.size() && data_[at] == 0xFF && data_[at + 1] == 0xFF) ++at;  // fill bytes
        if (at + 1 >= data_.size() || data_[at] != 0xFF || data_[at + 1] != 0xD0 + index % 8) return false;
        at_ = at + 2;
        return true;
    }

    void fill() {
        if (count_ < 32) take_bytes();
    }

    void take_bytes() {
        while (count_ <= 48 && at_ < data_.size()) {
            const std::uint8_t byte = data_[at_];
            if (byte == 0xFF && (at_ + 1 == data_.size() || data_[at_ + 1] != 0)) return;  // a marker
            at_ += byte == 0xFF ? 2 : 1;
            buffer_ = buffer_ << 8 | byte;
            count_ += 8;
        }
    }

    std::span<const std::uint8_t> data_;
    const std::string& name_;
    std::size_t at_ = 0;
    std::uint64_t buffer_ = 0;
    int count_ = 0;  // bits of the buffer that are still to come
};

/// A Huffman table that is known to be sound: see JpegTables.
class JpegHuffman {
  public:
    JpegHuffman() = default;

    /// Of the 16 numbers of codes of each length, and their symbols.
    explicit JpegHuffman(std::span<const std::uint8_t> table) {
        unsigned code = 0, symbol = 0;
        for (unsigned length = 1; length <= 16; ++length) {
            first_symbol_[length] = static_cast<int>(symbol) - static_cast<int>(code);
            for (unsigned i = 0; i < table[length - 1]; ++i, ++code, ++symbol) {
                symbols_[symbol] = table[16 + symbol];
                if (length > fast_bits) continue;
                const unsigned shift = fast_bits - length;
                std::fill_n(fast_.begin() + (code << shift), std::size_t{1} << shift,
                            static_cast<std::uint16_t>(length << 8 | symbols_[symbol]));
            }
            end_[length] = code << (16 - length);
            code <<= 1;
        }
    }

    /// Reads a code's symbol. Throws Error if there is no such code.
    int read(JpegBits& bits, const std::string& name) const {
        const unsigned next = bits.peek(), known = fast_[next >> (16 - fast_bits)];
        if (known != 0) {
            bits.skip(static_cast<int>(known >> 8));
            return static_cast<int>(known & 255);
        }
        unsigned length = fast_bits + 1;
        while (length <= 16 && next >= end_[length]) ++length;
        if (length > 16) refuse_damaged(name, "a scan has a code that is not in its table");
        bits.skip(static_cast<int>(length));
        return symbols_[static_cast<std::size_t>(static_cast<int>(next >> (16 - length)) + first_symbol_[length])];
    }

  private:
    static constexpr unsigned fast_bits = 9;
    std::array<std::uint16_t, 1U << fast_bits> fast_{};  // length and symbol of the code that these bits begin with
    std::array<unsigned, 17> end_{};                     // behind the last code of a length, of 16 bits
    std::array<int, 17> first_symbol_{};                 // a code's symbol is at this plus the code
    std::array<std::uint8_t, 256> symbols_{};
};

}  // namespace ditto::detail

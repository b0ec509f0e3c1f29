// The checksum: values of the reference implementation, in pieces of any size, and what it notices.
#include <doctest/doctest.h>

#include <cstdint>
#include <ditto/core/checksum.hpp>
#include <span>
#include <string>
#include <vector>

namespace {

std::uint64_t checksum(const std::string& text) {
    ditto::Checksum sum;
    sum.mix(std::as_bytes(std::span(text)));
    return sum.value();
}

std::string sample(std::size_t bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>((i * 131 + i / 7) % 256);
    return text;
}

}  // namespace

TEST_CASE("the values of xxHash") {
    // python3 -c "import xxhash; print(xxhash.xxh64(bytes((i * 131 + i // 7) % 256 for i in range(N))).hexdigest())"
    CHECK(checksum(sample(0)) == 0xEF46DB3751D8E999);
    CHECK(checksum(sample(1)) == 0xE934A84ADB052768);
    CHECK(checksum(sample(4)) == 0x9882E57ED36C4CFC);
    CHECK(checksum(sample(8)) == 0x6F799D7284A5CBE6);
    CHECK(checksum(sample(14)) == 0x6D8FD9FAD6C4E8DB);
    CHECK(checksum(sample(31)) == 0x3A4BDDF524C48530);
    CHECK(checksum(sample(32)) == 0xA4D75AB355F13155);
    CHECK(checksum(sample(33)) == 0x445A4AAAFFE45526);
    CHECK(checksum(sample(63)) == 0x3928161314DE657A);
    CHECK(checksum(sample(64)) == 0x26C01CF9FB1C3888);
    CHECK(checksum(sample(100)) == 0xCC9A8FC04F06D4A5);
    CHECK(checksum(sample(222)) == 0x4B4516499D84468B);
}

TEST_CASE("pieces of any size give the same value") {
    const std::string text = sample(1000);
    for (std::size_t piece = 1; piece < 70; ++piece) {
        ditto::Checksum sum;
        for (std::size_t begin = 0; begin < text.size(); begin += piece) {
            const std::string part = text.substr(begin, piece);
            sum.mix(std::as_bytes(std::span(part)));
        }
        CHECK(sum.value() == checksum(text));
    }
}

TEST_CASE("every flipped bit, every cut and every byte too many is noticed") {
    const std::string text = sample(150);
    const std::uint64_t right = checksum(text);
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        CHECK(checksum(flipped) != right);
    }
    for (std::size_t size = 0; size < text.size(); ++size) CHECK(checksum(text.substr(0, size)) != right);
    CHECK(checksum(text + std::string(1, '\0')) != right);
}

// Writing npy files: any shape, any pieces. A file is there only where the values fill the shape, and then it is what
// NumPy's format asks for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/core/error.hpp"
#include "ditto/io/npy.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// The next bytes of the input, zeros after its end.
class Bytes {
  public:
    Bytes(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}
    bool empty() const { return next_ == end_; }
    std::uint8_t one() { return empty() ? std::uint8_t{0} : *next_++; }
    std::size_t extent() {  // small ones, often, and any
        const std::uint8_t first = one();
        if (first < 250) return first % 6;
        std::size_t value = 0;
        for (int i = 0; i < 8; ++i) value = value << 8 | one();
        return value;
    }

  private:
    const std::uint8_t *next_, *end_;
};

void check(const std::string& bytes, const std::vector<std::size_t>& shape, const std::vector<float>& values) {
    require(bytes.size() >= 64 && bytes.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
    const std::size_t text = static_cast<std::uint8_t>(bytes[8]) + 256U * static_cast<std::uint8_t>(bytes[9]);
    require((10 + text) % 64 == 0 && bytes.size() == 10 + text + values.size() * sizeof(float));
    require(bytes[9 + text] == '\n');
    std::string expected = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    for (const std::size_t extent : shape) expected += std::to_string(extent) + ",";
    require(bytes.substr(10, expected.size()) == expected);
    require(values.empty() || std::memcmp(bytes.data() + 10 + text, values.data(), values.size() * 4) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TemporaryFolder folder;
    const std::filesystem::path path = folder / "file.npy";
    Bytes bytes(data, size);
    std::vector<std::size_t> shape(bytes.one() % 40 < 36 ? bytes.one() % 5 : bytes.one());
    for (std::size_t& extent : shape) extent = bytes.extent();
    std::vector<float> written;
    bool committed = false;
    try {
        ditto::NpyWriter file(path, shape);
        while (!bytes.empty()) {
            std::vector<float> piece(bytes.one() % 16);
            for (float& value : piece) value = static_cast<float>(bytes.one());
            file.append(piece);
            written.insert(written.end(), piece.begin(), piece.end());
        }
        file.commit();
        committed = true;
    } catch (const ditto::Error&) {
    }
    if (committed) check(read_text(path), shape, written);
    std::filesystem::remove(path);
    require(folder.entries() == 0);
    return 0;
}

// The file in which find_faces keeps a gallery's features: read whole, or refused. The file as it is, and once more
// with the key and the checksum that are asked for, which no change by chance would hit.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "find_faces/feature_cache.cpp"  // NOLINT(bugprone-suspicious-include): what it has for itself alone, too

namespace {

void read(const std::filesystem::path& path) {
    try {
        const CachedFeatures cached = read_cache(path, "key");
        if (cached.features.size() != cached.images.size() * support::feature_size) std::abort();
    } catch (const ditto::Error&) {
    }
}

void write_with_right_checksum(const std::filesystem::path& from, const std::filesystem::path& to) {
    const SafetensorsReader file(from);
    const Columns columns{read_tensor<std::uint8_t>(file, "names"), read_tensor<std::int64_t>(file, "bytes"),
                          read_tensor<std::int64_t>(file, "times")};
    const std::vector<float> features = read_tensor<float>(file, "features");
    ditto::write_safetensors(to,
                             {source<float>("features", features, {features.size()}),
                              source<std::uint8_t>("names", columns.names, {columns.names.size()}),
                              source<std::int64_t>("bytes", columns.bytes, {columns.bytes.size()}),
                              source<std::int64_t>("times", columns.times, {columns.times.size()})},
                             {{key_entry, "key"}, {checksum_entry, columns.checksum(features)}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string name =
        (std::filesystem::temp_directory_path() / ("ditto-fuzz-cache-" + std::to_string(getpid()))).string();
    const std::filesystem::path path = name, other = name + "-checked";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    read(path);
    try {
        write_with_right_checksum(path, other);
        read(other);
    } catch (const ditto::Error&) {
    }
    std::filesystem::remove(path);
    std::filesystem::remove(other);
    return 0;
}

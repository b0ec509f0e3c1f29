#include "feature_cache.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ditto/core/error.hpp>
#include <ditto/core/hash.hpp>
#include <ditto/images/formats/codec.hpp>
#include <ditto/io/safetensors.hpp>
#include <ditto/version.hpp>
#include <fstream>
#include <ios>

#include "content_hash.hpp"

namespace {

using ditto::Error, ditto::SafetensorsReader;

constexpr const char* key_entry = "ditto.cache.key";
constexpr const char* checksum_entry = "ditto.cache.checksum";

std::uint64_t hash_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    ContentHash hash;
    std::vector<char> piece(std::size_t{1} << 20);
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        hash.mix(std::as_bytes(std::span(piece).first(static_cast<std::size_t>(file.gcount()))));
    }
    if (!file.eof()) throw Error(path.string() + ": cannot be read; check its permissions");
    return hash.value();
}

[[noreturn]] void refuse(const std::filesystem::path& cache, const std::string& what) {
    throw Error(cache.string() + ": " + what + "; it may be removed");
}

// How an image becomes features: all that VerifierInfo says of it.
std::string recipes(const support::VerifierInfo& info) {
    return to_string(info.recipe) + " " + to_string(info.features);
}

// What a file has of its images: columns, [images] but for the names.
struct Columns {
    std::vector<std::uint8_t> names;  // paths one after another, each ended by a zero
    std::vector<std::int64_t> bytes, times;

    std::string checksum(std::span<const float> features) const {
        ContentHash hash;
        hash.mix_numbers(std::span(names));
        hash.mix_numbers(std::span(bytes));
        hash.mix_numbers(std::span(times));
        hash.mix_numbers(features);
        return std::to_string(hash.value());
    }
};

template <class T>
std::vector<T> read_tensor(const SafetensorsReader& file, const char* name) {
    const ditto::TensorEntry* entry = file.find(name);
    if (entry == nullptr) refuse(file.path(), std::string("it has no tensor ") + name);
    std::vector<T> numbers(entry->size());
    file.read(*entry, 0, std::span(numbers));
    return numbers;
}

template <class T>
ditto::TensorSource source(std::string name, std::span<const T> numbers, std::vector<std::size_t> shape) {
    return {std::move(name), ditto::dtype_of<T>, std::move(shape),
            [numbers](const ditto::ByteSink& sink) { sink(std::as_bytes(numbers)); }};
}

}  // namespace

std::string feature_key(const std::filesystem::path& weights, const support::VerifierInfo& info,
                        const support::Compute& compute) {
    // Another version or decoder may give other pixels.
    return "version=" + std::string(ditto::version_string) +
           " pictures=" + std::string(ditto::detail::picture_codec_name) + " network=" + info.network +
           " weights=" + std::to_string(hash_of_file(weights)) + " " + recipes(info) + " device=" + compute.device +
           " precision=" + compute.precision;
}

std::filesystem::path cache_file(const std::filesystem::path& gallery, const std::string& key) {
    ditto::Fnv1a hash;
    hash.mix(key);
    return gallery / (".ditto-" + hash.digits() + ".safetensors");
}

CachedFeatures read_cache(const std::filesystem::path& path, const std::string& key) {
    const SafetensorsReader file(path);
    const auto text = [&](const char* entry) {
        const auto found = file.metadata().find(entry);
        return found == file.metadata().end() ? std::string{} : found->second;
    };
    if (text(key_entry) != key) refuse(path, "it holds something else than features of these weights");
    const Columns columns{read_tensor<std::uint8_t>(file, "names"), read_tensor<std::int64_t>(file, "bytes"),
                          read_tensor<std::int64_t>(file, "times")};
    CachedFeatures cached{{}, read_tensor<float>(file, "features")};
    if (text(checksum_entry) != columns.checksum(cached.features)) refuse(path, "its checksum is wrong");
    std::string name;
    for (const std::uint8_t c : columns.names) {
        if (c != 0) {
            name += static_cast<char>(c);
            continue;
        }
        const std::size_t i = cached.images.size();
        if (i >= columns.bytes.size() || i >= columns.times.size()) break;
        cached.images.push_back({name, 0, {columns.bytes[i], columns.times[i]}});
        name.clear();
    }
    if (cached.features.size() != cached.images.size() * support::feature_size)
        refuse(path, "its parts do not fit together");
    if (!std::ranges::all_of(cached.features, [](float number) { return std::isfinite(number); }))
        refuse(path, "features in it are not finite numbers");
    return cached;
}

void write_cache(const std::filesystem::path& path, const std::string& key, std::span<const GalleryImage> images,
                 std::span<const float> features) {
    Columns columns;
    for (const GalleryImage& image : images) {
        columns.names.insert(columns.names.end(), image.path.begin(), image.path.end());
        columns.names.push_back(0);
        columns.bytes.push_back(image.stamp.bytes);
        columns.times.push_back(image.stamp.time);
    }
    ditto::write_safetensors(path,
                             {source<float>("features", features, {images.size(), support::feature_size}),
                              source<std::uint8_t>("names", columns.names, {columns.names.size()}),
                              source<std::int64_t>("bytes", columns.bytes, {images.size()}),
                              source<std::int64_t>("times", columns.times, {images.size()})},
                             {{key_entry, key}, {checksum_entry, columns.checksum(features)}});
}

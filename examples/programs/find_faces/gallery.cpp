#include "gallery.hpp"

#include <algorithm>
#include <ditto/core/error.hpp>
#include <ditto/pairs/people_folder.hpp>
#include <map>
#include <system_error>
#include <utility>

#include "note.hpp"

namespace {

namespace fs = std::filesystem;

// Calls visit(path) for what a folder holds and does not hide. Nothing is thrown: the failure, if any, is returned.
template <class Visit>
std::error_code visit_entries(const fs::path& folder, const Visit& visit) {
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure))
        if (!entry->path().filename().string().starts_with('.')) visit(entry->path());
    return failure;
}

// The image's person: its folder or, for an image in the gallery itself, the image.
std::string person_key(const std::string& path) {
    return path.substr(0, path.find('/'));
}

void add_image(Gallery& gallery, GalleryImage image, std::map<std::string, std::uint32_t>& person_of_key) {
    const std::string key = person_key(image.path);
    const auto [place, is_new] = person_of_key.emplace(key, static_cast<std::uint32_t>(gallery.people.size()));
    if (is_new) {
        gallery.people.push_back(key == image.path ? fs::path(key).stem().string() : key);
        gallery.images_of.push_back(0);
    }
    image.person = place->second;
    ++gallery.images_of[image.person];
    gallery.images.push_back(std::move(image));
}

}  // namespace

FileStamp file_stamp(const fs::path& file) {
    std::error_code failure;
    const auto bytes = fs::file_size(file, failure);
    if (failure) return {};
    const auto time = fs::last_write_time(file, failure);
    if (failure) return {};
    return {static_cast<std::int64_t>(bytes), static_cast<std::int64_t>(time.time_since_epoch().count())};
}

Gallery scan_gallery(const fs::path& folder) {
    std::vector<std::string> paths;
    const auto add = [&](const fs::path& file) {
        if (ditto::has_image_name(file)) paths.push_back(file.lexically_relative(folder).generic_string());
    };
    const std::error_code failure = visit_entries(folder, [&](const fs::path& entry) {
        std::error_code ignored;
        if (!fs::is_directory(entry, ignored)) return add(entry);
        const std::error_code unreadable = visit_entries(entry, [&](const fs::path& file) {
            if (!fs::is_directory(file, ignored)) add(file);
        });
        if (unreadable) note(entry.string() + ": cannot be read (" + unreadable.message() + "); left out");
    });
    if (failure)
        throw ditto::Error("cannot read the gallery " + folder.string() + ": " + failure.message() +
                           "; name a folder of images");
    if (paths.empty())
        throw ditto::Error(folder.string() +
                           " holds no images; a gallery has a sub-folder of .jpg, .png, .pgm or .ppm files for each "
                           "person, or one such file for each");
    std::ranges::sort(paths);
    Gallery gallery{folder, {}, {}, {}};
    std::map<std::string, std::uint32_t> person_of_key;
    for (std::string& path : paths) {
        const FileStamp stamp = file_stamp(folder / path);
        add_image(gallery, {std::move(path), 0, stamp}, person_of_key);
    }
    return gallery;
}

Gallery filtered(const Gallery& gallery, const std::vector<bool>& keep) {
    Gallery kept{gallery.folder, {}, {}, {}};
    std::map<std::string, std::uint32_t> person_of_key;
    for (std::size_t i = 0; i < gallery.images.size(); ++i)
        if (keep[i]) add_image(kept, gallery.images[i], person_of_key);
    return kept;
}

#include "gallery.hpp"

#include <algorithm>
#include <ditto/core/error.hpp>
#include <ditto/pairs/alike_names.hpp>
#include <ditto/pairs/folder_images.hpp>
#include <map>
#include <system_error>
#include <utility>

#include "../support/note.hpp"

namespace {

namespace fs = std::filesystem;

// The image's person: the outermost folder that it is in or, for an image in the gallery itself, its name without
// extension, so that Ann.png, Ann.jpg and Ann/1.png are of one person.
std::string person_of(const std::string& path) {
    const std::size_t end = path.find('/');
    return end == std::string::npos ? fs::path(path).stem().string() : path.substr(0, end);
}

void add_image(Gallery& gallery, GalleryImage image, std::map<std::string, std::uint32_t>& person_of_key) {
    std::string key = person_of(image.path);
    const auto [place, is_new] = person_of_key.emplace(key, static_cast<std::uint32_t>(gallery.people.size()));
    if (is_new) {
        gallery.people.push_back(std::move(key));
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
    ditto::FolderImages found = ditto::find_folder_images(folder);
    for (const std::string& text : found.notes) support::note(text);
    if (!found.skipped.empty()) support::note(ditto::skipped_text(std::move(found.skipped)));
    std::vector<std::string> paths = std::move(found.images);
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
    for (const std::string& text : ditto::alike_notes(gallery.people)) support::note(text);
    return gallery;
}

Gallery filtered(const Gallery& gallery, const std::vector<bool>& keep) {
    Gallery kept{gallery.folder, {}, {}, {}};
    std::map<std::string, std::uint32_t> person_of_key;
    for (std::size_t i = 0; i < gallery.images.size(); ++i)
        if (keep[i]) add_image(kept, gallery.images[i], person_of_key);
    return kept;
}

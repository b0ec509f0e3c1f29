// The images of a folder, and whom they show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What tells that a file has changed: its size and the time of its last change, in the clock's ticks. Both are -1 for
/// a file that is not there.
struct FileStamp {
    std::int64_t bytes = -1;
    std::int64_t time = -1;

    bool operator==(const FileStamp&) const = default;
};

FileStamp file_stamp(const std::filesystem::path& file);

struct GalleryImage {
    std::string path;  ///< relative to the gallery
    std::uint32_t person = 0;
    FileStamp stamp;
};

struct Gallery {
    std::filesystem::path folder;
    std::vector<GalleryImage> images;    ///< in the order of their paths
    std::vector<std::string> people;     ///< names; GalleryImage::person counts them
    std::vector<std::size_t> images_of;  ///< how many images each person has: [people]
};

/// The images of `folder`: each sub-folder is a person, and all that is in it at any depth shows that person; an image
/// in `folder` itself shows the person of its name without extension. Hidden files are passed over, links are followed
/// (see ditto::find_folder_images()). Other files, sub-folders that cannot be read, and people whose names look alike
/// get a note on stderr. Throws Error when `folder` cannot be read or no image is there.
Gallery scan_gallery(const std::filesystem::path& folder);

/// The gallery without the images that `keep`, [images], is false for, and without the people who have no others.
Gallery filtered(const Gallery& gallery, const std::vector<bool>& keep);

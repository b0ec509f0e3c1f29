// A list's images as they lie in a folder: none outside, other endings, and two names of one picture.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/pairs/find_images.hpp"
#include "ditto/pairs/pair_list.hpp"

using namespace ditto;

namespace {

void put(const TemporaryFolder& folder, const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_text(folder / name, content);
}

FoundImages find(const TemporaryFolder& folder, const std::string& text, bool outside = false) {
    return find_images(parse_pair_list(text, "pairs.txt"), folder / "root", {"pairs.txt", outside});
}

std::string find_error(const TemporaryFolder& folder, const std::string& text) {
    return error_of([&] { find(folder, text); });
}

}  // namespace

TEST_CASE("paths do not leave the folder of images, unless that is asked for") {
    const TemporaryFolder folder;
    put(folder, "root/a.jpg", "a");
    put(folder, "root/b/c.jpg", "c");
    put(folder, "secret.jpg", "s");
    const std::string secret = (folder / "secret.jpg").string();
    for (const std::string& path : {secret, std::string("../secret.jpg"), std::string("b/../../secret.jpg"),
                                    std::string("/etc/passwd"), std::string(".."), std::string("../root2/a.jpg")}) {
        CAPTURE(path);
        const std::string error = find_error(folder, "a.jpg b/c.jpg 1\na.jpg " + path + " 0\n");
        CHECK(contains(error, "pairs.txt, line 2: "));
        CHECK(contains(error, "is not inside of the folder of images, " + (folder / "root").string()));
        CHECK(contains(error, "--allow-outside"));
        CHECK(find(folder, "a.jpg " + path + " 0\n", true).list.images[1] ==
              std::filesystem::path(path).lexically_normal());
    }
    CHECK(contains(find_error(folder, "a.jpg . 1\n"), "pairs.txt, line 1: . is not inside"));
    PairList unread{{"a.jpg", "../secret.jpg"}, {{0, 1, PairLabel::same}}};  // made by a program: no lines
    CHECK(contains(error_of([&] { find_images(unread, folder / "root"); }), "the list: ../secret.jpg is not inside"));
    // LFW's names make paths, too.
    CHECK(contains(find_error(folder, "../../x 1 2\n"), "is not inside of the folder"));
    // Written from outside, but inside: one name for all of it.
    const std::string root = (folder / "root").string();
    const FoundImages found = find(folder, root + "/a.jpg b/c.jpg 1\n../root/a.jpg ./b/x/../c.jpg 0\n");
    CHECK(found.list.images == std::vector<std::string>{"a.jpg", "b/c.jpg"});
    CHECK(found.list.pairs[1].left == 0);
    CHECK(found.list.pairs[1].right == 1);
}

TEST_CASE("a way out through a link is taken as text; a link itself is the folder's owner's") {
    const TemporaryFolder folder;
    put(folder, "root/a.jpg", "a");
    put(folder, "else/where/b.jpg", "b");
    put(folder, "else/a.jpg", "other");
    std::filesystem::create_directory_symlink(folder / "else/where", folder / "root/link");
    const FoundImages found = find(folder, "link/../a.jpg link/b.jpg 1\n");
    CHECK(found.list.images == std::vector<std::string>{"a.jpg", "link/b.jpg"});  // not else/a.jpg
    // A folder by two names is one: whose images they are does not depend on the way to them.
    put(folder, "root/Ann/1.jpg", "1");
    std::filesystem::create_directory_symlink("Ann", folder / "root/also");
    CHECK(find(folder, "also/1.jpg Ann/1.jpg 1\n").list.images == std::vector<std::string>{"Ann/1.jpg"});
    // The folder may itself be reached by a link.
    std::filesystem::create_directory_symlink(folder / "root", folder / "alias");
    const std::string real = std::filesystem::canonical(folder / "root").string();
    const auto list = parse_pair_list(real + "/a.jpg " + (folder / "alias/link/b.jpg").string() + " 1\n", "list");
    CHECK(find_images(list, folder / "alias").list.images == std::vector<std::string>{"a.jpg", "link/b.jpg"});
}

TEST_CASE("an image with another ending is found, and that is said") {
    const TemporaryFolder folder;
    put(folder, "root/Bo/Bo_0001.png", "1");
    put(folder, "root/Bo/Bo_0002.JPEG", "2");
    put(folder, "root/Bo/Bo_0003.jpg", "3");
    put(folder, "root/Bo/Bo_0003.png", "not this");
    const FoundImages found = find(folder, "Bo 1 2\nBo 3 1\n");
    CHECK(found.list.images == std::vector<std::string>{"Bo/Bo_0001.png", "Bo/Bo_0002.JPEG", "Bo/Bo_0003.jpg"});
    CHECK(found.notes ==
          std::vector<std::string>{"pairs.txt: 1 image is there as .JPEG, not .jpg as the list says; taken so",
                                   "pairs.txt: 1 image is there as .png, not .jpg as the list says; taken so"});
    put(folder, "root/Bo/Bo_0004.png", "4");
    CHECK(find(folder, "Bo 1 4\n").notes ==
          std::vector<std::string>{"pairs.txt: 2 images are there as .png, not .jpg as the list says; taken so"});
    // Two names that are one file then are one image.
    CHECK(find(folder, "Bo/Bo_0001.jpg Bo/Bo_0001.png 1\n").list.images.size() == 1);
    // What is not there at all is found missing when it is loaded.
    CHECK(find(folder, "Bo/Bo_0009.jpg Bo/notes.txt 1\n").list.images[0] == "Bo/Bo_0009.jpg");
    put(folder, "root/Cy.png", "1");
    put(folder, "root/Cy.ppm", "1");
    CHECK(contains(find_error(folder, "Bo/Bo_0001.png Cy.jpg 1\n"),
                   "pairs.txt, line 1: Cy.jpg is not there, but .png and .ppm of that name are"));
}

TEST_CASE("names of one picture are told: links, and copies") {
    const TemporaryFolder folder;
    put(folder, "root/a.jpg", "same bytes");
    put(folder, "root/copy.jpg", "same bytes");
    put(folder, "root/other.jpg", "also bytes");  // as many
    put(folder, "root/empty.jpg", "");
    put(folder, "root/empty2.jpg", "");
    std::filesystem::create_symlink("other.jpg", folder / "root/link.jpg");
    std::filesystem::create_hard_link(folder / "root/copy.jpg", folder / "root/hard.jpg");
    const auto list =
        find(folder, "a.jpg copy.jpg 1\nother.jpg link.jpg 1\nhard.jpg missing.jpg 0\nempty.jpg empty2.jpg 0\n").list;
    // a copy other link hard missing empty empty2
    CHECK(list.pictures == std::vector<std::uint32_t>{0, 0, 2, 2, 0, 5, 6, 7});
}

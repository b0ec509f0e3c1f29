// What a folder of images holds at any depth, what is not taken of it, and names that look alike.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/pairs/alike_names.hpp"
#include "ditto/pairs/folder_images.hpp"
#include "ditto/pairs/people.hpp"
#include "ditto/pairs/people_folder.hpp"

using namespace ditto;

namespace {

void put(const TemporaryFolder& folder, const std::string& name) {
    std::filesystem::create_directories((folder / name).parent_path());
    write_text(folder / name, name);
}

std::vector<std::string> sorted(std::vector<std::string> names) {
    std::ranges::sort(names);
    return names;
}

}  // namespace

TEST_CASE("images lie at any depth, with all endings; the rest is named") {
    const TemporaryFolder folder;
    for (const char* name : {"Ann/2019/May/a.png", "Ann/b.JPE", "Ann/c.jfif", "Bo/d.JFIF", "e.jpeg", "Bo/f.ppm",
                             "Bo/g.gif", "notes.txt", "Ann/2019/Thumbs.db", ".hidden.png", ".git/h.png", "Bo/.i.png"})
        put(folder, name);
    FolderImages found = find_folder_images(folder / "");
    CHECK(sorted(found.images) ==
          std::vector<std::string>{"Ann/2019/May/a.png", "Ann/b.JPE", "Ann/c.jfif", "Bo/d.JFIF", "Bo/f.ppm", "e.jpeg"});
    CHECK(found.notes.empty());
    CHECK(skipped_text(found.skipped) == "3 files skipped: Ann/2019/Thumbs.db, Bo/g.gif, notes.txt");
    CHECK(skipped_text({"x"}) == "1 file skipped: x");
    CHECK(skipped_text({"6", "5", "4", "3", "2", "1"}) == "6 files skipped: 1, 2, 3, 4, 5, ...");
    CHECK(contains(error_of([&] { find_folder_images(folder / "none"); }), "cannot read the folder"));
}

TEST_CASE("links are followed once, and never in a circle") {
    const TemporaryFolder folder;
    put(folder, "root/Zoe/1.png");
    put(folder, "far/2.png");
    std::filesystem::create_directory_symlink("..", folder / "root/Zoe/up");
    std::filesystem::create_directory_symlink(".", folder / "root/self");
    std::filesystem::create_directory_symlink("Zoe", folder / "root/Alias");
    std::filesystem::create_directory_symlink(folder / "far", folder / "root/Far");
    std::filesystem::create_directory_symlink(folder / "root", folder / "far/back");
    const FolderImages found = find_folder_images(folder / "root");
    CHECK(sorted(found.images) == std::vector<std::string>{"Far/2.png", "Zoe/1.png"});
    CHECK(found.notes.size() == 4);  // up, self, Alias, Far/back
    for (const std::string& note : found.notes) CHECK(contains(note, "searched under its own name"));
}

TEST_CASE("a person's folders in a folder are that person; what is left out is said") {
    const TemporaryFolder folder;
    for (const char* name :
         {"Ann/2019/1.png", "Ann/2020/2.png", "Bo/1.png", "Bo/deep/er/2.png", "ann/1.png", "loose.png", "Bo/list.txt"})
        put(folder, name);
    const FoundImages found = find_people(folder / "");
    CHECK(found.list.images ==
          std::vector<std::string>{"Ann/2019/1.png", "Ann/2020/2.png", "Bo/1.png", "Bo/deep/er/2.png", "ann/1.png"});
    const People people = people_of(found.list);
    CHECK(people.person_of_image == std::vector<std::uint32_t>{0, 0, 1, 1, 2});
    CHECK(found.notes == std::vector<std::string>{
                             "1 file skipped: Bo/list.txt", "1 image in no person's folder skipped: loose.png",
                             "Ann and ann count as two people, though their names look alike; if they are one, give "
                             "them one name"});
}

TEST_CASE("names that look alike") {
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    const auto alike = [](const std::vector<std::string>& names) { return alike_names(names); };
    CHECK(alike({"Ann", "Bo", "ANN"}) == Pairs{{"Ann", "ANN"}});
    CHECK(alike({"Zo\xC3\x8B", "zo\xC3\xAB"}).size() == 1);  // capital and small e with diaeresis
    CHECK(alike({"Ren\xC3\xA9", "Rene\xCC\x81"}) ==
          Pairs{{"Ren\xC3\xA9", "Rene\xCC\x81"}});  // in the letter, behind it
    CHECK(alike({"ren\xC3\xA9", "Rene\xCC\x81"}).size() == 1);
    CHECK(alike({"\xD0\x99\xD0\xBE", "\xD0\x98\xCC\x86\xD0\xBE"}).size() == 1);          // Cyrillic short I
    CHECK(alike({"\xEA\xB0\x95", "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xBC"}).size() == 1);  // Korean: syllable, letters
    CHECK(alike({"Tr\xE1\xBA\xA7n", "Tra\xCC\x82\xCC\x80n"}).size() == 1);               // Vietnamese: two marks
    // One letter in two forms, and the letters before or behind it in one.
    CHECK(alike({"e\xCC\x81\xC3\xA9",
                 "e\xCC\x81"
                 "e\xCC\x81"})
              .size() == 1);
    CHECK(alike({"e\xCC\x81\xCC\xA3\xC3\xA9",
                 "e\xCC\x81\xCC\xA3"
                 "e\xCC\x81"})
              .size() == 1);
    CHECK(alike({"\xC3\xA9"
                 "e\xCC\x81",
                 "e\xCC\x81"
                 "e\xCC\x81"})
              .size() == 1);
    CHECK(alike({"\xC3\xA9"
                 "e\xCC\x81",
                 "e\xCC\x81"
                 "e\xCC\x81x"})
              .empty());  // one is longer
    CHECK(alike({"\xC3\xA9"
                 "e\xCC\x81"
                 "e\xCC\x81",
                 "e\xCC\x81"
                 "e\xCC\x81"})
              .empty());
    CHECK(alike({"e\xCC\x81\xC3\xA9", "e\xCC\x81y"}).empty());
    CHECK(alike({"\xE3\x81\x8C\xE3\x81\xB1", "\xE3\x81\x8B\xE3\x82\x99\xE3\x81\xAF\xE3\x82\x9A"}).size() ==
          1);  // Japanese
    // Capitals: Latin, Greek and Cyrillic; in parts of Latin even numbers are capitals, in others odd ones.
    const std::vector<std::pair<const char*, const char*>> letters{
        {"\xC3\x9E", "\xC3\xBE"},           // thorn
        {"\xCE\xA9", "\xCF\x89"},           // omega
        {"\xD0\x81", "\xD1\x91"},           // Cyrillic io
        {"\xD0\xAF", "\xD1\x8F"},           // Cyrillic ya
        {"\xC4\x90", "\xC4\x91"},           // d with stroke
        {"\xC5\x81", "\xC5\x82"},           // l with stroke
        {"\xC5\xA0", "\xC5\xA1"},           // s with caron
        {"\xC5\xBD", "\xC5\xBE"},           // z with caron
        {"\xE1\xBA\xA0", "\xE1\xBA\xA1"}};  // a with dot below
    for (const auto& pair : letters) {
        CHECK(alike({pair.first, pair.second}).size() == 1);
        CHECK(alike({pair.second, pair.second + std::string("a")}).empty());
    }
    CHECK(alike({"\xC5\x82", "\xC5\x83"}).empty());  // l with stroke, N with acute: neighbours
    CHECK(alike({"\xC3\x97", "\xC3\xB7"}).empty());  // times and divided by: no letters
    // Of names in one form, those whose marks differ are two.
    CHECK(alike({"Rene\xCC\x81", "Rene\xCC\x80"}).empty());
    CHECK(alike({"\xE1\x84\x80\xE1\x85\xB5\xE1\x86\xB7", "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xBC",
                 "\xE1\x84\x82\xE1\x85\xA1"})
              .empty());  // Korean, three syllables in letters
    CHECK(alike({"\xEA\xB0\x95\xE1\x86\xBC", "\xEA\xB0\x80\xE1\x86\xBC\xE1\x86\xBC"}).size() ==
          1);                                                            // closed: takes no more
    CHECK(alike({"\xEA\xB0\x80\xE1\x86\xA7", "\xEA\xB0\x80"}).empty());  // before the first letter that closes
    CHECK(alike({"\xEA\xB0\x80\xE1\x87\x83", "\xEA\xB0\x81"}).empty());  // behind the last
    CHECK(alike({"\xE1\x84\x80\xE1\x84\x80", "\xEA\xB0\x80"}).empty());  // two that begin
    // Other names: without the accent, with another letter, and names beyond ASCII of one length.
    CHECK(alike({"Rene", "Ren\xC3\xA9", "Rend", "\xE6\x97\xA5\xE6\x9C\xAC", "\xE4\xB8\xAD\xE5\x9B\xBD", "\xFF", "\xFE"})
              .empty());
}

TEST_CASE("of many names that look alike some are told, and how many") {
    std::vector<std::string> names;
    for (char c = 'a'; c < 'a' + 7; ++c) names.insert(names.end(), {std::string(2, c), std::string(2, char(c - 32))});
    const std::vector<std::string> notes = alike_notes(names);
    REQUIRE(notes.size() == 6);
    CHECK(contains(notes.front(), "aa and AA count as two people"));
    CHECK(notes.back() == "2 more pairs of names look alike, too");
}

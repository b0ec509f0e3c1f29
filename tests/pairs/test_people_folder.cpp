// A folder for each person as a list of pairs, and people taken out of a list to test with.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/pairs/people_folder.hpp"
#include "ditto/pairs/test_people.hpp"

namespace {

using ditto::Pair, ditto::PairLabel, ditto::PairList;

void write_people(const TemporaryFolder& folder, const std::vector<std::pair<std::string, int>>& people) {
    for (const auto& [name, images] : people) {
        std::filesystem::create_directories(folder / name);
        for (int i = 1; i <= images; ++i) write_text(folder / (name + "/" + std::to_string(i) + ".jpg"), "");
    }
}

std::string folder_of(const PairList& list, std::uint32_t image) {
    return std::filesystem::path(list.images[image]).parent_path().string();
}

// Every pair is labelled as the folders say, and there are as many of either kind.
void require_folder_pairs(const PairList& list) {
    for (const Pair& pair : list.pairs) {
        CHECK(pair.left != pair.right);
        CHECK((folder_of(list, pair.left) == folder_of(list, pair.right)) == (pair.label == PairLabel::same));
    }
    CHECK(2 * std::ranges::count(list.pairs, PairLabel::same, &Pair::label) == std::ssize(list.pairs));
}

}  // namespace

TEST_CASE("a folder of people is a list of pairs") {
    const TemporaryFolder folder;
    write_people(folder, {{"Carla", 2}, {"Ann", 3}, {"Bob", 1}, {"empty", 0}, {".hidden", 2}});
    for (const char* name : {"Ann/notes.txt", "Ann/.hidden.jpg", "loose.jpg"}) write_text(folder / name, "");
    write_text(folder / "Bob/2.PNG", "");
    const PairList list = ditto::read_people_folder(folder / "");
    CHECK(list.images == std::vector<std::string>{"Ann/1.jpg", "Ann/2.jpg", "Ann/3.jpg", "Bob/1.jpg", "Bob/2.PNG",
                                                  "Carla/1.jpg", "Carla/2.jpg"});
    CHECK(list.pairs.size() == 2 * (3 + 1 + 1));
    require_folder_pairs(list);
    CHECK(people_of(list).by_folder);

    const PairList again = ditto::parse_pair_list(pair_list_text(list), "text");
    REQUIRE(again.pairs.size() == list.pairs.size());
    for (std::size_t i = 0; i < list.pairs.size(); ++i) {
        CHECK(again.images[again.pairs[i].left] == list.images[list.pairs[i].left]);
        CHECK(again.images[again.pairs[i].right] == list.images[list.pairs[i].right]);
        CHECK(again.pairs[i].label == list.pairs[i].label);
    }
}

TEST_CASE("a folder that makes no pairs is an error") {
    const TemporaryFolder folder;
    const auto error = [&] { return error_of([&] { ditto::read_people_folder(folder / ""); }); };
    write_text(folder / "loose.jpg", "");
    CHECK(contains(error(), "makes no pairs: it has 0 folders of images"));
    write_people(folder, {{"Ann", 3}});
    CHECK(contains(error(), "it has 1 folders of images"));
    write_people(folder, {{"Bob", 1}});
    CHECK(error().empty());
    CHECK(contains(error_of([&] { ditto::read_people_folder(folder / "none"); }), "cannot read the folder"));
}

TEST_CASE("a picture that two people have is never a pair of two people, and a note says so") {
    const TemporaryFolder folder;
    write_people(folder, {{"Ann", 3}, {"Bob", 3}});
    for (const char* name : {"Ann/1.jpg", "Bob/1.jpg", "Bob/2.jpg"}) write_text(folder / name, "one");
    for (const char* name : {"Ann/2.jpg", "Bob/3.jpg"}) write_text(folder / name, "two");
    const ditto::FoundImages found = ditto::find_people(folder / "");
    std::size_t different = 0;
    for (const Pair& pair : found.list.pairs) {
        if (pair.label == PairLabel::same) continue;
        ++different;
        CHECK(found.list.pictures[pair.left] != found.list.pictures[pair.right]);
    }
    CHECK(different == 6);  // all others of the nine
    REQUIRE(found.notes.size() == 1);
    CHECK(found.notes[0].starts_with("2 pictures are there under two people's names (Ann/1.jpg and Bob/1.jpg); "));
    // Nothing is left to draw.
    for (const char* name : {"Ann/2.jpg", "Ann/3.jpg", "Bob/3.jpg"}) write_text(folder / name, "one");
    CHECK(contains(error_of([&] { ditto::find_people(folder / ""); }), "makes no pairs of two people"));
}

TEST_CASE("people to test with are in no pair that is trained on, and are the same every time") {
    const TemporaryFolder folder;
    std::vector<std::pair<std::string, int>> people;
    for (int i = 0; i < 40; ++i) people.emplace_back("person " + std::to_string(i), 1 + i % 4);
    write_people(folder, people);
    const PairList list = ditto::read_people_folder(folder / "");
    const ditto::TestPeople parts = take_test_people(list, 0.25);
    CHECK(parts.count == 11);  // of 10 with one image 2 or 3, of 30 with several 7 or 8: both rounded up
    std::set<std::string> trained, tested;
    for (std::uint32_t i = 0; i < parts.training.images.size(); ++i) trained.insert(folder_of(parts.training, i));
    for (std::uint32_t i = 0; i < parts.test.images.size(); ++i) tested.insert(folder_of(parts.test, i));
    CHECK(trained.size() == 40 - parts.count);
    for (const std::string& person : tested) CHECK_FALSE(trained.contains(person));
    require_folder_pairs(parts.test);
    for (const Pair& pair : parts.training.pairs) {
        CHECK((folder_of(parts.training, pair.left) == folder_of(parts.training, pair.right)) ==
              (pair.label == PairLabel::same));
    }
    CHECK(take_test_people(list, 0.25).test.images == parts.test.images);
    CHECK(parts.people.person_of_image == people_of(parts.training).person_of_image);
    CHECK(parts.people.count == 40 - parts.count);
}

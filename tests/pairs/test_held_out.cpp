// Nobody who is held out is trained on, whatever the list: its folders, its flat names, its mistakes, its copies.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/core/random.hpp"
#include "ditto/pairs/find_images.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people_sampler.hpp"
#include "ditto/pairs/people_split.hpp"
#include "ditto/pairs/people_text.hpp"
#include "ditto/pairs/test_people.hpp"

using namespace ditto;

namespace {

enum class Layout { folders, deep_folders, nested_folders, cameras, flat, mixed };

// People with their images on disk, and rows about them, some of them wrong.
struct World {
    TemporaryFolder folder;
    std::vector<std::vector<std::string>> images;  // of every person, by all their names
    std::string list;
    std::vector<std::string> with_other_names;  // files that the list must name, for anything to tell who is on a copy

    World(Layout layout, std::uint64_t seed) : random(seed, RandomPurpose::test) {
        for (std::uint32_t person = 0; person < 30; ++person) {
            images.emplace_back();
            for (std::uint32_t i = 0; i < 2 + random.below(3); ++i) add_image(layout, person, i);
        }
        rows(layout);
    }

  private:
    Random random;

    void add_image(Layout layout, std::uint32_t person, std::uint32_t number) {
        const std::string name = "p" + std::to_string(person), file = std::to_string(number) + ".png";
        std::string path = name + "/" + file;
        if (layout == Layout::deep_folders) path = "set/" + path;
        if (layout == Layout::nested_folders) path = name + "/year " + std::to_string(number % 2) + "/" + file;
        if (layout == Layout::cameras) path = "cam" + std::to_string(number % 2) + "/" + path;
        if (layout == Layout::flat || (layout == Layout::mixed && number == 0)) path = name + "_" + file;
        std::filesystem::create_directories((folder / path).parent_path());
        write_text(folder / path, "picture " + path);
        images.back().push_back(path);
        const std::size_t names = images.back().size();
        if (random.below(10) == 0) {  // the same file by another name, in another folder
            std::filesystem::create_directories(folder / "links");
            const std::string link = "links/" + name + "_" + file;
            std::filesystem::create_symlink(folder / path, folder / link);
            images.back().push_back(link);
        }
        if (random.below(10) == 0) {
            write_text(folder / ("copy_" + name + "_" + file), "picture " + path);
            images.back().push_back("copy_" + name + "_" + file);
        }
        if (images.back().size() > names) with_other_names.push_back(path);
    }

    const std::string& any_image(std::uint32_t person) {
        return images[person][random.below(static_cast<std::uint32_t>(images[person].size()))];
    }

    // In a flat list all images of a person are joined by rows: nothing else would tell that they are one.
    void rows(Layout layout) {
        const auto add = [&](const std::string& left, const std::string& right, bool same) {
            list += (random.below(8) == 0 ? "./" : "") + left + "\t" + right + (same ? "\t1\n" : "\t0\n");
        };
        for (std::uint32_t person = 0; person < images.size(); ++person) {
            if (layout == Layout::cameras) {  // of two cameras, whose folders say who is on the other images
                const std::string name = "p" + std::to_string(person);
                add("cam0/" + name + "/0.png", "cam1/" + name + "/1.png", true);
                continue;
            }
            for (std::size_t i = 0; i + 1 < images[person].size(); ++i) {
                const bool joins = layout == Layout::flat || layout == Layout::mixed || i == 0 || random.below(2) == 0;
                if (joins) add(images[person][i], images[person][i + 1], true);
            }
        }
        for (std::uint32_t i = 0; i < 90; ++i) {
            const std::uint32_t a = random.below(30), b = random.below(30);
            if (a != b) add(any_image(a), any_image(b), false);
        }
        for (const std::string& path : with_other_names) add(path, path, true);
        if (layout == Layout::flat) return;
        for (std::uint32_t i = random.below(3); i > 0; --i) {  // corrected by hand: a row across two folders
            const std::uint32_t person = random.below(29);
            add(images[person].back(), images[person + 1].back(), true);
        }
    }
};

std::set<std::string> names_in(const PairList& list) {
    return {list.images.begin(), list.images.end()};
}

}  // namespace

TEST_CASE("no image of a person who is held out is trained on, whatever the list") {
    std::size_t split_lists = 0, joined = 0, shared = 0;
    for (const Layout layout :
         {Layout::folders, Layout::deep_folders, Layout::nested_folders, Layout::cameras, Layout::flat, Layout::mixed})
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            const World world(layout, seed);
            CAPTURE(static_cast<int>(layout));
            CAPTURE(seed);
            PairList list;
            People people;
            try {
                list = find_images(parse_pair_list(world.list, "list"), world.folder / "").list;
                people = people_of(list);
            } catch (const Error& error) {  // a row across folders and one that contradicts it: refused
                CHECK(contains(error.what(), "contradict each other"));
                continue;
            }
            CHECK(people.by_folder == (layout != Layout::flat && layout != Layout::cameras));
            CHECK(people.folders_stay_together == (layout == Layout::cameras));
            ++split_lists;
            joined += people.joining_lines.size();
            shared += people.shared_pictures;
            const PeopleSplit split = hold_people_out(list.pairs, people, 0.3, seed);
            std::set<std::uint32_t> trained(split.training_images.begin(), split.training_images.end()), out;
            for (const Pair& pair : split.validation) out.insert({pair.left, pair.right});
            const PeopleSampler sampler(people, split.training_images);
            for (const Pair& pair : sampler.draw(seed, 0)) trained.insert({pair.left, pair.right});
            for (const Pair& pair : split.training) trained.insert({pair.left, pair.right});
            const auto side = [&](const std::set<std::uint32_t>& images, const std::vector<std::string>& names) {
                for (const std::uint32_t image : images)
                    for (const std::string& name : names)
                        if (list.images[image] == name) return true;
                return false;
            };
            for (const auto& names : world.images) CHECK_FALSE((side(trained, names) && side(out, names)));

            // The same of people taken out to test with, whose lists are written and read again.
            const TestPeople parts = take_test_people(list, 0.3);
            const auto of_training = names_in(parse_pair_list(pair_list_text(parts.training), "list"));
            const auto of_test = names_in(parse_pair_list(pair_list_text(parts.test), "list"));
            for (const auto& names : world.images) {
                const auto has = [&](const std::set<std::string>& some) {
                    return std::ranges::any_of(names, [&](const auto& name) { return some.contains(name); });
                };
                CHECK_FALSE((has(of_training) && has(of_test)));
            }
        }
    // The lists were such that it could go wrong.
    CHECK(split_lists > 40);
    CHECK(joined > 20);
    CHECK(shared > 20);
}

namespace {

std::string people_line(const std::string& text) {
    return people_text(people_of(parse_pair_list(text, "list")), "list.txt");
}

std::string folders(int people) {
    std::string text;
    for (int i = 0; i < people; ++i) {
        const std::string own = "p" + std::to_string(i), next = "p" + std::to_string((i + 1) % people);
        text += own + "/1 " + own + "/2 1\n" + own + "/2 " + own + "/3 1\n" + own + "/1 " + next + "/3 0\n";
    }
    return text;
}

}  // namespace

TEST_CASE("which rule was used, and what it found") {
    CHECK(people_line(folders(20)) == "people: folders; 20 people");
    // Rows 61 and 62 of a list corrected by hand.
    CHECK(people_line(folders(20) + "p3/1 p7/1 1\np9/1 p12/2 1\n") ==
          "people: folders, 2 joined by rows 61 and 62 of list.txt; 18 people");
    CHECK(people_line(folders(20) + "p3/1 p7/1 1\np9/1 p12/2 1\np0/1 p2/1 1\np4/1 p6/1 1\n") ==
          "people: folders, 4 joined by rows 61, 62, 63 and 64 of list.txt; 16 people");
    CHECK(people_line(folders(20) + "p3/1 p7/1 1\np9/1 p12/2 1\np0/1 p2/1 1\np4/1 p6/1 1\np14/1 p16/1 1\n") ==
          "people: folders, 5 joined by rows 61, 62, 63 and 2 more of list.txt; 15 people");
    CHECK(people_text(people_of(parse_pair_list(folders(20) + "p3/1 p7/1 1\n", "list")), "") ==
          "people: folders, 1 joined by row 61; 19 people");
    CHECK(people_line("a 1\nb 1\nc 0\nd 0\n") == "people: by the list's same rows; 3 people");
    CHECK(people_line(folders(40) + "p3/1 p3/9 0\n") ==
          "people: folders; different within a folder: row 121 of list.txt (such folders are held out as a whole, and "
          "only same rows tell who is one person in them); 41 people in 40 groups that stay together");
}

TEST_CASE("pictures that are there under two people's names are counted, and join these") {
    PairList list = parse_pair_list(folders(20), "list");
    list.pictures.resize(list.images.size());
    for (std::uint32_t image = 0; image < list.images.size(); ++image) list.pictures[image] = image;
    CHECK(people_text(people_of(list), "list.txt") == "people: folders; 20 people");
    const auto place = [&](const char* name) { return std::ranges::find(list.images, name) - list.images.begin(); };
    list.pictures[static_cast<std::size_t>(place("p9/1"))] = static_cast<std::uint32_t>(place("p3/2"));
    CHECK(people_text(people_of(list), "list.txt") ==
          "people: folders; 20 people in 19 groups that stay together; 1 picture is there under two people's names");
}

TEST_CASE("where same rows are across folders, what is in one folder stays together") {
    const std::string cameras =
        "cam1/ann/1 cam2/ann/1 1\ncam1/bob/1 cam2/bob/1 1\ncam1/ann/1 cam2/bob/1 0\ncam1/bob/1 cam2/ann/1 0\n"
        "cam1/ann/2 cam1/bob/2 0\n";
    CHECK(people_line(cameras) ==
          "people: by the list's same rows; what is in one folder stays together; 4 people in 2 groups that stay "
          "together");
    // ann/1 ann/1 bob/1 bob/1 ann/2 bob/2
    CHECK(people_of(parse_pair_list(cameras, "list")).group_of_image == std::vector<std::uint32_t>{0, 0, 1, 1, 0, 1});
    // Folders of cameras alone, with everybody in each: they would put all into one group, or most different rows.
    CHECK(people_line("cam1/ann cam2/ann 1\ncam1/bob cam2/bob 1\ncam1/ann cam2/bob 0\n") ==
          "people: by the list's same rows; 2 people");
    CHECK(people_line("cam1/ann cam2/ann 1\ncam1/bob cam2/bob 1\ncam1/cy cam2/cy 1\n") ==
          "people: by the list's same rows; 3 people");
    CHECK(people_line("c1/ann c2/ann 1\nc1/bob c2/bob 1\nc3/cy c4/cy 1\nc1/ann c2/bob 0\nc2/bob c3/cy 0\n") ==
          "people: by the list's same rows; 3 people");
}

TEST_CASE("a different row within a folder: held out as a whole, and not taken for one person") {
    // p3/9 is in the folder of p3, but a row says that it is somebody else.
    const PairList list = parse_pair_list(folders(40) + "p3/1 p3/9 0\n", "list");
    const People people = people_of(list);
    CHECK(people.by_folder);
    CHECK(people.count == 41);
    CHECK(people.group_count() == 40);
    CHECK(people.parting_lines == std::vector<std::uint32_t>{121});
    std::vector<std::uint32_t> images(list.images.size());
    for (std::uint32_t i = 0; i < images.size(); ++i) images[i] = i;
    const PeopleSampler sampler(people, images);
    for (std::uint32_t epoch = 0; epoch < 20; ++epoch)
        for (const Pair& pair : sampler.draw(1, epoch)) {
            const bool same = people.person_of_image[pair.left] == people.person_of_image[pair.right];
            CHECK(same == (pair.label == PairLabel::same));
            CHECK((people.group(pair.left) == people.group(pair.right)) == same);  // never different in one folder
        }
}

TEST_CASE("labels the wrong way round are seen by the folders") {
    std::string inverted = folders(10);
    for (char& c : inverted)
        if (&c > inverted.data() && *(&c - 1) == ' ' && (c == '0' || c == '1')) c = c == '0' ? '1' : '0';
    CHECK(folder_agreement(parse_pair_list(inverted, "list")).is_inverted());
    CHECK_FALSE(folder_agreement(parse_pair_list(folders(10), "list")).is_inverted());
    CHECK_FALSE(folder_agreement(parse_pair_list("x/1 x/2 1\nx/1 x/3 0\n", "list")).is_inverted());  // one folder
    // Only the same rows disagree: a person in several folders.
    CHECK_FALSE(folder_agreement(parse_pair_list("x/1 y/2 1\nx/1 y/3 0\n", "list")).is_inverted());
    CHECK_FALSE(folder_agreement(parse_pair_list("a b 1\na c 0\n", "list")).is_inverted());  // none
}

// Who is on which image, holding people out, and drawing pairs of people.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people_names.hpp"
#include "ditto/pairs/people_sampler.hpp"
#include "ditto/pairs/people_split.hpp"

using namespace ditto;

namespace {

constexpr const char* three_people =
    "a/1.jpg a/2.jpg 1\n"
    "a/2.jpg b/1.jpg 0\n"
    "c/1.jpg b/1.jpg 0\n"
    "b/2.jpg b/1.jpg 1\n";

// 40 people in folders p0 to p39, the first ten with three images each, the next ten with two.
PairList many_people() {
    std::string text;
    const auto path = [](int person, int image) {
        return "p" + std::to_string(person) + "/" + std::to_string(image) + ".jpg";
    };
    for (int person = 0; person < 20; ++person) text += path(person, 0) + " " + path(person, 1) + " 1\n";
    for (int person = 0; person < 10; ++person) text += path(person, 0) + " " + path(person, 2) + " 1\n";
    for (int person = 0; person < 40; ++person) text += path(person, 0) + " " + path((person + 1) % 40, 0) + " 0\n";
    return parse_pair_list(text, "many");
}

std::vector<std::uint32_t> all_images(const People& people) {
    std::vector<std::uint32_t> images(people.person_of_image.size());
    for (std::uint32_t i = 0; i < images.size(); ++i) images[i] = i;
    return images;
}

}  // namespace

TEST_CASE("a folder is a person where the pairs agree with it") {
    const PairList list = parse_pair_list(three_people, "list");
    const People people = people_of(list);
    CHECK(people.by_folder);
    CHECK(people.count == 3);
    // a/1 a/2 b/1 c/1 b/2, in order of appearance
    CHECK(people.person_of_image == std::vector<std::uint32_t>{0, 0, 1, 2, 1});
    CHECK(people.images() == std::vector<std::vector<std::uint32_t>>{{0, 1}, {2, 4}, {3}});
}

TEST_CASE("elsewhere chains of same pairs are people") {
    // All in one folder.
    const PairList flat = parse_pair_list("x/1 x/2 1\nx/3 x/2 1\nx/3 x/4 0\nx/5 x/6 1\n", "list");
    const People people = people_of(flat);
    CHECK_FALSE(people.by_folder);
    CHECK(people.person_of_image == std::vector<std::uint32_t>{0, 0, 0, 1, 2, 2});
    // A same pair across folders: one person may be in several.
    CHECK(people_of(parse_pair_list("a/1 b/1 1\na/1 c/1 0\n", "list")).count == 2);
}

TEST_CASE("who is one person stays known where images are left out") {
    // Row 3 tells that ann and annie are one; without ann/2, of which it is, they would be two.
    const PairList list = parse_pair_list(
        "ann/1 ann/2 1\nannie/1 annie/2 1\nann/2 annie/1 1\nbob/1 bob/2 1\nann/1 bob/1 0\nannie/2 bob/2 0\n", "list");
    const std::vector<std::uint32_t> readable{0, 3, 4, 5};  // ann/1 annie/2 bob/1 bob/2
    CHECK(people_of(kept_images(list, readable)).group_count() == 3);
    const People people = kept_people(people_of(list), readable);
    CHECK(people.by_folder);
    CHECK(people.person_of_image == std::vector<std::uint32_t>{0, 0, 1, 1});
    CHECK(people.group_of_image == std::vector<std::uint32_t>{0, 0, 1, 1});
    CHECK(people.count == 2);
    CHECK(people.group_count() == 2);
    // A person who is gone leaves no number behind; groups of pairs alone stay unnamed.
    const std::vector<std::uint32_t> last{4, 5};
    CHECK(kept_people(people_of(list), last).person_of_image == std::vector<std::uint32_t>{0, 0});
    CHECK(kept_people(people_of(list), last).count == 1);
    const auto name = [](std::uint32_t) { return std::string(); };
    const People of_pairs = kept_people(people_of_pairs(6, list.pairs, name), readable);
    CHECK(of_pairs.group_of_image.empty());
    CHECK(of_pairs.group_count() == 2);
}

TEST_CASE("people are called by the folders that they are, and no two alike") {
    const auto names = [](const std::string& text) {
        const PairList list = parse_pair_list(text, "list");
        return person_names(list, likely_people(list));
    };
    using Names = std::vector<std::string>;
    CHECK(names(three_people) == Names{"a", "a", "b", "c", "b"});
    // Years are no people, though they are the innermost folders.
    CHECK(names("ann/2019/1 ann/2020/1 1\nbob/2019/1 bob/2020/1 1\nann/2019/1 bob/2019/1 0\n") ==
          Names{"ann", "ann", "bob", "bob"});
    CHECK(names("us/ann/1 us/ann/2 1\nuk/ann/1 uk/bob/1 0\n") == Names{"us/ann", "us/ann", "uk/ann", "bob"});
    // One person in two folders; a folder that is two people; and no folders.
    CHECK(names("a/1 a/2 1\na/1 b/1 1\nb/1 b/2 1\nc/1 c/2 1\nc/1 a/1 0\n") == Names{"a", "a", "a", "a", "c", "c"});
    std::string parted = "q/1 q/9 0\n";
    for (int i = 0; i < 60; ++i) parted += "p" + std::to_string(i) + "/1 q/1 0\n";
    CHECK(names(parted)[0] == "q/1");
    CHECK(names(parted)[1] == "q/9");
    CHECK(names("x1 x2 1\nx2 x3 1\nx1 x4 0\n") == Names{"x1", "x1", "x1", "x4"});
    // Rows that contradict each other say nothing.
    CHECK(names("a/1 b/1 1\na/1 b/1 0\na/1 a/2 1\n") == Names{"a", "b", "a"});
}

TEST_CASE("pairs that contradict each other are an error that names the images") {
    const PairList list = parse_pair_list("x1 x2 1\nx2 x3 1\nx1 x3 0\n", "list");
    CHECK_THROWS_WITH_AS(
        people_of(list),
        "line 3: the pairs contradict each other: x1 and x3 are labelled different, but a chain of same pairs "
        "connects them; correct the list",
        Error);
}

TEST_CASE("a person with many images has as many pairs to validate on, not the square of them") {
    const auto pairs = detail::same_pairs({{0}, {1, 2}, {3, 4, 5}, {6, 7, 8, 9}});
    std::vector<std::pair<std::uint32_t, std::uint32_t>> images;
    for (const Pair& pair : pairs) {
        CHECK(pair.label == PairLabel::same);
        images.emplace_back(pair.left, pair.right);
    }
    CHECK(images == decltype(images){{1, 2}, {3, 4}, {4, 5}, {5, 3}, {6, 7}, {7, 8}, {8, 9}, {9, 6}});
}

TEST_CASE("people are held out with all their images, and validate in pairs of their own") {
    const PairList list = many_people();
    const People people = people_of(list);
    const PeopleSplit split = hold_people_out(list.pairs, people, 0.3, 5);
    CHECK(split.held_out == 12);  // 6 of the 20 with one image, 6 of the 20 with several
    std::set<std::uint32_t> out, in;
    for (const Pair& pair : split.validation)
        for (const std::uint32_t image : {pair.left, pair.right}) out.insert(people.person_of_image[image]);
    for (const std::uint32_t image : split.training_images) in.insert(people.person_of_image[image]);
    CHECK(in.size() == 28);
    for (const std::uint32_t person : out) CHECK_FALSE(in.contains(person));
    for (const Pair& pair : split.training) {
        CHECK(in.contains(people.person_of_image[pair.left]));
        CHECK(in.contains(people.person_of_image[pair.right]));
    }
    // Labels are true, both kinds are as many, and no pair comes twice.
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    std::map<PairLabel, int> count;
    for (const Pair& pair : split.validation) {
        CHECK((people.person_of_image[pair.left] == people.person_of_image[pair.right]) ==
              (pair.label == PairLabel::same));
        CHECK(seen.insert(std::minmax(pair.left, pair.right)).second);
        ++count[pair.label];
    }
    CHECK(count[PairLabel::same] == count[PairLabel::different]);
    CHECK(count[PairLabel::same] >= 6);
}

TEST_CASE("who is held out depends on the seed alone") {
    const PairList list = many_people();
    const People people = people_of(list);
    const auto images = [&](std::uint64_t seed) {
        return hold_people_out(list.pairs, people, 0.3, seed).training_images;
    };
    CHECK(images(5) == images(5));
    CHECK(images(5) != images(6));
    // In every version: trainings that validate on the same people can be compared.
    const auto in = images(5);
    std::string out;
    for (std::uint32_t person = 0; person < people.count; ++person)
        if (std::ranges::none_of(in, [&](std::uint32_t image) { return people.person_of_image[image] == person; }))
            out += std::to_string(person) + " ";
    CHECK(out == "3 7 11 15 16 19 20 23 30 31 34 38 ");
}

TEST_CASE("a part without pairs of both kinds is an error") {
    const PairList list = many_people();
    const People people = people_of(list);
    CHECK_THROWS_WITH_AS(hold_people_out(list.pairs, people, 0.01, 1),
                         "holding out 0 of 40 people leaves validation without pairs of both kinds; hold out another "
                         "fraction, or give more pairs",
                         Error);
    CHECK_THROWS_AS(hold_people_out(list.pairs, people, 0.99, 1), Error);
}

TEST_CASE("an epoch's drawn pairs hold every image once, with true labels") {
    const PairList list = many_people();
    const People people = people_of(list);
    const PeopleSampler sampler(people, all_images(people));
    // 10 people of three images give a pair and one left over, 10 of two give a pair: 20 same pairs; 10 left over and
    // 20 with one image make 15 different ones.
    CHECK(sampler.same_pairs() == 20);
    CHECK(sampler.pairs() == 35);
    for (const std::uint32_t epoch : {0U, 1U}) {
        std::set<std::uint32_t> seen;
        for (const Pair& pair : sampler.draw(3, epoch)) {
            CHECK((sampler.person(pair.left) == sampler.person(pair.right)) == (pair.label == PairLabel::same));
            CHECK(seen.insert(pair.left).second);
            CHECK(seen.insert(pair.right).second);
        }
        CHECK(seen.size() == 70);
    }
}

TEST_CASE("drawn pairs change with the epoch and the seed, and only with them; each stretch has both kinds") {
    const People people = people_of(many_people());
    const PeopleSampler sampler(people, all_images(people));
    const auto lefts = [&](std::uint64_t seed, std::uint32_t epoch) {
        std::vector<std::uint32_t> all;
        for (const Pair& pair : sampler.draw(seed, epoch)) all.push_back(pair.left);
        return all;
    };
    CHECK(lefts(3, 0) == lefts(3, 0));
    CHECK(lefts(3, 0) != lefts(3, 1));
    CHECK(lefts(3, 0) != lefts(4, 0));
    const std::vector<Pair> pairs = sampler.draw(3, 0);
    for (std::size_t first = 0; first + 7 <= pairs.size(); first += 7)  // 20 of 35 are same: 4 of 7
        CHECK(std::count_if(pairs.begin() + static_cast<std::ptrdiff_t>(first),
                            pairs.begin() + static_cast<std::ptrdiff_t>(first + 7),
                            [](const Pair& pair) { return pair.label == PairLabel::same; }) == 4);
}

TEST_CASE("people without two images of anyone cannot be drawn") {
    const People people = people_of(parse_pair_list("a/1 b/1 0\nc/1 d/1 0\n", "list"));
    CHECK_THROWS_AS(PeopleSampler(people, all_images(people)), Error);
    const People one = people_of(parse_pair_list("a/1 a/2 1\na/2 a/3 1\n", "list"));
    CHECK_THROWS_WITH_AS(PeopleSampler(one, all_images(one)), doctest::Contains("list's 1 people"), Error);
}

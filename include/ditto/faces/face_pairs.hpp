// Pairs of built-in faces to train and to test on; no person is in both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/faces/faces.hpp"
#include "ditto/images/image.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/pairs/people.hpp"

namespace ditto {

/// Pairs of pictures of a range of people, as many `same` as `different` ones. The pictures are drawn on request.
struct FacePairs {
    std::uint64_t seed = 0;
    std::uint64_t first_person = 0;
    std::uint32_t people = 0;
    std::uint32_t pictures_per_person = 0;
    std::vector<Pair> pairs;  ///< of positions: those of one person's pictures follow one another

    std::size_t pictures() const { return std::size_t{people} * pictures_per_person; }  ///< of all people

    /// Who is on each picture.
    People people_of_pictures() const {
        People all{{}, people, false};
        for (std::size_t position = 0; position < pictures(); ++position)
            all.person_of_image.push_back(static_cast<std::uint32_t>(position / pictures_per_person));
        return all;
    }

    /// The picture at a position below pictures(): [size, size, 3].
    Image draw(std::size_t position, int size = 128) const {
        return draw_face(seed, first_person + position / pictures_per_person,
                         static_cast<std::uint32_t>(position % pictures_per_person), size);
    }
};

namespace detail {

inline constexpr std::uint32_t most_face_people = 1U << 24;
/// People to test with are numbered from here on, people to train with from 0.
inline constexpr std::uint64_t first_test_person = most_face_people;

inline void require_face_people(std::uint32_t people) {
    if (people < 2 || people > most_face_people)
        throw Error("pairs of " + std::to_string(people) + " built-in people cannot be made; choose 2 to " +
                    std::to_string(most_face_people));
}

}  // namespace detail

/// Two pairs for each person to train with; every picture is in one pair, so that what one pass over them learns is not
/// learnt by heart. Throws Error if `people` is not from 2 to 2^24.
inline FacePairs training_face_pairs(std::uint64_t seed, std::uint32_t people) {
    detail::require_face_people(people);
    FacePairs faces{seed, 0, people, 4, {}};
    for (std::uint32_t person = 0; person < people; ++person) {
        const std::uint32_t own = 4 * person, next = 4 * ((person + 1) % people);
        faces.pairs.push_back({own, own + 1, PairLabel::same});
        faces.pairs.push_back({own + 2, next + 3, PairLabel::different});
    }
    return faces;
}

/// Six pairs for each person to test with: all that the person's three pictures make, and as many with the next people.
/// None of these people is among those of training_face_pairs. Throws Error if `people` is not from 2 to 2^24.
inline FacePairs test_face_pairs(std::uint64_t seed, std::uint32_t people = 100) {
    detail::require_face_people(people);
    FacePairs faces{seed, detail::first_test_person, people, 3, {}};
    for (std::uint32_t person = 0; person < people; ++person)
        for (std::uint32_t picture = 0; picture < 3; ++picture) {
            const std::uint32_t left = 3 * person + picture, other = (picture + 1) % 3;
            const std::uint32_t stranger = (person + 1 + picture % (people - 1)) % people;
            faces.pairs.push_back({left, 3 * person + other, PairLabel::same});
            faces.pairs.push_back({left, 3 * stranger + other, PairLabel::different});
        }
    return faces;
}

}  // namespace ditto

// Every image of Labeled Faces in the Wild that the development lists name decodes. Skipped where they are absent.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "ditto/images/image_store.hpp"
#include "ditto/pairs/pair_list.hpp"

using namespace ditto;

namespace {

const std::filesystem::path lfw = std::filesystem::path(DITTO_SOURCE_DIR) / "../shared/data/lfw";

}  // namespace

TEST_CASE("all 4,992 images decode") {
    const PairList train = read_pair_list(lfw / "train.txt"), test = read_pair_list(lfw / "test.txt");
    CHECK(train.pairs.size() == 2200);
    CHECK(test.pairs.size() == 1000);
    std::set<std::string> paths(train.images.begin(), train.images.end());
    paths.insert(test.images.begin(), test.images.end());
    CHECK(paths.size() == 4992);

    const std::vector<std::string> list(paths.begin(), paths.end());
    const ImageStore store(list.size(),
                           [&](std::size_t i) {
                               Image image = load_image(lfw / "images" / list[i]);
                               if (image.height != 250 || image.width != 250)
                                   throw Error(list[i] + ": not 250 x 250 pixels");
                               return image;
                           },
                           {1.0, 32, 32});
    std::size_t flat = 0;  // images of one colour: none was left undecoded
    for (std::size_t i = 0; i < store.size(); ++i) {
        const std::vector<std::uint8_t>& pixels = store.image(i).pixels;
        flat += pixels == std::vector<std::uint8_t>(pixels.size(), pixels.front());
    }
    CHECK(flat == 0);
}

int main(int argc, char** argv) {
    if (!std::filesystem::exists(lfw / "train.txt")) {
        std::printf("skipped: no %s\n", lfw.c_str());
        return 77;
    }
    return doctest::Context(argc, argv).run();
}

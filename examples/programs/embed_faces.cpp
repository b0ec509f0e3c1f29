// embed_faces: the features of images as a NumPy file, float32 [images, 1024], in the order of the arguments; and a map
// of the people in them.
#include <cstddef>
#include <cstdio>
#include <ditto/core/atomic_file.hpp>
#include <ditto/core/clean_text.hpp>
#include <ditto/core/error.hpp>
#include <ditto/io/npy.hpp>
#include <ditto/pairs/people_names.hpp>
#include <ditto/report/people_map.hpp>
#include <ditto/report/report.hpp>
#include <span>
#include <string>
#include <vector>

#include "support/face_report.hpp"
#include "support/face_verifier.hpp"
#include "support/program.hpp"

namespace {

// The map of the images' people as an SVG file.
void write_map(const std::string& path, const std::vector<ditto::MapPerson>& people, std::span<const float> features) {
    std::vector<float> shown;
    for (const ditto::MapPerson& person : people)
        for (const std::size_t image : person.images) {
            const auto row = features.subspan(image * support::feature_size, support::feature_size);
            shown.insert(shown.end(), row.begin(), row.end());
        }
    const std::string svg = ditto::people_plot("map", people, shown, support::feature_size);
    ditto::AtomicFile file(path, svg.size());
    file.write(std::as_bytes(std::span(svg)));
    file.commit();
}

int embed(const std::string& weights, const std::string& output, const std::string& map,
          const std::vector<std::string>& images, const support::Compute& compute) {
    std::vector<ditto::MapPerson> people;
    if (!map.empty()) {
        const ditto::PairList list{images, {}};
        people = ditto::choose_people(person_names(list, people_of(list)));
        if (people.size() < 2)
            throw ditto::Error("--map " + map +
                               ": a map needs two people with two images each or more; the images of a person are "
                               "those in one folder");
        ditto::require_report(map);
    }
    ditto::NpyWriter features(output, {images.size(), support::feature_size});
    const auto verifier = support::load_verifier(weights, images.size(), compute);
    std::vector<float> kept;  // for the map
    verifier->embed_files("", images, [&](std::span<const float> batch) {
        features.append(batch);
        if (!map.empty()) kept.insert(kept.end(), batch.begin(), batch.end());
    });
    features.commit();
    std::printf("%s: features of %zu images, float32 [%zu, %zu]\n", ditto::clean_text(output).c_str(), images.size(),
                images.size(), support::feature_size);
    if (map.empty()) return 0;
    write_map(map, people, kept);
    std::printf("%s: map of %zu people\n", ditto::clean_text(map).c_str(), people.size());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes the features of images to a NumPy file, float32 [images, 1024].", "embed_faces");
    std::string weights, output, map;
    std::vector<std::string> images;
    support::Compute compute;
    support::add_weights_option(app, weights);
    app.add_option("--output", output, "The file to write (.npy)")->required();
    app.add_option("--map", map,
                   "Also draw a map of the people with most images, a person being a folder (.svg; needs gnuplot)");
    app.add_option("images", images, "Images (JPEG, PNG, PGM or PPM)")->required();
    support::add_compute_options(app, compute);
    return support::run_program(app, argc, argv, [&] { return embed(weights, output, map, images, compute); });
}

// embed_faces: the features of images as a NumPy file, float32 [images, 1024], in the order of the arguments.
#include <cstdio>
#include <ditto/io/npy.hpp>
#include <span>
#include <string>
#include <vector>

#include "support/face_verifier.hpp"
#include "support/program.hpp"

namespace {

int embed(const std::string& weights, const std::string& output, const std::vector<std::string>& images,
          const support::Compute& compute) {
    ditto::NpyWriter features(output, {images.size(), support::feature_size});
    const auto verifier = support::load_verifier(weights, images.size(), compute);
    verifier->embed_files("", images, [&](std::span<const float> batch) { features.append(batch); });
    features.commit();
    std::printf("%s: features of %zu images, float32 [%zu, %zu]\n", output.c_str(), images.size(), images.size(),
                support::feature_size);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes the features of images to a NumPy file, float32 [images, 1024].", "embed_faces");
    std::string weights, output;
    std::vector<std::string> images;
    support::Compute compute;
    app.add_option("--weights", weights, "Weights of the face network (safetensors)")->required();
    app.add_option("--output", output, "The file to write (.npy)")->required();
    app.add_option("images", images, "Images (JPEG, PNG, PGM or PPM)")->required();
    support::add_compute_options(app, compute);
    return support::run_program(app, argc, argv, [&] { return embed(weights, output, images, compute); });
}

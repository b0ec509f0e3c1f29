// 4. Training on a folder of one's own pairs, from the list to the accuracy.
//
//     04_own_pairs IMAGES TRAIN TEST
//
// IMAGES is a folder of pictures; TRAIN and TEST are lists of pairs, a line each: `pathA pathB label`, paths relative
// to IMAGES, label 1 (same person) or 0. No person of TEST may be in TRAIN. Without arguments a folder of drawn faces
// takes their place.
#include <cstdio>
#include <ditto/ditto.hpp>
#include <ditto/faces/face_pairs.hpp>
#include <ditto/images/image_store.hpp>
#include <ditto/images/save_png.hpp>
#include <ditto/model/weights_file.hpp>
#include <ditto/pairs/pair_list.hpp>
#include <ditto/pairs/pair_loader.hpp>
#include <ditto/training/evaluation.hpp>
#include <exception>
#include <filesystem>
#include <fstream>

using namespace ditto;

// Small, for a lesson of seconds; train_siamese trains the 19-layer FaceNetwork the same way.
using Network = Sequential<Shape<48, 48, 3>,                                                    //
                           Conv2d<3, 16, 5, Padding<2>>, ReLU, BatchNorm2d<16>, MaxPool2d<2>,   // 24x24x16
                           Conv2d<16, 32, 3, Padding<1>>, ReLU, BatchNorm2d<32>, MaxPool2d<2>,  // 12x12x32
                           Conv2d<32, 64, 3, Padding<1>>, ReLU, BatchNorm2d<64>, MaxPool2d<2>,  // 6x6x64
                           Flatten, Linear<2304, 64>>;                                          // 64
using PairTrainer = Trainer<Siamese<Network, ContrastiveLoss>, Adam, Cpu<fp32>>;

namespace {

// Writes drawn faces and a list of their pairs, as a folder of one's own might look.
void draw_folder(const FacePairs& faces, const std::filesystem::path& folder, const std::string& name) {
    const auto file = [&](std::size_t picture) { return name + std::to_string(picture) + ".png"; };
    for (std::size_t picture = 0; picture < faces.pictures(); ++picture)
        save_png(folder / file(picture), faces.draw(picture, 64));
    std::ofstream list(folder / (name + ".txt"));
    for (const Pair& pair : faces.pairs)
        list << file(pair.left) << ' ' << file(pair.right) << ' ' << static_cast<int>(pair.label) << '\n';
}

double train_and_test(const std::filesystem::path& images, const std::filesystem::path& train_list,
                      const std::filesystem::path& test_list) {
    const int threads = available_threads();

    // Each list names its pictures; they are decoded once and kept small. Training pictures may be varied.
    const ImageRecipe recipe{.crop = 1.0, .height = 48, .width = 48};
    const PairList train = read_pair_list(train_list), test = read_pair_list(test_list);
    const ImageStore train_images = load_images(images, train.images, recipe, AugmentationSettings{.shift = 4.0});
    const ImageStore test_images = load_images(images, test.images, recipe);
    std::printf("%zu pairs to train with, %zu to test with\n", train.pairs.size(), test.pairs.size());

    PairTrainer::Settings settings;
    settings.batch = batch_pairs{16};
    settings.device.threads = threads;
    settings.loss.margin = 10.0;
    PairTrainer trainer(settings);

    PairLoader loader(train_images, train.pairs, {.batch_pairs = 16, .smallest_batch = trainer.minimum_pairs()});
    PairBatch batch;
    for (std::uint32_t epoch = 0; epoch < 6; ++epoch) {
        double loss = 0.0;
        loader.start_epoch(epoch);
        while (loader.next(batch)) loss += trainer.step(batch.images, batch.labels).loss;
        std::printf("epoch %u: loss %.3f\n", epoch, loss / static_cast<double>(loader.batches()));
    }

    // The threshold comes from training pairs, and is stored with the weights: test pairs are only looked at once.
    const double threshold = calibrate_threshold(trainer, train_images, train.pairs, 1000, 1, threads);
    save_weights("own_pairs.safetensors", trainer.weights(),
                 {fingerprint<Network>(), "contrastive", settings.loss.margin, threshold, recipe});
    const Evaluation result = evaluate(trainer, test_images, test.pairs, threshold, threads);
    std::printf("accuracy on the test pairs %.1f %%, area under the ROC curve %.3f\n", 100 * result.accuracy,
                result.area);
    return result.area;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc == 4) {
        train_and_test(argv[1], argv[2], argv[3]);
        return 0;
    }
    const std::filesystem::path folder = "own_pairs";
    std::filesystem::create_directory(folder);
    draw_folder(training_face_pairs(1, 300), folder, "train");
    draw_folder(test_face_pairs(1, 50), folder, "test");
    // Chance would be 0.5.
    return train_and_test(folder, folder / "train.txt", folder / "test.txt") > 0.8 ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}

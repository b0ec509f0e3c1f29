// The choice between cuDNN's engines by measuring, and the file that keeps it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../../support/temporary_folder.hpp"
#include "ditto/ditto.hpp"
#include "small_convolution.hpp"

using namespace ditto;
using detail::CudnnPass;
using detail::EngineChoice;
using detail::EngineFile;

namespace {

const std::string first_line =
    "# engines of cuDNN that ditto measured: GPU, cuDNN, pass, place among the heuristics' choices, engine\n";
const std::string pass_text =
    "the output of a convolution of 2 images [5, 4, 3] to [3, 2, 2], kernel 3, stride 2, padding 1, in fp32";

/// What the emulated heuristics offer: engine 7 is the fastest of the first four that may be taken.
const std::vector<emulation::CudnnEngine> offered{
    {.index = 9, .notes = {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC}, .runs = false},
    {.index = 6, .milliseconds = 500},
    {.index = 7, .workspace = 5000, .milliseconds = 200},
    {.index = 8, .milliseconds = 400},
    {.index = 10, .milliseconds = 300},
    {.index = 11, .milliseconds = 0},
};

struct Emulated {
    EnginesKept kept;
    Emulated() { emulation::cudnn_engines().heuristic = offered; }
    Emulated(const Emulated&) = delete;
    Emulated& operator=(const Emulated&) = delete;
    ~Emulated() {
        emulation::set_device_name("emulated");
        emulation::set_cudnn_version(90000);
    }
};

/// Which engine a pass ends with in a program that is new, and how often engines were asked to run for it.
struct Run {
    std::int64_t engine = 0;
    std::size_t count = 0;
    friend bool operator==(const Run&, const Run&) = default;
};
Run run_once(const std::filesystem::path& file) {
    const emulation::Stream stream;
    detail::Cudnn dnn(stream);
    dnn.choose_engines_by(file.c_str());
    const Tensors<float> tensors;
    emulation::cudnn_engines().asked = 0;
    tensors.run(dnn, small_problem(CudnnPass::forward));
    return {emulation::cudnn_engines().ran, emulation::cudnn_engines().asked};
}
constexpr std::size_t measuring = 4 + 1;  // each engine is recorded, and the fastest runs

std::string line(const std::string& gpu, const std::string& version, const std::string& place_and_engine) {
    return gpu + "\t" + version + "\t" + pass_text + "\t" + place_and_engine + "\n";
}

std::string message(const auto& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

using Network = Sequential<Shape<8, 8, 3>, Conv2d<3, 8, 3, Padding<1>>, ReLU, BatchNorm2d<8>, MaxPool2d<2>,
                           Conv2d<8, 4, 3, Padding<1>>, Flatten, Linear<64, 8>, BatchNorm1d<8>>;
using Verifier = Siamese<Network, ContrastiveLoss>;
template <class Convolutions = CudnnConvolutions>
using Training = Trainer<Verifier, SGD, Cuda<fp32, Convolutions>>;

std::vector<float> pictures(std::size_t count) {
    std::vector<float> all(count * Training<>::image_size);
    Random random(1, RandomPurpose::test);
    for (float& value : all) value = static_cast<float>(random.uniform());
    return all;
}

/// All that a training gives, losses of 3 steps and features, whose passes `engine` must compute: 5 in a step.
std::vector<double> train(const char* engines, std::int64_t engine) {
    Training<>::Settings settings{.batch = {2}};
    settings.device.engines = engines;
    Training<> trainer(settings);
    std::vector<double> given;
    for (int step = 0; step < 3; ++step) {
        auto& computed = emulation::cudnn_engines().computed;
        computed.clear();
        given.push_back(trainer.step(pictures(4), std::vector{PairLabel::same, PairLabel::different}).loss);
        // Before the first step others were measured.
        if (step == 0 && computed.size() > 5) computed.erase(computed.begin(), computed.end() - 5);
        CHECK(computed == std::vector<std::int64_t>(5, engine));
    }
    std::vector<float> features(3 * Training<>::feature_size);
    trainer.embed(pictures(3), features);
    given.insert(given.end(), features.begin(), features.end());
    return given;
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("the fastest of the first four engines is measured once and holds from then on") {
    const Emulated emulated;
    const TemporaryFolder folder;
    const auto file = folder / "engines.txt";
    CHECK(run_once(file) == Run{7, measuring});
    CHECK(read_text(file) == first_line + line("emulated", "90000", "1\t7"));
    emulation::cudnn_engines().heuristic[1].milliseconds = 0;
    CHECK(run_once(file) == Run{7, 1});
    CHECK(folder.entries() == 1);
}

TEST_CASE("what was measured for another GPU, another cuDNN or another list of engines is no choice") {
    const Emulated emulated;
    const TemporaryFolder folder;
    const auto file = folder / "engines.txt";
    CHECK(run_once(file) == Run{7, measuring});
    emulation::cudnn_engines().heuristic[3].milliseconds = 100;
    emulation::set_device_name("another");
    CHECK(run_once(file) == Run{8, measuring});
    emulation::set_cudnn_version(91900);
    emulation::cudnn_engines().heuristic[4].milliseconds = 0;
    CHECK(run_once(file) == Run{10, measuring});
    emulation::cudnn_engines().heuristic[4] = {.index = 12, .milliseconds = 500};
    CHECK(run_once(file) == Run{8, measuring});  // place 3 is not engine 10 any more
    const std::string others = first_line + line("emulated", "90000", "1\t7") + line("another", "90000", "2\t8");
    CHECK(read_text(file) == others + line("another", "91900", "2\t8"));
    emulation::set_device_name("emulated");
    emulation::set_cudnn_version(90000);
    CHECK(run_once(file) == Run{7, 1});
    write_text(file, first_line + line("emulated", "90000", "4\t11"));  // of more engines than are offered
    CHECK(run_once(file) == Run{8, measuring});
}

TEST_CASE("one engine is not measured; without a file none is") {
    const Emulated emulated;
    const TemporaryFolder folder;
    emulation::cudnn_engines().heuristic.resize(2);
    CHECK(run_once(folder / "engines.txt") == Run{6, 1});
    CHECK(folder.entries() == 0);
    emulation::cudnn_engines().heuristic = offered;
    const emulation::Stream stream;
    detail::Cudnn dnn(stream);
    emulation::cudnn_engines().asked = 0;
    Tensors<float>().run(dnn, small_problem(CudnnPass::forward));
    CHECK(emulation::cudnn_engines().ran == 6);
    CHECK(emulation::cudnn_engines().asked == 1);
}

TEST_CASE("a damaged file is one error that names the line") {
    const TemporaryFolder folder;
    const auto file = folder / "engines.txt";
    const auto refused_line = [&](const std::string& text) {
        write_text(file, text);
        const std::string said = message([&] { EngineFile read(file); });
        const std::string begin = file.string() + ": line ";
        if (!said.starts_with(begin)) return said;
        CHECK(said.find(" is not as ditto writes its choices of cuDNN's engines; if it is damaged, delete the file") !=
              std::string::npos);
        return said.substr(begin.size(), 1);
    };
    const std::string good = line("a", "1", "0\t5");
    CHECK(refused_line(first_line + good + good) == "");
    CHECK(refused_line("") == "1");
    CHECK(refused_line("settings\n") == "1");
    CHECK(refused_line(good) == "1");
    CHECK(refused_line(first_line.substr(0, first_line.size() - 1)) == "1");
    CHECK(refused_line(first_line + "\n") == "2");
    CHECK(refused_line(first_line + good + good.substr(0, good.size() - 1)) == "3");
    CHECK(refused_line(first_line + good + "a\t1\tpass\t0\n") == "3");
    CHECK(refused_line(first_line + "a\t1\tpass\t0\t5\t\n") == "2");
    CHECK(refused_line(first_line + "a\t\tpass\t0\t5\n") == "2");
    CHECK(refused_line(first_line + "a\t1\tpass\t-1\t5\n") == "2");
    CHECK(refused_line(first_line + "a\t1\tpass\t0\t5x\n") == "2");
    CHECK(refused_line(first_line + "a\t1\tpass\t0\t99999999999999999999\n") == "2");
    const std::string no_file = message([&] { EngineFile read(folder / ""); });
    CHECK(no_file.find("not a regular file") != std::string::npos);
}

TEST_CASE("what another process has written in the meantime stays, also for the same pass") {
    const TemporaryFolder folder;
    const auto file = folder / "engines.txt";
    const EngineChoice mine{"a", "1", "pass", 0, 5}, theirs{"a", "1", "pass", 1, 6}, other{"b", "1", "pass", 2, 7};
    EngineFile first(file), second(file);
    CHECK(first.remember(other) == other);
    CHECK(first.remember(theirs) == theirs);
    CHECK(second.remember(mine) == theirs);
    REQUIRE(second.find(mine) != nullptr);
    CHECK(*second.find(mine) == theirs);
    CHECK(second.remember(mine) == mine);  // it knows theirs by now
    CHECK(*EngineFile(file).find(theirs) == mine);
    CHECK(*EngineFile(file).find(other) == other);

    const Emulated emulated;
    const auto another = folder / "another.txt";
    const emulation::Stream stream;
    detail::Cudnn dnn(stream);
    dnn.choose_engines_by(another.c_str());
    write_text(another, first_line + line("emulated", "90000", "2\t8"));
    Tensors<float>().run(dnn, small_problem(CudnnPass::forward));
    CHECK(emulation::cudnn_engines().ran == 8);
}

TEST_CASE("a training measures before its first step and computes the same, and so does a frozen network") {
    const Emulated emulated;
    const TemporaryFolder folder;
    const std::string file = (folder / "engines.txt").string();
    const std::vector<double> plain = train(nullptr, 6);
    CHECK(train(file.c_str(), 7) == plain);
    CHECK(emulation::cudnn_engines().ran == 7);
    const std::string chosen = read_text(file);
    CHECK(lines(chosen) == 1 + 5 + 2);  // five passes of a step, two for features of 3 images
    CHECK(chosen.find("the weight's gradient of a convolution of 4 images [4, 4, 8]") != std::string::npos);
    for (auto& engine : emulation::cudnn_engines().heuristic) engine.milliseconds = 0;
    emulation::cudnn_engines().asked = 0;
    CHECK(train(file.c_str(), 7) == plain);
    CHECK(emulation::cudnn_engines().asked == 5 + 2);  // a step is recorded once
    CHECK(read_text(file) == chosen);

    const auto features_of = [](const char* engines) {
        Cuda<fp32> device;
        device.engines = engines;
        Inference<Verifier, Cuda<fp32>> frozen(4, device);
        std::vector<float> features(4 * Training<>::feature_size);
        frozen.embed(pictures(4), features);
        return features;
    };
    emulation::cudnn_engines().heuristic = offered;
    CHECK(features_of(file.c_str()) == features_of(nullptr));
}

TEST_CASE("a file that cannot be used is an error before anything is computed") {
    const TemporaryFolder folder;
    const std::string file = (folder / "engines.txt").string();
    write_text(file, "no choices");
    const auto made_with = [&]<class Convolutions>(Convolutions) {
        typename Training<Convolutions>::Settings settings{.batch = {2}};
        settings.device.engines = file.c_str();
        return message([&] { Training<Convolutions> trainer(settings); });
    };
    CHECK(made_with(CudnnConvolutions()).find("line 1 is not as ditto writes") != std::string::npos);
    CHECK(made_with(UnfoldedConvolutions()) ==
          file + " is for a choice between cuDNN's engines, and convolutions are unfolded here; name no such file");
}

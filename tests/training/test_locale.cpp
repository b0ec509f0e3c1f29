// Numbers in files and texts do not follow the user's country, whatever locale an application has set.
#include <doctest/doctest.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <locale>
#include <string>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/core/number_text.hpp"
#include "ditto/training/checkpoint.hpp"
#include "ditto/training/run_directory.hpp"
#include "small_training.hpp"

namespace {

class CommaPoint : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

// While it lives, streams of C++ write 1.234,5 and, where such a locale is installed, printf does.
class CommaLocale {
  public:
    CommaLocale() {
        std::locale::global(std::locale(std::locale::classic(), new CommaPoint));
        if (std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr) return;
        // Debian has what it is made of where it is not installed.
        const std::string make = "localedef -i de_DE -f UTF-8 '" + (folder_ / "de_DE.UTF-8").string() + "' 2>/dev/null";
        if (std::system(make.c_str()) == 0 && ::setenv("LOCPATH", (folder_ / "").c_str(), 1) == 0 &&
            std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr)
            return;
        std::puts("note: no locale with a decimal comma is installed; C's own functions were not tried");
    }
    CommaLocale(const CommaLocale&) = delete;
    CommaLocale& operator=(const CommaLocale&) = delete;
    ~CommaLocale() {
        std::locale::global(std::locale::classic());
        std::setlocale(LC_ALL, "C");
        ::unsetenv("LOCPATH");
    }

  private:
    TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("numbers as text") {
    CHECK(ditto::detail::fixed(3.14159, 2) == "3.14");
    CHECK(ditto::detail::fixed(-0.05, 1) == "-0.1");
    CHECK(ditto::detail::fixed(1e300, 2).size() == 304);
    CHECK(ditto::detail::with_commas(1234567) == "1,234,567");
}

TEST_CASE("a comma locale changes no file") {
    using Trainer = SmallTrainer<>;
    const TemporaryFolder folder;
    const auto write = [&](const std::string& name) {
        ditto::MetricsFile metrics(folder / (name + ".csv"), ditto::ScoreKind::distance);
        ditto::EpochMetrics epoch;
        epoch.pairs = 12345;
        epoch.loss = 1234.5;
        metrics.add(1, 123456, epoch, {0.25, 0.5, 0.75}, 1e-7, 1234.5);
        Trainer trainer(small_settings<Trainer>());
        trainer.resume_at(1234567);
        ditto::EpochRecorder recorder(ditto::ScoreKind::distance, 8.0, 4);
        ditto::TrainingState state{.best_measure = 1234.5, .threshold = 0.1, .seconds = 1e-9};
        ditto::save_checkpoint(folder / (name + ".checkpoint"), trainer, state, recorder, {});
        ditto::WeightsInfo info{"small", "contrastive", 1234.5, 0.25, ditto::ImageRecipe{0.5, 16, 16}};
        info.calibration = ditto::Calibration{-1.5, 1000.25};
        ditto::save_weights(folder / (name + ".weights"), trainer.weights(), info);
    };
    write("plain");
    const CommaLocale locale;
    write("comma");
    for (const std::string kind : {".csv", ".checkpoint", ".weights"}) {
        CAPTURE(kind);
        CHECK((read_text(folder / ("comma" + kind)) == read_text(folder / ("plain" + kind))));
    }
    CHECK(ditto::detail::fixed(1234.5, 1) == "1234.5");
    if (std::localeconv()->decimal_point[0] == ',') CHECK(std::to_string(0.5) == "0,500000");  // the locale is at work

    Trainer trainer(small_settings<Trainer>());
    ditto::EpochRecorder recorder(ditto::ScoreKind::distance, 8.0, 4);
    const auto state = ditto::load_checkpoint(folder / "plain.checkpoint", trainer, recorder, {});
    CHECK(state.best_measure == 1234.5);
    CHECK(state.threshold == 0.1);
    CHECK(state.seconds == 1e-9);
    CHECK(trainer.steps() == 1234567);
    const auto info = ditto::load_weights(folder / "plain.weights", trainer.weights(), "small");
    CHECK(info.threshold == 0.25);
    CHECK(info.recipe->crop == 0.5);
    CHECK(info.calibration->intercept == 1000.25);
}

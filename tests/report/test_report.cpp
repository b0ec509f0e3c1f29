#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>

#include "../images/images.hpp"
#include "../support/temporary_folder.hpp"
#include "ditto/report/report.hpp"
#include "search_path.hpp"
#include "synthetic.hpp"

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
    return found;
}

}  // namespace

TEST_CASE("a page with every section, that loads nothing") {
    ditto::ReportData data = synthetic_report();
    data.threshold = 0.987654321;
    data.images.emplace_back("an image of no pair");
    const std::string page = ditto::report_page(data);
    for (const std::string id :
         {"figures", "training", "scores", "errors", "map", "network", "memory", "settings", "times"})
        CHECK(count(page, "<section id=\"" + id + "\"") == 1);
    CHECK(count(page, "<svg ") == 7);  // three of the training, ROC, histogram, map, memory
    CHECK(count(page, "<figure class=\"pair\">") == 16);
    CHECK(count(page, "data:image/jpeg;base64,") == 32 + 15 * 3);
    CHECK(page.size() < 5'000'000);
    CHECK_FALSE(contains(page, "<script"));
    CHECK_FALSE(contains(page, "@import"));
    CHECK_FALSE(contains(page, "<link"));
    // Addresses are names of the SVG's vocabularies, nothing else.
    CHECK(count(page, "://") == count(page, "xmlns=\"http://www.w3.org/2000/svg\"") +
                                    count(page, "xmlns:xlink=\"http://www.w3.org/1999/xlink\""));
    CHECK(count(page, "src=\"") == count(page, "src=\"data:"));
    CHECK(contains(page, "16,782,096"));  // parameters in all
    CHECK(contains(page, "None of these people exists."));
    CHECK(contains(page, "wrong side of the threshold, 0.9877, those"));
    std::set<std::uint32_t> images;
    for (const ditto::Pair& pair : data.pairs) images.insert({pair.left, pair.right});
    CHECK(contains(page, "500 of different people, " + std::to_string(images.size()) + " images</p>"));
    CHECK(ditto::report_page(data) == page);
}

TEST_CASE("what accuracy is worth beside what needs no learning, and the best epoch") {
    ditto::ReportData data = synthetic_report();
    data.best_epoch = 6;
    const double accuracy = ditto::report_findings(data).accuracy;  // of 1000 pairs: its standard error is about 0.01
    CHECK_FALSE(contains(ditto::report_page(data), "without learning"));
    data.floor = accuracy - 0.1;
    std::string page = ditto::report_page(data);
    CHECK(contains(page, "without learning, gets " + ditto::detail::percent_text(accuracy - 0.1)));
    CHECK(contains(page, "the network gets 10.0 points more"));
    CHECK(contains(page, "<th scope=\"row\">best epoch</th><td>6 of 12</td>"));
    CHECK(contains(page, "<th scope=\"row\">its accuracy of the validation pairs</th><td>80.0 %</td>"));
    data.floor = accuracy - 0.01;
    page = ditto::report_page(data);
    CHECK(contains(page, "is not clearly more: that the network has learnt anything is not shown"));
    CHECK_FALSE(contains(page, "and always the more frequent answer"));
    data.floor = 0.25;  // below what always "same" gets right, which then is what counts
    page = ditto::report_page(data);
    CHECK(contains(page, "gets 25.0 % right, and always the more frequent answer 50.0 %; the network gets"));
    data.best_epoch = 5;  // without validation pairs
    page = ditto::report_page(data);
    CHECK(contains(page, "<td>5 of 12</td>"));
    CHECK_FALSE(contains(page, "its accuracy of the validation pairs"));
    data.metrics = ditto::parse_metrics("epoch,loss,validation_area\n4,0.5,0.75\n5,0.25,0.875\n", "areas");
    page = ditto::report_page(data);
    CHECK(contains(page, "<th scope=\"row\">its area under the ROC curve</th><td>0.875</td>"));
}

TEST_CASE("no errors, no pictures of people, and what epochs do not say are left out") {
    ditto::ReportData data = synthetic_report(100, 10);
    for (std::size_t i = 0; i < data.pairs.size(); ++i)
        data.scores[i] = data.pairs[i].label == ditto::PairLabel::same ? 0.5 : 1.5;
    std::string page = ditto::report_page(data);
    CHECK_FALSE(contains(page, "<section id=\"errors\""));
    CHECK(contains(page, "<div class=\"person\">"));
    CHECK(contains(page, "<td>150 s in 12 epochs</td>"));
    CHECK(contains(page, "<td>12.5 s</td>"));
    CHECK(contains(page, "<td>176.0 pairs a second</td>"));
    data.picture = nullptr;
    data.metrics = ditto::parse_metrics("epoch,loss,seconds\n1,0.5,8\n", "no pairs");
    page = ditto::report_page(data);
    CHECK(contains(page, "<section id=\"map\""));
    CHECK_FALSE(contains(page, "<div class=\"person\">"));
    CHECK_FALSE(contains(page, "<img"));
    CHECK(contains(page, "<td>8 s in 1 epoch</td>"));
    CHECK_FALSE(contains(page, "pairs a second"));
    data.metrics = ditto::parse_metrics("epoch,pairs,loss,seconds\n1,100,0.5,0\n", "no time");
    page = ditto::report_page(data);
    CHECK(contains(page, "<td>0 s in 1 epoch</td>"));
    CHECK_FALSE(contains(page, "pairs a second"));
}

TEST_CASE("a picture in the page is small, and has pixels") {
    const std::string small = ditto::picture_element(smooth_image(50, 100), "a & b", 20);
    CHECK(contains(small, "width=\"20\" height=\"10\" alt=\"a &amp; b\">"));
    CHECK(contains(ditto::picture_element(smooth_image(50, 100), "a"), "width=\"100\" height=\"50\""));
    for (const ditto::Image& empty : {ditto::Image{}, ditto::Image{0, 3, {}}, ditto::Image{3, 0, {}}})
        CHECK(
            contains(error_of([&] { ditto::picture_element(empty, "a.png"); }), "the picture of a.png has no pixels"));
#ifndef DITTO_COMPILE_STB
    // Wider than libjpeg writes.
    const std::string error = error_of([] { ditto::picture_element(blank_image(1, 65501), "a.png", 70000); });
    CHECK(contains(error, "the picture of a.png cannot be encoded as JPEG"));
#endif
}

TEST_CASE("a path may be broken after each of its parts and words") {
    CHECK(ditto::path_element("a-b/c_d.jpg") == "a-<wbr>b/<wbr>c_<wbr>d.jpg");
    CHECK(ditto::path_element("<a>/b") == "&lt;a&gt;/<wbr>b");
}

TEST_CASE("the figures are those of the pairs, counted by hand") {
    ditto::ReportData data;
    data.threshold = 0.55;
    using enum ditto::PairLabel;
    data.images = {"a", "b"};
    for (const auto label : {same, same, different, different, different}) data.pairs.push_back({0, 1, label});
    data.scores = {0.2, 0.6, 0.5, 0.9, 3.0};  // right but for the second and third
    const ditto::ReportFindings findings = ditto::report_findings(data);
    CHECK(findings.accuracy == 0.6);
    // Of two same pairs one is right, of three different ones two: the variances of both kinds' counts, by resampling
    // each on its own; 1000 resamples know it to 2 %, and it is drawn from a fixed seed.
    CHECK(*findings.errors.accuracy == doctest::Approx(std::sqrt(2 * 0.25 + 3 * 2.0 / 9) / 5).epsilon(0.06));
    CHECK(findings.at_threshold.true_accepts == 1);
    CHECK(findings.at_threshold.false_accepts == 1);
    const std::string page = ditto::report_page(data);
    CHECK(contains(page, "<b>60.0 %</b><span>accuracy at the stored threshold; standard error "));
    CHECK(contains(page, "accepts 50.0 % of the same pairs, and 33.3 % of the different ones"));
    CHECK(contains(page, "pairs: 1 wrong accepts, 1 wrong rejects"));
    CHECK(count(page, "<section ") == 2);  // figures and scores: what has no data is left out

    data.threshold.reset();  // the best on these pairs: between 0.2 and 0.5, or 0.6 and 0.9
    CHECK(ditto::report_findings(data).accuracy == 0.8);
    CHECK(contains(ditto::report_page(data), "on the optimistic side"));
}

TEST_CASE("one epoch of training is a table, not a curve of one point") {
    ditto::ReportData data = synthetic_report(100, 10);
    data.metrics = ditto::parse_metrics("epoch,loss,accuracy\n1,1234.56,0.75\n", "one epoch");
    const std::string page = ditto::report_page(data);
    CHECK(contains(page, "<th scope=\"row\">accuracy of the training pairs</th><td>75.0 %</td>"));
    CHECK(contains(page, "<td>1235</td>"));
    CHECK(count(page, "<svg ") == 4);  // ROC, histogram, map, memory
}

TEST_CASE("numbers of an axis") {
    CHECK(ditto::detail::tick_step(1.0, 6) == doctest::Approx(0.2));
    CHECK(ditto::detail::tick_step(9000.0, 6) == doctest::Approx(2000));
    CHECK(ditto::detail::tick_step(0.07, 6) == doctest::Approx(0.02));
    CHECK(ditto::detail::tick_step(50.0, 6) == doctest::Approx(10));
}

TEST_CASE("the most confident errors come first, of distances and of probabilities") {
    using enum ditto::PairLabel;
    using ditto::ScoreKind;
    const std::vector labels{same, different, different, different, same};
    const std::vector scores{0.9, 0.1, 0.4, 0.7, 0.6};
    const auto errors = [&](ScoreKind kind, ditto::PairLabel label, std::size_t most) {
        return ditto::confident_errors(scores, labels, kind, 0.5, label, most);
    };
    using Positions = std::vector<std::size_t>;
    CHECK(errors(ScoreKind::distance, different, 8) == Positions{1, 2});
    CHECK(errors(ScoreKind::distance, same, 8) == Positions{0, 4});
    CHECK(errors(ScoreKind::distance, same, 1) == Positions{0});
    CHECK(errors(ScoreKind::probability, different, 8) == Positions{3});
    CHECK(errors(ScoreKind::probability, same, 8).empty());
}

TEST_CASE("the people with most images are drawn, who comes first of equals") {
    const std::vector<std::string> people = {"b", "a", "c", "b", "", "a", "c", "c", "once", ""};
    const auto chosen = ditto::choose_people(people, 2, 2);
    REQUIRE(chosen.size() == 2);
    CHECK(chosen[0].name == "c");
    CHECK(chosen[0].images == std::vector<std::size_t>{2, 6});
    CHECK(chosen[1].name == "b");
    CHECK(ditto::choose_people(people).size() == 3);
}

TEST_CASE("names with any characters stay text, in the page and in gnuplot's scripts") {
    ditto::ReportData data = synthetic_report(200, 20);
    const std::string name = "<script>'\"&\\`$(x)`@x#{a}_^\n\xFF";
    data.title = data.pairs_name = data.program = name;
    for (std::string& image : data.images) image += name;
    for (ditto::MapPerson& person : data.people) person.name += name;
    data.settings.emplace_back(name, name);
    data.layers.push_back({name, name, 1, 1});
    const std::string page = ditto::report_page(data);
    CHECK_FALSE(contains(page, "<script"));
    CHECK(contains(page, "&lt;script&gt;&#39;&quot;&amp;\\`$(x)`@x#{a}_^ \xEF\xBF\xBD"));
    // In a plot's legend all are there, cut to 24 characters; gnuplot escapes what must be.
    for (std::size_t i = 0; i < 9; ++i)
        CHECK(contains(page,
                       "<text>" + data.people[i].name.substr(0, 8) + "&lt;script>'\"&amp;\\`$(\xE2\x80\xA6</text>"));
    CHECK(count(page, "&lt;script>'\"&amp;") == 15);
}

TEST_CASE("gnuplot has no complaint about any plot") {
    const TemporaryFolder folder;
    write_text(folder / "gnuplot", "#!/bin/sh\nPATH='" + std::string(std::getenv("PATH")) + "'\ngnuplot \"$@\" 2>>'" +
                                       (folder / "log").string() + "'\n");
    chmod((folder / "gnuplot").c_str(), 0700);
    const SearchPath path(folder / "");
    ditto::ReportData data = synthetic_report(100, 10);
    ditto::report_page(data);
    data.metrics = ditto::parse_metrics("epoch,loss,accuracy\n1,0.5,0.5\n2,0.5,0.5\n", "no change");
    std::ranges::fill(data.scores, 1.0);  // all in one place, on the threshold
    std::ranges::fill(data.map_features, 1.0F);
    ditto::report_page(data);
    data.score_kind = ditto::ScoreKind::probability;
    data.threshold = 0.5;
    data.metrics = ditto::parse_metrics("epoch,loss,accuracy\n1,nan,\n2,0,\n3,0,\n", "zeros");
    ditto::report_page(data);
    data.metrics = ditto::parse_metrics("epoch,loss,accuracy\n,0.75,0.5\n2,0.5,0.75\n3,0.25,1\n", "an unknown epoch");
    ditto::report_page(data);
    CHECK(std::filesystem::exists(folder / "log"));
    CHECK(read_text(folder / "log") == "");
}

TEST_CASE("a file is written whole or not at all") {
    const TemporaryFolder folder;
    const ditto::ReportData data = synthetic_report(100, 10);
    ditto::require_report(folder / "report.html");
    CHECK(folder.entries() == 0);
    ditto::write_report(folder / "report.html", data);
    CHECK(read_text(folder / "report.html") == ditto::report_page(data));
    CHECK(contains(error_of([&] { ditto::require_report(folder / "none/report.html"); }), "cannot write"));
    write_text(folder / "old.html", "old");
    {
        const SearchPath path(folder / "");
        CHECK(contains(error_of([&] { ditto::require_report(folder / "old.html"); }), "install gnuplot-nox"));
        CHECK(contains(error_of([&] { ditto::write_report(folder / "old.html", data); }), "install gnuplot-nox"));
    }
    CHECK(read_text(folder / "old.html") == "old");
    CHECK(folder.entries() == 2);
}

TEST_CASE("data that cannot be shown is an error") {
    ditto::ReportData data = synthetic_report(100, 10);
    data.scores[3] = std::nan("");
    CHECK(contains(error_of([&] { ditto::report_page(data); }), "the score of pair 3"));
    data.scores.pop_back();
    CHECK(contains(error_of([&] { ditto::report_page(data); }), "99 scores for 100 pairs"));
}

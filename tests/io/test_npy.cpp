// .npy files, against bytes that numpy.save writes.
#include <doctest/doctest.h>

#include <cstring>
#include <ditto/core/error.hpp>
#include <ditto/io/npy.hpp>
#include <span>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"

TEST_CASE("a matrix, row by row") {
    const TemporaryFolder folder;
    ditto::NpyWriter file(folder / "file.npy", {2, 3});
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    file.append(std::span(values).first(3));
    file.append(std::span(values).last(3));
    CHECK(folder.entries() == 1);  // the temporary file
    file.commit();
    CHECK(folder.entries() == 1);

    const std::string bytes = read_text(folder / "file.npy");
    REQUIRE(bytes.size() == 128 + 24);
    CHECK(bytes.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));
    CHECK(bytes.substr(10, 118) ==
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3,), }" + std::string(58, ' ') + '\n');
    CHECK(std::memcmp(bytes.data() + 128, values.data(), 24) == 0);
}

TEST_CASE("a vector, and an array of nothing") {
    const TemporaryFolder folder;
    ditto::NpyWriter vector(folder / "vector.npy", {1});
    vector.append(std::vector<float>{0.5F});
    vector.commit();
    CHECK(read_text(folder / "vector.npy").find("'shape': (1,), }") != std::string::npos);
    CHECK(std::filesystem::file_size(folder / "vector.npy") == 128 + 4);
    ditto::NpyWriter(folder / "empty.npy", {0, 1024}).commit();
    CHECK(std::filesystem::file_size(folder / "empty.npy") == 128);
}

TEST_CASE("values that do not fill the shape exactly are refused, and no file appears") {
    const TemporaryFolder folder;
    const std::vector<float> three{1, 2, 3};
    {
        ditto::NpyWriter file(folder / "file.npy", {2, 2});
        file.append(three);
        CHECK_THROWS_WITH_AS(file.append(three), doctest::Contains("more values"), ditto::Error);
        CHECK_THROWS_WITH_AS(file.commit(), doctest::Contains("fewer values"), ditto::Error);
    }
    CHECK(folder.entries() == 0);
}

TEST_CASE("shapes that no file can have are refused before one is begun") {
    const TemporaryFolder folder;
    const std::size_t half = std::size_t{1} << 32;
    for (const std::vector<std::size_t>& shape : std::vector<std::vector<std::size_t>>{
             {half, half}, {half, half, 0}, {~std::size_t{0}}, {std::size_t{1} << 62}, {~std::size_t{0}, 0}})
        CHECK_THROWS_WITH_AS(ditto::NpyWriter(folder / "file.npy", shape), doctest::Contains("more values than a file"),
                             ditto::Error);
    CHECK_THROWS_WITH_AS(ditto::NpyWriter(folder / "file.npy", std::vector<std::size_t>(33, 1)),
                         doctest::Contains("33 axes"), ditto::Error);
    CHECK_NOTHROW(ditto::NpyWriter(folder / "file.npy", std::vector<std::size_t>(32, 1)));
    CHECK(folder.entries() == 0);
}

// Damaged safetensors files: each is refused with one line that says what is wrong.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <ctime>
#include <ditto/core/error.hpp>
#include <ditto/io/safetensors_reader.hpp>
#include <span>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"

namespace {

std::string length(std::uint64_t bytes) {
    std::string text(sizeof bytes, '\0');
    std::memcpy(text.data(), &bytes, sizeof bytes);
    return text;
}

/// What the reader says of a file of these bytes; "" where it takes them.
std::string complaint(const std::string& bytes) {
    const TemporaryFolder folder;
    write_text(folder / "file", bytes);
    try {
        const ditto::SafetensorsReader file(folder / "file");
        return "";
    } catch (const ditto::Error& error) {
        const std::string message = error.what();
        CHECK(message.starts_with((folder / "file").string() + ": "));
        CHECK(message.find('\n') == std::string::npos);
        return message;
    }
}

std::string complaint(const std::string& header, std::size_t data_bytes) {
    return complaint(length(header.size()) + header + std::string(data_bytes, 'x'));
}

void expect(const std::string& text, const std::string& part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
}

std::string tensor(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"t":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

}  // namespace

TEST_CASE("the files that the damaged ones are made from are taken") {
    CHECK(complaint("{}", 0).empty());
    CHECK(complaint("  {}  ", 0).empty());
    CHECK(complaint(tensor("F32", "[2,3]", "[0,24]"), 24).empty());
    CHECK(complaint(tensor("F32", "[]", "[0,4]"), 4).empty());
    CHECK(
        complaint(
            R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
            3)
            .empty());
}

TEST_CASE("what torch.save writes is named: a zip archive, and the pickle of old versions") {
    expect(complaint("PK\x03\x04" + std::string(60, 'x')), "a file of torch.save or another archive");
    expect(complaint("\x80\x02\x8A" + std::string(60, 'x')), "a file of torch.save or another archive");
}

TEST_CASE("a seal that is missing, wrong, or another tensor of that name") {
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& header, std::size_t bytes) {
        write_text(folder / "file", length(header.size()) + header + std::string(bytes, '1'));
        const ditto::SafetensorsReader file(folder / "file");
        try {
            file.require_seal();
        } catch (const ditto::Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string name = ditto::detail::seal_name, quoted = "\"" + name + "\"";
    const std::string said = R"("__metadata__":{)" + quoted + R"(:"XXH64"},)";
    const auto last = [&](const char* dtype, int count, int bytes) {
        return quoted + R"(:{"dtype":")" + dtype + R"(","shape":[)" + std::to_string(count) +
               R"(],"data_offsets":[0,)" + std::to_string(bytes) + "]}}";
    };
    CHECK(refused("{}", 0).empty());  // never sealed
    CHECK(refused("{" + last("F32", 2, 8), 8).empty());
    CHECK(refused("{" + last("U8", 7, 7), 7).empty());
    expect(refused("{" + said + last("F32", 2, 8), 8), "its checksum is missing");
    expect(refused(R"({"__metadata__":{)" + quoted + R"(:"XXH64"}})", 0), "its checksum is missing");
    expect(refused("{" + said + last("U8", 8, 8), 8), "its checksum is wrong");
}

TEST_CASE("files that end too early") {
    expect(complaint(""), "has 0 bytes");
    expect(complaint("1234567"), "has 7 bytes");
    expect(complaint(length(10) + "{}"), "truncated: 8 bytes of its header are missing");
    expect(complaint(tensor("F32", "[2,3]", "[0,24]"), 20), "truncated: 4 bytes of its data are missing");
    expect(complaint(tensor("F32", "[2,3]", "[0,24]"), 0), "truncated: 24 bytes of its data are missing");
    expect(complaint(tensor("F32", "[2,3]", "[0,24]"), 25), "1 bytes after its last tensor");
}

TEST_CASE("headers of impossible length") {
    expect(complaint(length(std::uint64_t{1} << 60) + "{}"),
           "claims 1152921504606846976 bytes, more than the 100000000");
    expect(complaint(length(~std::uint64_t{0}) + "{}"), "claims 18446744073709551615 bytes");
    expect(complaint(length(100'000'001) + "{}"), "claims 100000001 bytes");
    expect(complaint(length(100'000'000) + "{}"), "99999998 bytes of its header are missing");
    expect(complaint("this is a text file, not weights"), "claims ");
}

TEST_CASE("headers that are not the JSON they should be") {
    expect(complaint("", 0), "not JSON at byte 1");
    expect(complaint("{\"a\"", 0), "not JSON at byte 5");
    expect(complaint("{} {}", 0), "not JSON at byte 4");
    expect(complaint("{\"\xFF\":{}}", 0), "not JSON");
    expect(complaint("[]", 0), "a list where a JSON object belongs");
    expect(complaint(R"({"t":[[],[],[]]})", 0), "a list where a JSON object belongs");
    expect(complaint("null", 0), "no JSON object");
    expect(complaint("NaN", 0), "not JSON at byte 1");
    expect(complaint(tensor("F32", "[NaN]", "[0,4]"), 4), "not JSON at byte");
    expect(complaint("{\"t\0\":1}", 0), "not JSON at byte");
    expect(complaint(R"({"__metadata__":{"a":1}})", 0), "no object of texts");
    expect(complaint(R"({"__metadata__":"a"})", 0), "no object of texts");
    expect(complaint(R"({"__metadata__":{"a":null}})", 0), "no object of texts");
    expect(complaint(R"({"__metadata__":false})", 0), "no object of texts");
    CHECK(complaint(R"({"__metadata__":null})", 0).empty());  // as some write that there is none
}

TEST_CASE("numbers that no type holds, wherever they are") {
    // 1e999 is no double; the JSON library would complain in its own words.
    for (const std::string number : {"1e999", "-1e999", "1e9999999999999999999"}) {
        expect(complaint(tensor("F32", "[" + number + "]", "[0,4]"), 4), "a number that is too large");
        expect(complaint(tensor("F32", "[1]", "[0," + number + "]"), 4), "a number that is too large");
        expect(complaint(R"({"t":)" + number + "}", 0), "a number that is too large");
        expect(complaint(R"({"__metadata__":{"a":)" + number + "}}", 0), "a number that is too large");
        expect(complaint(number, 0), "a number that is too large");
    }
    expect(complaint(tensor("F32", "[1e2]", "[0,400]"), 400), "no shape of whole numbers");
    expect(complaint(tensor("F32", "[1]", "[-4,0]"), 4), "no pair of data_offsets");
    expect(complaint(tensor("F32", "[1]", "[0.0,4.0]"), 4), "no pair of data_offsets");
    expect(complaint(tensor("F32", "[1]", "[0,18446744073709551616]"), 4), "no pair of data_offsets");
    expect(complaint(tensor("F32", "[1]", "[18446744073709551612,18446744073709551616]"), 4), "no pair");
    expect(complaint(tensor("F32", "[1]", "[18446744073709551611,18446744073709551615]"), 4), "after a hole");
}

TEST_CASE("nests and lists that have no end cost neither stack nor memory") {
    const std::string open(1'000'000, '['), close(1'000'000, ']');
    expect(complaint(open, 0), "a list where a JSON object belongs");
    expect(complaint(R"({"t":{"shape":)" + open + close + "}}", 0), "nested deeper");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
    expect(complaint(objects, 0), "nested deeper");
    std::string numbers = "[1";
    for (int i = 0; i < 63; ++i) numbers += ",1";
    CHECK(complaint(tensor("U8", numbers + "]", "[0,1]"), 1).empty());
    expect(complaint(tensor("U8", numbers + ",1]", "[0,1]"), 1), "a list of more than 64 numbers");
    std::string names = R"({"__metadata__":{"0":"")";
    for (int i = 1; i < 300'000; ++i) names += ",\"" + std::to_string(i) + R"(":"")";
    expect(complaint(names + "}}", 0), "more than 65536 tensors or entries of metadata");
}

TEST_CASE("a header of very many tensors is read in time that grows with its length") {
    const auto processor_time = [](int tensors) {  // the machine's other work does not count
        std::string header = "{";
        for (int i = 0; i < tensors; ++i)
            header +=
                (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
        const std::clock_t began = std::clock();
        CHECK(complaint(header + "}", 0).empty());
        return static_cast<double>(std::clock() - began);
    };
    // Of four times the length: four times the time, or sixteen if it grew with the square.
    CHECK(processor_time(60'000) < 9 * processor_time(15'000));
}

TEST_CASE("names that occur twice") {
    const std::string entry = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
    expect(complaint(R"({"t":)" + entry + R"(,"t":)" + entry + "}", 0), R"(has "t" twice)");
    expect(complaint(R"({"t":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}})", 0),
           R"(has "dtype" twice)");
    expect(complaint(R"({"__metadata__":{"a\nb":"1","a\nb":"2"}})", 0), R"(has "a\nb" twice)");
}

TEST_CASE("entries that are incomplete or make no sense") {
    expect(complaint(R"({"t":3})", 0), R"(tensor "t" has no dtype)");
    expect(complaint(R"({"t":{"dtype":3}})", 0), "no dtype");
    expect(complaint(R"({"t":{"dtype":"F32"}})", 0), "no shape");
    expect(complaint(R"({"t":{"dtype":"F32","shape":[]}})", 0), "no pair of data_offsets");
    expect(complaint(tensor("F12", "[2]", "[0,8]"), 8), R"(unknown dtype "F12")");
    expect(complaint(tensor("F32", "[-2]", "[0,8]"), 8), "no shape of whole numbers");
    expect(complaint(tensor("F32", "[2.0]", "[0,8]"), 8), "no shape of whole numbers");
    expect(complaint(tensor("F32", "[18446744073709551616]", "[0,8]"), 8), "no shape of whole numbers");
    expect(complaint(tensor("F32", "{}", "[0,8]"), 8), "no shape of whole numbers");
    expect(complaint(tensor("F32", "[2]", "[8]"), 8), "no pair of data_offsets");
    expect(complaint(tensor("F32", "[2]", "[0,4,8]"), 8), "no pair of data_offsets");
    expect(complaint(tensor("F32", "[2]", "[0,-8]"), 8), "no pair of data_offsets");
}

TEST_CASE("shapes that do not match their data") {
    expect(complaint(tensor("F32", "[2,3]", "[0,23]"), 23), "needs 24 bytes");
    expect(complaint(tensor("F32", "[2,3]", "[24,0]"), 24), "needs 24 bytes");
    expect(complaint(tensor("F32", "[4294967296,4294967296]", "[0,0]"), 0), "more than 2^64 bytes");
    expect(complaint(tensor("F32", "[4611686018427387904]", "[0,0]"), 0), "more than 2^64 bytes");
    expect(complaint(tensor("U8", "[18446744073709551615]", "[0,18446744073709551615]"), 0),
           "18446744073709551615 bytes of its data are missing");
    // 2^62 bytes are a number that fits, but not data that the file has.
    expect(complaint(tensor("F32", "[1152921504606846976]", "[0,4611686018427387904]"), 0),
           "4611686018427387904 bytes of its data are missing");
}

TEST_CASE("data that overlaps or leaves holes") {
    const auto two = [](const std::string& a, const std::string& b) {
        return R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
               R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}";
    };
    CHECK(complaint(two("[4,8]", "[0,4]"), 8).empty());
    expect(complaint(two("[0,4]", "[3,7]"), 7),
           R"("b" begins at byte 3, inside the tensor before it, which ends at 4)");
    expect(complaint(two("[0,4]", "[0,4]"), 4), R"("b" begins at byte 0, inside)");
    expect(complaint(two("[0,4]", "[5,9]"), 9), R"("b" begins at byte 5, after a hole that begins at 4)");
    expect(complaint(two("[1,5]", "[5,9]"), 9), R"("a" begins at byte 1, after a hole that begins at 0)");
}

TEST_CASE("paths that hold no file") {
    const TemporaryFolder folder;
    const auto open = [](const std::filesystem::path& path) { const ditto::SafetensorsReader file(path); };
    CHECK_THROWS_WITH_AS(open(folder / "missing"), doctest::Contains("No such file"), ditto::Error);
    CHECK_THROWS_WITH_AS(open(std::filesystem::temp_directory_path()), doctest::Contains("no regular file"),
                         ditto::Error);
}

TEST_CASE("a file that becomes shorter while it is open") {
    const TemporaryFolder folder;
    const std::string header = tensor("F32", "[2]", "[0,8]");
    write_text(folder / "file", length(header.size()) + header + "12345678");
    const ditto::SafetensorsReader file(folder / "file");
    std::filesystem::resize_file(folder / "file", 8 + header.size() + 6);
    std::vector<float> values(2);
    CHECK_THROWS_WITH_AS(file.read(file.tensors()[0], 0, std::span(values)), doctest::Contains("became shorter"),
                         ditto::Error);
}

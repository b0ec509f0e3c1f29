// Atomic files: whole, or not at all, whatever fails.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ditto/core/atomic_file.hpp>
#include <ditto/core/error.hpp>
#include <filesystem>
#include <span>
#include <string>

#include "../support/temporary_folder.hpp"

namespace {

void append(ditto::AtomicFile& file, const std::string& text) {
    file.write(std::as_bytes(std::span(text)));
}

/// While it lives, no file of this process may grow beyond `bytes`: writes stop short and then fail, as on a full disk.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

  private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("a committed file replaces the one before it and leaves nothing else") {
    const TemporaryFolder folder;
    write_text(folder / "file", "before");
    {
        ditto::AtomicFile file(folder / "file", 5);
        append(file, "af");
        append(file, "ter");
        CHECK(read_text(folder / "file") == "before");
        file.commit();
    }
    CHECK(read_text(folder / "file") == "after");
    CHECK(folder.entries() == 1);
}

TEST_CASE("what a killed writer left is removed, what a living one writes is not") {
    const TemporaryFolder folder;
    const ::pid_t child = ::fork();
    if (child == 0) {
        ditto::AtomicFile file(folder / "file", 4);
        append(file, "half");
        ::_exit(0);
    }
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    const std::string gone = std::to_string(child), own = std::to_string(::getpid());
    CHECK(folder.entries() == 1);
    for (const std::string& name :
         {std::string("file"), "other.partial-" + gone, "file.partial-x" + gone, "file.partial-" + gone + "-",
          "file.partial-" + gone + "-x", std::string("file.partial--1")})
        write_text(folder / name, "");
    ditto::AtomicFile living(folder / "file", 4), second(folder / "file", 4);  // one name each
    append(living, "full");
    // A living process may have the number of a killed one: this one has written no such file.
    write_text(folder / ("file.partial-" + std::to_string(::getppid())), "");
    write_text(folder / ("file.partial-" + own + "-4000000"), "");
    ditto::remove_partial_files(folder / "file");
    CHECK(folder.entries() == 8);
    living.commit();
    CHECK(read_text(folder / "file") == "full");
    CHECK_NOTHROW(ditto::remove_partial_files(folder / "none/file"));
}

TEST_CASE("a temporary file of another process with this number is left alone") {
    const TemporaryFolder folder;
    const std::string name = ditto::detail::partial_name(folder / "file");
    const std::size_t dash = name.rfind('-');
    std::string next = name.substr(0, dash) + "-" + std::to_string(std::stoi(name.substr(dash + 1)) + 1);
    write_text(next, "another's");
    ditto::AtomicFile file(folder / "file", 4);
    append(file, "mine");
    file.commit();
    CHECK(read_text(next) == "another's");
    CHECK(read_text(folder / "file") == "mine");
    CHECK(folder.entries() == 2);
}

TEST_CASE("a file that is not committed leaves nothing behind") {
    const TemporaryFolder folder;
    {
        ditto::AtomicFile file(folder / "file", 5);
        append(file, "after");
    }
    CHECK(folder.entries() == 0);
}

TEST_CASE("a disk that fills up keeps the file before, and the message says what is needed") {
    const TemporaryFolder folder;
    write_text(folder / "file", "before");
    {
        const FileSizeLimit limit(1000);
        ditto::AtomicFile file(folder / "file", 3000);
        append(file, std::string(600, 'x'));
        const std::string message = (folder / "file").string() + " (3000 bytes): File too large; free that much space";
        // 400 of these bytes still fit: a short write, then a failing one.
        CHECK_THROWS_WITH_AS(append(file, std::string(600, 'x')), doctest::Contains(message.c_str()), ditto::Error);
    }
    CHECK(read_text(folder / "file") == "before");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a rename that fails removes the temporary file") {
    const TemporaryFolder folder;
    {
        ditto::AtomicFile file(folder / "file", 1);
        std::filesystem::create_directory(folder / "file");
        CHECK_THROWS_WITH_AS(file.commit(), doctest::Contains("Is a directory"), ditto::Error);
    }
    CHECK(folder.entries() == 1);
}

TEST_CASE("paths that cannot be written are refused before anything is written") {
    const TemporaryFolder folder;
    write_text(folder / "text", "");
    const auto open = [](const std::filesystem::path& path) { ditto::AtomicFile(path, 1); };
    CHECK_THROWS_WITH_AS(open(folder / "missing/file"), doctest::Contains("check that its folder exists"),
                         ditto::Error);
    CHECK_THROWS_WITH_AS(open(folder / "text/file"), doctest::Contains("cannot write"), ditto::Error);
    // Renaming over a device would replace the device.
    CHECK_THROWS_WITH_AS(open("/dev/full"), doctest::Contains("not a regular file"), ditto::Error);
    CHECK_THROWS_WITH_AS(open(std::filesystem::temp_directory_path()), doctest::Contains("not a regular file"),
                         ditto::Error);
    CHECK(folder.entries() == 1);
}

TEST_CASE("space that the disk does not have is missed before the first byte") {
    const TemporaryFolder folder;
    constexpr std::uint64_t exabyte = 1'000'000'000'000'000'000;
    CHECK_THROWS_WITH_AS(ditto::require_free_space(folder / "not/yet/there", exabyte),
                         doctest::Contains("1000000000000000000 bytes needed"), ditto::Error);
    CHECK_THROWS_WITH_AS(ditto::AtomicFile(folder / "file", exabyte), doctest::Contains("not enough disk space"),
                         ditto::Error);
    CHECK(folder.entries() == 0);
    CHECK_NOTHROW(ditto::require_free_space(folder / "not/yet/there", 1));
    CHECK_NOTHROW(ditto::require_free_space("relative", 1));
}

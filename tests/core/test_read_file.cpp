// Reading files whole, and what is said where the system refuses.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/core/read_file.hpp"

using ditto::read_file, ditto::detail::system_advice;

TEST_CASE("the bytes of a file, up to a limit") {
    const TemporaryFolder folder;
    const auto path = folder / "file";
    write_text(path, "four");
    CHECK(read_file(path) == std::vector<std::uint8_t>{'f', 'o', 'u', 'r'});
    CHECK(read_file(path, 4).size() == 4);
    CHECK_THROWS_WITH_AS(read_file(path, 3), doctest::Contains("4 bytes are more than the 3 that are accepted"),
                         ditto::Error);
    write_text(path, "");
    CHECK(read_file(path).empty());
}

TEST_CASE("what is no file is named, and waited for by nobody") {
    const TemporaryFolder folder;
    write_text(folder / "file", "x");
    CHECK_THROWS_WITH_AS(read_file(folder / "none"), doctest::Contains("no such file"), ditto::Error);
    CHECK_THROWS_WITH_AS(read_file(folder / "file/in_it"), doctest::Contains("no such file"), ditto::Error);
    CHECK_THROWS_WITH_AS(read_file(folder / ""), doctest::Contains("not a regular file"), ditto::Error);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_WITH_AS(read_file(folder / "pipe"), doctest::Contains("not a regular file"), ditto::Error);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = (folder / "socket").string();
    REQUIRE(name.size() < sizeof address.sun_path);
    std::strcpy(address.sun_path, name.c_str());
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK_THROWS_WITH_AS(read_file(folder / "socket"), doctest::Contains("not a regular file"), ditto::Error);
    ::close(socket);
    std::filesystem::create_symlink("circle", folder / "circle");
    CHECK_THROWS_WITH_AS(read_file(folder / "circle"), doctest::Contains("cannot be read: Too many levels"),
                         ditto::SystemError);
    // A file of the kernel's says 0 bytes and has some.
    CHECK_THROWS_WITH_AS(read_file("/proc/self/status"), doctest::Contains("changed while it was read"), ditto::Error);
}

TEST_CASE("no more open files") {
    const TemporaryFolder folder;
    write_text(folder / "file", "x");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit none{0, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    CHECK_THROWS_WITH_AS(read_file(folder / "file"), doctest::Contains("raise the limit of open files (ulimit -n)"),
                         ditto::SystemError);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("what to do about a system's refusal") {
    for (const int full : {ENOSPC, EDQUOT, EFBIG})
        CHECK(system_advice(full, "other").ends_with("; free that much space or choose another folder"));
    for (const int many : {EMFILE, ENFILE}) CHECK(system_advice(many, "other").ends_with("(ulimit -n)"));
    CHECK(system_advice(EACCES, "other") == "Permission denied; other");
}

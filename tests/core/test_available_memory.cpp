// The memory that can still be had: of the machine, its control groups, and the process's own limit.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <ditto/core/available_memory.hpp>
#include <filesystem>
#include <string>

#include "../support/temporary_folder.hpp"

using ditto::detail::left_in_groups, ditto::detail::unlimited_memory;

TEST_CASE("a machine has some memory, and not an exabyte") {
    CHECK(ditto::available_memory() > 1 << 20);
    CHECK_NOTHROW(ditto::require_memory(1, "a test"));
    CHECK_THROWS_WITH_AS(ditto::require_memory(std::uint64_t{1} << 60, "a test"),
                         doctest::Contains("not enough memory: a test needs 1099511627776 MiB, and "), ditto::Error);
}

TEST_CASE("what a machine says of its memory, and what it leaves out") {
    using ditto::detail::left_in_machine;
    CHECK(left_in_machine("MemTotal: 9 kB\nMemAvailable:   5 kB\nSwapFree:  2 kB\n") == 7 * 1024);
    CHECK(left_in_machine("MemAvailable: 5 kB\n") == 5 * 1024);
    CHECK(left_in_machine("MemTotal: 9 kB\nSwapFree: 2 kB\n") == unlimited_memory);
    CHECK(left_in_machine("") == unlimited_memory);
}

TEST_CASE("control groups of version 2: the least of the group and those around it") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "a/b");
    write_text(folder / "a/b/memory.max", "max\n");
    CHECK(left_in_groups(folder / "", "0::/a/b\n") == unlimited_memory);
    write_text(folder / "a/memory.max", "5000\n");
    write_text(folder / "a/memory.current", "4000\n");
    CHECK(left_in_groups(folder / "", "0::/a/b\n") == 1000);
    write_text(folder / "a/memory.stat", "anon 1\nactive_file 300\ninactive_file 400\n");  // give way
    CHECK(left_in_groups(folder / "", "0::/a/b\n") == 1700);
    write_text(folder / "a/b/memory.max", "300\n");
    CHECK(left_in_groups(folder / "", "0::/a/b\n") == 300);
    write_text(folder / "a/b/memory.current", "301\n");
    CHECK(left_in_groups(folder / "", "0::/a/b") == 0);
    CHECK(left_in_groups(folder / "", "0::/none\n") == unlimited_memory);
    CHECK(left_in_groups(folder / "", "") == unlimited_memory);
    CHECK(left_in_groups(folder / "", "what\n0::/a/b\n") == 0);
}

TEST_CASE("control groups of version 1") {
    const TemporaryFolder folder;
    std::filesystem::create_directories(folder / "memory/a");
    write_text(folder / "memory/a/memory.limit_in_bytes", "5000\n");
    write_text(folder / "memory/a/memory.usage_in_bytes", "1000\n");
    write_text(folder / "memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 150\ntotal_active_file 50\n");
    CHECK(left_in_groups(folder / "", "8:cpu,cpuacct:/x\n7:memory:/a\n") == 4200);
    CHECK(left_in_groups(folder / "", "7:cpu:/a\n") == unlimited_memory);
}

TEST_CASE("the limit of the address space") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
    // Far more than the 20 TiB that the address sanitizer maps for itself.
    const rlimit limit{std::uint64_t{1} << 46, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_AS, &limit) == 0);
    CHECK(ditto::detail::left_in_address_space() < std::uint64_t{1} << 46);
    CHECK(ditto::detail::left_in_address_space() > std::uint64_t{1} << 45);
    ::setrlimit(RLIMIT_AS, &before);
}

// A stranger's first program.
#include <ditto/ditto.hpp>

#include <concepts>
#include <cstdio>

namespace {
using Tiny = ditto::Sequential<ditto::Shape<8, 8, 3>, ditto::Conv2d<3, 4, 3, ditto::Padding<1>>, ditto::ReLU,
                               ditto::Flatten, ditto::Linear<256, 10>>;
static_assert(std::same_as<Tiny::Output, ditto::Shape<10>>);
}  // namespace

int main() {
    std::printf("ditto %d.%d.%d: %lld parameters\n", ditto::version_major, ditto::version_minor, ditto::version_patch,
                static_cast<long long>(Tiny::parameter_count));
}

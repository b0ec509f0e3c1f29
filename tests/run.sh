#!/usr/bin/env bash
# The test command: installs what is missing, then builds and tests ditto in every way that this machine can.
#   g++, warnings are errors: everything, all tests (with nvcc's where it is installed)
#   clang++, warnings are errors: the programs
#   clang++ with address and undefined-behaviour sanitizers: the unit tests but the slow ones
#   clang++ with the thread sanitizer: the tests in which threads meet
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/environment.sh

stage() {
    printf '\n== %s (after %d s)\n' "$1" "$SECONDS"
}

# configure <preset> <build folder> <compiler> <setting>...
configure() {
    CXX=$3 cmake --preset "$1" -B "$2" -DDITTO_WERROR=ON -DDITTO_BUILD_TESTS=ON "${@:4}" >/dev/null
}

# build <build folder> <target>...
build() {
    cmake --build "$1" --parallel "$(nproc)" --target "${@:2}" -- --quiet
}

# run_tests <build folder> <option>...
run_tests() {
    ctest --test-dir "$1" --output-on-failure --no-tests=error --parallel "$(nproc)" "${@:2}"
}

stage "dependencies"
cmake/install_dependencies.sh --tests

stage "g++: build"
# Where there is CUDA, one architecture says as much as all; without a GPU nothing of it runs, and is not optimized.
cuda_flags=(-DCMAKE_CUDA_FLAGS_RELEASE="-O0 -DNDEBUG")
nvidia-smi >/dev/null 2>&1 && cuda_flags=()
configure release build/release g++ -DDITTO_BUILD_EXAMPLES=ON -DDITTO_CUDA=AUTO -DCMAKE_CUDA_ARCHITECTURES=90 \
    "${cuda_flags[@]}"
build build/release all gpu_benchmarks
stage "g++: test"
run_tests build/release

# For clang's warnings and its reading of the language: without optimizing, four times as fast.
stage "clang++: build"
configure release build/clang clang++ -DDITTO_BUILD_EXAMPLES=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0
build build/clang examples/all

stage "clang++ with sanitizers: build"
configure sanitize build/sanitize clang++ -DDITTO_CUDA=OFF
build build/sanitize quick_unit_tests
stage "clang++ with sanitizers: test"
run_tests build/sanitize --label-regex '^unit$' --label-exclude '^slow$'

stage "clang++ with the thread sanitizer: build"
configure thread build/thread clang++ -DDITTO_CUDA=OFF
build build/thread thread_tests
stage "clang++ with the thread sanitizer: test"
run_tests build/thread --label-regex '^threads$'

stage "all passed"

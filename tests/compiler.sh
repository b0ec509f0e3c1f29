#!/usr/bin/env bash
# Builds the shape tests and the unit tests but the slow ones with one compiler, warnings as errors, and runs them.
#   tests/compiler.sh clang++-16                   all of them
#   tests/compiler.sh g++-13 core losses optim     those of some rooms
# Builds in build/COMPILER. What cmake/install_dependencies.sh installs must be there, doctest, the compiler, and
# for clang its own OpenMP. CMAKE_PREFIX_PATH may name other versions of the libraries.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/environment.sh
source tests/support/unit_tests.sh

compiler=${1:?name a compiler}
rooms=("${@:2}")
(($# > 1)) || rooms=(unit)
folder=build/$compiler
# (Debian 12's std::stable_sort uses a name that clang 19 knows to be deprecated.)
cmake --preset release -B "$folder" -DCMAKE_CXX_COMPILER="$compiler" -DDITTO_WERROR=ON -DDITTO_BUILD_TESTS=ON \
    -DDITTO_BUILD_EXAMPLES=OFF -DDITTO_CUDA=OFF -DCMAKE_CXX_FLAGS=-Wno-error=deprecated-declarations
list=$(unit_tests "$folder" "${rooms[@]}")
mapfile -t tests <<<"$list"
cmake --build "$folder" --parallel "$(nproc)" --target shapes "${tests[@]}"
ctest --test-dir "$folder" --output-on-failure --no-tests=error --parallel "$(nproc)" \
    --tests-regex "^($(printf '%s\n' "${tests[@]//./\\.}" | paste -sd'|'))\$"

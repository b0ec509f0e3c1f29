#!/usr/bin/env bash
# Which lines and branches of include/ the tests run, by clang's count. By hand; as long as the sanitizers' build.
#   tests/coverage.sh                     all unit tests
#   tests/coverage.sh pairs evaluate      those of some rooms: what they leave out others may run
# Prints a table of all headers and what is left out, and leaves both in build/coverage/. Reads no CUDA header.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/environment.sh
source tests/support/unit_tests.sh

folder=build/coverage
version=$(clang++ -dumpversion)
suffix=-${version%%.*}
command -v "llvm-cov$suffix" >/dev/null || suffix=
for tool in llvm-cov llvm-profdata; do
    command -v "$tool$suffix" >/dev/null || { echo "error: no $tool; install llvm, of clang's version" >&2; exit 2; }
done

cmake --preset debug -B "$folder" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g0" -DDITTO_BUILD_TESTS=ON \
    -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping" -DDITTO_BUILD_EXAMPLES=OFF -DDITTO_CUDA=OFF >/dev/null
rooms=("$@")
(($# > 0)) || rooms=(unit)
list=$(unit_tests "$folder" "${rooms[@]}")
mapfile -t tests <<<"$list"
cmake --build "$folder" --parallel "$(nproc)" --target "${tests[@]}" -- --quiet

# Each program by itself: a function that two programs compile differently cannot be merged before.
results=$PWD/$folder/results
rm -rf "$results" && mkdir "$results"
export folder results suffix
measure() {
    LLVM_PROFILE_FILE="$results/$1.%p.profraw" ctest --test-dir "$folder" --output-on-failure --quiet \
        --tests-regex "^${1//./\\.}\$" || echo "warning: $1 fails" >&2
    local program=$folder/tests/${1%.*}/test_${1##*.} data=$results/$1
    "llvm-profdata$suffix" merge -sparse "$data".*.profraw -o "$data.profdata"
    rm "$data".*.profraw
    for format in lcov text; do
        "llvm-cov$suffix" export "-format=$format" "$program" -instr-profile="$data.profdata" include/ditto >"$data.$format"
    done
}
export -f measure
printf '%s\n' "${tests[@]}" | xargs -P "$(nproc)" -I{} bash -euc 'measure {}'
python3 tests/support/coverage_table.py "$results" | tee "$folder/coverage.txt"

#!/usr/bin/env bash
# Which lines and branches of include/ the tests run, by clang's count. By hand; half an hour.
#   tests/coverage.sh                     all unit tests, and those of the programs
#   tests/coverage.sh pairs evaluate      unit tests of some rooms: what they leave out others may run
# Prints a table of all headers and what is left out, and leaves both in build/coverage/. CUDA's headers
# count as the emulation runs them.
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

cmake --preset debug -B "$folder" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g0" -DDITTO_BUILD_TESTS=ON \
    -DCMAKE_CXX_FLAGS="-fprofile-instr-generate -fcoverage-mapping -Wno-pass-failed" -DDITTO_BUILD_EXAMPLES=ON \
    -DDITTO_CUDA=OFF >/dev/null
rooms=("$@") programs=()
(($# > 0)) || rooms=(unit) programs=(programs_with_helpers)
list=$(unit_tests "$folder" "${rooms[@]}")
mapfile -t tests <<<"$list"
cmake --build "$folder" --parallel "$(nproc)" --target "${tests[@]}" "${programs[@]}" -- --quiet

# Each program by itself: a function that two programs compile differently cannot be merged before.
results=$PWD/$folder/results
rm -rf "$results" && mkdir "$results"
ctest --test-dir "$folder" --show-only=json-v1 |
    python3 -c 'import json, sys
for test in json.load(sys.stdin)["tests"]: print(test["name"], test.get("command", [""])[0])' >"$results/programs.txt"
export folder results suffix
# export_counts <program> <name of its counts in results>
export_counts() {
    "llvm-profdata$suffix" merge -sparse "$results/$2".*.profraw -o "$results/$2.profdata"
    rm "$results/$2".*.profraw
    local format
    for format in lcov text; do
        "llvm-cov$suffix" export "-format=$format" "$1" -instr-profile="$results/$2.profdata" include/ditto \
            >"$results/$2.$format"
    done
}
measure() {
    LLVM_PROFILE_FILE="$results/$1.%p.profraw" ctest --test-dir "$folder" --output-on-failure --quiet \
        --tests-regex "^${1//./\\.}\$" || echo "warning: $1 fails" >&2
    export_counts "$(sed -n "s/^${1//./\\.} //p" "$results/programs.txt")" "$1"
}
export -f export_counts measure
printf '%s\n' "${tests[@]}" | xargs -P "$(nproc)" -I{} bash -euc 'measure {}'

# A test of programs starts several: what each counted is told by its signature, %m.
if ((${#programs[@]} > 0)); then
    LLVM_PROFILE_FILE="$results/of_programs.%m.%p.profraw" ctest --test-dir "$folder" --parallel "$(nproc)" \
        --label-regex '^programs$' >"$results/programs.log" 2>&1 ||
        { echo "warning: of the programs' tests fail:"; sed -n '/tests FAILED/,$p' "$results/programs.log"; } >&2
    for program in "$folder"/bin/*; do
        LLVM_PROFILE_FILE="$results/signature.%m.%p.profraw" "$program" --version >/dev/null 2>&1 || true
        signature=$(find "$results" -name 'signature.*.profraw' -printf '%f' | cut -d. -f2)
        rm -f "$results"/signature.*
        name=$(basename "$program")
        for counts in "$results/of_programs.$signature".*.profraw; do
            [[ ! -f $counts ]] || mv "$counts" "$results/$name.${counts##*/of_programs.}"
        done
        ! compgen -G "$results/$name.*.profraw" >/dev/null || export_counts "$program" "$name"
    done
fi
python3 tests/support/coverage_table.py "$results" | tee "$folder/coverage.txt"

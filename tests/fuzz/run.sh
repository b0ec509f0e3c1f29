#!/usr/bin/env bash
# Fuzzes one target for long, under clang's address and undefined-behaviour sanitizers:
#   tests/fuzz/run.sh TARGET MINUTES    such as: tests/fuzz/run.sh jpeg_walk 30
# Ends with how many inputs were tried, how much code they reached, and what was found; exits with 1 if something was.
# What it learns is kept in build/sanitize (or where DITTO_BUILD_DIR says) for the next run. An input that was found
# belongs, once mended, into tests/fuzz/corpus/TARGET.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support/environment.sh

target=${1:-}
minutes=${2:-}
folder=${DITTO_BUILD_DIR:-build/sanitize}
if [[ ! -f tests/fuzz/$target.cpp || ! $minutes =~ ^[0-9]+$ ]]; then
    echo "error: give a target ($(basename -as .cpp tests/fuzz/*.cpp | xargs)) and minutes" >&2
    exit 2
fi

if [[ ! -f $folder/build.ninja ]]; then
    cmake --preset sanitize -B "$folder" -DDITTO_CUDA=OFF >/dev/null
fi
cmake --build "$folder" --target "fuzz.$target" -- --quiet
seeds=$(sed -n "s/^set(fuzz_corpus_$target \(.*\))$/\1/p" tests/fuzz/CMakeLists.txt)
seeds=tests/fuzz/corpus/${seeds:-$target}
corpus=$folder/tests/fuzz/${target}_corpus
found=$folder/tests/fuzz/${target}_found
mkdir -p "$corpus" "$found"
export LSAN_OPTIONS="suppressions=$PWD/tests/support/known_leaks.txt:print_suppressions=0"

# One input may take 30 s and 3000 MB. A finding ends the process: it is counted, and the search goes on.
log=$found/log
: >"$log"
findings=0
end=$((SECONDS + 60 * minutes))
while ((SECONDS < end)); do
    if ! "$folder/bin/fuzz_$target" -max_total_time=$((end - SECONDS)) -timeout=30 -rss_limit_mb=3000 \
        -print_final_stats=1 -artifact_prefix="$found/" "$corpus" "$seeds" >>"$log" 2>&1; then
        findings=$((findings + 1))
        ((findings < 10)) || break
    fi
done
executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | awk '{ n += $1 } END { print n + 0 }')
coverage=$(grep -oE 'cov: [0-9]+' "$log" | cut -d' ' -f2 | sort -n | tail -1 || true)
echo "$target: $executions inputs in $minutes min, ${coverage:-0} edges reached, $findings findings"
if ((findings > 0)); then
    grep -hE 'SUMMARY:|Test unit written' "$log" | sort | uniq -c
    echo "the whole output: $log"
    exit 1
fi

#!/usr/bin/env bash
# Unit tests under valgrind's memcheck, which sees what address sanitizer does not: numbers that were never written. By
# hand; some 30 times slower than without.
#   tests/valgrind.sh                  io losses optim pairs
#   tests/valgrind.sh layers.odd_sizes core.memory     rooms, or tests
# Compiled for AVX2: valgrind (3.19) knows no AVX-512.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/environment.sh
export OPENBLAS_CORETYPE=HASWELL
command -v valgrind >/dev/null || { echo "error: valgrind not found; install it" >&2; exit 2; }

folder=build/valgrind
wanted=("$@")
(($# > 0)) || wanted=(io losses optim pairs)
cmake --preset debug -B "$folder" -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_FLAGS=-march=haswell -DDITTO_NATIVE=OFF \
    -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g" -DDITTO_BUILD_TESTS=ON -DDITTO_BUILD_EXAMPLES=OFF -DDITTO_CUDA=OFF >/dev/null
all=$(ctest --test-dir "$folder" -N --label-regex '^unit$' --label-exclude '^slow$' |
    sed -n 's/^ *Test *#[0-9]*: //p')
tests=()
for name in "${wanted[@]}"; do
    mapfile -t found < <(grep -E "^${name//./\\.}(\.|$)" <<<"$all")
    ((${#found[@]} > 0)) || { echo "error: no room or unit test '$name'" >&2; exit 2; }
    tests+=("${found[@]}")
done
cmake --build "$folder" --parallel "$(nproc)" --target "${tests[@]}" -- --quiet
# OpenMP's threads are never ended: what they still hold is not lost.
failed=0
for name in "${tests[@]}"; do
    echo "== $name"
    (cd tests && valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
        --show-leak-kinds=definite "../$folder/tests/${name%.*}/test_${name##*.}" --minimal) || failed=1
done
exit $failed

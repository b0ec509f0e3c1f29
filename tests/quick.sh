#!/usr/bin/env bash
# The inner loop: builds the tests of one room, with what they need, and runs them.
#   tests/quick.sh ROOM        all of the room, such as: tests/quick.sh pairs
#   tests/quick.sh ROOM NAME   one of its tests:         tests/quick.sh pairs pair_list
# Builds in build/release (or where DITTO_BUILD_DIR says), which it configures, without CUDA, if nobody has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/environment.sh

folder=${DITTO_BUILD_DIR:-build/release}
room=${1:-}
name=${2:-}

fail() {
    echo "error: $*" >&2
    exit 2
}

# The tests of a room, one CTest name a line.
tests_of() {
    ctest --test-dir "$folder" -N --label-regex "^$1\$" | sed -n 's/^ *Test *#[0-9]*: //p'
}

settings=(-DDITTO_BUILD_TESTS=ON -DDITTO_BUILD_EXAMPLES=ON)
if [[ ! -f $folder/build.ninja ]]; then
    cmake --preset release -B "$folder" "${settings[@]}" -DDITTO_CUDA=OFF >/dev/null
elif [[ $(grep -cE '^DITTO_BUILD_(TESTS|EXAMPLES):BOOL=ON$' "$folder/CMakeCache.txt") != 2 ]]; then
    cmake -B "$folder" "${settings[@]}" >/dev/null
fi
targets=$(cmake --build "$folder" --target help | sed -n 's/: phony$//p')

# A room is a label of CTest that does not say how a test is made. (`errors` are those of tests/gates.)
rooms=$(ctest --test-dir "$folder" --print-labels | sed -n 's/^  //p' | grep -vxE 'unit|slow|threads|nvcc|errors|.*\+\+' |
    xargs)
[[ " $rooms " == *" $room "* && -n $room ]] || fail "no room '$room'; give one of: $rooms"
tests=$(tests_of "$room")
if [[ -n $name ]]; then
    names=$(sed 's/^[^.]*\.//' <<<"$tests" | xargs)
    tests=$(grep -E "^[^.]*\.$name(\.|$)" <<<"$tests") || fail "no test '$name' in $room; give one of: $names"
fi

# Most tests are a target of their own name; the others start programs.
needed=$(grep -xF "$tests" <<<"$targets" || true)
case $room in
    course) needed+=" $(grep -E '^[0-9]{2}_' <<<"$targets")" ;;
    docs) [[ $tests != *docs.plan_face_network* ]] || needed+=" plan_face_network" ;;
    install) [[ $tests != *install.programs* ]] || needed+=" programs" ;;
    instruction_sets) needed+=" $(grep '^instruction_sets_' <<<"$targets")" ;;
    programs) needed+=" ask_library make_weights examples/all" ;;
    report) needed+=" make_report" ;;
esac
if [[ -n ${needed// /} ]]; then
    cmake --build "$folder" --parallel "$(nproc)" --target $needed
fi
built=$SECONDS
ctest --test-dir "$folder" --output-on-failure --parallel "$(nproc)" --label-regex "^$room\$" \
    --tests-regex "^($(sed 's/[.+]/\\&/g' <<<"$tests" | paste -sd'|'))\$"
echo "passed: $room${name:+ $name}; built in $built s, run in $((SECONDS - built)) s"

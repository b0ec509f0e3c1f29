#!/usr/bin/env bash
# tests/quick.sh runs one room's test in this build, and what it does not know is one line with what it knows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DITTO_BUILD_DIR=${DITTO_TEST_BIN%/tests/programs}
if [[ ! -f $DITTO_BUILD_DIR/build.ninja ]]; then
    echo "skipped: quick.sh builds with Ninja, as the presets do"
    exit 77
fi

refuse() {
    if answer=$(./quick.sh "${@:2}" 2>&1); then
        echo "quick.sh ${*:2} succeeded" >&2
        exit 1
    fi
    if [[ $(wc -l <<<"$answer") != 1 || $answer != $1 ]]; then
        printf 'quick.sh %s said: %s\n' "${*:2}" "$answer" >&2
        exit 1
    fi
}

refuse "error: no room 'nowhere'; give one of: core course * training" nowhere
refuse "error: no test 'nothing' in pairs; give one of: * pair_list pair_loader people*" pairs nothing

answer=$(./quick.sh pairs pair_list)
grep -q '100% tests passed, 0 tests failed out of 1$' <<<"$answer"
[[ $answer == *"passed: pairs pair_list; built in "* ]]

answer=$(./quick.sh gates no_shape)  # a room whose tests compile
[[ $answer == *" error.no_shape."*"passed: gates no_shape; built in "* ]]

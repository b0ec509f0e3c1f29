#!/usr/bin/env bash
# Runs the programs for long and looks whether they need more and more. By hand, not in the test command.
#   tests/soak.sh                                  an hour of training, 10,000 pictures, four trainings at once
#   tests/soak.sh --minutes 2 --pictures 500       less of it
#   tests/soak.sh --bin /usr/bin                   programs that are there; otherwise they are built in build/release
# What is asked of them is in tests/support/soak.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/environment.sh

if [[ " $* " != *" --bin"* ]]; then
    [[ -f build/release/build.ninja ]] || cmake --preset release -DDITTO_BUILD_EXAMPLES=ON -DDITTO_CUDA=OFF >/dev/null
    cmake --build build/release --parallel "$(nproc)" --target train_siamese embed_faces
fi
exec python3 tests/support/soak.py "$@"

#!/usr/bin/env bash
# Trains the 19-layer face network on the built-in faces: installs what is missing, builds, runs. Options given to this
# script go to train_siamese after its own and win over them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stage() {
    printf '\n== %s (after %d s)\n' "$1" "$SECONDS"
}

stage "dependencies"
cmake/install_dependencies.sh

stage "build"
# For all GPUs that CUDA knows it takes minutes longer: only for who asks for one.
cuda=OFF
[[ " $* " == *[=\ ]cuda\ * ]] && cuda=ON
cmake --preset release -DDITTO_BUILD_TESTS=OFF -DDITTO_BUILD_EXAMPLES=ON -DDITTO_CUDA="$cuda" >/dev/null
cmake --build build/release --parallel "$(nproc)" --target train_siamese -- --quiet

stage "train"
command=(build/release/bin/train_siamese --faces --face-people 1000 --loss contrastive
         --optimizer sgd --lr 3e-5 --schedule cosine --epochs 1 --batch 16 --no-augment "$@")
echo "${command[*]}"
"${command[@]}"

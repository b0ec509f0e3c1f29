#!/usr/bin/env bash
# readme_project.sh <repository> <folder> <body of main>
# Makes the project that README describes: its CMakeLists.txt, main.cpp with README's network, and the same network with
# the mistake that README shows.
set -euo pipefail
repository=$1 folder=$2 main=$3
block() { "$repository/tests/install/readme_block.sh" "$repository/README.md" "$@"; }

mkdir -p "$folder"
block "In your own project" cmake 1 >"$folder/CMakeLists.txt"
network=$(block "" cpp 1)
printf '%s\n' "$network" "#include <cstdio>" "int main() { $main }" >"$folder/main.cpp"
wrong=$(grep -v '^static_assert' <<<"${network/Linear<131072, 1024>/Linear<65536, 1024>}")
printf '%s\n' "$wrong" "static_assert(FaceNet::parameter_count > 0);" >"$folder/my_wrong_network.cpp"

#!/usr/bin/env bash
# check_readme.sh <repository> <prefix that ditto is installed in> <folder to work in>
# README's project and its lines, as they stand there but for the place of the prefix: it builds, optimized, and its
# shape test is found and passes. fresh_debian.sh tries the same, and installing, on a machine that has nothing.
set -euo pipefail
repository=$1 prefix=$2 folder=$3
block() { "$repository/tests/install/readme_block.sh" "$repository/README.md" "In your own project" "$@"; }
fail() { echo "error: $1" >&2; exit 1; }
export CMAKE_PREFIX_PATH=$prefix CPATH=$prefix/include PKG_CONFIG_PATH=$prefix/share/pkgconfig
export CMAKE_EXPORT_COMPILE_COMMANDS=ON

rm -rf "$folder"
"$repository/tests/install/readme_project.sh" "$repository" "$folder" 'std::puts(summary<FaceNet>().c_str());'
cd "$folder"
block sh 2 >build.sh
bash -euxo pipefail build.sh | tee build.log
grep -q -- '-O3' build/compile_commands.json || fail "README's CMakeLists.txt compiles without optimization"
grep -q '100% tests passed.* out of 1$' build.log || fail "README's shape test was not found"
if ! command -v pkg-config >/dev/null; then
    echo "skipped: pkg-config not found, so that README's lines without CMake were not tried; install it (Debian: apt" \
        "install pkgconf)"
    exit 77
fi
block sh 3 >lines.sh
bash -euxo pipefail lines.sh
./my_trainer >/dev/null

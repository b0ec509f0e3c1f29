#!/usr/bin/env bash
# fresh_debian.sh [--programs] [folder]
# By hand, as root, with debootstrap and the network: makes a Debian 12 that has nothing (in a new folder, 2 GB, removed
# at the end), puts a clone of this repository's last commit there and types the lines of README's "In your own
# project": ditto installs, README's project builds, optimized, its shape test is found and passes, and its program,
# which takes one training step of README's network, runs. With --programs README's "Programs" too. Takes about 5 minutes,
# with the programs 10; packages come from DEBIAN_MIRROR, http://deb.debian.org/debian unless it is set.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fail() { echo "error: $1" >&2; exit 1; }
with_programs=false
if [[ "${1:-}" == --programs ]]; then
    with_programs=true
    shift
fi
((EUID == 0)) || fail "a chroot needs root; run it as root"
command -v debootstrap >/dev/null || fail "debootstrap is not installed; install it (Debian: apt install debootstrap)"
debian=${1:-$(mktemp -d)/debian}
[[ ! -e "$debian" ]] || fail "$debian exists already; name a new folder"

clean_up() {
    umount "$debian/proc" 2>/dev/null || true
    mountpoint -q "$debian/proc" || rm -rf --one-file-system "$debian"
}
trap clean_up EXIT

block() { "$debian/root/ditto/tests/install/readme_block.sh" "$debian/root/ditto/README.md" "$@"; }

# type_lines <folder> <lines>: in the new system, each line shown before it runs.
type_lines() {
    printf '%s\n' "cd $1" "$2" >"$debian/root/lines.sh"
    chroot "$debian" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        CMAKE_EXPORT_COMPILE_COMMANDS=ON bash -euvo pipefail /root/lines.sh </dev/null 2>&1 |
        grep -Ev '^-- (Installing|Up-to-date): ' | tee "$debian/root/log"
}

echo "== a Debian 12 with nothing in it"
debootstrap --variant=minbase bookworm "$debian" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >/dev/null
cp /etc/resolv.conf "$debian/etc/resolv.conf"
mount -t proc proc "$debian/proc"
git clone --quiet "$repository" "$debian/root/ditto"
"$debian/root/ditto/tests/install/readme_project.sh" "$debian/root/ditto" "$debian/root/my_project" '
    Training trainer({.batch = batch_pairs{2}, .device = {available_threads()}});
    const std::vector<float> images(4 * FaceNet::Input::size, 0.5F);
    const std::vector<PairLabel> labels{PairLabel::same, PairLabel::different};
    std::printf("loss %.3f\n", trainer.step(images, labels).loss);'

echo "== README, In your own project: installing"
type_lines /root/ditto "$(block "In your own project" sh 1)"
echo "== README, In your own project: the CMakeLists.txt"
type_lines /root/my_project "$(block "In your own project" sh 2)"
grep -q '100% tests passed.* out of 1$' "$debian/root/log" || fail "the shape test was not found"
grep -o ' -O[^ ]*' "$debian/root/my_project/build/compile_commands.json" || fail "compiled without optimization"
type_lines /root/my_project "time build/my_trainer"
echo "== README, In your own project: without CMake"
type_lines /root/my_project "$(block "In your own project" sh 3)"
type_lines /root/my_project "./my_trainer"
if $with_programs; then
    echo "== README, Programs"
    type_lines /root/ditto "$(block "Programs" sh 1)"
    for program in train_siamese evaluate_pairs verify_faces embed_faces find_faces; do
        type_lines / "$program --version"
    done
fi
echo "== README's lines work on a fresh Debian 12"

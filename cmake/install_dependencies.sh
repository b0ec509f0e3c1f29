#!/usr/bin/env bash
# Installs what ditto needs on Debian or Ubuntu, as root or with sudo. Does nothing, fast, where all is there.
#   cmake/install_dependencies.sh           to use ditto and to build its programs
#   cmake/install_dependencies.sh --tests   to run tests/run.sh too
set -euo pipefail

packages=(g++ cmake ninja-build make libopenblas-dev libxtensor-dev libxtensor-blas-dev libxsimd-dev libjpeg-dev
          libpng-dev libcli11-dev nlohmann-json3-dev libfmt-dev gnuplot-nox pkgconf)
if [[ "${1:-}" == "--tests" ]]; then
    packages+=(doctest-dev libstb-dev clang libomp-dev clang-format clang-tidy doxygen time python3)
    # For one test, which is skipped without it: Ubuntu has no package of it.
    if grep -qx 'ID=debian' /etc/os-release; then
        packages+=(chromium)
    fi
fi

missing=()
for package in "${packages[@]}"; do
    if ! dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
        missing+=("$package")
    fi
done
if ((${#missing[@]} == 0)); then
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    as_root=(sudo)
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" \
    >/dev/null

#!/usr/bin/env python3
"""Packs what ditto's tests and benchmarks are built with, CUDA aside, for a machine with a GPU that lacks it.

  gpu/pack.py build/gpu_pack.tar.xz         here, where the packages are installed: 8 MB
  gpu.py --pack build/gpu_pack.tar.xz       there; it needs no network
  cmake -C FOLDER/ditto_pack.cmake ...      there, by hand, with the archive unpacked in FOLDER

Packed are headers, OpenBLAS with the libraries that it needs, and a file for each find_package(). It is for machines of
the same processor architecture with the same C library or a newer one. Not packed: a compiler, cmake, the CUDA Toolkit
and cuDNN, whose PyPI package, as PyTorch brings it along, is found by DITTO_CUDNN_PYTHON. Pictures are read by stb
there. The archive has other people's work under their licences, without these licences' texts: it is not for passing on.

Where a package is missing: a line for each, and exit status 77.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

PRESET = 3  # of xz: a tenth larger than by its best, in a fourth of the time
# Folders of headers, each with a file that must be there and Debian's package of it.
HEADERS = {
    "xtensor": ("xtensor_config.hpp", "libxtensor-dev"),
    "xtensor-blas": ("xlinalg.hpp", "libxtensor-blas-dev"),
    "xflens": ("cxxblas/cxxblas.cxx", "libxtensor-blas-dev"),
    "xtl": ("xtl_config.hpp", "xtl-dev"),
    "xsimd": ("xsimd.hpp", "libxsimd-dev"),
    "stb": ("stb_image.h", "libstb-dev"),
    "nlohmann": ("json.hpp", "nlohmann-json3-dev"),
    "fmt": ("format-inl.h", "libfmt-dev"),
    "doctest": ("doctest.h", "doctest-dev"),
}
# What find_package() is asked for: {package: (its target, what is defined for it)}.
TARGETS = {
    "xtensor": ("xtensor", ""),
    "xsimd": ("xsimd", ""),
    "nlohmann_json": ("nlohmann_json::nlohmann_json", ""),
    "fmt": ("fmt::fmt", "FMT_HEADER_ONLY=1"),
    "doctest": ("doctest::doctest", ""),
}
TARGET_FILE = """if(NOT TARGET {target})
    add_library({target} INTERFACE IMPORTED)
    get_filename_component(ditto_pack_include "${{CMAKE_CURRENT_LIST_DIR}}/../../../include" ABSOLUTE)
    set_target_properties({target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${{ditto_pack_include}}"
                                              INTERFACE_COMPILE_DEFINITIONS "{definitions}")
endif()
"""
# --disable-new-dtags: the programs' RPATH is then for what OpenBLAS needs, too. FORCE: also in a build folder where
# configuring has failed before.
CACHE_FILE = """# For cmake -C: ditto's build takes from this folder what it needs.
set(CMAKE_PREFIX_PATH "${CMAKE_CURRENT_LIST_DIR}" CACHE PATH "Where packages are" FORCE)
set(CMAKE_EXE_LINKER_FLAGS "-Wl,--disable-new-dtags" CACHE STRING "Flags for linking programs" FORCE)
"""
# Of a library's needs: what each machine with g++ has.
EVERYWHERE = re.compile(r"^(linux-vdso|ld-linux|libc\.|libm\.|libdl\.|librt\.|libpthread\.|libgcc_s\.|libstdc\+\+\.|libgomp\.)")


class Missing(Exception):
    """Packages that are not installed: a line for each."""


def output_of(command):
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, stdin=subprocess.DEVNULL)


def include_folders(compiler):
    """Where a compiler looks for <...>, in its order."""
    said = output_of([compiler, "-x", "c++", "-E", "-v", "/dev/null"]).stderr
    listed = said.partition("search starts here:\n#include <...> search starts here:\n")[2].partition("End of")[0]
    return [pathlib.Path(line.strip()) for line in listed.splitlines()]


def headers(compiler):
    """{folder's name: its path}."""
    places, found, missing = include_folders(compiler), {}, []
    for name, (file, package) in HEADERS.items():
        folder = next((place / name for place in places if (place / name / file).exists()), None)
        if folder is None:
            missing.append(f"no <{name}/{file}> found; install it (Debian: apt install {package})")
        found[name] = folder
    if missing:
        raise Missing("\n".join(missing))
    return found


def libraries(compiler):
    """{its file's name in the archive: path} of OpenBLAS and what it needs."""
    openblas = pathlib.Path(output_of([compiler, "-print-file-name=libopenblas.so"]).stdout.strip())
    if not openblas.is_absolute():
        raise Missing("no libopenblas.so found; install it (Debian: apt install libopenblas-dev)")
    needed = re.findall(r"^\s*(\S+) => (/\S+)", output_of(["ldd", str(openblas)]).stdout, re.MULTILINE)
    return {"libopenblas.so": openblas, **{name: pathlib.Path(path) for name, path in needed
                                           if not EVERYWHERE.match(name)}}


def soname(library):
    return re.search(r"SONAME.*\[(.+)\]", output_of(["readelf", "-d", str(library)]).stdout).group(1)


def fill(folder, compiler):
    """Makes the tree that is packed."""
    found = headers(compiler)
    linked = libraries(compiler)
    for name, path in found.items():
        shutil.copytree(path, folder / "include" / name)
    (folder / "lib").mkdir()
    for name, path in linked.items():
        shutil.copyfile(path, folder / "lib" / name)
    openblas = folder / "lib" / "libopenblas.so"
    (folder / "lib" / soname(openblas)).symlink_to(openblas.name)
    for package, (target, definitions) in TARGETS.items():
        file = folder / "lib" / "cmake" / package / f"{package}Config.cmake"
        file.parent.mkdir(parents=True)
        file.write_text(TARGET_FILE.format(target=target, definitions=definitions))
    (folder / "ditto_pack.cmake").write_text(CACHE_FILE)


def pack(archive, compiler="c++"):
    """Writes the archive. Throws Missing."""
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "ditto_pack"
        tree.mkdir()
        fill(tree, compiler)
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:xz", preset=PRESET) as file:
            file.add(tree, ".")


def unpack(archive, folder):
    """The folder with the archive's files: `folder`, made anew; `archive` itself if it is one."""
    archive, folder = pathlib.Path(archive).resolve(), pathlib.Path(folder).resolve()
    if archive.is_dir():
        return archive
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as file:
        file.extraction_filter = getattr(tarfile, "data_filter", None)  # of Python 3.12, and late releases before
        file.extractall(folder)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=pathlib.Path, help="the file to write, .tar.xz")
    parser.add_argument("--compiler", default="c++", help="whose headers and libraries are taken (default: c++)")
    options = parser.parse_args()
    try:
        pack(options.archive, options.compiler)
    except Missing as missing:
        print("\n".join(f"skipped: {line}" for line in str(missing).splitlines()))
        return 77
    print(f"{options.archive}: {options.archive.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

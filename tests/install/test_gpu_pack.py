"""What benchmarks/gpu/pack.py packs is enough: ditto is configured, compiled, linked and runs with it alone.

Skips, saying so, where a package that is packed is not installed, or CMake cannot leave out the machine's own.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "benchmarks" / "gpu"))

import pack  # noqa: E402  (the path first)

MOST_BYTES = 20e6
PROGRAM = "device.blas_threads"  # of OpenBLAS, xtensor, xsimd and doctest


def succeed(*command):
    result = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (command, result.stdout[-2000:], result.stderr[-2000:])
    return result.stdout


def check_tree(tree):
    assert not [path for path in tree.rglob("*") if path.is_symlink() and os.path.isabs(os.readlink(path))]
    assert {path.name for path in tree.iterdir()} == {"include", "lib", "ditto_pack.cmake"}


def check_configures(tree, build):
    """The machine's own packages, all of them in /usr, are not looked at; nor are its tools, so that they are named."""
    tools = [f"-DCMAKE_{name}={succeed('sh', '-c', f'command -v {program}').strip()}" for name, program in
             {"CXX_COMPILER": "g++", "AR": "ar", "RANLIB": "ranlib", "MAKE_PROGRAM": "make"}.items()]
    said = succeed("cmake", "-C", tree / "ditto_pack.cmake", "-S", ROOT, "-B", build, "-G", "Unix Makefiles", *tools,
                   "-DCMAKE_IGNORE_PREFIX_PATH=/usr;/", "-DDITTO_BUILD_EXAMPLES=OFF", "-DDITTO_CUDA=OFF",
                   "-DCMAKE_BUILD_TYPE=Debug", "-DDITTO_NATIVE=OFF")
    assert "pictures are read by stb_image" in said, said
    cache = dict(re.findall(r"^(\w+):\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE))
    names = ["DITTO_BLAS_LIBRARY", "DITTO_XTENSOR_BLAS_INCLUDE_DIR", "DITTO_STB_INCLUDE_DIR",
             *(f"{package}_DIR" for package in pack.TARGETS)]
    elsewhere = {name: cache[name] for name in names if not cache[name].startswith(f"{tree}/")}
    assert not elsewhere, elsewhere


def check_program(tree, build):
    """One program: what it was compiled from, what it is linked with, and that it runs."""
    succeed("cmake", "--build", build, "--target", PROGRAM, "--parallel", "2")
    used = " ".join(path.read_text() for path in build.rglob(f"{PROGRAM}.dir/**/*.d"))
    for folder in pack.HEADERS:
        places = set(re.findall(rf"(\S+)/{folder}/\S+\.h\S*", used))
        assert places <= {f"{tree}/include"}, (folder, places)
    assert f"{tree}/include/xtensor/" in used and f"{tree}/include/xsimd/" in used, used
    room, name = PROGRAM.split(".")
    program = build / "tests" / room / f"test_{name}"
    libraries = dict(re.findall(r"^\s*(\S+) => (\S+)", succeed("ldd", program), re.MULTILINE))
    packed = {path.name for path in (tree / "lib").glob("*.so*")}
    assert "libopenblas.so.0" in libraries, libraries
    for name, path in libraries.items():
        assert path.startswith(f"{tree}/") if name in packed else pack.EVERYWHERE.match(name), (name, path)
    succeed(program)


def main():
    version = re.search(r"(\d+)\.(\d+)", succeed("cmake", "--version"))
    if tuple(map(int, version.groups())) < (3, 23):
        print(f"skipped: CMake {version[0]} has no CMAKE_IGNORE_PREFIX_PATH; 3.23 has")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder).resolve()
        archive = folder / "pack.tar.xz"
        script = ROOT / "tests" / "benchmarks" / "gpu" / "pack.py"
        packed = subprocess.run([sys.executable, script, archive], capture_output=True, text=True, check=False)
        if packed.returncode == 77:
            print(packed.stdout, end="")
            return 77
        assert packed.returncode == 0, packed
        assert 1e6 < archive.stat().st_size < MOST_BYTES, archive.stat()
        tree = pack.unpack(archive, folder / "unpacked")
        assert pack.unpack(tree, folder / "nowhere") == tree
        check_tree(tree)
        check_configures(tree, folder / "build")
        check_program(tree, folder / "build")
    return 0


if __name__ == "__main__":
    sys.exit(main())

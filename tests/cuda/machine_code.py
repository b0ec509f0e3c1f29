#!/usr/bin/env python3
"""What nvcc makes of the kernels that go over rows (device/cuda/rows.cuh), for an H100: nothing is kept in memory for
want of registers; the loops read and write 16 bytes at a time (8 where bytes stand for numbers of two); and they need no
more instructions for a number than the arithmetic asks for.

  machine_code.py NVCC INCLUDE_FOLDER    exit status 77: only the first two could be looked at, or nothing

The last needs cuobjdump, of the CUDA Toolkit or of PyPI (nvidia-cuda-cuobjdump), and nvdisasm beside it.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# Instructions for a number of the map, in bf16, where a loop takes 8 channels of a window of 4 or of one pixel. What the
# arithmetic needs, counted from the formulas with packed conversions, and a tenth for addresses and the loop itself.
BUDGETS = {"SumRectified": 15, "NormalizeRectified": 10, "PoolNormalize": 11, "SumWinners": 11.5, "FormGradient": 16}


def compiled(nvcc, include, folder, source="machine_code.cu"):
    """(what ptxas says, PTX, path of the cubin)"""
    command = [nvcc, "-std=c++20", "--expt-relaxed-constexpr", "-arch=sm_90", "-O3", "-DNDEBUG", "-I", include,
               "-Xcompiler=-fopenmp", "-Xptxas=-v", "-cubin", "--keep", "--keep-dir", folder,
               "-o", f"{folder}/kernels.cubin", str(HERE / source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    ptx, = pathlib.Path(folder).glob("*.ptx")
    return result.stderr, ptx.read_text(), f"{folder}/kernels.cubin"


def kernels(text, beginning):
    """(name, body) of each kernel over rows in a listing."""
    parts = re.split(beginning + r"\s*(\w+)", text)
    return [(name, body) for name, body in zip(parts[1::2], parts[2::2]) if "rows_kernel" in name or "row_sums" in name]


def check_registers(said):
    found = re.findall(r"Function properties for (\w+)\n.*, (\d+) bytes spill stores, (\d+) bytes spill loads", said)
    rows = [each for each in found if "rows_kernel" in each[0] or "row_sums" in each[0]]
    assert len(rows) > 20, said
    for name, stores, loads in rows:
        assert stores == loads == "0", f"{name} keeps {stores} and {loads} bytes in memory"


def check_accesses(ptx):
    """The loop over rows is the first one of a kernel: constants are read before it, sums written after."""
    looked_at = 0
    for name, body in kernels(ptx, r"\.entry"):
        loops = [body[label.start():jump.end()] for label in re.finditer(r"^(\$\w+):", body, re.MULTILINE)
                 for jump in re.finditer(rf"bra(?:\.uni)?\s+{re.escape(label[1])};", body) if jump.start() > label.start()]
        accesses = re.findall(r"\b(?:ld|st)\.(?:global|wb)\S*", loops[0])
        narrow = [access for access in accesses if not re.search(r"\.v4\.[uf]32$", access)]
        # The places of the winners are a byte each.
        places = r"\.v2\.u32$" if "bfloat16" in name else r"\.u32$"
        assert len(narrow) < len(accesses) and len(narrow) <= 1, (name, accesses)
        assert all(re.search(places, access) for access in narrow), (name, accesses)
        looked_at += 1
    assert looked_at > 20, ptx[:1000]


def check_instructions(cuobjdump, cubin):
    listing = subprocess.run([cuobjdump, "-sass", cubin], capture_output=True, text=True, check=True).stdout
    worst = dict.fromkeys(BUDGETS, 0)
    for name, body in kernels(listing, "Function :"):
        kind = next((kind for kind in BUDGETS if kind in name and "bfloat16" in name), None)
        if not kind:
            continue
        lines = [(int(address, 16), text) for address, text in re.findall(r"/\*([0-9a-f]{4,})\*/\s+([^;]+);", body)]
        jumps = [(int(target[1], 16), address) for address, text in lines
                 if (target := re.search(r"BRA.*?0x([0-9a-f]+)", text)) and int(target[1], 16) < address]
        first, last = min(jumps)
        loop = [text for address, text in lines if first <= address <= last]
        reads = sum("LDG" in text and ".128" in text for text in loop)
        vectors = reads / 2 if kind == "SumWinners" else reads - (kind == "FormGradient")  # the others are of dy
        worst[kind] = max(worst[kind], len(loop) / (8 * vectors))
    print("instructions a number: " + ", ".join(f"{kind} {most:.1f} of {BUDGETS[kind]}" for kind, most in worst.items()))
    for kind, most in worst.items():
        assert 0 < most <= BUDGETS[kind], (kind, most)


def disassembler(nvcc):
    """cuobjdump, which from now on finds nvdisasm; None where one of them is not there."""
    path = os.pathsep.join([os.environ["PATH"], str(pathlib.Path(nvcc).parent)])
    cuobjdump = shutil.which("cuobjdump", path=path)
    if not cuobjdump or not shutil.which("nvdisasm", path=path):
        return None
    os.environ["PATH"] = path
    return cuobjdump


def main():
    nvcc, include = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        said, ptx, cubin = compiled(nvcc, include, folder)
        check_registers(said)
        check_accesses(ptx)
        cuobjdump = disassembler(nvcc)
        if not cuobjdump:
            print("skipped: no cuobjdump and nvdisasm found: registers and accesses are right, instructions not counted")
            return 77
        check_instructions(cuobjdump, cubin)
    return 0


if __name__ == "__main__":
    sys.exit(main())

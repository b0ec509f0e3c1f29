#!/usr/bin/env python3
"""The main loop of each of ditto's kernels in bf16, as nvcc makes it for an H100: how many instructions, how many reads
of which width, how many registers a thread has. kernel_loops.json keeps what was counted last, for those that know no
disassembler (benchmarks/roofline.py).

  kernel_loops.py NVCC INCLUDE_FOLDER           is what is kept still so? Exit status 77: it could not be looked at
  kernel_loops.py NVCC INCLUDE_FOLDER --keep    keeps what is counted

It needs what machine_code.py needs to count.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import machine_code

# Another nvcc schedules otherwise: what is kept may be so far from what is counted.
TOLERANCE = 0.1
KEPT = pathlib.Path(__file__).with_suffix(".json")


def arguments_of(template):
    """The arguments at the outermost level of "name<a, b<c, d> >(...)"."""
    depth, found = 0, [""]
    for letter in template[template.find("<"):] if "<" in template else "":
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if depth == 0:
            break
        if letter == "," and depth == 1:
            found.append("")
        elif not (letter == "<" and depth == 1):
            found[-1] += letter
    return [each.strip() for each in found if each.strip()]


def names(kernel):
    """Of a kernel as a profiler names it, ("SumRectified", "SumRectified<2, 64, 8>"): a kernel that does some task for
    many numbers is named by the task; the numbers are what the kernel is a template of."""
    function = re.sub(r"^void ", "", kernel)
    arguments = arguments_of(function)
    task = next((each for each in arguments if each.startswith("ditto::detail::")), "")
    base = re.match(r"(?:\w+::)*(\w+)(?:[<(]|$)", task or function)
    name = re.sub(r"_kernel$", "", base[1]) if base else function
    numbers = [re.sub(r"ul?$", "", each) for each in arguments if re.fullmatch(r"\d+u?l?", each)]
    return name, f"{name}<{', '.join(numbers)}>" if numbers else name


def main_loop(code):
    """{"instructions", "reads": {width in bytes: how many}} of that innermost loop in a kernel's listing that reads
    most; None if none reads."""
    lines = [(int(address, 16), text) for address, text in re.findall(r"/\*([0-9a-f]{4,})\*/\s+([^;]+);", code)]
    jumps = [(int(target[1], 16), address) for address, text in lines
             if (target := re.search(r"BRA.*?0x([0-9a-f]+)", text)) and int(target[1], 16) < address]
    loops = []
    for first, last in jumps:
        if any(first <= begin and end < last for begin, end in jumps):
            continue
        loop = [text for address, text in lines if first <= address <= last]
        reads = {}
        for kind in re.findall(r"\bLDG?\.E(\S*)", "\n".join(loop)):
            width = next((bits // 8 for bits in (128, 64, 16, 8) if re.search(rf"\.[US]?{bits}\b", kind)), 4)
            reads[width] = reads.get(width, 0) + 1
        if reads:
            loops.append({"instructions": len(loop), "reads": {str(width): reads[width] for width in sorted(reads)}})
    return max(loops, key=lambda loop: (bytes_read(loop), -loop["instructions"]), default=None)


def bytes_read(loop):
    return sum(int(width) * count for width, count in loop["reads"].items())


def widest(loop):
    """(width of the loop's widest reads, how many it has of them)"""
    width = max(loop["reads"], key=int)
    return int(width), loop["reads"][width]


def read_loops(listing, said):
    """{kernel: loop with "registers"} from what cuobjdump lists and ptxas says. Of several kernels of one name: the one
    that needs most instructions for what it reads."""
    registers = dict(re.findall(r"Function properties for (\w+)\n.*\n.*Used (\d+) registers", said))
    parts = re.split(r"Function :\s*(\w+)", listing)
    symbols = parts[1::2]
    readable = subprocess.run(["c++filt"], input="\n".join(symbols), capture_output=True, text=True, check=True).stdout
    loops = {}
    for symbol, kernel, code in zip(symbols, readable.splitlines(), parts[2::2]):
        loop = main_loop(code)
        if loop is None:
            continue
        loop["registers"] = int(registers[symbol])
        name = names(kernel)[1]
        if name not in loops or cost(loop) > cost(loops[name]):
            loops[name] = loop
    return loops


def cost(loop):
    width, count = widest(loop)
    return loop["instructions"] / (width * count)


def kept():
    return json.loads(KEPT.read_text())


def count(nvcc, include):
    """{kernel: its loop}, or None where there is no disassembler."""
    cuobjdump = machine_code.disassembler(nvcc)
    if not cuobjdump:
        return None
    with tempfile.TemporaryDirectory() as folder:
        said, _, cubin = machine_code.compiled(nvcc, include, folder, "step_kernels.cu")
        listing = subprocess.run([cuobjdump, "-sass", cubin], capture_output=True, text=True, check=True).stdout
    return read_loops(listing, said)


def keep(nvcc, loops):
    said = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"release [\d.]+, V([\d.]+)", said)[1]
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(loop)}" for name, loop in sorted(loops.items()))
    KEPT.write_text(f'{{\n  "nvcc": "{version}",\n  "loops": {{\n{rows}\n  }}\n}}\n')


def differences(loops, old):
    """What is kept and no longer so, in lines."""
    lines = [f"{name} is {'not kept' if name in loops else 'kept and no kernel'}"
             for name in sorted(set(loops) ^ set(old))]
    for name in sorted(set(loops) & set(old)):
        now, then = cost(loops[name]), cost(old[name])
        if widest(loops[name])[0] != widest(old[name])[0] or abs(now - then) > TOLERANCE * then:
            lines.append(f"{name}: kept {old[name]}, counted {loops[name]}")
    return lines


def main():
    nvcc, include = sys.argv[1:3]
    loops = count(nvcc, include)
    if loops is None:
        print("skipped: no cuobjdump and nvdisasm found")
        return 77
    if sys.argv[3:] == ["--keep"]:
        keep(nvcc, loops)
        return 0
    wrong = differences(loops, kept()["loops"])
    print("\n".join([f"{len(loops)} kernels' loops are as kept" if not wrong else "kept counts are old; --keep renews "
                     "them, and benchmarks/roofline.py --write what docs/performance.md predicts:", *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a training step moves, from the lines that step_traffic counted: for any number of pairs."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import kernel_loops  # noqa: E402  (the path first)

# From 128 pairs on, kernels that sum over the rows of a map have as many chunks as they ever have. Between multiples of
# 64, those of the last layers, which move little, have one more or less.
# All else that a step moves is a + b * pairs.
COUNTED_PAIRS = (128, 192)
# What ditto's own kernels may move in a step of 512 pairs, in bytes: each sector of memory that a kernel reads, and
# each that it writes.
BUDGET = 26e9


def count(program, pairs=COUNTED_PAIRS):
    """A step for each number of pairs, counted by a built step_traffic: half a minute each."""
    result = subprocess.run([program, *map(str, pairs)], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"error: {program}: {result.stderr.strip() or f'exit status {result.returncode}'}")
    return read(result.stdout)


def read(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def on_line(first, second, place):
    """Between or beyond two steps that differ in numbers alone: `place` 0 is the first, 1 the second."""
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return {key: on_line(first[key], second[key], place) for key in first}
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [on_line(*both, place) for both in zip(first, second)]
    if isinstance(first, str) and first == second:
        return first
    if isinstance(first, int) and isinstance(second, int):
        return round(first + (second - first) * place)
    raise ValueError(f"two steps do not launch the same kernels: {str(first)[:200]} and {str(second)[:200]}")


def at(steps, pairs):
    """The step of `pairs` pairs, from the first two that were counted."""
    first, second = steps[:2]
    return on_line(first, second, (pairs - first["pairs"]) / (second["pairs"] - first["pairs"]))


def moved(kernel):
    """Bytes of the sectors that a launch reads and of those that it writes: the least that memory has to move."""
    return kernel["reads"]["touched"] + kernel["writes"]["touched"]


def own_bytes(step):
    return sum(moved(kernel) for kernel in step["kernels"])


def by_name(step):
    """{short name: its launches}"""
    found = {}
    for kernel in step["kernels"]:
        found.setdefault(kernel_loops.names(kernel["name"])[0], []).append(kernel)
    return found

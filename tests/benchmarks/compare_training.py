"""Compares ditto's training step with PyTorch's, in turn and in one run, and prints a table of medians and ratios.

usage: compare_training.py BENCHMARK_PROGRAM [--python PYTHON] [--pairs N] [--loss L] [--optimizer O] [--rounds R]
                           [--steps S] [--threads T] [--json FILE]

Each round runs every contender once as a process of its own, S steps after one warm-up step, so that a machine that
slows down slows all of them. A ratio is the median over the rounds of (PyTorch's median step / ditto's median step in
the same round). PyTorch runs in both memory layouts, as installed ("stock") and with malloc told to keep its pages.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

arguments = argparse.ArgumentParser()
arguments.add_argument("program", help="the benchmark_training_step that was built")
arguments.add_argument("--python", default=sys.executable, help="a Python that has PyTorch")
arguments.add_argument("--pairs", type=int, default=16)
arguments.add_argument("--loss", default="contrastive", choices=["contrastive", "bce"])
arguments.add_argument("--optimizer", default="sgd", choices=["sgd", "adam"])
arguments.add_argument("--rounds", type=int, default=3)
arguments.add_argument("--steps", type=int, default=4)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--json", help="write the figures to this file too")
options = arguments.parse_args()

task = [options.loss, options.optimizer, str(options.pairs), str(options.steps + 1), str(options.threads)]
peer = [options.python, str(pathlib.Path(__file__).with_name("training_step.py")), *task]
warm_malloc = {"MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "17179869184",
               "MALLOC_TOP_PAD_": "1073741824"}
contenders = {
    "ditto": ([options.program, *task], {}),
    "PyTorch stock": (peer, {}),
    "PyTorch channels-last": ([*peer, "channels_last"], {}),
    "PyTorch warm malloc": (peer, warm_malloc),
    "PyTorch warm malloc, channels-last": ([*peer, "channels_last"], warm_malloc),
}

steps = {name: [] for name in contenders}  # median seconds of a step, one for each round
memory = {name: [] for name in contenders}
versions = set()
for _ in range(options.rounds):
    for name, (command, environment) in contenders.items():
        environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), **environment}
        output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        result = json.loads(output.strip().splitlines()[-1])
        steps[name].append(statistics.median(result["seconds"][1:]))
        memory[name].append(result["peak_bytes"])
        versions.add(result["version"])

rows = []
for name in contenders:
    rows.append({
        "name": name,
        "seconds": statistics.median(steps[name]),
        "pairs_per_second": options.pairs / statistics.median(steps[name]),
        "ratio": statistics.median(mine / ours for mine, ours in zip(steps[name], steps["ditto"])),
        "peak_bytes": max(memory[name]),
    })
print(f"{options.loss}, {options.optimizer}, {options.pairs} pairs, {options.threads} threads; "
      f"medians of {options.rounds} rounds of {options.steps} steps; {', '.join(sorted(versions))}")
print(f"{'':36}{'s/step':>9}{'pairs/s':>9}{'ditto is':>10}{'peak MiB':>10}")
for row in rows:
    print(f"{row['name']:36}{row['seconds']:9.3f}{row['pairs_per_second']:9.2f}{row['ratio']:9.2f}x"
          f"{row['peak_bytes'] / 2**20:10.0f}")
if options.json:
    pathlib.Path(options.json).write_text(json.dumps({"task": vars(options), "rows": rows}, indent=2) + "\n")

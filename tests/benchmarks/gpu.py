#!/usr/bin/env python3
"""Builds ditto on a machine with a GPU, checks it there, and measures it beside PyTorch and the card's limits.

  gpu.py                      all of it, in nine minutes
  gpu.py --pack ARCHIVE       where nothing of what ditto's build needs is installed, see gpu/pack.py
  gpu.py --no-build           as it is built
  gpu.py --minutes 30 --output results

It needs an NVIDIA GPU, nvcc, cuDNN, cmake, what ditto's build needs or an archive with it, and for the comparison a
Python with PyTorch, whose cuDNN will do; no network. What no time is left for is listed as not run. Without a GPU: one
line, and exit status 77. README.md in this folder says what is counted, gpu/pytorch_worker.py with which settings
PyTorch runs.
"""
import argparse
import csv
import dataclasses
import io
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "gpu"))

import checks  # noqa: E402  (the path first)
import contenders  # noqa: E402
import machine as processor  # noqa: E402
import pack  # noqa: E402
import race  # noqa: E402
import report  # noqa: E402

ROOT = HERE.parents[1]
OWN_PYTHON = ROOT / ".venv" / "bin" / "python"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=9, help="that all of it may take (default: 9)")
    parser.add_argument("--pack", help="what gpu/pack.py has packed: the archive, or the folder where it was unpacked")
    parser.add_argument("--no-build", action="store_true", help="take the programs in the build folder as they are")
    parser.add_argument("--no-checks", action="store_true", help="measure only")
    parser.add_argument("--no-cudnn", action="store_true", help="convolve by unfolding")
    parser.add_argument("--build", default=str(ROOT / "build" / "gpu"), help="the build folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10, help="repetitions in a round, after one that does not count")
    parser.add_argument("--compile-seconds", type=float, default=150, help="that PyTorch may take to get one row ready")
    parser.add_argument("--python", default=str(OWN_PYTHON) if OWN_PYTHON.exists() else sys.executable,
                        help="a Python that has PyTorch (default: the one in .venv, if there is one)")
    parser.add_argument("--output", help="write OUTPUT.txt and OUTPUT.json too")
    return parser.parse_args()


def program(options, name):
    return str(pathlib.Path(options.build) / "bin" / f"benchmark_gpu_{name}")


def last_json(command, seconds, **more):
    """What a program's last line says; with "failed": why there is none."""
    status, output = checks.run(command, seconds, **more)
    lines = output.strip().splitlines() or [f"exit status {status}"]
    if status == 124:
        return {"failed": f"took longer than {seconds:.0f} s"}
    try:
        return json.loads(lines[-1]) if status == 0 else {"failed": lines[-1]}
    except ValueError:
        return {"failed": f"not a line of JSON: {lines[-1]}"}


def kernels_by_nsys(options, pairs, precision, seconds):
    """Time per kernel by Nsight Systems, where the Toolkit has no CUPTI."""
    nsys = checks.tool("nsys")
    if not nsys:
        return {"failed": "this Toolkit has no CUPTI, and there is no nsys in PATH"}
    trace = str(pathlib.Path(options.build) / "training_step")
    found = last_json([nsys, "profile", "--cuda-graph-trace=node", "--force-overwrite=true", "-o", trace,
                       program(options, "training_step"), precision, str(pairs), "5"], seconds, text="\n")
    status, output = checks.run([nsys, "stats", "--report", "cuda_gpu_kern_sum", "--format", "csv", "--quiet",
                                 "--force-export=true", trace + ".nsys-rep"], seconds)
    rows = list(csv.DictReader(io.StringIO(output[output.find("Time (%)"):]))) if status == 0 else []
    if not rows or "Total Time (ns)" not in rows[0]:
        return {"failed": f"nsys gave no table: {(output.strip().splitlines() or ['nothing'])[-1]}"}
    # The step that prepares, one that does not count, and the measured ones; nsys may speak last.
    steps = len(found.get("seconds", {}).get("step", [])) + 2 if "failed" not in found else 7
    return {"activities": [{"name": row["Name"], "seconds": 1e-9 * float(row["Total Time (ns)"]) / steps,
                            "count": float(row["Instances"]) / steps} for row in rows]}


def kernels(options, budget, pairs=512, precision="bf16"):
    if budget.left() < 10:
        return {"failed": "no time left"}
    if pathlib.Path(program(options, "kernels")).exists():
        found = last_json([program(options, "kernels"), precision, str(pairs), "5"], min(60, budget.left()))
    else:
        found = kernels_by_nsys(options, pairs, precision, min(60, budget.left()))
    return {**found, "pairs": pairs, "precision": precision}


def build_and_check(options, architecture, budget, pytorch_there):
    """Rows of the checks' table. Ends the program if ditto cannot be built."""
    rows = []
    if not options.no_build:
        print(f"[{budget.used():.0f} s] building in {options.build}", file=sys.stderr)
        ahead = race.CompilesAhead(options.python, options.build) if pytorch_there else None
        packed = pack.unpack(options.pack, pathlib.Path(options.build) / "pack") if options.pack else None
        problem = checks.build(options.build, architecture, options.python, not options.no_cudnn, packed, budget.left())
        if ahead:
            ahead.stop()
        if problem:
            sys.exit(f"error: building failed: {problem}")
        rows.append(("build", "passed", f"{budget.used():.0f} s"))
    if not options.no_checks:
        print(f"[{budget.used():.0f} s] checking", file=sys.stderr)
        rows += checks.tests(options.build, min(120, budget.left()))
        rows += [checks.sanitizer(options.build, kind, min(60, budget.left())) for kind in checks.SANITIZED]
    return rows


@dataclasses.dataclass
class Run:
    """All that is known so far."""
    options: argparse.Namespace
    budget: race.Budget
    card: str
    checks: list
    limits: dict
    pytorch: race.PyTorch
    no_pytorch: str
    answers: list = dataclasses.field(default_factory=list)
    kernels: dict = dataclasses.field(default_factory=lambda: {"failed": "not asked for yet"})

    def write(self):
        """The tables; with --output they are written, with everything that they stand on."""
        options, bars = self.options, report.Bars(self.answers, self.limits, self.kernels)
        versions = sorted({kept["version"] for kept in self.answers if "version" in kept})
        peer = self.pytorch.about.get("version", "PyTorch did not start") if self.pytorch else (
            f"ditto alone, PyTorch is absent: {self.no_pytorch}")
        lines = [f"{self.card}; {processor.describe()['processor']}", "; ".join([*versions, peer]),
                 f"medians of {options.rounds} rounds of {options.steps} or more repetitions; "
                 f"{self.budget.used():.0f} s in all",
                 "", *report.checks_table(self.checks), "", *report.machine_table(self.limits),
                 *report.tasks_tables(self.answers, [task.title() for task in race.TASKS]),
                 "", *report.kernels_table(self.kernels), "", *bars.table()]
        text = "\n".join(lines) + "\n"
        if options.output:
            pathlib.Path(options.output + ".txt").write_text(text)
            everything = {"card": self.card, "processor": processor.describe(), "options": vars(options),
                          "peer": peer, "checks": self.checks, "limits": self.limits, "tasks": self.answers,
                          "kernels": self.kernels, "bars": [{**row, "verdict": bars.verdict(row)} for row in bars.rows]}
            pathlib.Path(options.output + ".json").write_text(json.dumps(everything, indent=2) + "\n")
        return text


def main():
    options = parse_arguments()
    budget = race.Budget(options.minutes)
    card, why = checks.graphics_card()
    if not card:
        print(f"skipped: there is no GPU that this script can use ({why})")
        return 77
    no_pytorch = contenders.missing("torch", options.python)
    check_rows = build_and_check(options, card[1], budget, not no_pytorch)

    print(f"[{budget.used():.0f} s] the card's limits", file=sys.stderr)
    limits = last_json([program(options, "machine")], min(60, budget.left()))
    pytorch = None if no_pytorch else race.PyTorch(options.python, options.build)
    contest = race.Race(options, budget, pytorch)
    run = Run(options, budget, card[0], check_rows, limits, pytorch, no_pytorch)
    run.write()  # whoever ends the script keeps what there is
    try:
        for task in race.TASKS:
            run.answers.append(contest.run(task))
            if task == race.TASKS[0]:  # the same step again, for where its time goes
                run.kernels = kernels(options, budget)
            run.write()
    finally:
        if pytorch:
            pytorch.stop()
    print(run.write(), end="")
    return 1 if any(result == "failed" for _, result, _ in check_rows) else 0


if __name__ == "__main__":
    sys.exit(main())

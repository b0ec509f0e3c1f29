#!/usr/bin/env python3
"""Compares ditto with its peers in one run, in turn, and prints tables of medians and ratios.

  compare.py training [--pairs 8 16 32] [--loss contrastive bce] [--optimizer sgd adam]
  compare.py inference [--batches 1 8 32]
  compare.py layers [--layer-images 32]
  compare.py search [--rows 10000] [--queries 1 32]
  compare.py all

A ratio says how many times as fast ditto is: the median over the rounds of (peer's time / ditto's in the same round).
README.md in this folder says what each program measures, contenders.py who the peers are, pytorch.py with which
settings.
"""
import argparse
import itertools
import json
import os
import pathlib
import sys
import time

import contenders
import machine
import rounds
import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN_PYTHON = ROOT / ".venv" / "bin" / "python"
QUESTIONS = ["training", "inference", "layers", "search"]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="+", choices=[*QUESTIONS, "all"], metavar="QUESTION", help="what to compare")
    parser.add_argument("--pairs", type=int, nargs="+", default=[16], help="pairs in a training step")
    parser.add_argument("--loss", nargs="+", default=["contrastive"], choices=["contrastive", "bce"])
    parser.add_argument("--optimizer", nargs="+", default=["sgd"], choices=["sgd", "adam"])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32], help="images in a batch of inference")
    parser.add_argument("--layer-images", type=int, default=32, help="images in a pass through a layer")
    parser.add_argument("--rows", type=int, default=10000, help="features that a search looks through")
    parser.add_argument("--queries", type=int, nargs="+", default=[1, 32], help="features that a search looks for")
    parser.add_argument("--peers", nargs="+", default=contenders.PEERS, choices=contenders.PEERS, metavar="PEER",
                        help=", ".join(contenders.PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2, help="repetitions in a round, after one that does not count")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--timeout", type=int, default=600, help="seconds that one process may take")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"), help="the build folder")
    parser.add_argument("--python", default=str(OWN_PYTHON) if OWN_PYTHON.exists() else sys.executable,
                        help="a Python that has PyTorch (default: the one in .venv, if there is one)")
    parser.add_argument("--output", help="write OUTPUT.txt and OUTPUT.json too")
    return parser.parse_args()


def tasks_of(options):
    questions = QUESTIONS if "all" in options.questions else [name for name in QUESTIONS if name in options.questions]
    tasks = []
    for question in questions:
        if question == "training":
            for loss, optimizer, pairs in itertools.product(options.loss, options.optimizer, options.pairs):
                tasks.append(contenders.Task(question, [loss, optimizer, str(pairs)]))
        elif question == "inference":
            tasks.append(contenders.Task(question, [str(images) for images in options.batches]))
        elif question == "layers":
            tasks.append(contenders.Task(question, [str(options.layer_images)]))
        else:
            words = [str(number) for number in (options.rows, *options.queries)]
            tasks.append(contenders.Task(question, words))
    return tasks


def title(task):
    if task.question == "training":
        loss, optimizer, pairs = task.words
        return f"Training step of {pairs} pairs, {loss} loss, {'SGD with momentum' if optimizer == 'sgd' else 'Adam'}"
    if task.question == "inference":
        return "Inference, images to features"
    if task.question == "search":
        return f"The nearest 5 of {task.words[0]} features"
    return f"Layer by layer, {task.words[0]} images"


def answer(task, entrants, options):
    """Runs one task: what JSON keeps of it, and its table as lines."""
    print(title(task), file=sys.stderr)
    reports, failed = rounds.run_rounds(entrants, options)
    table = rounds.figures(reports)
    ours = reports["ditto"][-1]
    if task.question == "layers":
        limits = {name: max(report["limits"][name] for report in reports["ditto"]) for name in ours["limits"]}
        rows = tables.layer_rows(table, ours["passes"], limits)
        lines = tables.layer_table(rows, limits, list(reports))
    else:
        precisions = {contender.name: contender.precision for contender in entrants}
        rows = tables.contender_rows(task, table, rounds.peaks(reports), precisions)
        lines = tables.contender_table(task, rows, ours.get("planned_bytes"))
    versions = sorted({report["version"] for all_rounds in reports.values() for report in all_rounds})
    kept = {"question": task.question, "task": task.words, "versions": versions, "left_out": failed, "rows": rows,
            "rounds": reports}
    return kept, ["", title(task), *lines, *failed]


def main():
    options = parse_arguments()
    begin = time.monotonic()
    finder = contenders.Finder(options)
    answers, lines = [], []
    for task in tasks_of(options):
        kept, table = answer(task, list(finder.contenders(task)), options)
        answers.append(kept)
        lines += table
    described = machine.describe()
    head = [
        f"{described['processor']} ({described['model']}), {', '.join(described['instruction_sets'])}; "
        f"{options.threads} of {described['hardware_threads']} threads; {described['system']}",
        "; ".join(sorted({version for kept in answers for version in kept["versions"]})),
        f"medians of {options.rounds} rounds of {options.steps} or more repetitions; "
        f"{time.monotonic() - begin:.0f} s in all",
        *finder.absent,
    ]
    text = "\n".join(head + lines) + "\n"
    print(text, end="")
    if options.output:
        pathlib.Path(options.output + ".txt").write_text(text)
        everything = {"machine": described, "options": vars(options), "absent": finder.absent, "questions": answers}
        pathlib.Path(options.output + ".json").write_text(json.dumps(everything, indent=2) + "\n")


if __name__ == "__main__":
    main()

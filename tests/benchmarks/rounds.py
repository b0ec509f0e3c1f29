"""Runs contenders in rounds, each once a round and in a process of its own, and takes medians and ratios.

A machine that slows down, or that others use, slows all contenders of a round alike. A ratio is therefore the median
over the rounds of (median of the peer's repetitions / median of ditto's in the same round).
"""
import json
import os
import statistics
import subprocess
import sys


class Failure(Exception):
    """A contender that did not give figures, and why."""


def run(contender, options):
    """What one process of a contender reports."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(options.threads), **contender.environment}
    try:
        done = subprocess.run(contender.command, env=environment, capture_output=True, text=True, check=False,
                              timeout=options.timeout)
    except subprocess.TimeoutExpired:
        raise Failure(f"took longer than {options.timeout} s") from None
    except OSError as error:
        raise Failure(f"{contender.command[0]}: {error.strerror}") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise Failure(lines[-1])
    try:
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        raise Failure("did not end with a line of JSON") from None


def run_rounds(contenders, options):
    """{name: reports, one for each round} and one line for each contender that failed. ditto may not fail."""
    reports = {contender.name: [] for contender in contenders}
    failed = []
    for number in range(options.rounds):
        for contender in [each for each in contenders if each.name in reports]:
            print(f"  round {number + 1} of {options.rounds}: {contender.name}", file=sys.stderr)
            try:
                reports[contender.name].append(run(contender, options))
            except Failure as failure:
                if contender.name == "ditto":
                    sys.exit(f"error: ditto: {failure}")
                failed.append(f"{contender.name} is left out: {failure}")
                del reports[contender.name]
    return reports, failed


def figures(reports):
    """{what was timed: {contender: {"seconds": ..., "ratio": ...}}}; what ditto did not time has no ratio."""
    def medians(name, label):
        return [statistics.median(report["seconds"][label]) for report in reports[name] if label in report["seconds"]]

    labels = dict.fromkeys(label for report in reports["ditto"] for label in report["seconds"])
    table = {}
    for label in labels:
        ours = medians("ditto", label)
        table[label] = {}
        for name in reports:
            seconds = medians(name, label)
            if seconds:
                table[label][name] = {
                    "seconds": statistics.median(seconds),
                    "ratio": statistics.median(theirs / our for theirs, our in zip(seconds, ours)),
                }
    return table


def peaks(reports):
    """{contender: the most memory of all rounds}"""
    return {name: max(report["peak_bytes"] for report in rounds) for name, rounds in reports.items()}

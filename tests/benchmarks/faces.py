#!/usr/bin/env python3
"""What each ingredient of `train_siamese --recipe faces` gives, and what the recipe reaches: the tables of docs/faces.md.

    tests/benchmarks/faces.py ablation --images DIR --train LIST [--seeds 2] [--output DIR]
    tests/benchmarks/faces.py final --images DIR --train LIST --test LIST [--seeds 3] [--only NAME...] [--output DIR]

`ablation` trains the compact network, all of the recipe but one ingredient, and scores people held out of the training
list: never the test list. `final` trains what the recipe is for, its choices made, and scores the test list with the
threshold that the held-out people fixed. Trainings that the output folder has are not repeated.
"""

import argparse
import csv
import json
import math
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPACT = ["--recipe", "faces", "--network", "compact", "--epochs", "12", "--validation-people", "0.2"]
ABLATION = {
    "the recipe": [],
    "the list's own pairs, none mined": ["--sample", "pairs", "--negatives", "0"],
    "pairs of people, none mined": ["--negatives", "0"],
    "only the hardest negative": ["--negatives", "1"],
    "semi-hard negatives": ["--semi-hard"],
    "no average": ["--average", "0"],
    "running statistics of the steps": ["--statistics-images", "0"],
    "features not averaged with the mirror image's": ["--no-mirror"],
    "the whole frame": ["--crop", "1"],
    "no augmentation": ["--no-augment"],
    "augmentation of half the strength": ["--augmentation", "0.4"],
    "margin 20": ["--margin", "20"],
    "margin 60": ["--margin", "60"],
    "constant learning rate": ["--schedule", "constant"],
}
CONTRASTIVE = "the first row's weights of the same seed"  # that row has to be there, or be trained in the same call
FINAL = {
    "contrastive, the 19 layers": ["--recipe", "faces"],
    "difference BCE, the 19 layers": ["--recipe", "faces", "--loss", "difference"],
    "concatenated BCE, the 19 layers": ["--recipe", "faces", "--loss", "bce", "--init", CONTRASTIVE],
    "contrastive, the compact network": ["--recipe", "faces", "--network", "compact"],
}


def train(options, folder, bin_folder, data):
    """What a training reached, from its files; trains first if they are not there."""
    result = folder / "result.json"
    if result.exists():
        return json.loads(result.read_text())
    folder.mkdir(parents=True, exist_ok=True)
    run = folder / "run"
    subprocess.run(["rm", "-rf", run], check=True)
    began = time.monotonic()
    done = subprocess.run([bin_folder / "train_siamese", *data, *options, "--run", run], text=True, check=False,
                          stdout=subprocess.PIPE)
    (folder / "log.txt").write_text(done.stdout)
    if done.returncode != 0:
        sys.exit(f"train_siamese {' '.join(options)} failed; see {folder / 'log.txt'}")
    with (run / "metrics.csv").open() as file:
        last = list(csv.DictReader(file))[-1]
    held_out = re.search(r"people, (\d+) pairs of them", done.stdout)
    found = {"minutes": (time.monotonic() - began) / 60, "options": options,
             "validation": {"pairs": int(held_out[1]), **{name: float(last[f"validation_{name}"])
                                                          for name in ("accuracy", "area")}}}
    if test := re.search(r"test accuracy: (\S+) %", done.stdout):
        figures = re.search(r"(\d+) test pairs: .*area under the ROC curve ([0-9.]+)", done.stdout)
        found["test"] = {"pairs": int(figures[1]), "accuracy": float(test[1]) / 100, "area": float(figures[2])}
    if "test" not in found:
        subprocess.run(["rm", "-rf", run], check=True)  # hundreds of megabytes of weights
    else:
        (run / "checkpoint.safetensors").unlink()
    result.write_text(json.dumps(found, indent=2) + "\n")
    return found


def spread(values, pairs):
    """In percent, the mean and standard deviation of several accuracies, or one accuracy on `pairs` pairs and its
    standard error."""
    mean = sum(values) / len(values)
    if len(values) == 1:
        return f"{100 * mean:.1f} (standard error {100 * math.sqrt(mean * (1 - mean) / pairs):.1f})"
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return f"{100 * mean:.1f} ± {100 * deviation:.1f} (" + ", ".join(f"{100 * value:.1f}" for value in values) + ")"


def table(part, rows, seeds, arguments, common, data):
    print(f"| {part} | accuracy, % | area | minutes |\n| --- | --- | --- | --- |", flush=True)
    for name, options in rows.items():
        found = []
        for seed in range(1, seeds + 1):
            folder = arguments.output / part / re.sub(r"\W+", "_", name) / str(seed)
            first = arguments.output / part / re.sub(r"\W+", "_", next(iter(FINAL))) / str(seed)
            start = [str(first / "run" / "last.safetensors") if option == CONTRASTIVE else option for option in options]
            found.append(train([*common, *start, "--seed", str(seed)], folder, arguments.bin, data))
        reached = [one["test" if part == "final" else "validation"] for one in found]
        accuracy = spread([one["accuracy"] for one in reached], reached[0]["pairs"])
        area = sum(one["area"] for one in reached) / len(found)
        minutes = sum(one["minutes"] for one in found) / len(found)
        print(f"| {name} | {accuracy} | {area:.3f} | {minutes:.1f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["ablation", "final"])
    parser.add_argument("--images", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--test")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--only", nargs="*", help="some of the rows, by the beginnings of their names")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("runs/faces"))
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    arguments = parser.parse_args()
    data = ["--images", arguments.images, "--train", arguments.train]
    if arguments.part == "final":
        if not arguments.test:
            parser.error("final needs --test")
        data += ["--test", arguments.test]
    rows = ABLATION if arguments.part == "ablation" else FINAL
    if arguments.only:
        rows = {name: rows[name] for name in rows if name.startswith(tuple(arguments.only))}
    common = COMPACT if arguments.part == "ablation" else []
    table(arguments.part, rows, arguments.seeds or (2 if arguments.part == "ablation" else 3), arguments, common, data)


if __name__ == "__main__":
    main()

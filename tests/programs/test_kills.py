"""kill -9 at random moments of a training, also inside the writing of a checkpoint; then --resume: the weights are those
of an uninterrupted training, byte for byte, whatever the number of threads in each session.

The test command kills a few times. Longer, by hand (DITTO_BIN is the folder of the programs):
    DITTO_BIN=build/release/bin python3 tests/programs/test_kills.py --kills 50
    DITTO_BIN=build/release/bin python3 tests/programs/test_kills.py --kills 5 --network face
"""

import argparse
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from programs import in_background, succeed, write_picture

OPTIONS = {
    # What is measured and averaged beside the steps must not depend on where a session ends.
    "compact": ("--network", "compact", "--batch", 4, "--epochs", 4, "--optimizer", "sgd", "--validation-people", 0.2,
                "--average", 0.9, "--statistics-images", 8),
    "face": ("--network", "face", "--batch", 3, "--epochs", 2, "--optimizer", "sgd", "--twin", "stacked"),
}
PEOPLE = {"compact": (10, 2), "face": (3, 2)}  # and pictures of each
FILES = ("last.safetensors", "best.safetensors")


def without_seconds(path):
    """The rows of metrics.csv without the figures of the clock."""
    return [row.rsplit(",", 1)[0] for row in path.read_text().splitlines()]


def session(generator, directory, options, longest):
    """Starts the training, or goes on with it, and kills it after a random time. The time it ran, or None if it had
    ended before that."""
    # Without a folder there is no run; with one, its settings are in it.
    where = ("--run", directory, "--resume") if directory.exists() else ("--run", directory, *options)
    how = ("--threads", generator.choice((1, 2, 3)), "--save-interval", generator.choice((0, 0, 0.3, 2)))
    began = time.monotonic()
    with in_background("train_siamese", *where, *how, stderr=subprocess.STDOUT) as process:
        try:
            output, _ = process.communicate(timeout=generator.uniform(0.0, longest))
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            for line in output.splitlines():
                assert not line.startswith("error"), output
            return time.monotonic() - began
    assert process.returncode == 0, (process.returncode, output)
    return None


def moment(directory):
    """What a kill left, for the summary."""
    if not directory.exists():
        return "before the run directory"
    names = {path.name.split(".partial-")[0] for path in directory.glob("*.partial-*")}
    if names:
        return "writing " + ", ".join(sorted(names))
    return "after a checkpoint" if (directory / "checkpoint.safetensors").exists() else "before the first checkpoint"


def require_same(reference, directory, what):
    for name in FILES:
        assert (reference / name).read_bytes() == (directory / name).read_bytes(), (name, what)
    rows = without_seconds(directory / "metrics.csv")
    assert rows == without_seconds(reference / "metrics.csv"), (rows, what)
    left = [path.name for path in directory.iterdir() if ".partial-" in path.name]
    assert not left, (left, what)
    assert not list(directory.parent.glob("*.partial-*")), what


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--network", choices=sorted(OPTIONS), default="compact")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        people, pictures = PEOPLE[arguments.network]
        for person in range(people):
            (folder / f"people/{person}").mkdir(parents=True)
            for picture in range(pictures):
                write_picture(folder / f"people/{person}/{picture}.ppm", pictures * person + picture)
        options = (*OPTIONS[arguments.network], "--images", folder / "people")
        reference = folder / "uninterrupted"
        began = time.monotonic()
        succeed("train_siamese", "--run", reference, *options)
        longest = time.monotonic() - began
        killed, runs, moments = 0, 0, {}
        while killed < arguments.kills:
            directory = folder / f"killed {runs}"
            kills = min(generator.randint(1, 4), arguments.kills - killed)
            while kills > 0 and session(generator, directory, options, longest) is not None:
                kills -= 1
                killed += 1
                where = moment(directory)
                moments[where] = moments.get(where, 0) + 1
            if directory.exists():
                succeed("train_siamese", "--run", directory, "--resume", "--threads", generator.choice((1, 2, 3)),
                        "--save-interval", 300)
            else:
                succeed("train_siamese", "--run", directory, *options)
            require_same(reference, directory, (arguments.seed, runs, moments))
            for path in directory.iterdir():
                path.unlink()
            runs += 1
        print(f"{killed} kills in {runs} trainings, all ended in the weights of the uninterrupted one:")
        for where, count in sorted(moments.items(), key=lambda item: -item[1]):
            print(f"  {count:3} {where}")


if __name__ == "__main__":
    sys.exit(main())

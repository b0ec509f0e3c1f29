"""train_siamese from outside: what it prints and leaves behind, how it stops and goes on, and how it fails.

Runs the 19-layer network on a few small pictures: 2 GB of memory and 3 GB of disk. No package is needed.
"""

import json
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from programs import (BIN, expect_error, in_background, run, succeed, until_line, wait_until, write_picture,
                      write_safetensors, write_with_metadata)

PAIRS = "0.ppm 1.ppm 1\n0.ppm 2.ppm 0\n2.ppm 3.ppm 1\n1.ppm 3.ppm 0\n"
SMALL = ("--batch", 2, "--optimizer", "sgd", "--no-augment")


def check_usage_errors():
    for pattern, *arguments in (
        ("--batch.*0", "--batch", 0), ("--batch.*2.5", "--batch", 2.5), ("--batch", "--batch", "two"),
        ("one sample a side", "--batch", 1), ("--lr: nan", "--lr", "nan"), ("--lr: inf", "--lr", "inf"),
        ("--lr: 0", "--lr", 0), ("--margin: -1", "--margin", -1), ("--margin", "--margin", 2, "--loss", "bce"),
        ("--margin is of --loss contrastive alone", "--margin", 2, "--loss", "difference"),
        ("--face-people is of built-in faces alone", "--face-people", 9, "--images", ".", "--train", "x"),
        ("--semi-hard is of --negatives above 0", "--semi-hard"),
        ("--epochs", "--epochs", 0), ("--momentum: 1", "--momentum", 1), ("--momentum", "--momentum", 0.5),
        ("--weight-decay: -1", "--weight-decay", -1), ("--crop: 2", "--crop", 2), ("--seed: -1", "--seed", -1),
        ("--threads", "--threads", 0), ("--face-people", "--face-people", 1), ("--loss: triplet", "--loss", "triplet"),
        ("--twin: both", "--twin", "both"), ("--optimizer: adamax", "--optimizer", "adamax"),
        ("--device: tpu", "--device", "tpu"), ("bf16 needs --device cuda", "--precision", "bf16"),
        ("--engines is of --device cuda alone", "--engines", "x"),
        ("--images", "--train", "x"), ("--test needs --images", "--test", "x"),
        ("--test-people is of --images alone", "--test-people", 0.5),
        ("leave out --test", "--images", ".", "--test", "x", "--test-people", 0.5), ("--faces", "--faces", "--images", ".", "--train", "x"),
        ("--recipe: cats", "--recipe", "cats"), ("--network: tiny", "--network", "tiny"),
        ("shares batch statistics", "--network", "compact", "--twin", "separate"),
        ("--negatives needs --sample people", "--negatives", 3), ("--average: 1", "--average", 1), ("--no-shuffle is of", "--no-shuffle", "--sample", "people"),
        ("--validation-people: 1", "--validation-people", 1), ("--augmentation: 2", "--augmentation", 2),
        ("--resume needs --run", "--resume"), ("--bogus", "--bogus"), ("extra", "extra"),
    ):
        expect_error(2, pattern + ".*see train_siamese --help", "train_siamese", *arguments)


def fails(folder, pattern, *arguments):
    """The program must exit with 1 and one line that matches, and make no run directory."""
    result = run("train_siamese", "--run", folder / "run", *SMALL, *arguments)
    lines = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]
    assert result.returncode == 1 and len(lines) == 1 and re.match("error: .*" + pattern, lines[0]), (arguments, result)
    assert not (folder / "run").exists(), arguments


def check_bad_data(folder, data):
    bad = folder / "bad.txt"
    for text, pattern in (("", "holds no pairs"), ("0.ppm 1.ppm 1\n\n0.ppm\n", "bad.txt, line 3"),
                          ("0.ppm 1.ppm 1\n0.ppm 1.ppm 2\n", "bad.txt, line 2.*label '2'"),
                          ("0.ppm 1.ppm 0\n0.ppm 2.ppm 0\n", "labelled different"),
                          ("0.ppm missing.ppm 0\n", "missing.ppm: no such file")):
        bad.write_text(text)
        fails(folder, pattern, "--images", folder, "--train", bad)
    fails(folder, "none.txt: no such file", "--images", folder, "--train", folder / "none.txt")
    fails(folder, "none.txt: no such file", *data, "--test", folder / "none.txt")
    for name, content, pattern in (("text.jpg", b"not a picture\n", "not a JPEG"), ("empty.jpg", b"", "is empty"),
                                   ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01", "cut short")):
        (folder / name).write_bytes(content)
        bad.write_text(PAIRS + f"0.ppm {name} 0\n")
        fails(folder, f"{name}: .*{pattern}", "--images", folder, "--train", bad)


def check_bad_weights(folder, data):
    other = write_safetensors(folder / "other.safetensors", {
        "backbone.0.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(4))
    fails(folder, r"tensor backbone.0.weight is \[1\] in the file and \[64, 3, 5, 5\]", *data, "--init", other)
    other.write_bytes(other.read_bytes()[:-2])
    fails(folder, "truncated: 2 bytes of its data", *data, "--init", other)
    other.write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
    fails(folder, "header claims 1152921504606846976 bytes", *data, "--init", other)
    fails(folder, "none: No such file", *data, "--init", folder / "none")
    other.write_bytes(b"PK\3\4\0\0\x08\x08" + bytes(60))  # as torch.save begins
    fails(folder, "this is a file of torch.save or another archive", *data, "--init", other)


def check_bad_run(folder, data):
    # Built without CUDA, or with it on a machine that has no GPU for it. (Where there is one, this is no error.)
    if not pathlib.Path("/dev/nvidia0").exists():
        fails(folder, "(built without CUDA|no NVIDIA driver|no GPU that CUDA can use|driver is older)",
              "--device", "cuda")
    (folder / "file").write_text("")
    expect = "cannot make the run directory .*file/run"
    result = run("train_siamese", "--run", folder / "file/run", *SMALL, *data)
    assert result.returncode == 1 and re.search(expect, result.stderr), result
    expect_error(1, "nothing/config.json: no such file", "train_siamese", "--run", folder / "nothing", "--resume")
    (folder / "broken").mkdir()
    config = folder / "broken/config.json"
    config.write_text('{"lr": ')
    expect_error(1, "broken/config.json is damaged", "train_siamese", "--run", folder / "broken", "--resume")
    config.write_text('{"lr": 0.001, "colour": "grey"}')
    expect_error(1, "config.json has the option colour, which this version does not know", "train_siamese", "--run",
                 folder / "broken", "--resume")


def check_training(folder, data):
    directory = folder / "a run"
    output = succeed("train_siamese", "--run", directory, *SMALL, *data, "--test", folder / "pairs.txt", "--epochs", 1)
    assert re.search(r"^test accuracy: \d+\.\d % \(always the more frequent answer: \d+\.\d %;", output, re.MULTILINE), output
    assert str(directory / "last.safetensors") in output and "\r" not in output, output
    names = {"config.json", "metrics.csv", "last.safetensors", "best.safetensors", "checkpoint.safetensors",
             "report.html"}
    assert {path.name for path in directory.iterdir()} == names
    config = json.loads((directory / "config.json").read_text())
    assert config["optimizer"] == "sgd" and config["batch"] == 2 and config["lr"] == 0.001, config

    report = directory / "report.html"
    assert f"report: {report}\n" in output, output
    page = report.read_text(encoding="utf-8")
    for section in ("training", "scores", "network", "memory", "settings", "times"):
        assert f'<section id="{section}"' in page, section
    drawn = float(re.search(r"([\d.]+) MiB in one block", page).group(1))
    said = int(re.search(r"memory: (\d+) MiB for", output).group(1))  # rounded down
    assert said <= drawn <= said + 1, (said, drawn)
    shown = re.search(r"<b>(.*?) %</b><span>accuracy at the stored threshold", page).group(1)
    assert f"test accuracy: {shown} %" in output, (shown, output)

    pairs = ("--images", folder, "--pairs", folder / "pairs.txt")
    tested = succeed("evaluate_pairs", "--weights", directory / "last.safetensors", *pairs, "--json")
    accuracy = json.loads(tested)["accuracy"]
    assert f"test accuracy: {100 * accuracy:.1f} %" in output, (output, tested)

    def contents():
        return {path.name: path.stat().st_mtime_ns for path in directory.iterdir()}

    before = contents()
    expect_error(1, "holds a run already", "train_siamese", "--run", directory, *SMALL, *data)
    result = run("train_siamese", "--run", directory, "--resume", "--lr", 0.5)
    assert result.returncode == 1 and "has lr 0.001, not 0.5" in result.stderr, result
    # What decides the best epoch is the run's, too.
    result = run("train_siamese", "--run", directory, "--resume", "--statistics-images", 64)
    assert result.returncode == 1 and "has statistics-images 0, not 64" in result.stderr, result
    assert contents() == before
    return directory


def forget_newest_options(directory):
    """Makes a run one of an older version, which had neither these options nor a place for them in its checkpoint."""
    newest = ("statistics-images", "average", "mirror", "recipe")
    config = directory / "config.json"
    settings = json.loads(config.read_text())
    for name in newest:
        del settings[name.replace("-", "_")]
    config.write_text(json.dumps(settings))
    checkpoint, copy = directory / "checkpoint.safetensors", directory / "copy"
    write_with_metadata(copy, checkpoint, lambda metadata: [metadata.pop("settings." + name) for name in newest])
    copy.rename(checkpoint)


def check_stop_and_resume(directory):
    """Ctrl-C in a longer training of a run of an older version, then two more resumes that have nothing left to train."""
    forget_newest_options(directory)
    with in_background("train_siamese", "--run", directory, "--resume", "--epochs", 1000) as process:
        until_line(process, "epoch 2/1000 (")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert process.returncode == 130, (process.returncode, output, errors)
    assert json.loads((directory / "config.json").read_text())["epochs"] == 1000  # so that the line that is printed works
    assert f"to go on: train_siamese --run '{directory}' --resume" in output, output
    # Training goes without gnuplot, and says how to get the report later.
    (directory / "report.html").unlink()
    result = run("train_siamese", "--run", directory, "--resume", "--epochs", 1, env={"PATH": str(directory)})
    assert result.returncode == 0 and "report: " not in result.stdout, result
    notes = [line for line in result.stderr.splitlines() if not line.startswith("warning: ")]
    assert len(notes) == 1 and re.match(r"note: .*report.html was not written: gnuplot.* is not installed; install it .*"
                                        f"gnuplot-nox.*; then: train_siamese --run '{directory}' --resume", notes[0]), result
    assert not list(directory.glob("report.html*"))
    output = succeed("train_siamese", "--run", directory, "--resume", "--epochs", 1)
    assert (directory / "report.html").exists()
    assert re.search(r"^test accuracy: \d+\.\d % \(always the more frequent answer: \d+\.\d %;", output, re.MULTILINE), output
    rows = (directory / "metrics.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows[:3]] == ["epoch", "1", "2"], rows


def check_recipe(folder):
    """The recipe on built-in faces, small: what it switches on, an option that wins over it, and a resume."""
    directory = folder / "recipe"
    options = ("--faces", "--face-people", 80, "--recipe", "faces", "--network", "compact", "--batch", 8,
               "--validation-people", 0.25, "--crop", 1, "--negatives", 5)
    output = succeed("train_siamese", "--run", directory, *options, "--epochs", 2)
    assert "held out to validate on: 20 of 80 people, 160 pairs of them; " in output, output
    assert "drawn anew each epoch: 120 pairs, 120 of them same, of all 240 images" in output, output
    assert not re.search(r"\bnan\b", output), output  # of drawn pairs that are all `same`, half of the figures are unknown
    assert re.search(r"^epoch 2/2 \(.*\n    validation: accuracy \d+\.\d %, equal error rate ", output, re.MULTILINE), output
    config = json.loads((directory / "config.json").read_text())
    found = {name: config[name] for name in ("network", "twin", "sample", "negatives", "mirror", "average", "crop")}
    assert found == {"network": "compact", "twin": "stacked", "sample": "people", "negatives": 5, "mirror": True,
                     "average": 0.99, "crop": 1.0}, found
    header, *rows = (directory / "metrics.csv").read_text().splitlines()
    area = header.split(",").index("validation_area")
    assert len(rows) == 2 and all(0 <= float(row.split(",")[area]) <= 1 for row in rows), rows
    # The weights say which network they are of, how features are made, and how probable an answer is.
    a, b = write_picture(folder / "a.ppm", 1), write_picture(folder / "b.ppm", 2)
    answer = run("verify_faces", "--weights", directory / "best.safetensors", a, b)
    assert answer.returncode in (0, 1), answer
    assert re.match(r"(same|different)  distance \S+  threshold \S+  probability of the same person [01]", answer.stdout), answer
    result = run("train_siamese", "--run", directory, "--resume", "--negatives", 6)
    assert result.returncode == 1 and "has negatives 5, not 6" in result.stderr, result


def check_people_folder(folder):
    """A folder for each person instead of lists; what the program says of so little; and what it leaves."""
    people, directory = folder / "people", folder / "of people"
    for number in range(10):
        (people / f"Person {number}").mkdir(parents=True)
        for picture in range(3):
            write_picture(people / f"Person {number}" / f"{picture}.ppm", 3 * number + picture)
    options = ("--network", "compact", "--images", people, "--test-people", 0.2, "--validation-people", 0.25, "--sample",
               "people", "--negatives", 2, "--margin", 1, "--batch", 3, "--epochs", 2)
    result = run("train_siamese", "--run", directory, *options)
    assert result.returncode == 0, result
    assert f"from the folders of {people}; to test with, 12 pairs of 6 images from 2 people of" in result.stdout, result
    assert "held out to validate on: 2 of 8 people, 12 pairs of them" in result.stdout, result
    assert "drawn anew each epoch: 9 pairs, 6 of them same, of all 18 images" in result.stdout, result
    warnings = result.stderr
    assert "warning: 24 images are few" in warnings and "warning: the 2 people held out make 12 pairs" in warnings, result
    # All drawn different pairs are outside a margin of 1, but the mined ones are what counts.
    assert "(mined ones not counted)" in result.stdout and "raise the margin" not in warnings, result
    assert re.search(r"^without learning: \d+\.\d % by correlation", result.stdout, re.MULTILINE), result

    # The pairs of the test are left, and tell evaluate_pairs the same.
    tested = json.loads(succeed("evaluate_pairs", "--weights", directory / "last.safetensors", "--images", people,
                                "--pairs", directory / "test_pairs.txt", "--json"))
    assert f"test accuracy: {100 * tested['accuracy']:.1f} %" in result.stdout, (result, tested)
    page = (directory / "report.html").read_text(encoding="utf-8")
    for text in ("without learning, gets", ">best epoch<", "train_siamese --images "):
        assert text in page, text

    # People in both lists, and rows that say nothing, are named.
    train, test = folder / "train.txt", folder / "test.txt"
    rows = [f"Person {i}/{a}.ppm\tPerson {j}/{b}.ppm\t{int(i == j)}\n" for i, j, a, b in
            ((0, 0, 0, 1), (1, 1, 0, 1), (0, 1, 0, 0), (1, 2, 0, 0), (2, 2, 0, 0))]
    train.write_text("".join(rows))
    test.write_text("".join(rows[:3]))
    arguments = ("--network", "compact", "--batch", 4, "--epochs", 1, "--images", people, "--train", train, "--test", test)
    result = run("train_siamese", "--run", folder / "overlap", *arguments)
    assert result.returncode == 0, result
    assert "warning: 2 of the 2 people of the test list are in the training list, too (Person 0)" in result.stderr, result
    assert "1 row pairs an image with itself" in result.stderr, result
    train.write_text("".join(rows) + rows[0].replace("\t1\n", "\t0\n"))
    result = run("train_siamese", "--run", folder / "contradiction", *arguments)
    assert "are labelled same in one row and different in another; 1 such row" in result.stderr, result


def check_killed(folder, data):
    """Killed before the first checkpoint: a resume begins anew, and removes what was left half written."""
    directory = folder / "killed"
    with in_background("train_siamese", "--run", directory, "--network", "compact", *SMALL, *data, "--epochs",
                       1000000) as process:
        until_line(process, "epoch 1/")
    left = directory / f"checkpoint.safetensors.partial-{process.pid}"
    left.write_bytes(b"half")
    output = succeed("train_siamese", "--run", directory, "--resume", "--epochs", 1)
    assert "stopped before its first checkpoint: it begins anew" in output and not left.exists(), output
    # Without its checkpoint, a run with weights is not begun anew: they would be lost.
    (directory / "checkpoint.safetensors").unlink()
    expect_error(1, "nothing to resume: .* but last.safetensors does", "train_siamese", "--run", directory, "--resume")


def check_interrupted_loading(folder):
    """Ctrl-C while the images, here of half a million people, are loaded."""
    with in_background("train_siamese", "--run", folder / "waiting", "--network", "compact", "--face-people",
                       500000) as process:
        status = pathlib.Path(f"/proc/{process.pid}/status")
        wait_until(process, lambda: int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16)
                   >> (signal.SIGINT - 1) & 1)  # it catches the signal
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == -signal.SIGINT, process.returncode
    assert errors == "stopped while images were loaded: nothing was trained\n", errors
    assert not (folder / "waiting").exists()


def check_collapse(folder, data):
    """A training whose network tells nothing apart fails, if its numbers last that long."""
    result = run("train_siamese", "--run", folder / "collapsed", "--network", "compact", *SMALL, *data, "--lr", 10,
                 "--epochs", 6)
    assert result.returncode == 1, result
    assert re.search("^error: (the training is of no use: all features collapse|the loss is -?(nan|inf)|the update is not "
                     "finite)", result.stderr, re.MULTILINE), result


def check_symbols():
    """Three losses, three optimizers and two twin policies share one compiled network pass for each network and device:
    the face network, and the compact one, which has one twin policy."""
    if shutil.which("nm") is None:
        print("note: nm not found, the network passes in the program were not counted")
        return
    symbols = subprocess.run(["nm", "-C", BIN / "train_siamese"], capture_output=True, text=True, check=True).stdout
    for name in ("forward_pass", "backward_pass"):
        found = re.findall(rf"^[0-9a-f]+ [A-Za-z] void ditto::{name}<.*$", symbols, re.MULTILINE)
        devices = [re.search(r"ditto::(Cpu|Cuda)<ditto::(\w+)", symbol).group(1, 2)
                   for symbol in found if "[clone" not in symbol]
        on_cuda = [("Cuda", precision) for precision in ("bf16", "fp32", "tf32")]  # where it was built with CUDA
        each = [("Cpu", "fp32")], [("Cpu", "fp32"), *on_cuda]
        assert sorted(devices) in [sorted(2 * some) for some in each], (name, devices)  # of two networks
    trainers = re.findall(r" vtable for ditto::Trainer<.*ditto::Cpu<.*$", symbols, re.MULTILINE)
    assert len(trainers) == 3 * 3 * 2 + 3 * 3, trainers


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for number in range(4):
            write_picture(folder / f"{number}.ppm", number)
        (folder / "pairs.txt").write_text(PAIRS)
        data = ("--images", folder, "--train", folder / "pairs.txt")
        check_symbols()
        check_usage_errors()
        check_bad_data(folder, data)
        check_bad_weights(folder, data)
        check_bad_run(folder, data)
        check_stop_and_resume(check_training(folder, data))
        check_recipe(folder)
        check_people_folder(folder)
        check_killed(folder, data)
        check_interrupted_loading(folder)
        check_collapse(folder, data)


if __name__ == "__main__":
    sys.exit(main())

"""train_siamese where things go wrong around it: each time one clear line, the right exit code, and nothing lost.

Skips, saying so, what the machine does not allow (a file system of its own needs root). No package is needed.
"""

import contextlib
import math
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from programs import (BIN, expect_error, in_background, read_safetensors, run, succeed, until_line, wait_until,
                      write_picture)

PAIRS = "0.ppm 1.ppm 1\n0.ppm 2.ppm 0\n2.ppm 3.ppm 1\n1.ppm 3.ppm 0\n"
NETWORK = ("--network", "compact", "--batch", 2, "--optimizer", "sgd", "--no-augment", "--threads", 2)
TRAIN = str(BIN / "train_siamese")


def errors_of(result):
    # (The last is of a build for tests/coverage.sh: another user may not write beside its counts.)
    others = ("warning: ", "note: ", "LLVM Profile ")
    return [line for line in result.stderr.splitlines() if not line.startswith(others)]


def fails(pattern, result, code=1):
    """One line of error that matches, and that exit code."""
    lines = errors_of(result)
    assert result.returncode == code, (pattern, result)
    assert len(lines) == 1 and re.match("error: .*" + pattern, lines[0]), (pattern, result)


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A file system of its own, or None where it cannot be had."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        print("note: no file system can be mounted here; full disks are tried with a limit of file sizes alone")
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def check_full_disk(folder, data):
    """A disk that has room at the start, and is filled up before the second checkpoint."""
    with small_disk(folder / "disk", 150) as disk:
        if disk is None:
            return
        fails("not enough disk space for .*bytes needed, .* free", run_on(disk / "large", "--average", 0.9,
                                                                          "--optimizer", "adam", data=data))
        directory = disk / "run"
        with in_background("train_siamese", "--run", directory, *NETWORK, *data, "--epochs", 100000, "--save-interval",
                           0.5) as process:
            until_line(process, "epoch 1/")
            checkpoint = directory / "checkpoint.safetensors"
            wait_until(process, lambda: checkpoint.exists() and checkpoint.stat().st_size >= 1000)
            with (disk / "filler").open("wb") as filler:  # all but a few bytes
                with contextlib.suppress(OSError):
                    while True:
                        filler.write(bytes(1 << 16))
                        filler.flush()
            _, errors = process.communicate()
        lines = [line for line in errors.splitlines() if line.startswith("error: ")]
        assert process.returncode == 1 and len(lines) == 1, (process.returncode, errors)
        assert re.search("(not enough disk space|No space left on device).*free (that much|some) space", lines[0]), lines
        assert not list(directory.glob("*.partial-*")), list(directory.iterdir())
        (disk / "filler").unlink()
        output = succeed("train_siamese", "--run", directory, "--resume", "--epochs", 1)
        assert "resumed after epoch" in output, output


def run_on(directory, *arguments, data, **options):
    return run("train_siamese", "--run", directory, *NETWORK, *data, *arguments, **options)


def limited(kind, value):
    """Before a program starts: a limit of what it may use."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # which Python ignores
        os.environ["LLVM_PROFILE_FILE"] = os.devnull  # a build for tests/coverage.sh writes at its end, limit or not
        resource.setrlimit(kind, (value, value))
    return limit


def check_file_limit(folder, data):
    """No file may be larger than the one limit says: the checkpoint, the weights, config.json."""
    pairs = folder.joinpath(*["a folder of a long name " * 8] * 8) / "pairs.txt"
    pairs.parent.mkdir(parents=True)
    pairs.write_text(PAIRS)
    for size, file in ((30 << 20, "checkpoint.safetensors|last.safetensors|best.safetensors"), (1500, "config.json")):
        directory = folder / f"limit {size}"
        # (LLVM's OpenMP makes a file of 1024 bytes before main(): config.json must be larger than that.)
        result = run_on(directory, "--optimizer", "adam", "--epochs", 1, data=(*data[:3], pairs),
                        preexec_fn=limited(resource.RLIMIT_FSIZE, size))
        fails(f"cannot write .*({file}) .*File too large; free that much space", result)
        assert not list(folder.glob("**/*.partial-*")), size
        assert directory.exists() == (size > 1500)
    output = succeed("train_siamese", "--run", folder / f"limit {30 << 20}", "--resume", "--epochs", 1)
    assert "test accuracy" in output or "weights: " in output, output


def check_few_descriptors(folder, data):
    for number in range(3, 12):
        directory = folder / f"descriptors {number}"
        result = run_on(directory, "--epochs", 1, data=data, preexec_fn=limited(resource.RLIMIT_NOFILE, number))
        if result.returncode == 0:
            break
        # (Below some number the system cannot load the program's libraries.)
        lines = errors_of(result)
        assert result.returncode == 127 or (result.returncode == 1 and len(lines) == 1), (number, result)
        assert re.search("open files|Error 24", result.stderr), (number, result)
    else:
        raise AssertionError("9 descriptors do not do")


def check_little_memory(folder, data):
    result = run_on(folder / "memory", "--network", "face", "--twin", "stacked", "--optimizer", "adam", data=data,
                    preexec_fn=limited(resource.RLIMIT_AS, 1500 << 20))
    fails(r"not enough memory: the plan of the training needs \d+ MiB, and \d+ MiB can be had", result)
    assert not (folder / "memory").exists()


def check_signals(folder, data):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        directory = folder / f"signal {number}"
        with in_background("train_siamese", "--run", directory, *NETWORK, *data, "--epochs", 100000) as process:
            until_line(process, "epoch 1/")
            process.send_signal(number)
            output, errors = process.communicate()
        assert process.returncode == 128 + number, (number, process.returncode, output, errors)
        assert f"to go on: train_siamese --run '{directory}' --resume" in output, output
        assert "error" not in errors, errors
        assert "resumed after epoch" in succeed("train_siamese", "--run", directory, "--resume", "--epochs", 1)
    # What it was started to ignore, as by nohup, does not stop it.
    directory = folder / "ignored"
    with in_background("train_siamese", "--run", directory, *NETWORK, *data, "--epochs", 100000,
                       preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
        until_line(process, "epoch 1/")
        process.send_signal(signal.SIGHUP)
        until_line(process, "epoch 5/")
        process.send_signal(signal.SIGTERM)
        process.communicate()
    assert process.returncode == 128 + signal.SIGTERM, process.returncode


def check_two_at_once(folder, data):
    directory = folder / "shared"
    with in_background("train_siamese", "--run", directory, *NETWORK, *data, "--epochs", 100000) as process:
        until_line(process, "epoch 1/")
        fails("another training is running in .*shared; wait", run("train_siamese", "--run", directory, "--resume"))
        fails("holds a run already", run_on(directory, data=data))
        process.kill()
        process.communicate()
    # A kill gives the lock back.
    assert "begins anew" in succeed("train_siamese", "--run", directory, "--resume", "--epochs", 1)


def check_output_gone(folder, data):
    """Nobody reads what it prints: it trains to the end, and says in the end that it could not print."""
    expect = "error: cannot write to the standard output"
    assert run_on(folder / "read", "--epochs", 2, data=data).returncode == 0
    everything = {"config.json", "metrics.csv", "last.safetensors", "best.safetensors", "checkpoint.safetensors"}
    for number, redirection in enumerate((">&-", "> /dev/full", "| true", ">&- 2>&- <&-")):
        directory = folder / f"unread {number}"
        words = " ".join(map(str, (*NETWORK, "--epochs", 2, *data)))
        script = f"set -o pipefail; '{TRAIN}' --run '{directory}' {words} {redirection}"
        result = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert result.returncode == 1, (redirection, result)
        assert "2>&-" in redirection or expect in result.stderr, (redirection, result)
        names = {path.name for path in directory.iterdir()}
        assert everything <= names and not any(".partial-" in name for name in names), (redirection, names)
        # Nothing was printed into a file that had got the number of a closed stream.
        for name in ("last.safetensors", "best.safetensors", "checkpoint.safetensors"):
            assert (directory / name).read_bytes() == (folder / "read" / name).read_bytes(), (redirection, name)


def check_bad_pictures(folder, data):
    """A picture that is gone, a folder, a pipe, a socket's likes, or no picture: named, and left out if so asked."""
    pairs = folder / "more pairs.txt"
    for name, make, reason in (
            ("gone.ppm", lambda path: None, "no such file"), ("folder.ppm", lambda path: path.mkdir(), "not a regular file"),
            ("pipe.ppm", os.mkfifo, "not a regular file"), ("dangling.ppm", lambda path: path.symlink_to("nowhere"), "no such file"),
            ("text.ppm", lambda path: path.write_text("text"), "not a JPEG")):
        make(folder / name)
        pairs.write_text(PAIRS + f"0.ppm {name} 0\n1.ppm 2.ppm 0\n{name} 3.ppm 1\n")
        arguments = ("--images", folder, "--train", pairs, "--epochs", 1)
        fails(f"{name}: .*{reason}", run("train_siamese", "--run", folder / "bad", *NETWORK, *arguments, timeout=300))
        assert not (folder / "bad").exists()
    pairs.write_text(PAIRS + "0.ppm gone.ppm 0\n1.ppm 2.ppm 0\npipe.ppm 3.ppm 1\n")
    arguments = ("--images", folder, "--train", pairs, "--epochs", 1)
    result = run("train_siamese", "--run", folder / "skipped", *NETWORK, *arguments, "--unreadable", "skip")
    assert result.returncode == 0, result
    assert re.search("^warning: left out: .*gone.ppm: no such file", result.stderr, re.MULTILINE), result
    assert re.search("^warning: left out: .*pipe.ppm: not a regular file", result.stderr, re.MULTILINE), result
    assert f"{pairs}: left out 2 of 6 images, which cannot be read, and with them 2 of 7 pairs" in result.stderr, result
    assert "data: 5 pairs of 4 images" in result.stdout, result
    # Another picture that cannot be read makes it another training.
    (folder / "gone.ppm").write_bytes((folder / "0.ppm").read_bytes())
    result = run("train_siamese", "--run", folder / "skipped", "--resume", "--epochs", 2)
    assert result.returncode == 1 and re.search("error: the run of .* has pairs", result.stderr), result
    pairs.write_text("pipe.ppm text.ppm 0\npipe.ppm 0.ppm 1\n")
    fails("pipe.ppm: not a regular file.*no pair of .* has two images that can",
          run("train_siamese", "--run", folder / "none left", *NETWORK, *arguments, "--unreadable", "skip"))


def check_names(folder, data):
    """Spaces, line ends, quotes and bytes that are no UTF-8, in the run directory and in the images' folder."""
    for name in (b"with space", b"line\nend", b"quote'd", b"no \xff\xfe utf-8"):
        base = os.fsencode(folder) + b"/" + name
        os.mkdir(base)
        for picture in folder.glob("*.ppm"):
            if picture.is_file() and picture.stem.isdigit():
                shutil.copy(picture, base + b"/" + os.fsencode(picture.name))
        shutil.copy(folder / "pairs.txt", base + b"/pairs.txt")
        command = [os.fsencode(TRAIN), b"--run", base + b"/run", *(str(word).encode() for word in NETWORK), b"--images",
                   base, b"--train", base + b"/pairs.txt", b"--epochs", b"1"]
        result = subprocess.run(command, capture_output=True, check=False)
        assert result.returncode == 0 and b"error" not in result.stderr, result
        result = subprocess.run([os.fsencode(TRAIN), b"--run", base + b"/run", b"--resume", b"--epochs", b"2"],
                                capture_output=True, check=False)
        assert result.returncode == 0 and b"resumed after epoch 1" in result.stdout, result


def check_settings_lost(folder, data):
    """Killed before its settings were written, or with settings that were damaged."""
    directory = folder / "unsettled"
    expect_error(1, "config.json: no such file.*give its options again beside --resume", "train_siamese", "--run",
                 directory, "--resume")
    result = run_on(directory, "--resume", "--epochs", 1, data=data)
    assert result.returncode == 0 and "stopped before its first checkpoint: it begins anew" in result.stdout, result
    assert "note: " in result.stderr and "the options of this command are taken for the run's" in result.stderr, result
    for text in ("", '{"lr": ', "[]", "\xff", '{"lr": 1e999}', '{"batch": -1}'):
        (directory / "config.json").write_text(text, encoding="latin-1")
        expect_error(1, "config.json.*give its options again", "train_siamese", "--run", directory, "--resume")
    result = run_on(directory, "--resume", "--epochs", 2, "--lr", 0.5, data=data)
    assert result.returncode == 1 and "has lr 0.001, not 0.5" in result.stderr, result
    result = run_on(directory, "--resume", "--epochs", 2, data=data)
    assert result.returncode == 0 and "resumed after epoch 1" in result.stdout, result


def check_damaged_checkpoint(folder, data):
    directory = folder / "damaged"
    result = run_on(directory, "--epochs", 3, "--save-interval", 0, data=data)
    assert result.returncode == 0, result
    whole = contents(directory)
    newest = directory / "checkpoint.safetensors"
    newest.write_bytes(whole[newest.name][:-5])
    (directory / "metrics.csv").write_bytes(whole["metrics.csv"] + b"4,12,")
    result = run("train_siamese", "--run", directory, "--resume")
    assert result.returncode == 0, result
    assert re.search("^warning: .*checkpoint.safetensors is damaged .*; going on from the one before it, "
                     "checkpoint.previous.safetensors$", result.stderr, re.MULTILINE), result
    for name in ("last.safetensors", "best.safetensors"):
        assert (directory / name).read_bytes() == whole[name], name
    assert len((directory / "metrics.csv").read_text().splitlines()) == 4
    newest.write_bytes(b"")
    (directory / "checkpoint.previous.safetensors").write_bytes(b"no")
    before = contents(directory)
    fails("checkpoint.safetensors is damaged .*, and .*checkpoint.previous.safetensors is damaged .*; start a new run",
          run("train_siamese", "--run", directory, "--resume"))
    assert contents(directory) == before


def check_divergence(folder, data):
    """Numbers that overflow: the step, a tensor, and the checkpoint from before, which like all files is without them."""
    directory = folder / "diverged"
    result = run_on(directory, "--epochs", 50, "--lr", 1e10, "--save-interval", 0, data=data)
    assert result.returncode == 1, result
    said = re.search(r"^error: (?:the loss is -?(?:nan|inf)|the update is not finite) at step (\d+) \(epoch \d+\), and "
                     r"(\S+) is the first tensor with NaN or infinity in it: training has diverged; lower the learning "
                     r"rate\. (.*) is from before that$", result.stderr, re.MULTILINE)
    assert said and said[3] == str(directory / "checkpoint.safetensors"), result
    for path in directory.glob("*.safetensors"):
        _, tensors = read_safetensors(path)
        for name, numbers in tensors.items():
            assert all(map(math.isfinite, numbers)), (path, name)
    metadata, tensors = read_safetensors(directory / "checkpoint.safetensors")
    assert said[2] in tensors and 1 <= int(metadata["training.steps"]) < int(said[1]), (result, metadata)


def check_other_user(folder, data):
    """A user who is not root: a folder that may not be written, a run that may not be read."""
    if os.getuid() != 0:
        print("note: not root; folders of others were not tried")
        return
    nobody = 65534
    os.chmod(folder, 0o755)
    (folder / "closed").mkdir(mode=0o755)
    (folder / "open").mkdir()
    os.chown(folder / "open", nobody, nobody)
    if subprocess.run([TRAIN, "--version"], user=nobody, check=False, capture_output=True).returncode != 0:
        print("note: the programs cannot be run by another user here")
        return
    def as_nobody(directory, *arguments):
        return run_on(directory, "--epochs", 1, *arguments, data=data, user=nobody, group=nobody, extra_groups=[])
    fails("cannot make the run directory .*Permission denied", as_nobody(folder / "closed/run"))
    result = as_nobody(folder / "open/run")
    assert result.returncode == 0, result
    os.chmod(folder / "open/run", 0o555)
    before = contents(folder / "open/run")
    result = run("train_siamese", "--run", folder / "open/run", "--resume", "--epochs", 2, user=nobody, group=nobody,
                 extra_groups=[])
    assert result.returncode == 1 and len([line for line in errors_of(result)]) == 1, result
    assert "Permission denied" in result.stderr and contents(folder / "open/run") == before, result
    os.chmod(folder / "open/run", 0o755)
    os.chown(folder / "open/run/checkpoint.safetensors", 0, 0)
    os.chmod(folder / "open/run/checkpoint.safetensors", 0o600)
    result = run("train_siamese", "--run", folder / "open/run", "--resume", "--epochs", 2, user=nobody, group=nobody,
                 extra_groups=[])
    fails("cannot read .*checkpoint.safetensors: Permission denied", result)


CHECKS = (check_settings_lost, check_full_disk, check_file_limit, check_few_descriptors, check_little_memory, check_signals,
          check_two_at_once, check_output_gone, check_bad_pictures, check_names, check_damaged_checkpoint,
          check_divergence, check_other_user)


def main():
    chosen = [check for check in CHECKS if not sys.argv[1:] or check.__name__ in sys.argv[1:]]
    for check in chosen:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for number in range(4):
                write_picture(folder / f"{number}.ppm", number)
            (folder / "pairs.txt").write_text(PAIRS)
            check(folder, ("--images", folder, "--train", folder / "pairs.txt"))
        print(f"{check.__name__}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())

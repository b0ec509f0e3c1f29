"""For tests/soak.sh: runs the programs for long and looks whether they need more and more.

A training of the compact network on the built-in faces must keep its memory, its descriptors and its threads, and a
step its time; embed_faces must need no more memory for many pictures than the features themselves take; four trainings
at once must end in the same bytes.
"""
import argparse
import contextlib
import os
import pathlib
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
MEMORY_SLACK = 4 << 20  # what the allocator may move between its pools
problems = []


def check(right, text):
    print(("right: " if right else "WRONG: ") + text, flush=True)
    if not right:
        problems.append(text)


def usage_of(process):
    """Resident bytes, descriptors, threads and seconds of processor time of a process; None once it has ended."""
    folder = pathlib.Path(f"/proc/{process.pid}")
    try:
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        ticks = sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13]))
        return (int(status["VmRSS"].split()[0]) << 10, len(os.listdir(folder / "fd")), int(status["Threads"]),
                ticks / os.sysconf("SC_CLK_TCK"))
    except (OSError, KeyError):
        return None


@contextlib.contextmanager
def in_background(command, said, **options):
    """A program whose errors go to the file `said`; it is killed in the end, also where what is done meanwhile fails."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def training(arguments, run, said=subprocess.DEVNULL, **more):
    settings = {"network": "compact", "epochs": 1000000, "face-people": 24, **more}
    return in_background(
        [arguments.bin / "train_siamese", "--faces", "--run", run, *(f"--{k}={v}" for k, v in settings.items())], said,
        env=os.environ | {"OMP_WAIT_POLICY": "passive"})


def text_of(said):
    said.seek(0)
    return said.read().strip()


def soak_training(arguments, folder):
    run = folder / "run"
    with tempfile.TemporaryFile(mode="w+") as said, training(arguments, run, said) as process:
        samples, epochs = watch(process, run / "metrics.csv", 60 * arguments.minutes)
        check(process.poll() is None, "the training runs on to the end of the time")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=600)
        print(f"it ended with {process.returncode} {text_of(said)[-200:]}")
    enough = len(samples) >= 3 and len(epochs) > 6
    check(enough, f"{len(samples)} samples in {len(epochs)} epochs")
    if enough:
        compare(samples, epochs)
    return run / "last.safetensors"


def watch(process, metrics, seconds):
    """What the process used, again and again, and the processor time at the end of each epoch."""
    samples, epochs, end = [], [], time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.1)
        usage = usage_of(process)
        if usage:
            samples.append(usage)
            rows = len(metrics.read_text().splitlines()) - 1 if metrics.exists() else 0
            while len(epochs) < rows:
                epochs.append(usage[3])
    return samples, epochs


def compare(samples, epochs):
    # The first part holds the making of the faces, the first epoch, the first checkpoint.
    first, second = samples[len(samples) // 3:2 * len(samples) // 3], samples[2 * len(samples) // 3:]
    for index, what, slack in ((0, "memory", MEMORY_SLACK), (1, "descriptors", 1), (2, "threads", 0)):
        before, after = (max(sample[index] for sample in part) for part in (first, second))
        check(after <= before + slack, f"{what}: at most {before}, later at most {after}")
    # Of the processor, so that whatever else the machine does is not counted.
    seconds = [later - earlier for earlier, later in zip(epochs, epochs[1:])]
    third = len(seconds) // 3
    before, after = statistics.median(seconds[:third]), statistics.median(seconds[-third:])
    check(after <= 1.25 * before, f"an epoch takes {before:.2f} s of the processor in the first third, {after:.2f} s in "
                                  "the last")


def write_png(path, number, size=64):
    rows = b"".join(b"\0" + bytes((number * 37 + x * 3 + y * (number % 11) + c * 50) % 256
                                  for x in range(size) for c in range(3)) for y in range(size))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def soak_pictures(arguments, folder, weights):
    names = []
    for number in range(arguments.pictures):
        person = folder / f"person{number // 10}"
        person.mkdir(exist_ok=True)
        names.append(person / f"{number}.png")
        write_png(names[-1], number)

    def largest(count):
        output = folder / "features.npy"
        command = [arguments.bin / "embed_faces", "--weights", weights, "--output", output, *names[:count]]
        most = [0, 0]
        with tempfile.TemporaryFile(mode="w+") as said, in_background(command, said) as process:
            while process.poll() is None:
                usage = usage_of(process)
                if usage:
                    most = [max(a, b) for a, b in zip(most, usage)]
                time.sleep(0.02)
            check(process.returncode == 0,
                  f"embed_faces of {count} pictures ends with {process.returncode} {text_of(said)[-200:]}")
        return most, output.stat().st_size if output.exists() else 0

    tenth, all_of_them = largest(arguments.pictures // 10), largest(arguments.pictures)
    more = all_of_them[1] - tenth[1]
    check(all_of_them[0][0] <= tenth[0][0] + 3 * more + arguments.pictures * 1024 + MEMORY_SLACK,
          f"memory: {tenth[0][0]} bytes for a tenth, {all_of_them[0][0]} for all, whose features are {more} bytes more")
    check(all_of_them[0][1] <= tenth[0][1] + 1, f"descriptors: {tenth[0][1]} for a tenth, {all_of_them[0][1]} for all")


def four_at_once(arguments, folder):
    with contextlib.ExitStack() as stack:
        several = [stack.enter_context(training(arguments, folder / f"one_of_four_{i}", epochs=2, threads=1 + i % 2))
                   for i in range(4)]
        codes = [process.wait() for process in several]
    check(codes == [0] * 4, f"four trainings at once end with {codes}")
    weights = {(folder / f"one_of_four_{i}/last.safetensors").read_bytes() for i in range(4)}
    check(len(weights) == 1, "they leave the same weights")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60, help="of training (60)")
    parser.add_argument("--pictures", type=int, default=10000, help="for embed_faces (10000)")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="where the programs are")
    arguments = parser.parse_args()
    if not (arguments.bin / "train_siamese").exists():
        sys.exit(f"error: no train_siamese in {arguments.bin}; build the programs first, or say where with --bin")
    with tempfile.TemporaryDirectory(prefix="ditto_soak_") as name:
        folder = pathlib.Path(name)
        weights = soak_training(arguments, folder)
        soak_pictures(arguments, folder, weights)
        four_at_once(arguments, folder)
    print(f"{len(problems)} problems" if problems else "all right")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

"""Builds what a GPU needs and checks that it computes right: CTest's programs of label `cuda`, compute-sanitizer."""
import os
import pathlib
import re
import shutil
import signal
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Of tests/cuda/test_*.cpp: those that a tool of compute-sanitizer, which makes them many times slower, runs. The races
# that it looks for are those of memory that a block shares, which inference has none of.
SANITIZED = {"memcheck": "inference", "racecheck": "mining"}
CUDA_BIN = "/usr/local/cuda/bin"
JOBS = str(len(os.sched_getaffinity(0)))


def graphics_card():
    """(its name, its architecture as CMake takes it); or a line that says why there is none."""
    query = ["nvidia-smi", "--query-gpu=name,compute_cap,driver_version", "--format=csv,noheader"]
    try:
        found = subprocess.run(query, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"nvidia-smi: {getattr(error, 'strerror', None) or 'no answer in 60 s'}"
    lines = found.stdout.strip().splitlines()
    if found.returncode != 0 or not lines:
        return None, (lines or found.stderr.strip().splitlines() or ["nvidia-smi names none"])[0]
    name, capability, driver = [field.strip() for field in lines[0].split(",")]
    return (f"{name}, driver {driver}", capability.replace(".", "")), ""


def tool(name):
    """The path of a program of the CUDA Toolkit, or None."""
    return shutil.which(name) or shutil.which(name, path=CUDA_BIN)


def run(command, seconds, text="", cwd=None):
    """(exit status, output); 124 if it took longer than `seconds`, 127 if it could not start. `text` is its input."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, errors="replace", start_new_session=True, cwd=cwd)
    except OSError as error:
        return 127, f"{command[0]}: {error.strerror}"
    try:
        output, _ = process.communicate(text, timeout=max(seconds, 1))
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # what it started, too
        return 124, process.communicate()[0]


def build(folder, architecture, python, cudnn, packed, seconds):
    """Configures and builds the tests of label `cuda` and the benchmark programs, with cuDNN, which `python` may have,
    or without; with the packages in the folder `packed`, see pack.py, or, where that is None, the machine's. Empty, or
    why it failed."""
    configure = ["cmake", "-S", str(ROOT), "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DDITTO_CUDA=ON",
                 "-DDITTO_BUILD_EXAMPLES=OFF", "-DDITTO_BUILD_TESTS=ON",
                 f"-DCMAKE_CUDA_ARCHITECTURES={architecture}", f"-DDITTO_CUDNN_PYTHON={python}",
                 f"-DDITTO_CUDNN={'ON' if cudnn else 'OFF'}"]
    if packed:
        configure += ["-C", str(packed / "ditto_pack.cmake")]
    if not (pathlib.Path(folder) / "CMakeCache.txt").exists() and shutil.which("ninja"):
        configure += ["-G", "Ninja"]
    status, output = run(configure, seconds)
    if status == 0 and cudnn and not has_cudnn(folder):
        return "no cuDNN 9 found, neither where libraries are nor in that Python; --no-cudnn measures without it"
    if status == 0:
        files = sorted(file for where in (".", "gpu") for file in (ROOT / "tests" / "cuda" / where).glob("test_*.cpp"))
        targets = ["gpu_benchmarks", *(f"cuda.{file.stem.removeprefix('test_')}" for file in files)]
        status, output = run(["cmake", "--build", folder, "--parallel", JOBS, "--target", *targets], seconds)
    if status == 0:
        return ""
    if status == 124:
        return f"building took longer than {seconds:.0f} s"
    lines = output.strip().splitlines()
    return next((line.strip() for line in lines if "error" in line.lower()), (lines or ["no output"])[-1].strip())


def has_cudnn(folder):
    cache = (pathlib.Path(folder) / "CMakeCache.txt").read_text()
    return all(re.search(rf"^DITTO_CUDNN_{what}:\w+=/", cache, re.MULTILINE) for what in ("LIBRARY", "INCLUDE_DIR"))


def tests(folder, seconds):
    """Rows (check, result, detail) of CTest's label `cuda`: passed, failed or skipped, a row for each test. All at the
    same time: the face network's, which the processor computes too, is longer than the others together."""
    status, output = run(["ctest", "--test-dir", folder, "-L", "^cuda$", "--output-on-failure", "--parallel", JOBS],
                         seconds)
    rows = []
    results = {"Passed": "passed", "***Skipped": "skipped", "***Failed": "failed", "***Timeout": "failed",
               "***Not Run": "failed", "***Exception": "failed"}
    for name, result, took in re.findall(r"Test +#\d+: (\S+) \.* *(\S[^\d\n]*?) +([\d.]+) sec", output):
        word = next((word for text, word in results.items() if result.startswith(text)), "failed")
        detail = f"{took} s"
        if word == "failed":
            said = re.findall(r"^.*(?:ERROR:|error:|skipped:).*$", output, re.MULTILINE)
            detail = f"{result.strip('* ')}; {said[0].strip()}" if said else result.strip("* ")
        rows.append((f"ctest {name}", word, detail))
    if status == 124:
        rows.append(("ctest -L ^cuda$", "not finished", f"took longer than {seconds:.0f} s"))
    elif not rows:
        rows.append(("ctest -L ^cuda$", "failed", (output.strip().splitlines() or ["no output"])[-1]))
    return rows


def sanitizer(folder, kind, seconds):
    """One row: compute-sanitizer's `kind` (memcheck, racecheck) on one test program."""
    name = f"compute-sanitizer {kind}, cuda.{SANITIZED[kind]}"
    program = tool("compute-sanitizer")
    if not program:
        return name, "skipped", f"no compute-sanitizer in PATH or {CUDA_BIN}"
    test = pathlib.Path(folder) / "tests" / "cuda" / SANITIZED[kind]
    status, output = run([program, "--tool", kind, "--error-exitcode", "99", str(test)], seconds, cwd=ROOT / "tests")
    summary = re.findall(r"^=+ ((?:ERROR|RACECHECK) SUMMARY.*)$", output, re.MULTILINE)
    detail = summary[-1] if summary else (output.strip().splitlines() or ["no output"])[-1]
    if status == 124:
        return name, "not finished", f"took longer than {seconds:.0f} s"
    return name, {0: "passed", 77: "skipped"}.get(status, "failed"), detail

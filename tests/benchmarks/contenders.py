"""Who takes part: for each question, ditto and its peers, as commands to run. Peers that are absent are named.

The peers, as --peers takes them:
  pytorch           as installed
  pytorch-warm      with malloc told to keep its pages
  pytorch-bfloat16  the same, autocast to bfloat16
  pytorch-compiled  the same as pytorch-warm, through torch.compile (inference)
  onednn            the library under PyTorch's convolutions, by itself, in its own memory layouts (layers)
  dlib              networks as C++ types (training, inference)
  numpy             a matrix product and argpartition (search)
"""
import dataclasses
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PEERS = ["pytorch", "pytorch-warm", "pytorch-bfloat16", "pytorch-compiled", "onednn", "dlib", "numpy"]
ROUNDED_DITTO = "ditto, weight of Linear in bfloat16"
PYTORCH_PEERS = {
    "training": ["pytorch", "pytorch-warm", "pytorch-bfloat16"],
    "inference": ["pytorch", "pytorch-warm", "pytorch-compiled", "pytorch-bfloat16"],
    "layers": ["pytorch-warm"],
}
PYTORCH_NAMES = {
    "pytorch": "PyTorch, as installed",
    "pytorch-warm": "PyTorch, malloc warm",
    "pytorch-compiled": "PyTorch, malloc warm, compiled",
    "pytorch-bfloat16": "PyTorch, malloc warm, bfloat16",
}
PYTORCH_OPTIONS = {"pytorch-compiled": ["--compile"], "pytorch-bfloat16": ["--bfloat16"]}
WARM_MALLOC = {"MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "17179869184",
               "MALLOC_TOP_PAD_": "1073741824"}


@dataclasses.dataclass
class Contender:
    name: str
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    precision: str = "float32"


@dataclasses.dataclass
class Task:
    """One question with its numbers: `words` as the C++ program takes them, less steps and threads."""
    question: str  # training, inference, layers, search
    words: list


def missing(module, python):
    """Why `python` cannot import a module; empty if it can."""
    try:
        found = subprocess.run([python, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    except OSError as error:
        return f"{python}: {error.strerror}"
    last_line = (found.stderr.strip().splitlines() or [""])[-1]
    return "" if found.returncode == 0 else f"{python}: {last_line} (--python names one that has it)"


class Finder:
    """Finds the contenders of tasks. `absent` has a line for each peer that was asked for and is not there."""

    def __init__(self, options):
        self.options = options
        self.absent = []

    def contenders(self, task):
        steps, threads = str(self.options.steps), str(self.options.threads)
        ditto = {"training": ["benchmark_training_step", *task.words, steps, threads],
                 "inference": ["benchmark_inference", "fp32", steps, threads, *task.words],
                 "layers": ["benchmark_layers", *task.words, steps, threads],
                 "search": ["benchmark_search", *task.words, steps, threads]}[task.question]
        yield Contender("ditto", self._program(*ditto))
        if task.question == "search":
            yield from self._numpy(task, steps, threads)
            return
        if task.question == "inference":
            command = self._program("benchmark_inference", "bf16", steps, threads, *task.words)
            yield Contender(ROUNDED_DITTO, command, precision="float32")
        yield from self._pytorch(task)
        if task.question == "layers":
            if self._has("onednn", "benchmark_onednn_layers", "oneDNN 2 (Debian: libdnnl-dev)"):
                for algorithm in ("direct", "Winograd"):
                    command = self._program("benchmark_onednn_layers", algorithm.lower(), *task.words, steps)
                    yield Contender(f"oneDNN, {algorithm}", command)
        elif self._has("dlib", "benchmark_dlib", "dlib (Debian: libdlib-dev)"):
            words = [*task.words, steps] if task.question == "training" else [steps, *task.words]
            command = self._program("benchmark_dlib", task.question, *words)
            yield Contender("dlib", command, {"OPENBLAS_NUM_THREADS": threads})

    def _program(self, name, *words):
        return [str(pathlib.Path(self.options.build) / "bin" / name), *words]

    def _has(self, peer, program, package):
        """Is the peer wanted, and its program built?"""
        path = pathlib.Path(self._program(program)[0])
        if peer in self.options.peers and not path.exists():
            self._miss(f"{peer} is absent: no {path}; it takes {package} and building the target {program}")
        return peer in self.options.peers and path.exists()

    def _pytorch(self, task):
        script = {"training": "training_step.py", "inference": "inference.py", "layers": "layers.py"}[task.question]
        settings = ["--steps", str(self.options.steps), "--threads", str(self.options.threads)]
        peers = [peer for peer in PYTORCH_PEERS[task.question] if peer in self.options.peers]
        reason = missing("torch", self.options.python) if peers else ""
        if reason:
            self._miss(f"pytorch is absent: {reason}")
            return
        for peer in peers:
            for layout, layout_option in (("", []), (", channels-last", ["--channels-last"])):
                command = [self.options.python, str(HERE / script), *task.words, *settings,
                           *PYTORCH_OPTIONS.get(peer, []), *layout_option]
                yield Contender(PYTORCH_NAMES[peer] + layout, command, {} if peer == "pytorch" else WARM_MALLOC,
                                "bfloat16" if peer == "pytorch-bfloat16" else "float32")

    def _numpy(self, task, steps, threads):
        if "numpy" not in self.options.peers:
            return
        reason = missing("numpy", self.options.python)
        if reason:
            self._miss(f"numpy is absent: {reason}")
            return
        command = [self.options.python, str(HERE / "search.py"), *task.words, "--steps", steps]
        yield Contender("NumPy", command, {"OPENBLAS_NUM_THREADS": threads})

    def _miss(self, line):
        if line not in self.absent:
            self.absent.append(line)
            print(line, file=sys.stderr)

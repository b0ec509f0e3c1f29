"""ditto beside PyTorch on a GPU: what is measured, in the order of importance, within the time that there is."""
import dataclasses
import os
import pathlib
import sys
import threading
import time

import rounds
from rounds import Failure
from worker import Worker

HERE = pathlib.Path(__file__).parent
LEAST_SECONDS = 25   # that a task needs, without what PyTorch compiles
ROUNDS_SECONDS = 15  # of them those that its rounds may need
NAMES = {"eager": "eager", "compiled": "max-autotune", "graphs": "reduce-overhead"}


@dataclasses.dataclass(frozen=True)
class Task:
    question: str   # training, inference
    precision: str  # fp32, tf32, bf16
    size: int       # pairs, images

    def title(self):
        what = "Training step of {} pairs" if self.question == "training" else "Inference, batch of {}"
        return f"{what.format(self.size)}, {self.precision}"

    def variants(self):
        """Of PyTorch, see pytorch_worker.py."""
        if self.question == "training":
            modes = ["eager", "compiled"]
        else:
            modes = ["eager", "compiled", *(["graphs"] if self.size == 1 else [])]
            if self.precision == "bf16":
                modes += [mode + "+bfloat16" for mode in modes]
        return [mode + place for mode in modes for place in ("", "+host")]


def variant_name(variant):
    mode, *extras = variant.split("+")
    return ", ".join([f"PyTorch {NAMES[mode]}", *(["all in bfloat16"] if "bfloat16" in extras else []),
                      "images from the host" if "host" in extras else "images on the GPU"])


# The bars' tasks first.
TASKS = [Task(*words) for words in [
    ("training", "bf16", 512), ("training", "bf16", 128), ("inference", "bf16", 1), ("inference", "bf16", 1024),
    ("training", "tf32", 128), ("training", "fp32", 128), ("training", "tf32", 512), ("training", "fp32", 512),
    ("training", "bf16", 32), ("inference", "bf16", 32),
    ("training", "tf32", 32), ("training", "fp32", 32),
    ("inference", "tf32", 1), ("inference", "fp32", 1), ("inference", "tf32", 1024), ("inference", "fp32", 1024),
    ("inference", "tf32", 32), ("inference", "fp32", 32),
]]


class Budget:
    """Minutes that the whole run may take."""

    def __init__(self, minutes):
        self.begin = time.monotonic()
        self.end = self.begin + 60 * minutes

    def left(self):
        return self.end - time.monotonic()

    def used(self):
        return time.monotonic() - self.begin


class PyTorch:
    """PyTorch's process, started when it is needed, and again when it has ended."""

    def __init__(self, python, folder):
        self.command = [python, str(HERE / "pytorch_worker.py")]
        # What it compiles and finds out is kept beside ditto's build: a second run starts with it.
        caches = pathlib.Path(folder) / "pytorch"
        self.environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(caches / "inductor"),
                            "TRITON_CACHE_DIR": str(caches / "triton")}
        self.worker, self.about = None, {}

    def ask(self, request, seconds):
        if self.worker is None or not self.worker.alive():
            self.stop()
            self.worker = Worker(self.command, self.environment)
            self.about = self.worker.answer(min(seconds, 120))
        answer = self.worker.ask(request, seconds)
        if "failed" in answer:
            raise Failure(answer["failed"])
        return answer

    def prepare(self, task, variant, seconds):
        self.ask({"prepare": variant, **dataclasses.asdict(task)}, seconds)

    def stop(self):
        if self.worker is not None:
            self.worker.stop()
        self.worker = None


class CompilesAhead:
    """While ditto is being built the GPU has nothing to do: PyTorch compiles for the tasks, in their order."""

    def __init__(self, python, folder):
        self.pytorch, self.stopped = PyTorch(python, folder), False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        for task in TASKS:
            for variant in [each for each in task.variants() if "eager" not in each and "host" not in each]:
                if self.stopped:
                    return
                try:
                    self.pytorch.prepare(task, variant, 600)
                except Failure:
                    pass  # the race says why

    def stop(self):
        self.stopped = True
        self.pytorch.stop()
        self.thread.join(30)


def by_place(reports):
    """The reports with seconds under "card" or "host", where the contender's images lie. Where ditto's lie on the host
    only, all are compared with that."""
    places = list(reports["ditto"][0]["seconds"])

    def renamed(name, report):
        [(_, seconds)] = report["seconds"].items()
        return {"seconds": {"host" if "+host" in name or "card" not in places else "card": seconds}}

    return {name: those if name == "ditto" else [renamed(name, report) for report in those]
            for name, those in reports.items()}


class Race:
    """Runs tasks: each of ditto's and PyTorch's measurements once a round, in turn."""

    def __init__(self, options, budget, pytorch):
        self.options, self.budget, self.pytorch = options, budget, pytorch

    def run(self, task):
        """What JSON keeps of a task. With "not_run": why, and nothing else."""
        kept = dataclasses.asdict(task)
        if self.budget.left() < LEAST_SECONDS:
            return {**kept, "not_run": "no time left"}
        print(f"[{self.budget.used():.0f} s] {task.title()}", file=sys.stderr)
        program = {"training": "benchmark_gpu_training_step", "inference": "benchmark_gpu_inference"}[task.question]
        command = [str(pathlib.Path(self.options.build) / "bin" / program), task.precision, str(task.size),
                   str(self.options.steps)]
        ditto = None
        try:
            ditto = Worker(command)
            kept |= ditto.answer(self._patience(120))
            variants, left_out = self._prepare(task)
            reports = self._rounds(task, ditto, variants, left_out)
        except Failure as failure:
            return {**kept, "not_run": f"ditto: {failure}"}
        finally:
            if ditto is not None:
                ditto.stop()
        rows = [{"contender": name, "place": place, **figure, "per_second": task.size / figure["seconds"]}
                for place, table in rounds.figures(by_place(reports)).items() for name, figure in table.items()]
        return {**kept, "rows": rows, "left_out": left_out, "rounds": reports}

    def _patience(self, seconds):
        return max(1.0, min(seconds, self.budget.left()))

    def _preparing(self):
        return max(1.0, min(self.options.compile_seconds, self.budget.left() - ROUNDS_SECONDS))

    def _prepare(self, task):
        """PyTorch's variants that are ready, and {variant: why not}."""
        ready, left_out = [], {}
        for variant in task.variants() if self.pytorch else []:
            mode = variant.split("+host")[0]
            if mode in left_out:
                left_out[variant] = left_out[mode]
                continue
            if self.budget.left() < ROUNDS_SECONDS + 5:
                left_out[variant] = "no time left"
                continue
            try:
                self._prepare_again(task, ready)
                self.pytorch.prepare(task, variant, self._preparing())
                ready.append(variant)
            except Failure as failure:
                left_out[variant] = str(failure)
        try:
            self._prepare_again(task, ready)
        except Failure as failure:
            left_out |= {variant: str(failure) for variant in ready}
            ready = []
        return ready, left_out

    def _prepare_again(self, task, ready):
        """A process that ended, because a variant took too long, took all others with it."""
        if self.pytorch and self.pytorch.worker is not None and not self.pytorch.worker.alive():
            for variant in ready:
                self.pytorch.prepare(task, variant, self._preparing())

    def _rounds(self, task, ditto, variants, left_out):
        reports = {"ditto": [], **{variant: [] for variant in variants}}
        for _ in range(self.options.rounds):
            reports["ditto"].append(ditto.ask({}, self._patience(60)))
            for variant in [each for each in variants if each in reports]:
                try:
                    self._prepare_again(task, list(reports)[1:])
                    request = {"measure": variant, "steps": self.options.steps}
                    reports[variant].append(self.pytorch.ask(request, self._patience(60)))
                except Failure as failure:
                    left_out[variant] = str(failure)
                    del reports[variant]
                    if self.budget.left() < ROUNDS_SECONDS:
                        return self._with_figures(reports, left_out)
        return self._with_figures(reports, left_out)

    @staticmethod
    def _with_figures(reports, left_out):
        left_out |= {name: "no time left" for name, found in reports.items() if not found}
        return {name: found for name, found in reports.items() if found}

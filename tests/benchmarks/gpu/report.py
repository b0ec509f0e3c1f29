"""Tables of a run on a GPU as text, and the bars: what ditto must reach, what it aims at, what was measured."""
import re

from race import variant_name


def task_table(kept, title):
    unit = "pairs/s" if kept["question"] == "training" else "images/s"
    lines = [f"{title:<66}{'ms':>10}{unit:>12}{'ditto is':>10}"]
    for row in kept["rows"]:
        ours = row["contender"] == "ditto"
        places = {"card": "augmented images on the GPU", "host": "images from the host"}
        name = f"ditto, {places[row['place']]}" if ours else variant_name(row["contender"])
        ratio = "" if ours else f"{row['ratio']:.2f}x"
        lines.append(f"  {name:<64}{1e3 * row['seconds']:>10.3f}{row['per_second']:>12.1f}{ratio:>10}")
    return lines + [f"  {variant_name(name)}: left out: {why}" for name, why in kept["left_out"].items()]


def tasks_tables(answers, titles):
    """A table for each task that was run, and a list of the others."""
    lines, others = [], []
    for kept, title in zip(answers, titles):
        if "not_run" in kept:
            others.append(f"  {title}: {kept['not_run']}")
        else:
            lines += ["", *task_table(kept, title)]
    return lines + (["", "Not run", *others] if others else [])


def checks_table(rows):
    return ["Checks", *(f"  {name:<58}{result:<14}{detail}" for name, result, detail in rows)]


def machine_table(machine):
    if "failed" in machine:
        return [f"The card's limits: not measured: {machine['failed']}"]
    flops, update = machine["flops"], machine["update"]
    lines = [f"The card's limits, measured: {machine['card']}, capability {machine['capability']}, "
             f"{machine['multiprocessors']} multiprocessors, {machine['memory_bytes'] / 2**30:.0f} GiB, driver for "
             f"CUDA {machine['driver_cuda']}"]
    lines += [f"  product of 8192 x 8192 matrices, {name:<24}{flops[name] / 1e12:>10.1f} TFLOP/s" for name in flops]
    return lines + [
        f"  {'copy of a GiB on the card, read and written':<56}{machine['copy_bytes'] / 1e9:>10.1f} GB/s",
        f"  {'copy from pinned memory of the host':<56}{machine['host_copy_bytes'] / 1e9:>10.1f} GB/s",
        f"  {'ditto: Adam on the network (7 numbers a parameter)':<56}"
        f"{update['bytes'] / update['seconds'] / 1e9:>10.1f} GB/s, {1e3 * update['seconds']:.3f} ms",
    ]


def short(name, width=88):
    name = re.sub(r"^void |ditto::detail::|ditto::|\(anonymous namespace\)::", "", name)
    return name if len(name) <= width else name[:width - 3] + "..."


def kernels_table(kernels):
    title = "Where a step's time goes on the GPU (ditto, {} pairs, {})"
    if "failed" in kernels:
        return [f"Time per kernel: skipped: {kernels['failed']}"]
    activities = sorted(kernels["activities"], key=lambda each: -each["seconds"])
    total = sum(each["seconds"] for each in activities)
    lines = [f"{title.format(kernels['pairs'], kernels['precision']):<90}{'times':>8}{'ms':>10}{'share':>8}"]
    lines += [f"  {short(each['name']):<88}{each['count']:>8.1f}{1e3 * each['seconds']:>10.3f}"
              f"{each['seconds'] / total:>8.1%}" for each in activities]
    lines.append(f"  {'all of these':<88}{sum(each['count'] for each in activities):>8.1f}{1e3 * total:>10.3f}")
    if "gpu_seconds" in kernels:
        lines.append(f"  from the first one's begin to the last one's end {1e3 * kernels['gpu_seconds']:.3f} ms; "
                     f"the step by the wall clock, recorded, {1e3 * kernels['wall_seconds']:.3f} ms")
    return lines


class Bars:
    """The last table. A ratio counts the same work on both sides: images on the GPU in training, images from the host's
    memory in inference. What it is in the other case is said beside it."""

    def __init__(self, answers, machine, kernels):
        self.answers = {(kept["question"], kept["precision"], kept["size"]): kept for kept in answers}
        self.machine, self.kernels = machine, kernels
        self.rows = []
        for group in ("compiled", "eager"):
            must, target = {"compiled": (1.2, 1.6), "eager": (1.5, 2.5)}[group]
            for pairs in (128, 512):
                self._race(f"training, bf16, {pairs} pairs, PyTorch {group}", must, target,
                           ("training", "bf16", pairs), group)
        for precision in ("tf32", "fp32"):
            for pairs in (128, 512):
                self._race(f"training, {precision}, {pairs} pairs, PyTorch's best", 1.1, 1.4,
                           ("training", precision, pairs))
        self._race("inference, batch of 1, PyTorch's best bf16", 2.0, 4.0, ("inference", "bf16", 1))
        self._race("inference, batch of 1024, PyTorch's best bf16", 1.2, 1.5, ("inference", "bf16", 1024))
        self._matrix_peak()
        self._update()

    def _add(self, bar, must, target, measured, percent=False, besides=""):
        self.rows.append({"bar": bar, "must": must, "target": target, "measured": measured, "percent": percent,
                          "besides": besides})

    def _kept(self, key):
        kept = self.answers.get(key, {})
        return None if "rows" not in kept else kept

    def _race(self, bar, must, target, key, group=""):
        kept = self._kept(key)
        trains = key[0] == "training"
        ratios = {True: [], False: []}  # the bar's case?
        for row in kept["rows"] if kept else []:
            if row["contender"] != "ditto" and row["contender"].startswith(group):
                ratios[("+host" in row["contender"]) != trains].append(row["ratio"])
        same = min(ratios[True], default=None)
        besides = "" if kept else "its task was not run"
        if kept and same is None:
            besides = "no such row of PyTorch's"
        if ratios[False]:
            other = "images come from the host" if trains else "PyTorch's images are on the GPU"
            besides = f"{min(ratios[False]):.2f}x where {other}"
        if kept and not group and "compiled" in kept["left_out"]:
            besides += f"; without max-autotune: {kept['left_out']['compiled']}"
        self._add(bar, must, target, same, besides=besides)

    def _matrix_peak(self):
        kept, bar = self._kept(("training", "bf16", 512)), "training, bf16, 512 pairs: share of the matrix peak"
        if not kept or "failed" in self.machine:
            return self._add(bar, 0.35, 0.55, None, True, "its task or the peak was not measured")
        peak = self.machine["flops"]["bf16"]
        ours = next(row["seconds"] for row in kept["rows"] if row["contender"] == "ditto")
        besides = ""
        if self.kernels.get("gpu_seconds") and (self.kernels["pairs"], self.kernels["precision"]) == (512, "bf16"):
            besides = f"{kept['flops'] / self.kernels['gpu_seconds'] / peak:.1%} of the time on the GPU alone"
        return self._add(bar, 0.35, 0.55, kept["flops"] / ours / peak, True, besides)

    def _update(self):
        bar = "Adam's update: share of the copy bandwidth"
        if "failed" in self.machine:
            return self._add(bar, 0.85, 0.93, None, True, "not measured")
        update = self.machine["update"]
        return self._add(bar, 0.85, 0.93, update["bytes"] / update["seconds"] / self.machine["copy_bytes"], True)

    @staticmethod
    def verdict(row):
        if row["measured"] is None:
            return "not measured"
        if row["measured"] >= row["target"]:
            return "target met"
        return "must met" if row["measured"] >= row["must"] else "BELOW"

    def table(self):
        lines = ["Bars: how many times as fast as PyTorch ditto is; "
                 "shares of limits",
                 "| bar | must | target | measured | verdict | besides |", "| --- | --- | --- | --- | --- | --- |"]
        for row in self.rows:
            def text(value, percent=row["percent"]):
                return "-" if value is None else f"{100 * value:.0f} %" if percent else f"{value:.2f}x"
            lines.append(f"| {row['bar']} | {text(row['must'])} | {text(row['target'])} | {text(row['measured'])} | "
                         f"{self.verdict(row)} | {row['besides']} |")
        return lines

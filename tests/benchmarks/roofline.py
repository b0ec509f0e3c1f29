#!/usr/bin/env python3
"""What a training step of the face network on a GPU should take, without a GPU: predicted, not measured.

  roofline.py                              for an H100 and an H200, 512 and 128 pairs, in bf16
  roofline.py --measured results.json      what gpu.py measured stands beside it
  roofline.py --summary                    the summary alone
  roofline.py --write                      puts the summary into docs/performance.md

A kernel takes the longest of three times: its bytes at the bandwidth of a copy; the instructions of its main loop at
the rate at which they can be issued; its trips to memory, as many at once as warps are resident. Bytes, accesses and
the products asked for are counted in the emulation (tests/cuda/traffic): of each kernel every sector of 32 bytes that
it touches, once, as if it found that in the cache again, and nothing of the kernel before it. Instructions and
registers are nvcc's (tests/cuda/kernel_loops.json); a kernel that these do not know (?) is taken by its bytes. The rest
is assumed, and printed first.
"""
import argparse
import dataclasses
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "cuda" / "traffic"))

import traffic  # noqa: E402  (the path first)
from traffic import kernel_loops  # noqa: E402

PROGRAM = ROOT / "build" / "release" / "tests" / "cuda_emulation" / "step_traffic"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- roofline.py --write: begin -->\n", "<!-- roofline.py --write: end -->\n"


@dataclasses.dataclass
class Card:
    name: str
    copy: float  # bytes/s, read and written
    peak: float  # FLOP/s of bf16 products
    multiprocessors: int = 132
    clock: float = 1.755e9


CARDS = {"H100": Card("H100", 3.0e12, 795e12), "H200": Card("H200", 4.2e12, 795e12)}

# TFLOP/s of cuDNN and cuBLASLt: (does a product fit?, name, {pass: rate}). The first that fits. Sizes of a convolution
# are images, channels in, channels out, kernel, kernel, height, width; of a product of matrices rows, columns, depth,
# batch.
RATES = [
    (lambda sizes: len(sizes) == 7 and sizes[1] <= 8, "convolution from 3 channels, padded to 8",
     dict.fromkeys(("forward", "input gradient", "weight gradient"), 270)),
    (lambda sizes: len(sizes) == 7 and sizes[1] == 64, "convolution from 64 channels",
     {"forward": 560, "input gradient": 450, "weight gradient": 430}),
    (lambda sizes: len(sizes) == 7, "other convolutions",
     dict.fromkeys(("forward", "input gradient", "weight gradient"), 570)),
    (lambda sizes: True, "matrices", {"matrices": 550}),
]

ISSUE_SHARE = 0.75   # of 4 instructions of a warp in a cycle and multiprocessor
LATENCY = 800        # cycles of a trip to memory; a loop's reads are under way together
LAUNCH = 2e-6        # seconds that a node of a graph takes at least
BESIDE_SHARE = 0.9   # of a kernel on another branch of the graph is hidden by the convolutions' backward passes
# Bytes for each number of the maps that PyTorch's own kernels move in a step, and their share of the copy's bandwidth.
PYTORCH = {"compiled": 23.5, "eager": 41.0}
PYTORCH_SHARE = 0.875

ASSUMPTIONS = [
    ("copy bandwidth", ", ".join(f"{card.name} {card.copy / 1e12} TB/s" for card in CARDS.values()),
     "H100: measured on one; H200: nearly the same share of what NVIDIA states"),
    ("peak of bf16 products", ", ".join(f"{card.name} {card.peak / 1e12:.0f} TFLOP/s" for card in CARDS.values()),
     "H100: measured on one, 8192 x 8192 matrices; H200: taken to be the same"),
    ("multiprocessors, clock", "132, 1.755 GHz", "NVIDIA's number; a guess of the clock under load"),
    ("instructions", f"{ISSUE_SHARE:.0%} of 4 a cycle and multiprocessor", "a guess: the rest are stalls"),
    ("trip to memory", f"{LATENCY} cycles", "a guess for memory under load"),
    ("launch", f"{1e6 * LAUNCH:.0f} us a kernel", "a guess for nodes of a graph"),
    *((name, ", ".join(str(rate) for rate in dict.fromkeys(rates.values())) + " TFLOP/s",
       "a guess from tile shapes, +-20 %") for _, name, rates in RATES),
    ("branches of the graph", f"{BESIDE_SHARE:.0%} hidden", "a guess: backward convolutions are bound by arithmetic"),
    ("PyTorch, bytes a number of the maps", ", ".join(f"{name} {value}" for name, value in PYTORCH.items()),
     "worked out by hand: 2 bytes each time that a pass reads or writes a map"),
    ("PyTorch, own kernels", f"{PYTORCH_SHARE:.1%} of the copy", "a guess: vectorised kernels reach 85 to 90 %"),
]


def resident_warps(card, registers, threads, blocks):
    """Warps at once on the card."""
    warps = (threads + 31) // 32
    of_registers = 65536 // (-(-registers // 8) * 8 * 32 * warps)
    at_once = max(1, min(of_registers, 64 // warps, 32))
    return min(at_once * card.multiprocessors, blocks) * warps


@dataclasses.dataclass
class Row:
    """Launches of one name."""
    name: str
    launches: int = 0
    bytes: float = 0.0
    by_bytes: float = 0.0
    by_instructions: float = 0.0
    by_latency: float = 0.0
    taken: float = 0.0
    beside: float = 0.0  # of `taken`: on another branch of the graph
    known: bool = True

    def add(self, card, kernel, loop, beside):
        moved = traffic.moved(kernel)
        times = [moved / card.copy, 0.0, 0.0]
        if loop:
            width, reads = kernel_loops.widest(loop)
            counted = kernel["reads"]["of_width"][width.bit_length() - 1]
            iterations = counted / reads / 32  # of warps
            rate = 4 * ISSUE_SHARE * card.multiprocessors * card.clock
            warps = resident_warps(card, loop["registers"], kernel["threads"], kernel["blocks"])
            times[1:] = [iterations * loop["instructions"] / rate, iterations * LATENCY / card.clock / warps]
        taken = max(*times, LAUNCH)
        self.launches += 1
        self.bytes += moved
        self.by_bytes += times[0]
        self.by_instructions += times[1]
        self.by_latency += times[2]
        self.taken += taken
        self.beside += taken if beside else 0.0
        self.known = self.known and loop is not None


@dataclasses.dataclass
class ProductRow:
    name: str
    flops: float
    bytes: float
    rate: float
    seconds: float
    backward: bool


def product_row(card, product):
    sizes = product["sizes"]
    rate = next(rates for fits, _, rates in RATES if fits(sizes))[product["name"]] * 1e12
    name = f"{sizes[1]} to {sizes[2]} channels, {product['name']}" if len(sizes) == 7 else (
        f"matrices {' x '.join(map(str, sizes[:3]))}")
    seconds = max(product["flops"] / rate, product["bytes"] / card.copy, LAUNCH)
    return ProductRow(name, product["flops"], product["bytes"], rate, seconds, product["name"].endswith("gradient"))


class Prediction:
    """Of a step on a card. `beside`: names of kernels that are taken to be on another branch of the graph, besides
    those that are; None: nothing is beside anything."""

    def __init__(self, card, step, loops, beside=()):
        self.card, self.step = card, step
        rows, stream = {}, step["products"][0]["stream"]
        for kernel in step["kernels"]:
            name, full_name = kernel_loops.names(kernel["name"])
            apart = beside is not None and (name in beside or kernel["stream"] != stream)
            rows.setdefault(name, Row(name)).add(card, kernel, loops.get(full_name), apart)
        self.rows = sorted(rows.values(), key=lambda row: -row.taken)
        self.products = [product_row(card, product) for product in step["products"]]
        self.own = sum(row.taken for row in self.rows)
        self.in_products = sum(row.seconds for row in self.products)
        room = sum(row.seconds for row in self.products if row.backward)
        self.hidden = BESIDE_SHARE * min(room, sum(row.beside for row in self.rows))
        self.seconds = self.own + self.in_products - self.hidden

    def peak_share(self):
        return self.step["flops"] / self.seconds / self.card.peak

    def pytorch(self, mode):
        """Seconds of PyTorch's step: the same products; its own kernels; Adam (7 numbers of 4 bytes a parameter) and
        the weights' copies in bf16."""
        images, out, height, width = 0, 1, 5, 6
        numbers = sum(each["sizes"][images] * each["sizes"][out + 1] * each["sizes"][height] * each["sizes"][width]
                      for each in self.step["products"] if each["name"] == "forward")
        moved = PYTORCH[mode] * numbers + (28 + 6) * self.step["parameters"]
        return self.in_products + moved / (PYTORCH_SHARE * self.card.copy)


def milliseconds(seconds):
    return f"{1e3 * seconds:.2f}"


def markdown(heads, rows):
    return ["| " + " | ".join(heads) + " |", "| " + " | ".join(["---"] * len(heads)) + " |",
            *("| " + " | ".join(row) + " |" for row in rows)]


def kernels_table(prediction, measured):
    heads = ["kernel", "launches", "GB", "by bytes", "by instructions", "by latency", "ms taken"]
    rows, others = [], Row("others")
    for row in prediction.rows:
        if row.taken < 0.005 * prediction.own and row.name not in measured:
            others.launches += row.launches
            others.bytes += row.bytes
            others.taken += row.taken
            continue
        unknown = [milliseconds(row.by_instructions), milliseconds(row.by_latency)] if row.known else ["?", "?"]
        rows.append([row.name, str(row.launches), f"{row.bytes / 1e9:.2f}", milliseconds(row.by_bytes), *unknown,
                     milliseconds(row.taken)])
    rows.append(["others", str(others.launches), f"{others.bytes / 1e9:.2f}", "", "", "", milliseconds(others.taken)])
    rows.append(["**own kernels**", str(sum(row.launches for row in prediction.rows)),
                 f"{traffic.own_bytes(prediction.step) / 1e9:.2f}", "", "", "", f"**{milliseconds(prediction.own)}**"])
    if measured:
        heads.append("ms measured")
        known = sum(seconds for name, seconds in measured.items() if name)
        for row in rows:
            seconds = known if row[0].startswith("**") else measured.get(row[0])
            row.append("" if seconds is None else milliseconds(seconds))
        rows += [[name, "", "", "", "", "", "not in the model", milliseconds(seconds)]
                 for name, seconds in measured.items()
                 if name and name not in {row.name for row in prediction.rows}]
    return markdown(heads, rows)


def products_table(prediction, measured):
    rows = [[row.name, f"{row.flops / 1e12:.3f}", f"{row.rate / 1e12:.0f}", f"{row.bytes / 1e9:.2f}",
             milliseconds(row.seconds)] for row in prediction.products]
    flops = sum(row.flops for row in prediction.products)
    rows.append(["**products**", f"{flops / 1e12:.3f}", f"{flops / prediction.in_products / 1e12:.0f}", "",
                 f"**{milliseconds(prediction.in_products)}**"])
    if "" in measured:
        rows.append(["measured: all kernels that are not ditto's", "", "", "", milliseconds(measured[""])])
    return markdown(["product", "TFLOP", "TFLOP/s", "GB", "ms"], rows)


def summary(predictions):
    rows = []
    for each in predictions:
        ratios = [f"{each.pytorch(mode) / each.seconds:.2f}x" for mode in PYTORCH]
        rows.append([f"{each.card.name}, {each.step['pairs']} pairs", f"{traffic.own_bytes(each.step) / 1e9:.1f}",
                     f"{1e3 * each.own:.1f}", f"{1e3 * each.in_products:.1f}", f"{1e3 * each.hidden:.1f}",
                     f"{1e3 * each.seconds:.1f}", f"{each.peak_share():.0%}", *ratios])
    return markdown(["", "own kernels, GB", "ms", "products, ms", "at the same time, ms", "**step, ms**", "of the peak",
                     *(f"to PyTorch {mode}" for mode in PYTORCH)], rows)


class Measured:
    """What gpu.py wrote, as far as a prediction has to do with it."""

    def __init__(self, path):
        self.all = json.loads(pathlib.Path(path).read_text()) if path else {}

    def card(self, card):
        """The card with its measured limits, if it is that one."""
        limits = self.all.get("limits", {})
        if card.name not in limits.get("card", "") or "failed" in limits:
            return card
        return dataclasses.replace(card, copy=limits["copy_bytes"], peak=limits["flops"]["bf16"])

    def kernels(self, card, pairs):
        """{short name: seconds in a step}; under "" the kernels of other libraries. Copies and fills are none."""
        kept, found = self.all.get("kernels", {}), {}
        if card.name not in self.all.get("card", "") or (kept.get("pairs"), kept.get("precision")) != (pairs, "bf16"):
            return {}
        for each in kept.get("activities", []):
            if re.match(r"copies |fills$", each["name"]):
                continue
            own = re.match(r"(void )?ditto::", each["name"])
            name = kernel_loops.names(each["name"])[0] if own else ""
            found[name] = found.get(name, 0.0) + each["seconds"]
        return found

    def step(self, card, pairs):
        """Seconds of ditto's step; None: not measured."""
        for task in self.all.get("tasks", []) if card.name in self.all.get("card", "") else []:
            if (task["question"], task["precision"], task["size"]) == ("training", "bf16", pairs):
                return next((row["seconds"] for row in task.get("rows", []) if row["contender"] == "ditto"), None)
        return None


def report(prediction, measured):
    card, pairs = prediction.card, prediction.step["pairs"]
    by_name = measured.kernels(card, pairs)
    step = measured.step(card, pairs)
    return [f"## {card.name}, {pairs} pairs, bf16: predicted", "", *kernels_table(prediction, by_name), "",
            *products_table(prediction, by_name), "",
            f"step: {milliseconds(prediction.own)} + {milliseconds(prediction.in_products)} - "
            f"{milliseconds(prediction.hidden)} at the same time = {milliseconds(prediction.seconds)} ms predicted, "
            + ("not measured" if step is None else f"{milliseconds(step)} ms measured"), ""]


def budget_line(steps):
    return (f"own kernels move {traffic.own_bytes(traffic.at(steps, 512)) / 1e9:.1f} GB in a step of 512 pairs "
            f"(bar {traffic.BUDGET / 1e9:.0f})")


def predict(steps, cards=tuple(CARDS.values()), pairs=(512, 128), beside=()):
    loops = kernel_loops.kept()["loops"]
    return [Prediction(card, traffic.at(steps, count), loops, beside) for card in cards for count in pairs]


def write_page(lines):
    page = PAGE.read_text()
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(page[:begin] + "\n".join(["", *lines, ""]) + "\n" + page[end:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", nargs="+", choices=CARDS, default=list(CARDS))
    parser.add_argument("--pairs", nargs="+", type=int, default=[512, 128], help="128 and more (default: 512 128)")
    parser.add_argument("--program", default=str(PROGRAM), help="step_traffic, a minute or two (default: %(default)s)")
    parser.add_argument("--counted", metavar="FILE", help="what step_traffic printed before, instead")
    parser.add_argument("--measured", metavar="FILE", help="what gpu.py --output wrote")
    parser.add_argument("--beside", nargs="+", default=[], metavar="KERNEL",
                        help="suppose that these, such as UpdateNumbers, had a branch of the graph to themselves")
    parser.add_argument("--in-turn", action="store_true", help="suppose that nothing runs at the same time")
    parser.add_argument("--summary", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if min(options.pairs) < traffic.COUNTED_PAIRS[0]:
        parser.error(f"--pairs: {traffic.COUNTED_PAIRS[0]} or more")
    if options.counted:
        steps = traffic.read(pathlib.Path(options.counted).read_text())
    elif pathlib.Path(options.program).exists():
        steps = traffic.count(options.program)
    else:
        parser.error(f"there is no {options.program}: cmake --build --preset release --target step_traffic")
    if options.write:
        write_page([*summary(predict(steps)), "", budget_line(steps) + "."])
        return
    measured = Measured(options.measured)
    predictions = predict(steps, [measured.card(CARDS[name]) for name in options.cards], options.pairs,
                          None if options.in_turn else options.beside)
    lines = []
    if not options.summary:
        lines += ["# Predicted, not measured", "", *markdown(["assumed", "", "from"], ASSUMPTIONS), ""]
        for each in predictions:
            lines += report(each, measured)
    print("\n".join([*lines, *summary(predictions), "", budget_line(steps)]))


if __name__ == "__main__":
    main()

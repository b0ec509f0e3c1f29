#!/usr/bin/env python3
"""What a training step moves (step_traffic) is linear in its pairs, is what can be computed by hand for some kernels,
and keeps its budget; and docs/performance.md predicts what benchmarks/roofline.py makes of it.

  check_step.py STEP_TRAFFIC
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))

import roofline  # noqa: E402  (the path first)
from roofline import kernel_loops, traffic  # noqa: E402

THIRD = 130  # pairs, beside traffic.COUNTED_PAIRS

# As cuobjdump writes it: two loops, one within the other, and one that reads nothing.
CODE = """
        /*0010*/                   LDG.E R1, desc[UR4][R2.64] ;
        /*0020*/                   LDG.E.128 R4, desc[UR4][R2.64] ;
        /*0030*/                   LDG.E.128.CONSTANT R8, desc[UR4][R2.64+0x10] ;
        /*0040*/                   LDG.E.U16 R12, desc[UR4][R2.64] ;
        /*0050*/                   LDG.E.64 R12, desc[UR4][R2.64] ;
        /*0060*/                   STG.E.128 desc[UR4][R2.64], R4 ;
        /*0070*/              @!P0 BRA 0x20 ;
        /*0080*/               @P1 BRA `(.L_x_1) ;
        /*0090*/               @P1 BRA 0x10 ;
        /*00a0*/                   IADD3 R1, R1, 0x1, RZ ;
        /*00b0*/               @P0 BRA 0xa0 ;
"""


def check_names():
    for kernel, expected in {
            "void ditto::detail::row_sums_kernel<2, 64ul, 8, ditto::detail::SumRectified<ditto::detail::BlockGrid<"
            "ditto::Shape<1, 2>, 3>, __nv_bfloat16> >(unsigned long, double*)":
                ("SumRectified", "SumRectified<2, 64, 8>"),
            "void ditto::detail::for_each_kernel<ditto::detail::UpdateNumbers<2ul, ditto::AdamRule<false, float> > >"
            "(unsigned long)": ("UpdateNumbers", "UpdateNumbers"),
            "void ditto::detail::distance_loss_kernel<ditto::ContrastiveLoss, __nv_bfloat16>(unsigned long)":
                ("distance_loss", "distance_loss"),
            "ditto::detail::probe_kernel()": ("probe", "probe"),
            "float (*)(float const*, float*)": ("float (*)(float const*, float*)",) * 2}.items():
        assert kernel_loops.names(kernel) == expected, (kernel, kernel_loops.names(kernel))


def check_loops():
    loop = kernel_loops.main_loop(CODE)
    assert loop == {"instructions": 6, "reads": {"2": 1, "8": 1, "16": 2}}, loop
    assert kernel_loops.widest(loop) == (16, 2)
    assert kernel_loops.main_loop("/*0010*/ EXIT ;") is None


def check_model():
    """A step of one kernel and one product, by hand."""
    card = roofline.Card("none", copy=1e12, peak=100e12, multiprocessors=100, clock=1e9)
    accesses = {"bytes": 0, "touched": int(1e9), "of_width": [0, 0, 0, 0, 64 * 10**6]}
    kernel = {"name": "void ditto::detail::rows_kernel<8, ditto::detail::Task>()", "blocks": 1000, "threads": 256,
              "stream": 0, "reads": accesses, "writes": accesses}
    product = {"name": "weight gradient", "sizes": [2, 128, 256, 3, 3, 32, 32], "flops": int(5.7e12), "bytes": 10,
               "stream": 0}
    step = {"pairs": 1, "flops": int(1e12), "parameters": 0, "kernels": [kernel], "products": [product]}
    # 64 M reads, 2 in a loop, 32 threads a warp: 1 M iterations. 64 registers: 4 blocks of 8 warps at once.
    loop = {"instructions": 600, "reads": {"16": 2}, "registers": 64}
    row, = roofline.Prediction(card, step, {"Task<8>": loop}).rows
    for got, expected in ((row.by_bytes, 2e-3), (row.by_instructions, 1e6 * 600 / 300e9),
                          (row.by_latency, 1e6 * 800e-9 / 3200), (row.taken, 2e-3)):
        assert abs(got - expected) < 1e-9, (row, expected)
    alone = roofline.Prediction(card, step, {})
    assert not alone.rows[0].known and abs(alone.seconds - 12e-3) < 1e-9 and abs(alone.peak_share() - 1 / 1.2) < 1e-9
    assert abs(roofline.Prediction(card, step, {}, beside=("Task",)).seconds - (12e-3 - 1.8e-3)) < 1e-9
    kernel = {**kernel, "stream": 1}
    step["kernels"].append(kernel)
    assert abs(roofline.Prediction(card, step, {}).seconds - (14e-3 - 1.8e-3)) < 1e-9
    assert abs(roofline.Prediction(card, step, {}, beside=None).seconds - 14e-3) < 1e-9


def check_measured():
    """What gpu.py wrote stands beside what it is of, and nothing else."""
    own = "void ditto::detail::rows_kernel<8, ditto::detail::Task>()"
    measured = roofline.Measured(None)
    assert measured.kernels(roofline.CARDS["H100"], 512) == {} and measured.step(roofline.CARDS["H100"], 512) is None
    measured.all = {
        "card": "NVIDIA H100 80GB HBM3",
        "limits": {"card": "NVIDIA H100 80GB HBM3", "copy_bytes": 2e12, "flops": {"bf16": 7e14}},
        "kernels": {"pairs": 512, "precision": "bf16", "activities": [
            {"name": own, "seconds": 1.0}, {"name": own.replace("8", "4"), "seconds": 2.0},
            {"name": "void cutlass::Kernel2<float>(float)", "seconds": 3.0},
            {"name": "nvjet_tst_256x128", "seconds": 1.0}, {"name": "fills", "seconds": 8.0}, {"name": "copies from the host", "seconds": 8.0}]},
        "tasks": [{"question": "training", "precision": "bf16", "size": 128, "not_run": "no time left"},
                  {"question": "training", "precision": "bf16", "size": 512,
                   "rows": [{"contender": "ditto", "seconds": 5.0}, {"contender": "eager", "seconds": 6.0}]}]}
    card = measured.card(roofline.CARDS["H100"])
    assert (card.copy, card.peak) == (2e12, 7e14) and measured.card(roofline.CARDS["H200"]).copy == 4.2e12
    assert measured.kernels(card, 512) == {"Task": 3.0, "": 4.0}
    assert measured.kernels(card, 128) == measured.kernels(roofline.CARDS["H200"], 512) == {}
    assert measured.step(card, 512) == 5.0 and measured.step(card, 128) is None


def check_linear(steps, third):
    """All but the last layers' chunks of rows, and sectors that two images share."""
    expected = traffic.at(steps, third["pairs"])
    assert expected["products"] == third["products"] and expected["flops"] == third["flops"]
    for counted, on_line in zip(third["kernels"], expected["kernels"], strict=True):
        apart = abs(traffic.moved(counted) - traffic.moved(on_line))
        assert apart <= max(1e-4 * traffic.moved(counted), 2e5), (apart, counted, on_line)


def check_by_hand(step):
    kernels = traffic.by_name(step)
    # Adam reads a parameter, its gradient and two averages, 4 bytes each, and what they are updated by.
    read = sum(kernel["reads"]["touched"] for kernel in kernels["UpdateNumbers"])
    assert 0 <= read - 16 * step["parameters"] <= 64 * len(kernels["UpdateNumbers"]), read
    # The gradient of the four maps, in bf16; beside it only sums.
    images = 2 * step["pairs"]
    maps = 2 * images * sum(side * side * channels for side, channels in ((128, 64), (64, 128), (32, 256), (16, 512)))
    written = sum(kernel["writes"]["touched"] for kernel in kernels["FormGradient"])
    assert maps <= written <= 1.01 * maps, (written, maps)
    # Three products for each convolution and the linear layer, less the images' gradient; images have 3 channels of 8.
    assert len(step["products"]) == 14, step["products"]
    flops = sum(each["flops"] * (3 / 8 if each["sizes"][1] == 8 else 1) for each in step["products"])
    assert flops == step["flops"], (flops, step["flops"])


def check_budget(steps):
    """Problems, in lines."""
    own = traffic.own_bytes(traffic.at(steps, 512))
    if own <= traffic.BUDGET:
        return []
    launches = traffic.by_name(traffic.at(steps, 512))
    sums = {name: sum(map(traffic.moved, kernels)) for name, kernels in launches.items()}
    most = ", ".join(f"{name} {sums[name] / 1e9:.1f}" for name in sorted(sums, key=sums.get, reverse=True)[:8])
    return [f"{roofline.budget_line(steps)}: {most}"]


def check_page(steps):
    page = roofline.PAGE.read_text()
    missing = [line for line in roofline.summary(roofline.predict(steps)) if line not in page]
    return [f"docs/performance.md lacks, roofline.py --write puts there: {line}" for line in missing]


def main():
    check_names()
    check_loops()
    check_model()
    check_measured()
    *steps, third = traffic.count(sys.argv[1], (*traffic.COUNTED_PAIRS, THIRD))
    check_linear(steps, third)
    check_by_hand(steps[0])
    problems = check_budget(steps) + check_page(steps)
    print("\n".join(problems or [roofline.budget_line(steps)]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the PyTorch programs share: the face network, PyTorch's settings, and timing by the rule of measure.hpp.

PyTorch's settings, to see it at its best on a processor:
- as many threads as asked for, for operators and for OpenMP; numbers that are denormal are taken as zero
- optimizers in their fused form (one kernel for all parameters), where this PyTorch has it for the processor
- --channels-last: network and images in that memory layout; otherwise PyTorch's own, channels first
- --bfloat16: autocast to bfloat16, in the forward passes, as PyTorch's documentation says
- --compile: torch.compile, told that shapes are fixed; for inference with weights frozen and packed in advance
Keeping malloc from returning memory to the system is up to the environment: compare.py does that.
"""
import argparse
import contextlib
import json
import os
import re
import resource
import time

import torch
from torch import nn

SHORTEST_MEASUREMENT, MOST_REPETITIONS = 0.05, 50  # as in measure.hpp


def arguments(description):
    """A parser with the options above, to which a program adds what it is asked for."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--compile", action="store_true")
    return parser


def prepare(options):
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)


def layout(options):
    return torch.channels_last if options.channels_last else torch.contiguous_format


def autocast(options):
    return torch.autocast("cpu", torch.bfloat16) if options.bfloat16 else contextlib.nullcontext()


def face_network(options):
    """The 19 layers of ditto's FaceNetwork. ReLU works in place, as ditto's does: less memory and less traffic."""
    def block(channels_in, channels_out, kernel):
        convolution = nn.Conv2d(channels_in, channels_out, kernel, padding=kernel // 2)
        return convolution, nn.ReLU(inplace=True), nn.BatchNorm2d(channels_out)

    return nn.Sequential(
        *block(3, 64, 5), nn.MaxPool2d(2),
        *block(64, 128, 5), nn.MaxPool2d(2),
        *block(128, 256, 3), nn.MaxPool2d(2),
        *block(256, 512, 3),
        nn.Flatten(), nn.Linear(131072, 1024), nn.ReLU(inplace=True), nn.BatchNorm1d(1024),
    ).to(memory_format=layout(options))


def images(count, options):
    return torch.rand(count, 3, 128, 128).contiguous(memory_format=layout(options))


def seconds_of(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def repeat(steps, work):
    """One call that does not count; then `steps` calls, or more of short ones."""
    work()
    seconds = []
    while len(seconds) < steps or (sum(seconds) < SHORTEST_MEASUREMENT and len(seconds) < MOST_REPETITIONS):
        seconds.append(seconds_of(work))
    return seconds


def report(timings):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    onednn = re.search(r"MKL-DNN v([\d.]+)", torch.__config__.show())
    built_in = f"oneDNN {onednn[1]}" if onednn else "without oneDNN"
    version = f"PyTorch {torch.__version__} ({built_in}, {torch.backends.cpu.get_cpu_capability()})"
    print(json.dumps({"version": version, "seconds": timings, "peak_bytes": peak}))

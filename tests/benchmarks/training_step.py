"""One training step of the face network in PyTorch: the counterpart of training_step.cpp.

usage: training_step.py <contrastive|bce> <sgd|adam> <pairs> <steps> <threads> [channels_last]
prints: a line of JSON {"seconds": [...], "peak_bytes": ..., "version": "..."}
"""
import json
import resource
import sys
import time

import torch
from torch import nn

loss_name, optimizer_name = sys.argv[1:3]
pairs, steps, threads = (int(text) for text in sys.argv[3:6])
memory_format = torch.channels_last if "channels_last" in sys.argv else torch.contiguous_format
torch.set_num_threads(threads)
torch.manual_seed(0)


def block(channels_in, channels_out, kernel, pool):
    layers = [nn.Conv2d(channels_in, channels_out, kernel, padding=kernel // 2), nn.ReLU(), nn.BatchNorm2d(channels_out)]
    return layers + ([nn.MaxPool2d(2)] if pool else [])


backbone = nn.Sequential(
    *block(3, 64, 5, True), *block(64, 128, 5, True), *block(128, 256, 3, True), *block(256, 512, 3, False),
    nn.Flatten(), nn.Linear(131072, 1024), nn.ReLU(), nn.BatchNorm1d(1024)).to(memory_format=memory_format)
head = nn.Linear(2048, 1)
parameters = list(backbone.parameters()) + (list(head.parameters()) if loss_name == "bce" else [])
if optimizer_name == "sgd":
    optimizer = torch.optim.SGD(parameters, lr=1e-4, momentum=0.9)
else:
    optimizer = torch.optim.Adam(parameters, lr=1e-5)

left, right = (torch.rand(pairs, 3, 128, 128).contiguous(memory_format=memory_format) for _ in range(2))
labels = (torch.arange(pairs) % 2).float()


def loss_of(features_left, features_right):
    if loss_name == "bce":
        logits = head(torch.cat((features_left, features_right), 1)).squeeze(1)
        return nn.functional.binary_cross_entropy_with_logits(logits, labels)
    distance = torch.linalg.vector_norm(features_left - features_right, dim=1)
    return (labels * distance**2 + (1 - labels) * torch.relu(40.0 - distance) ** 2).mean()


seconds = []
for _ in range(steps):
    begin = time.perf_counter()
    optimizer.zero_grad()
    loss_of(backbone(left), backbone(right)).backward()
    optimizer.step()
    seconds.append(time.perf_counter() - begin)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "peak_bytes": peak, "version": f"PyTorch {torch.__version__}"}))

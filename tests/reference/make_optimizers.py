"""Makes optimizers.safetensors: optimizer steps and schedules by PyTorch in float64. See README.md."""

import numpy as np
import torch
from torch import optim

from reference import save, values

SIZE = 10
STEPS = 5
EPOCHS = 11

OPTIMIZERS = {
    "sgd": lambda p: optim.SGD(p, lr=0.1),
    "sgd_weight_decay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01),
    "sgd_momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "sgd_nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
    "adam": lambda p: optim.Adam(p, lr=0.01),
    "adam_weight_decay": lambda p: optim.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    "adamw": lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1),
}

SCHEDULES = {
    "step": lambda o: optim.lr_scheduler.StepLR(o, step_size=3, gamma=0.5),
    "cosine": lambda o: optim.lr_scheduler.CosineAnnealingLR(o, T_max=10),
    "cosine_minimum": lambda o: optim.lr_scheduler.CosineAnnealingLR(o, T_max=10, eta_min=0.1),
    "linear_warm_up": lambda o: optim.lr_scheduler.LinearLR(o, start_factor=0.125, total_iters=4),
}


def steps(make_optimizer):
    """The parameters after each step, [STEPS, SIZE]; step t's gradient is the stream `optimizers.gradient.<t>`."""
    parameters = torch.from_numpy(values("optimizers.parameters", SIZE)).requires_grad_()
    optimizer = make_optimizer([parameters])
    after = []
    for step in range(STEPS):
        parameters.grad = torch.from_numpy(values(f"optimizers.gradient.{step}", SIZE))
        optimizer.step()
        after.append(parameters.detach().clone().numpy())
    return np.stack(after)


def factors(make_schedule):
    """The learning rate of each epoch, [EPOCHS], for a base rate of 1."""
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = make_schedule(optimizer)
    rates = []
    for _ in range(EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return np.array(rates)


def main():
    tensors = {name: steps(make) for name, make in OPTIMIZERS.items()}
    tensors |= {f"schedule.{name}": factors(make) for name, make in SCHEDULES.items()}
    save("optimizers.safetensors", tensors)


if __name__ == "__main__":
    main()

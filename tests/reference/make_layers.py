"""Makes layers.safetensors: every layer's output and gradients by PyTorch in float64. See README.md."""

import numpy as np
import torch
from torch import nn

from reference import save, values

BATCH = 4

# name: (module, [height, width, channels] or [features] of one sample)
CASES = {
    "conv2d_kernel_5_padding_2": (nn.Conv2d(3, 10, 5, padding=2), [12, 12, 3]),
    "conv2d_kernel_3_padding_1": (nn.Conv2d(5, 7, 3, padding=1), [9, 9, 5]),
    "conv2d_kernel_3_padding_1_wide": (nn.Conv2d(16, 24, 3, padding=1), [8, 8, 16]),
    "conv2d_kernel_5_padding_2_not_square": (nn.Conv2d(2, 9, 5, padding=2), [7, 13, 2]),
    "conv2d_kernel_2_stride_2": (nn.Conv2d(3, 6, 2, stride=2), [8, 6, 3]),
    "conv2d_kernel_3_padding_1_stride_2": (nn.Conv2d(3, 5, 3, padding=1, stride=2), [9, 7, 3]),
    "conv2d_kernel_3": (nn.Conv2d(4, 3, 3), [6, 7, 4]),
    "conv2d_kernel_1": (nn.Conv2d(6, 11, 1), [5, 4, 6]),
    "relu": (nn.ReLU(), [4, 3, 5]),
    "leaky_relu_1_100": (nn.LeakyReLU(0.01), [4, 3, 5]),
    "leaky_relu_1_5": (nn.LeakyReLU(0.2), [4, 3, 5]),
    "sigmoid": (nn.Sigmoid(), [4, 3, 5]),
    "batch_norm_2d": (nn.BatchNorm2d(6), [5, 4, 6]),
    "batch_norm_1d": (nn.BatchNorm1d(9), [9]),
    "max_pool_2d_2": (nn.MaxPool2d(2), [6, 8, 5]),
    "max_pool_2d_3_stride_2_padding_1": (nn.MaxPool2d(3, stride=2, padding=1), [7, 5, 3]),
    "max_pool_2d_2_ties": (nn.MaxPool2d(2), [6, 8, 5]),
    "average_pool_2d_2": (nn.AvgPool2d(2), [6, 8, 5]),
    "average_pool_2d_3": (nn.AvgPool2d(3), [6, 9, 2]),
    "global_average_pool_2d": (nn.AdaptiveAvgPool2d(1), [5, 6, 7]),
    "flatten": (nn.Flatten(), [3, 4, 5]),
    "linear": (nn.Linear(13, 9), [13]),
    "l2_normalize": (None, [11]),
}


def reference_tensor(name, shape):
    return torch.from_numpy(values(name, int(np.prod(shape))).reshape(shape))


def channels_first(tensor):
    return tensor.permute(0, 3, 1, 2).contiguous() if tensor.dim() == 4 else tensor


def channels_last(tensor):
    return tensor.permute(0, 2, 3, 1).contiguous() if tensor.dim() == 4 else tensor


def set_parameters(case, module):
    """Parameters are their streams as they are; running variances are moved into [0.5, 1.5)."""
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if name != "num_batches_tracked":
                tensor.copy_(reference_tensor(f"{case}.{name}", tensor.shape))
        if "running_var" in dict(module.named_buffers()):
            module.running_var.mul_(0.5).add_(1.0)
            module.weight[2] = 0.0  # one scale of zero; the others are of both signs


def backward(case, inputs, output):
    """Gradients of sum(output * grad_output): the stream `grad_output` is in the output's channels-last order."""
    grad_output = reference_tensor(f"{case}.grad_output", channels_last(output).shape)
    (channels_last(output) * grad_output).sum().backward()
    return {
        f"{case}.output": channels_last(output).detach().numpy(),
        f"{case}.grad_input": channels_last(inputs.grad).numpy(),
    }


def state(module, prefix):
    """Parameter gradients and, for BatchNorm, what training leaves in the buffers."""
    result = {f"{prefix}.grad_{name}": tensor.grad.numpy() for name, tensor in module.named_parameters()}
    result |= {f"{prefix}.{name}": tensor.numpy() for name, tensor in module.named_buffers()}
    return result


def case_input(case, extents):
    data = reference_tensor(f"{case}.input", [BATCH, *extents])
    if case.endswith("ties"):
        data = torch.round(data * 2) / 2  # five values only
    return channels_first(data).clone().requires_grad_()


def plain_case(case, module, extents):
    inputs = case_input(case, extents)
    if module is None:
        return backward(case, inputs, nn.functional.normalize(inputs, dim=1))
    set_parameters(case, module)
    output = module(inputs)
    if case == "global_average_pool_2d":
        output = output.flatten(1)
    return backward(case, inputs, output) | state(module, case)


def batch_norm_case(case, module, extents):
    """Training with one group, training with two (two passes over the halves of the batch), evaluation."""
    result = {}
    for mode, groups in [("train_1_group", 1), ("train_2_groups", 2), ("eval", 1)]:
        module.train(mode != "eval")
        module.zero_grad()
        module.num_batches_tracked.zero_()
        set_parameters(case, module)
        inputs = case_input(case, extents)
        output = torch.cat([module(half) for half in inputs.chunk(groups)])
        found = backward(case, inputs, output) | state(module, case)
        result |= {f"{case}.{mode}{name.removeprefix(case)}": tensor.copy() for name, tensor in found.items()}
    return result


def main():
    torch.set_num_threads(2)
    tensors = {}
    for case, (module, extents) in CASES.items():
        if module is not None:
            module.double()
        make = batch_norm_case if case.startswith("batch_norm") else plain_case
        tensors |= make(case, module, extents)
    save("layers.safetensors", tensors)


if __name__ == "__main__":
    main()

"""Makes small_network.safetensors, pooled_network.safetensors and face_network.safetensors. See README.md.

Features, loss, gradients, and parameters after three optimizer steps of Siamese networks on 4 pairs, by PyTorch in
float64, with the distance of PyTorch's own float32 from them.

ReLU and MaxPool have jumps in their derivatives: where an input lies within rounding of the jump, two correct float32
programs give gradients that differ by far more than rounding, and by chance. BatchNorm multiplies rounding by
1 / deviation: over the 4 images of one side a feature's deviation can be almost nothing. So each output channel's
weights are drawn again until, at the first step, no input is nearer to a jump than JUMP_MARGIN times the channel's
size and no deviation is below SMALLEST_DEVIATION times the layer's. Then distances are rounding's, not luck's.
"""

import argparse
import gc
import itertools

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from reference import difference_norm, norm, save, stored, values

PAIRS = 4
LABELS = torch.tensor([1.0, 0.0] * (PAIRS // 2), dtype=torch.float64)  # same, different, same, different
JUMP_MARGIN = 1e-5
SMALLEST_DEVIATION = 0.1
STEPS = 3
# Rates are so small that the later steps' gradients, which nothing keeps from jumps, cannot carry more than rounding
# into the weights in float32, and large enough that every update shows at 1e-9. For that the weight decay is large.
MOMENTUM = 0.9
WEIGHT_DECAY = 0.1


class GlobalAveragePool2d(nn.Module):
    def forward(self, images):
        return images.mean(dim=(2, 3))


class L2Normalize(nn.Module):
    def forward(self, features):
        return functional.normalize(features, dim=1)


NETWORKS = {
    "small_network": dict(
        image=(16, 16, 3),  # height, width, channels
        features=32,
        # learning rates: of SGD with either loss, of Adam
        rates=dict(contrastive=1e-6, concat_bce=1e-6, adam=1e-6),
        layers=lambda: [
            nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.BatchNorm2d(8), nn.MaxPool2d(2),
            nn.Conv2d(8, 12, 3, padding=1), nn.LeakyReLU(0.01), nn.BatchNorm2d(12), nn.AvgPool2d(2),
            nn.Conv2d(12, 16, 3, padding=1), nn.Sigmoid(), nn.BatchNorm2d(16),
            nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.BatchNorm1d(32),
        ],
    ),
    "pooled_network": dict(
        image=(12, 10, 3),
        features=16,
        rates=dict(contrastive=1e-4, concat_bce=1e-4, adam=1e-6),
        layers=lambda: [
            nn.Conv2d(3, 10, 4, stride=2, padding=1), nn.LeakyReLU(0.2), nn.BatchNorm2d(10),
            nn.Conv2d(10, 24, 3, padding=1), nn.ReLU(),
            GlobalAveragePool2d(), nn.Linear(24, 16), L2Normalize(),
        ],
    ),
    "face_network": dict(
        image=(128, 128, 3),
        features=1024,
        rates=dict(contrastive=1e-8, concat_bce=1e-6, adam=1e-7),
        layers=lambda: [
            nn.Conv2d(3, 64, 5, padding=2), nn.ReLU(), nn.BatchNorm2d(64), nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 5, padding=2), nn.ReLU(), nn.BatchNorm2d(128), nn.MaxPool2d(2),
            nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(256), nn.MaxPool2d(2),
            nn.Conv2d(256, 512, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(512),
            nn.Flatten(), nn.Linear(131072, 1024), nn.ReLU(), nn.BatchNorm1d(1024),
        ],
    ),
}


def images(network):
    """[2 * PAIRS, C, H, W] in [0, 1): the left images, then the right ones; the stream runs channels-last."""
    height, width, channels = NETWORKS[network]["image"]
    shape = (2 * PAIRS, height, width, channels)
    pixels = (values(f"{network}.images", int(np.prod(shape))).reshape(shape) + 1) / 2
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()


def weighted(module):
    return isinstance(module, (nn.Conv2d, nn.Linear))


def draw_row(name, weight, row, draw):
    """Fills output channel `row` of a convolution's or linear layer's weights from its stream."""
    fan_in = weight[0].numel()
    numbers = values(name, fan_in, draw, first=row * fan_in) * (1 / np.sqrt(fan_in))
    weight[row] = torch.from_numpy(numbers.astype(np.float32)).view_as(weight[row])


@torch.no_grad()
def initialize(prefix, module):
    """First draw of a module's parameters: weights and biases uniform in +-1/sqrt(fan_in), BatchNorm scales of both
    signs and at least 0.5 in size, BatchNorm shifts in [-1, 1)."""
    if weighted(module):
        for row in range(len(module.weight)):
            draw_row(f"{prefix}.weight", module.weight, row, draw=0)
        fan_in = module.weight[0].numel()
        bias = values(f"{prefix}.bias", module.bias.numel()) * (1 / np.sqrt(fan_in))
        module.bias.copy_(torch.from_numpy(bias.astype(np.float32)))
    elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        scale = values(f"{prefix}.weight", module.num_features)
        module.weight.copy_(torch.from_numpy(np.where(scale >= 0, scale + 0.5, scale - 0.5)))
        module.bias.copy_(torch.from_numpy(values(f"{prefix}.bias", module.num_features)))


def near_zero(inputs):
    """Channels with an input of ReLU that rounding could carry over zero: bool [channels]."""
    rows = inputs.transpose(0, 1).flatten(1)
    return (rows.abs() < JUMP_MARGIN * rows.square().mean(dim=1, keepdim=True).sqrt()).any(dim=1)


def near_tie(inputs, pool):
    """Channels with a window of MaxPool whose winner rounding could change: bool [channels]. Exact ties do not count:
    they are outputs of a ReLU at zero, through which no gradient passes."""
    rows = inputs.transpose(0, 1)
    windows = rows.unfold(2, pool.kernel_size, pool.stride).unfold(3, pool.kernel_size, pool.stride).flatten(4)
    gaps = windows.amax(dim=-1, keepdim=True) - windows
    size = rows.flatten(1).std(dim=1).view(-1, 1, 1, 1, 1)
    return ((gaps > 0) & (gaps < JUMP_MARGIN * size)).flatten(1).any(dim=1)


def near_constant(inputs):
    """Channels whose deviation is far below the layer's: bool [channels]. Exactly constant ones are harmless."""
    deviations = inputs.transpose(0, 1).flatten(1).std(dim=1)
    return (deviations > 0) & (deviations < SMALLEST_DEVIATION * deviations.square().mean().sqrt())


def run_segment(segment, inputs, channels):
    """Runs one weighted layer and the layers up to the next one, all of which keep channels apart, for the given output
    channels. Returns the outputs and which channels are too near to a jump or to a constant."""
    first = segment[0]
    weight, bias = first.weight[channels], first.bias[channels]
    if isinstance(first, nn.Conv2d):
        data = functional.conv2d(inputs, weight, bias, first.stride, first.padding)
    else:
        data = functional.linear(inputs, weight, bias)
    near = torch.zeros(len(channels), dtype=torch.bool)
    for layer in segment[1:]:
        if isinstance(layer, (nn.ReLU, nn.LeakyReLU)):
            near |= near_zero(data)
        elif isinstance(layer, nn.MaxPool2d):
            near |= near_tie(data, layer)
        elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            near |= near_constant(data)
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            data = functional.batch_norm(data, None, None, layer.weight[channels], layer.bias[channels], training=True)
        else:
            data = layer(data)
    return data, near


@torch.no_grad()
def draw_parameters(network, backbone):
    """Initial parameters, away from jumps and constants under both twin policies. Returns the draw of each output
    channel of each weighted layer, {"<layer>": [channels]}."""
    for index, layer in enumerate(backbone):
        initialize(f"{network}.backbone.{index}", layer)
    pairs = images(network)
    passes = [*pairs.chunk(2), pairs]  # `separate` sees each side alone, `stacked` both together
    starts = [index for index, layer in enumerate(backbone) if weighted(layer)] + [len(backbone)]
    draws = {}
    for begin, end in itertools.pairwise(starts):
        segment = backbone[begin:end]
        weight = segment[0].weight
        draw = torch.zeros(len(weight), dtype=torch.int64)
        pending = torch.arange(len(weight))
        while len(pending) > 0:
            near = torch.zeros(len(pending), dtype=torch.bool)
            for inputs in passes:
                near |= run_segment(segment, inputs, pending)[1]
            pending = pending[near]
            for row in pending.tolist():
                draw[row] += 1
                draw_row(f"{network}.backbone.{begin}.weight", weight, row, int(draw[row]))
        passes = [run_segment(segment, inputs, torch.arange(len(weight)))[0] for inputs in passes]
        draws[str(begin)] = draw.numpy()
        print(f"{network} layer {begin}: {int(draw.sum())} channels drawn again, at most {int(draw.max())} times")
    return draws


class Siamese(nn.Module):
    def __init__(self, network, loss, policy, dtype):
        super().__init__()
        with torch.device("meta"):  # no time for PyTorch's own initialisation
            self.backbone = nn.Sequential(*NETWORKS[network]["layers"]())
            if loss == "concat_bce":
                self.head = nn.Linear(2 * NETWORKS[network]["features"], 1)
        self.to_empty(device="cpu").to(dtype)
        self.loss, self.policy = loss, policy

    def reset(self, network, state):
        """Initial parameters and running statistics."""
        for module in self.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.reset_running_stats()
        self.load_state_dict(state, strict=False)
        if self.loss == "concat_bce":
            initialize(f"{network}.head", self.head)

    def forward(self, pairs, labels, margin):
        """Features [2 * PAIRS, features], scores [PAIRS], loss."""
        if self.policy == "separate":
            left, right = (self.backbone(side) for side in pairs.chunk(2))
        else:
            left, right = self.backbone(pairs).chunk(2)
        if self.loss == "concat_bce":
            logits = self.head(torch.cat([left, right], dim=1)).squeeze(1)
            scores = torch.sigmoid(logits)
            loss = functional.binary_cross_entropy_with_logits(logits, labels)
        else:
            scores = ((left - right) ** 2).sum(dim=1).sqrt()
            loss = (labels * scores**2 + (1 - labels) * (margin - scores).clamp(min=0) ** 2).mean()
        return torch.cat([left, right]), scores, loss


def make_optimizer(kind, rates, loss, parameters):
    if kind == "sgd":
        return torch.optim.SGD(parameters, lr=rates[loss], momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    return torch.optim.Adam(parameters, lr=rates["adam"])


def train(network, model, kind, state, margin):
    """Three steps. Returns {quantity: array}: of the first step what the forward and backward pass gave (SGD only), and
    the state after the last step."""
    model.reset(network, state)
    dtype = next(model.parameters()).dtype
    pairs, labels = images(network).to(dtype), LABELS.to(dtype)
    optimizer = make_optimizer(kind, NETWORKS[network]["rates"], model.loss, model.parameters())
    found = {}
    for step in range(STEPS):
        optimizer.zero_grad()
        features, scores, loss = model(pairs, labels, margin)
        loss.backward()
        print(f"  {kind} {dtype} step {step}: loss {loss.item():.9g}, scores {scores.tolist()}", flush=True)
        if step == 0 and kind == "sgd":
            found |= {"features": features, "scores": scores, "loss": loss.reshape(1)}
            found |= {f"gradient.{name}": tensor.grad.clone() for name, tensor in model.named_parameters()}
        optimizer.step()
    found |= {f"{kind}.{name}": tensor.clone() for name, tensor in model.state_dict().items()}
    return {name: tensor.detach().numpy() for name, tensor in found.items()}


def float32_runs(network, loss, policy, kind, state, margin):
    """PyTorch's float32, with oneDNN's convolutions (the default) and with its own."""
    for onednn in (True, False):
        model = Siamese(network, loss, policy, torch.float32)
        with torch.backends.mkldnn.flags(enabled=onednn):
            yield train(network, model, kind, state, margin)


def reference_norm(name, reference, last_layer):
    """What a distance is relative to: the tensor's norm. The gradient of the last BatchNorm's shift under
    ContrastiveLoss is zero, because the two sides' parts cancel: there, the norm of its scale's gradient."""
    if name == f"gradient.backbone.{last_layer}.bias" and norm(reference[name]) < 1e-9:
        name = f"gradient.backbone.{last_layer}.weight"
    return norm(reference[name])


def combination(network, loss, policy, state, margin):
    """All quantities of one loss and twin policy: {quantity: stored, quantity.measure: [size, norm, distance]}."""
    result = {}
    last_layer = len(NETWORKS[network]["layers"]()) - 1
    for kind in ("sgd", "adam"):
        model = Siamese(network, loss, policy, torch.float64)
        reference = train(network, model, kind, state, margin)
        del model
        distances = dict.fromkeys(reference, 0.0)
        for found in float32_runs(network, loss, policy, kind, state, margin):
            for name, tensor in reference.items():
                distances[name] = max(distances[name], difference_norm(found[name], tensor))
        for name, tensor in reference.items():
            size = reference_norm(name, reference, last_layer)
            result[name] = stored(tensor)
            result[f"{name}.measure"] = np.array([tensor.size, size, distances[name] / size])
        del reference, found
        gc.collect()
    return result


@torch.no_grad()
def choose_margin(network, policy, state):
    """A margin between the distances of the two different pairs, so that one is inside and one outside."""
    model = Siamese(network, "contrastive", policy, torch.float64)
    model.reset(network, state)
    scores = model(images(network), LABELS, 1.0)[1]
    return float(np.float32(scores[LABELS == 0].mean()))



def make_network(network):
    backbone = nn.Sequential(*NETWORKS[network]["layers"]()).double()
    draws = draw_parameters(network, backbone)
    state = {f"backbone.{name}": tensor.detach().float() for name, tensor in backbone.named_parameters()}
    del backbone
    tensors = {f"draws.{layer}": draw for layer, draw in draws.items()}
    rates = NETWORKS[network]["rates"]
    tensors["settings"] = np.array([MOMENTUM, WEIGHT_DECAY, rates["adam"]])
    for policy in ("separate", "stacked"):
        margin = choose_margin(network, policy, state)
        tensors[f"{policy}.margin"] = np.array([margin])
        for loss in ("contrastive", "concat_bce"):
            print(f"{network}, {loss}, {policy}, margin {margin}", flush=True)
            tensors[f"{loss}.sgd_rate"] = np.array([rates[loss]])
            found = combination(network, loss, policy, state, margin)
            tensors |= {f"{loss}.{policy}.{name}": tensor for name, tensor in found.items()}
    save(f"{network}.safetensors", tensors)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS), help="default: all")
    torch.set_num_threads(2)
    for network in parser.parse_args().networks:
        make_network(network)


if __name__ == "__main__":
    main()

"""The face network layer by layer in PyTorch: the counterpart of layers.cpp. For settings see pytorch.py."""
import collections
import re

import torch
from torch import nn

import pytorch

parser = pytorch.arguments(__doc__)
parser.add_argument("images", type=int)
options = parser.parse_args()
pytorch.prepare(options)


def convolution_gradients(layer, image, gradient, wanted):
    """Runs one pass of a convolution's backward: wanted says which gradients, of image, weight and bias."""
    return torch.ops.aten.convolution_backward(
        gradient, image, layer.weight, [layer.out_channels], layer.stride, layer.padding, layer.dilation, False, [0, 0],
        layer.groups, wanted)


def passes(layer, image, gradient):
    """The passes of a layer, by the names of layers.cpp."""
    yield "forward", lambda: layer(image)
    if isinstance(layer, nn.Conv2d):
        if layer.in_channels != 3:  # nobody needs the gradient of an image
            yield "input gradient", lambda: convolution_gradients(layer, image, gradient, [True, False, False])
        yield "weight gradient", lambda: convolution_gradients(layer, image, gradient, [False, True, True])
    elif isinstance(layer, nn.Linear):
        yield "input gradient", lambda: gradient @ layer.weight
        yield "weight gradient", lambda: (gradient.T @ image, gradient.sum(0))
    else:
        with torch.enable_grad():
            leaf = image.detach().requires_grad_()
            output = layer(leaf.clone())  # ReLU writes over its input, which a leaf does not allow
        sources = [leaf, *layer.parameters()]
        yield "backward", lambda: torch.autograd.grad(output, sources, gradient, retain_graph=True)


timings = {}
seen = collections.Counter()
activation = pytorch.images(options.images, options)
with torch.no_grad():
    for layer in pytorch.face_network(options):
        kind = re.sub("[12]d$", "", type(layer).__name__).lower()
        seen[kind] += 1
        output = layer(activation)
        for name, work in passes(layer, activation, torch.rand_like(output)):
            timings[f"{kind}{seen[kind]} {name}"] = pytorch.repeat(options.steps, work)
        activation = output
pytorch.report(timings)

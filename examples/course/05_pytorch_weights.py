"""The PyTorch side of 05_pytorch_weights.cpp: takes ditto's weights, changes them, gives them back, and compares the
features each time.

    python3 examples/course/05_pytorch_weights.py build/release/bin/05_pytorch_weights

Needs numpy, torch and safetensors; exits 77, saying so, where one is missing.
"""

import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    from safetensors.torch import load_file, save_file
    from torch import nn
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


class Verifier(nn.Module):
    """The network of 05_pytorch_weights.cpp."""

    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(8), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(512, 8), nn.BatchNorm1d(8))  # fmt: skip
        self.head = nn.Linear(16, 1)


def largest_difference(module, features_path):
    """Between the module's features of the two pictures and those that ditto wrote."""
    pictures = torch.arange(2 * 16 * 16 * 3) * 37 % 256 / 255
    pictures = pictures.reshape(2, 16, 16, 3).permute(0, 3, 1, 2)  # channels first
    with torch.no_grad():
        features = module.eval().backbone(pictures)
    return (torch.from_numpy(numpy.load(features_path)) - features).abs().max().item()


program = sys.argv[1]
torch.manual_seed(1)
with tempfile.TemporaryDirectory() as name:
    weights, features = pathlib.Path(name, "weights.safetensors"), pathlib.Path(name, "features.npy")

    subprocess.run([program, "write", weights, features], check=True)
    module = Verifier()
    module.load_state_dict(load_file(weights), strict=True)
    from_ditto = largest_difference(module, features)
    print(f"ditto's weights in PyTorch: features differ by {from_ditto:.1e}")

    module.train().backbone(torch.rand(32, 3, 16, 16))  # gives BatchNorm other running statistics
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.1)
    save_file(module.state_dict(), weights)
    subprocess.run([program, "read", weights, features], check=True)
    to_ditto = largest_difference(module, features)
    print(f"PyTorch's weights in ditto: features differ by {to_ditto:.1e}")

sys.exit(0 if max(from_ditto, to_ditto) <= 1e-4 else 1)

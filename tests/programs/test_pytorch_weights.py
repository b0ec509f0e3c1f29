"""Weights between ditto and PyTorch, both ways, for the face network with and without a head: each takes the other's
file, all of it, and gives the same features and probabilities.

Exits 77, saying so, where a package is missing. DITTO_TEST_BIN names the folder of the weights that make_weights wrote.
"""

import json
import os
import pathlib
import sys
import tempfile

from programs import succeed, write_picture

try:
    import numpy
    import torch
    from safetensors.torch import load_file, save_file
    from torch import nn
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

FOLDER = pathlib.Path(os.environ["DITTO_TEST_BIN"])
# Sums of up to 131,072 products of float32, in different orders: the features, of size about 1, differ by some 1e-6.
TOLERANCE = 1e-4


class Verifier(nn.Module):
    """The module whose state_dict ditto's files are."""

    def __init__(self, head):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 64, 5, padding=2), nn.ReLU(), nn.BatchNorm2d(64), nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 5, padding=2), nn.ReLU(), nn.BatchNorm2d(128), nn.MaxPool2d(2),
            nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(256), nn.MaxPool2d(2),
            nn.Conv2d(256, 512, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(512),
            nn.Flatten(), nn.Linear(131072, 1024), nn.ReLU(), nn.BatchNorm1d(1024))  # fmt: skip
        if head:
            self.head = nn.Linear(2048, 1)
        self.eval()


def read_picture(path):
    """A PPM picture of 128x128 pixels, which ditto does not resize: [3, 128, 128] in [0, 1]."""
    pixels = numpy.frombuffer(path.read_bytes()[-128 * 128 * 3 :], numpy.uint8).reshape(128, 128, 3)
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255


def compare(module, weights, pictures, folder):
    """ditto's features, and the score of a pair, against the module's."""
    output = folder / "features.npy"
    succeed("embed_faces", "--weights", weights, "--output", output, *pictures)
    with torch.no_grad():
        features = module.backbone(torch.stack([read_picture(picture) for picture in pictures]))
        # Features that hardly depend on the picture would hide what goes wrong before them.
        assert (features[0] - features[1]).norm() > 0.01 * features[0].norm()
        if hasattr(module, "head"):
            expected = torch.sigmoid(module.head(torch.cat((features[0], features[1])))).item()
        else:
            expected = torch.dist(features[0], features[1]).item()
    found = torch.from_numpy(numpy.load(output))
    difference = ((found - features).abs().max() / features.abs().max()).item()
    assert difference <= TOLERANCE, difference

    pairs = folder / "pairs.txt"
    pairs.write_text(f"{pictures[0].name} {pictures[1].name} 1\n{pictures[0].name} {pictures[1].name} 0\n")
    result = succeed("evaluate_pairs", "--weights", weights, "--images", folder, "--pairs", pairs, "--json")
    # Both pairs have one score, and so the curve's last threshold is that score.
    score = json.loads(result)["roc"][-1]["threshold"]
    assert abs(score - expected) <= TOLERANCE * max(1, expected), (score, expected)
    print(f"{weights.name}: features differ by {difference:.1e}, scores by {abs(score - expected):.1e}")


def randomize(module):
    """Every tensor as after some training, negative BatchNorm scales included."""
    for layer in module.backbone:
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(layer.weight, -1, 1)
            nn.init.uniform_(layer.bias, -0.5, 0.5)
            nn.init.uniform_(layer.running_mean, 0, 0.2)
            nn.init.uniform_(layer.running_var, 0.01, 0.2)
            layer.num_batches_tracked.fill_(7)


torch.manual_seed(1)
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    pictures = [write_picture(folder / f"{number}.ppm", number, 128) for number in (3, 8)]
    for loss in ("contrastive", "bce"):
        module = Verifier(head=loss == "bce")
        ours = FOLDER / f"{loss}.safetensors"
        module.load_state_dict(load_file(ours), strict=True)
        compare(module, ours, pictures, folder)

        randomize(module)
        theirs = folder / "from_pytorch.safetensors"
        save_file(module.state_dict(), theirs)
        compare(module, theirs, pictures, folder)
        theirs.unlink()

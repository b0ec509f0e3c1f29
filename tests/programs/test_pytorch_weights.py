"""Weights between ditto and PyTorch, both ways, for the face network with and without a head and for the compact one:
each takes the other's file, all of it, and gives the same features and probabilities. The module is docs/guide/5's.

Exits 77, saying so, where a package is missing. DITTO_TEST_BIN names the folder of the weights that make_weights wrote,
and of make_weights.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from programs import run, succeed, write_picture

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


GUIDE = pathlib.Path(__file__).resolve().parents[2] / "docs/guide/5_weights.md"
# The class, and the lines that read and write files with it.
MODULE, EXCHANGE = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
exec(MODULE)  # pylint: disable=exec-used


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
            concatenates = module.head.in_features == 2048
            both = torch.cat((features[0], features[1])) if concatenates else (features[0] - features[1]).abs()
            expected = torch.sigmoid(module.head(both)).item()
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


def check_both_ways(ours, module, pictures, folder):
    """A file of ditto's in PyTorch; one of PyTorch's, without metadata, in ditto."""
    module.eval().load_state_dict(load_file(ours), strict=True)
    compare(module, ours, pictures, folder)
    randomize(module)
    theirs = folder / "from_pytorch.safetensors"
    save_file(module.state_dict(), theirs)
    compare(module, theirs, pictures, folder)
    theirs.unlink()


def check_exchange(ours, pictures, folder):
    """The guide's lines, in a folder where they find best.safetensors: what they write keeps its threshold."""
    (folder / "best.safetensors").symlink_to(ours)
    before = os.getcwd()
    os.chdir(folder)
    exec(EXCHANGE, {"Verifier": Verifier})  # pylint: disable=exec-used
    os.chdir(before)
    result = run("verify_faces", "--weights", folder / "mine.safetensors", *pictures)
    assert result.returncode in (0, 1) and "threshold 0.5" in result.stdout and result.stderr == "", result
    # Nobody mistakes torch.save's own files for these.
    torch.save({"a": torch.zeros(2)}, folder / "mine.pth")
    result = run("verify_faces", "--weights", folder / "mine.pth", *pictures)
    assert result.returncode == 2 and "torch.save" in result.stderr, result


torch.manual_seed(1)
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    pictures = [write_picture(folder / f"{number}.ppm", number, 128) for number in (3, 8)]
    for loss in ("contrastive", "bce"):
        check_both_ways(FOLDER / f"{loss}.safetensors", Verifier("face", loss), pictures, folder)
    for loss in ("contrastive", "difference"):
        compact = folder / "compact.safetensors"
        subprocess.run([FOLDER / "make_weights", compact, loss, "compact"], check=True)
        check_both_ways(compact, Verifier("compact", loss), pictures, folder)
    check_exchange(FOLDER / "contrastive.safetensors", pictures, folder)

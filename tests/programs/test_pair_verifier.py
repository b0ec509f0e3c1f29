"""One library, one answer: verify_faces and embed_faces say what PairVerifier says, to the last digit and bit.

The environment variable DITTO_TEST_BIN names the folder of make_weights and ask_library. No package is needed.
"""

import itertools
import os
import pathlib
import subprocess
import tempfile

from programs import run, succeed, write_picture, write_with_metadata

TOOLS = pathlib.Path(os.environ["DITTO_TEST_BIN"])


def tool(name, *arguments):
    """What one of the tests' own programs prints."""
    return subprocess.run([str(TOOLS / name), *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def distances(lines):
    return [float(line.split()[2]) for line in lines]


def compare(folder, plain, pictures, features):
    """The answers of both to every pair of pictures, with weights whose features are made so. Returns them."""
    weights = folder / "weights.safetensors"

    def write(threshold):
        entries = {"ditto.features": features, "ditto.calibration": "slope=-3 intercept=1.5",
                   "ditto.recipe": "crop=0.8 height=128 width=128 pixels=rgb[0,1]", "ditto.threshold": repr(threshold)}
        write_with_metadata(weights, plain, lambda metadata: metadata.update(
            {name: value for name, value in entries.items() if value}))

    write(0.5)
    threshold = sorted(distances(tool("ask_library", weights, folder / "l.npy", *pictures).splitlines()))[5]
    write(threshold + 1e-6)  # the middle: both answers come up
    answers = tool("ask_library", weights, folder / "library.npy", *pictures).splitlines()
    for pair, answer in zip(itertools.combinations(pictures, 2), answers):
        result = run("verify_faces", "--weights", weights, *pair)
        assert result.stdout.splitlines() == [answer] and result.stderr == "", (pair, answer, result)
        assert result.returncode == (0 if answer.startswith("same ") else 1), (pair, answer, result)
    assert {answer.split()[0] for answer in answers} == {"same", "different"}, answers
    succeed("embed_faces", "--weights", weights, "--output", folder / "program.npy", *pictures)
    assert (folder / "program.npy").read_bytes() == (folder / "library.npy").read_bytes()
    return answers


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pictures = [write_picture(folder / f"{number}.ppm", number, 40 + 30 * number) for number in range(5)]
        plain = folder / "plain.safetensors"
        tool("make_weights", plain, "contrastive", "compact")
        recipes = ["", "mirror=averaged length=1"]
        answers = [tuple(distances(compare(folder, plain, pictures, features))) for features in recipes]
        assert len(set(answers)) == len(recipes), answers  # each recipe is followed


main()

"""evaluate_pairs, verify_faces and embed_faces from outside: what they print, and how they fail.

The environment variable DITTO_TEST_BIN names the folder of contrastive.safetensors and bce.safetensors, which
make_weights wrote with the threshold 0.5. No package is needed.
"""

import json
import math
import os
import pathlib
import re
import shutil
import struct
import tempfile
import xml.etree.ElementTree

from programs import (expect_error, run, succeed, write_picture, write_safetensors, write_with_metadata,
                      write_without_metadata)

CONTRASTIVE = pathlib.Path(os.environ["DITTO_TEST_BIN"], "contrastive.safetensors")
BCE = CONTRASTIVE.with_name("bce.safetensors")
# The least that each program wants besides --weights.
ARGUMENTS = {
    "evaluate_pairs": ("--images", ".", "--pairs", "pairs.txt"),
    "verify_faces": ("a.ppm", "b.ppm"),
    "embed_faces": ("--output", "features.npy", "a.ppm"),
}


def test_usage():
    for program, arguments in ARGUMENTS.items():
        assert f"Usage: {program}" in succeed(program, "--help")
        assert succeed(program, "--version").startswith(f"{program} ")
        expect_error(2, "--weights is required", program, *arguments)
        expect_error(2, "--wieghts", program, "--weights", "file", *arguments, "--wieghts")
        expect_error(2, "--threads", program, "--weights", "file", *arguments, "--threads", "0")
    expect_error(2, "2 required", "verify_faces", "--weights", "file", "a.ppm")
    expect_error(2, "not a finite number", "verify_faces", "--weights", "file", "a", "b", "--threshold", "nan")
    expect_error(2, "--folds", "evaluate_pairs", "--weights", "file", *ARGUMENTS["evaluate_pairs"], "--folds", "1")


def test_openblas_kernels():
    """A program compiled for AVX2 or more does not multiply with kernels for processors of 2004."""
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    result = run("embed_faces", "--weights", "missing", *ARGUMENTS["embed_faces"],
                 env={**environment, "OPENBLAS_VERBOSE": "2"})
    core = re.findall(r"^Core: (\S+)", result.stderr, re.MULTILINE)[-1]
    assert "warning: compiled for" in result.stderr or core not in ("Prescott", "Core2", "Nehalem"), result
    result = run("embed_faces", "--version", env={**environment, "OPENBLAS_VERBOSE": "2", "OPENBLAS_CORETYPE": "Nehalem"})
    assert re.findall(r"^Core: (\S+)", result.stderr, re.MULTILINE) == ["Nehalem"], result  # the user's choice stands


def test_verify(a, b):
    assert succeed("verify_faces", "--weights", CONTRASTIVE, a, a) == "same  distance 0  threshold 0.5\n"
    text = succeed("verify_faces", "--weights", CONTRASTIVE, a, b, "--threshold", "0", code=1)
    assert text.startswith("different  distance ") and text.endswith("  threshold 0\n"), text
    text = succeed("verify_faces", "--weights", BCE, a, b, "--threshold", "1", code=1)
    assert text.startswith("different  probability 0.") and text.endswith("  threshold 1\n"), text


def write_with_difference_head(path):
    """Weights that do not say their loss, but have the head of `difference`: weights -1, bias 2."""
    with CONTRASTIVE.open("rb") as source, path.open("wb") as copy:
        header = json.loads(source.read(*struct.unpack("<Q", source.read(8))))
        del header["__metadata__"]
        end = max(entry["data_offsets"][1] for entry in header.values())
        header["head.weight"] = {"dtype": "F32", "shape": [1, 1024], "data_offsets": [end, end + 4096]}
        header["head.bias"] = {"dtype": "F32", "shape": [1], "data_offsets": [end + 4096, end + 4100]}
        write_safetensors(path, header)
        copy.seek(0, os.SEEK_END)
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.write(struct.pack("<1025f", *[-1] * 1024, 2))
    return path


def read_rows(path):
    """The bytes of each row of a float32 [N, 1024] array of NumPy."""
    content = path.read_bytes()
    (header_bytes,) = struct.unpack("<H", content[8:10])
    header, data = content[10 : 10 + header_bytes].decode(), content[10 + header_bytes :]
    assert content.startswith(b"\x93NUMPY\x01\x00") and "'<f4'" in header and ",1024,)" in header, header
    return [data[begin : begin + 4096] for begin in range(0, len(data), 4096)]


def test_difference_head(folder, a, b):
    """The loss is seen from the head's shape, and its probability is that of the features' differences."""
    weights, output = write_with_difference_head(folder / "difference.safetensors"), folder / "two.npy"
    found = run("verify_faces", "--weights", weights, a, a, "--threshold", "0.8")
    assert found.returncode == 0 and "taken for difference" in found.stderr, found
    assert found.stdout == "same  probability 0.880797  threshold 0.8\n", found  # sigmoid(2)
    succeed("embed_faces", "--weights", CONTRASTIVE, "--output", output, a, b)
    left, right = (struct.unpack("<1024f", row) for row in read_rows(output))
    expected = 1 / (1 + math.exp(sum(abs(x - y) for x, y in zip(left, right)) - 2))
    text = succeed("verify_faces", "--weights", weights, a, b, "--threshold", "0.8", code=1)
    assert abs(float(text.split()[2]) - expected) <= 1e-6, (text, expected)  # six digits are printed
    weights.unlink()


def test_embed(folder, pictures):
    output = folder / "features.npy"
    succeed("embed_faces", "--weights", CONTRASTIVE, "--output", output, *pictures)
    rows = read_rows(output)
    assert len(rows) == len(set(rows)) == len(pictures)

    # The order is the arguments', and a picture's features do not depend on the others or on the threads.
    some = [pictures[-1], pictures[0], pictures[-1]]
    succeed("embed_faces", "--weights", CONTRASTIVE, "--threads", "1", "--output", output, *some)
    assert read_rows(output) == [rows[-1], rows[0], rows[-1]]

    # What stood there stays when something fails, and nothing is left behind.
    before, entries = output.read_bytes(), sorted(folder.iterdir())
    expect_error(1, "missing.ppm: no such file", "embed_faces", "--weights", CONTRASTIVE, "--output", output,
                 pictures[0], folder / "missing.ppm")
    assert output.read_bytes() == before and sorted(folder.iterdir()) == entries
    expect_error(1, "cannot write .*No such file or directory", "embed_faces", "--weights", CONTRASTIVE, "--output",
                 folder / "missing" / "f.npy", pictures[0])
    expect_error(1, "cannot write .*not a regular file", "embed_faces", "--weights", CONTRASTIVE, "--output", folder,
                 pictures[0])


def test_evaluate(folder, pictures):
    # Same pairs are one picture twice, at distance 0: everything but the accuracy at the threshold is perfect.
    pairs = folder / "pairs.txt"
    same = [(picture, picture, 1) for picture in pictures[:6]]
    different = [(left, right, 0) for left, right in zip(pictures[:6], pictures[6:12])]
    pairs.write_text("".join(f"{left.name} {right.name} {label}\n" for left, right, label in same + different))
    arguments = ("--weights", CONTRASTIVE, "--images", folder, "--pairs", pairs)
    result = json.loads(succeed("evaluate_pairs", *arguments, "--folds", "3", "--json"))
    assert result["pairs"] == {"file": str(pairs), "same": 6, "different": 6, "images": 12}, result
    assert (result["loss"], result["score"], result["threshold"]) == ("contrastive", "distance", 0.5)
    assert (result["auc"], result["eer"], result["folds"]["mean"]) == (1, 0, 1), result
    assert [fold["accuracy"] for fold in result["folds"]["each"]] == [1, 1, 1]
    assert result["tar_at_far"] == [{"far": far, "tar": 1} for far in (0.1, 0.01, 0.001)]
    assert [(point["far"], point["tar"]) for point in (result["roc"][0], result["roc"][-1])] == [(0, 0), (1, 1)]
    assert 0.5 <= result["accuracy"] <= 1
    assert (result["features"], result["brier"]) == ("plain", None), result  # distances without a calibration
    errors = result["standard_errors"]
    assert errors["auc"] == errors["eer"] == 0 and 0 <= errors["accuracy"] < 0.2, errors
    assert errors["tar_at_far"] == [{"far": far, "tar": 0} for far in (0.1, 0.01, 0.001)], errors

    text = succeed("evaluate_pairs", *arguments)
    assert "accuracy at the stored threshold, 0.5 " in text and "folds" not in text, text
    assert "features plain\n" in text and "Brier" not in text, text
    assert "1.0000 (standard error 0.0000)" in text and "100.00 % (standard error 0.00 %)" in text, text

    # Without metadata the loss is seen from the tensors, there is no threshold, and notes say what is assumed.
    bare = write_without_metadata(folder / "bare.safetensors", BCE)
    found = run("evaluate_pairs", "--weights", bare, *arguments[2:], "--json")
    assert found.returncode == 0 and "taken for bce" in found.stderr and "'crop=1 " in found.stderr, found
    result = json.loads(found.stdout)
    assert (result["loss"], result["score"]) == ("bce", "probability"), result
    assert result["threshold"] is result["accuracy"] is result["folds"] is None, result
    assert result["standard_errors"]["accuracy"] is None and 0 < result["brier"] < 1, result
    expect_error(2, "stores no threshold", "verify_faces", "--weights", bare, *pictures[:2])
    bare.unlink()

    def expect_bad_list(pattern, text, *more):
        pairs.write_text(text)
        expect_error(1, pattern, "evaluate_pairs", *arguments, *more)

    name = pictures[0].name
    expect_bad_list("pairs.txt, line 2: .*pathA pathB label", f"{name} {name} 1\n{name} {name}\n")
    expect_bad_list("pairs.txt, line 3: .*label '2'", f"{name} {name} 1\n\n{name} {name} 2\n")
    expect_bad_list("no pairs", "# nothing\n")
    expect_bad_list("none is labelled different", f"{name} {name} 1\n")
    expect_bad_list("at least 2 folds, got 1; add pairs", f"{name} {name} 1\n{name} {pictures[1].name} 0\n", "--folds", "4")
    pairs.unlink()
    expect_error(1, "pairs.txt: no such file", "evaluate_pairs", *arguments)


def write_mirror_image(path, original):
    """A PPM picture as write_picture writes them, left and right exchanged."""
    head, size, most, pixels = original.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    rows = [[pixels[3 * (y * width + x) :][:3] for x in range(width)] for y in range(height)]
    path.write_bytes(b"\n".join((head, size, most, b"".join(pixel for row in rows for pixel in reversed(row)))))
    return path


def test_recipe(folder):
    """Features averaged with the mirror image's and scaled to length 1, and calibrated distances."""
    # Of the network's own size: the programs do not resize them, and nothing but the mirroring is compared.
    pictures = [write_picture(folder / f"large{number}.ppm", number, 128) for number in (3, 8)]
    mirrored = [write_mirror_image(folder / f"mirrored_{picture.name}", picture) for picture in pictures]
    weights = write_with_metadata(folder / "recipe.safetensors", CONTRASTIVE, lambda metadata: metadata.update(
        {"ditto.features": "mirror=averaged length=1", "ditto.calibration": "slope=-30 intercept=1.5"}))

    def embed(weights, images):
        output = folder / "recipe.npy"
        succeed("embed_faces", "--weights", weights, "--output", output, *images)
        return [struct.unpack("<1024f", row) for row in read_rows(output)]

    plain = embed(CONTRASTIVE, pictures + mirrored)
    expected = []
    for own, other in zip(plain[:2], plain[2:]):
        mean = [(a + b) / 2 for a, b in zip(own, other)]
        # Were a picture its own mirror image, or its mean of length 1, it would show nothing.
        assert math.dist(own, mean) > 0.01 * math.hypot(*mean) and abs(math.hypot(*mean) - 1) > 0.1
        expected.append([value / math.hypot(*mean) for value in mean])
    found = embed(weights, pictures)
    # Three float32 roundings of numbers below 1.
    assert max(abs(a - b) for rows in zip(found, expected) for a, b in zip(*rows)) < 3e-7
    assert embed(weights, mirrored) == found  # the sum of two numbers does not depend on their order

    distance = math.dist(*expected)
    assert distance > 0.01  # in float32, 100000 times its rounding
    probability = 1 / (1 + math.exp(30 * distance - 1.5))
    text = succeed("verify_faces", "--weights", weights, "--threshold", "9", *pictures)
    words = text.split()
    assert words[:2] == ["same", "distance"] and abs(float(words[2]) - distance) < 1e-5, (text, distance)
    assert "  threshold 9  probability of the same person 0." in text, text
    # Printed to 4 digits, from a distance that is that near.
    assert abs(float(words[-1]) - probability) < 1e-4 + 30 * 1e-5 / 4, (text, probability)

    pairs = folder / "pairs.txt"
    names = [picture.name for picture in pictures]
    pairs.write_text(f"{names[0]} {names[0]} 1\n{names[0]} {names[1]} 0\n")
    arguments = ("--weights", weights, "--images", folder, "--pairs", pairs)
    result = json.loads(succeed("evaluate_pairs", *arguments, "--json"))
    assert result["features"] == "mirror=averaged length=1", result
    same = 1 / (1 + math.exp(-1.5))  # at distance 0
    assert abs(result["brier"] - ((1 - same) ** 2 + probability**2) / 2) < 1e-4, (result, same, probability)
    weights.unlink()


def people(folder, pictures):
    """Two folders, of a person each, with three pictures each; their paths relative to `folder`."""
    names = []
    for i, picture in enumerate(pictures[:6]):
        person = folder / ("A & B", "<C>")[i % 2]
        person.mkdir(exist_ok=True)
        names.append(f"{person.name}/{picture.name}")
        (folder / names[-1]).write_bytes(picture.read_bytes())
    return names


def test_report(folder, pictures):
    names = people(folder, pictures)
    pairs, page = folder / "people.txt", folder / "report.html"
    pairs.write_text("".join(f"{names[i]}\t{names[j]}\t{(i + j + 1) % 2}\n" for i in range(6) for j in range(i)))
    arguments = ("--weights", CONTRASTIVE, "--images", folder, "--pairs", pairs, "--report", page)
    assert f"\nreport: {page}\n" in succeed("evaluate_pairs", *arguments)
    text = page.read_text(encoding="utf-8")
    result = json.loads(succeed("evaluate_pairs", *arguments, "--json"))  # the same figures, and no line that is not JSON
    assert f"<b>{100 * result['accuracy']:.1f} %</b>" in text and f"<b>{result['auc']:.4f}</b>" in text, result
    for section in ("scores", "errors", "map", "network", "settings"):
        assert f'<section id="{section}"' in text, section
    assert 'id="training"' not in text and "135,907,840" in text and "A &amp; B, 3 images" in text
    assert "&lt;C&gt;" in text and "<C>" not in text and "<script" not in text

    # What would only fail after the computing fails before it, and leaves nothing.
    page.unlink()
    entries = sorted(folder.iterdir())
    expect_error(1, "gnuplot.* is not installed; install it .*gnuplot-nox", "evaluate_pairs", *arguments,
                 env={"PATH": str(folder)})
    expect_error(1, "cannot write .*none/r.html", "evaluate_pairs", *arguments[:-1], folder / "none/r.html")
    assert sorted(folder.iterdir()) == entries


def test_map(folder, pictures):
    images = [folder / name for name in people(folder, pictures)]
    output, drawing = folder / "map.npy", folder / "map.svg"
    arguments = ("--weights", CONTRASTIVE, "--output", output, "--map", drawing)
    assert f"{drawing}: map of 2 people\n" in succeed("embed_faces", *arguments, *images)
    text = drawing.read_text(encoding="utf-8")
    root = xml.etree.ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and {"A & B", "<C>"} <= set(root.itertext()), text
    succeed("embed_faces", *arguments, *images)
    assert drawing.read_text(encoding="utf-8") == text
    drawing.unlink()
    output.unlink()
    expect_error(1, "--map .*two people with two images each", "embed_faces", *arguments, *images[:3])
    expect_error(1, "gnuplot.* is not installed", "embed_faces", *arguments, *images, env={"PATH": str(folder)})
    assert not drawing.exists() and not output.exists()


def test_bad_images(folder, good):
    bad = {
        "cut.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "cut short"),
        "text.jpg": (b"This is no picture.\n", "not a JPEG"),
        "empty.jpg": (b"", "the file is empty"),
    }
    for name, (content, pattern) in bad.items():
        (folder / name).write_bytes(content)
        expect_error(2, f"{name}: .*{pattern}", "verify_faces", "--weights", CONTRASTIVE, good, folder / name)
    (folder / "pairs.txt").write_text(f"{good.name} {good.name} 1\n{good.name} cut.jpg 0\n")
    expect_error(1, "cut.jpg: .*cut short", "evaluate_pairs", "--weights", CONTRASTIVE, "--images", folder, "--pairs",
                 folder / "pairs.txt")


def test_bad_weights(folder, good):
    def expect_bad(pattern, path):
        expect_error(2, pattern, "verify_faces", "--weights", path, good, good)
        output = folder / "bad.npy"
        expect_error(1, pattern, "embed_faces", "--weights", path, "--output", output, good)
        assert not output.exists()

    expect_bad("cannot read .*missing.safetensors", folder / "missing.safetensors")
    expect_bad("not .*safetensors|no valid|damaged", good)

    weights = folder / "weights.safetensors"
    with CONTRASTIVE.open("rb") as file:
        weights.write_bytes(file.read(1_000_000))
    expect_bad("truncated", weights)
    weights.write_bytes(struct.pack("<Q", 1 << 60) + b"{}")
    expect_bad("header claims 1152921504606846976 bytes", weights)

    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    write_safetensors(weights, {"backbone.0.weight": tensor}, bytes(8))
    expect_bad(r"another network: tensor backbone.0.weight is \[2\] in the file and \[64, 3, 5, 5\]", weights)
    write_safetensors(weights, {"__metadata__": {"ditto.loss": "triplet"}, "backbone.0.weight": tensor}, bytes(8))
    expect_bad("loss is 'triplet'", weights)
    recipe = {"ditto.recipe": "crop=1 height=64 width=64 pixels=rgb[0,1]"}
    write_safetensors(weights, {"__metadata__": recipe, "backbone.0.weight": tensor}, bytes(8))
    expect_bad("the network takes 128x128", weights)
    for entry, text in (("recipe", "crop=1"), ("features", "mirror=maximum"), ("calibration", "spline")):
        write_safetensors(weights, {"__metadata__": {f"ditto.{entry}": text}, "backbone.0.weight": tensor}, bytes(8))
        expect_bad(f"weights.safetensors: .*'{text}'.*another version", weights)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    # More than one pass of the network takes at once, so that passes meet.
    pictures = [write_picture(folder / f"{number}.ppm", number) for number in range(18)]
    test_usage()
    test_openblas_kernels()
    test_verify(*pictures[:2])
    test_difference_head(folder, *pictures[:2])
    test_embed(folder, pictures)
    test_evaluate(folder, pictures)
    test_recipe(folder)
    test_report(folder, pictures)
    test_map(folder, pictures)
    test_bad_images(folder, pictures[0])
    test_bad_weights(folder, pictures[0])

"""Files of weights as people have them, and as nobody should use them: the compact network as PyTorch saves it (without
metadata, in half precision, from under DataParallel or torch.compile), and numbers that would make everybody the same
person. No package is needed. DITTO_TEST_BIN names the folder of make_weights.
"""

import json
import os
import pathlib
import re
import struct
import subprocess
import tempfile

from programs import expect_error, run, write_picture

MAKE_WEIGHTS = pathlib.Path(os.environ["DITTO_TEST_BIN"], "make_weights")


class Weights:
    """A safetensors file in parts: metadata, and for each tensor its dtype, shape and bytes."""

    def __init__(self, path):
        content = path.read_bytes()
        (length,) = struct.unpack("<Q", content[:8])
        header = json.loads(content[8:8 + length])
        self.metadata = header.pop("__metadata__")
        self.tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            self.tensors[name] = (entry["dtype"], entry["shape"], content[8 + length + begin:8 + length + end])

    def write(self, path, metadata=None, change=lambda name, tensor: (name, tensor), **others):
        """A copy with other metadata (None: without) and changed tensors; `others` goes into the header as it is."""
        header, data = dict(others), []
        if metadata is not None:
            header["__metadata__"] = metadata
        for old in self.tensors.items():
            name, tensor = change(*old)
            if name is None:
                continue
            dtype, shape, content = tensor
            begin = sum(map(len, data))
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, begin + len(content)]}
            data.append(content)
        text = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
        return path


def to_f16(content):
    count = len(content) // 4
    return struct.pack(f"<{count}e", *struct.unpack(f"<{count}f", content))


def to_bf16(content):
    upper = bytearray(len(content) // 2)
    upper[0::2], upper[1::2] = content[2::4], content[3::4]
    return bytes(upper)


def in_half(dtype, convert):
    """A whole state dict in that type, the counters too."""
    def change(name, tensor):
        if tensor[0] == "F32":
            return name, (dtype, tensor[1], convert(tensor[2]))
        (count,) = struct.unpack("<q", tensor[2])
        return name, (dtype, tensor[1], convert(struct.pack("<f", count)))
    return change


def with_counters(tensor):
    """The counters as something else; None: left out."""
    return lambda name, old: ((name if tensor else None, tensor) if name.endswith("num_batches_tracked") else (name, old))


def renamed(rename):
    return lambda name, tensor: (rename(name), tensor)


def with_number(tensor_name, index, bits):
    """One number of a float tensor replaced."""
    def change(name, tensor):
        if name == tensor_name:
            content = tensor[2][:4 * index] + bits + tensor[2][4 * index + 4:]
            tensor = (tensor[0], tensor[1], content)
        return name, tensor
    return change


def score(weights, pictures):
    """The distance or probability of the pictures, and the notes."""
    found = run("verify_faces", "--weights", weights, "--threshold", "0.5", *pictures)
    assert found.returncode in (0, 1) and "error" not in found.stderr, found
    return float(re.search(r"(?:distance|probability) (\S+)", found.stdout).group(1)), found.stderr


def test_what_people_have(original, pictures, expected, path):
    for metadata in (None, {}):
        found, notes = score(original.write(path, metadata), pictures)
        assert found == expected, (found, expected)
        assert "taken for the compact one" in notes and "taken for contrastive" in notes, notes
        assert "does not say its image recipe" in notes, notes
    keep = original.metadata
    # `"__metadata__": null`
    assert score(original.write(path, None, __metadata__=None), pictures)[0] == expected
    for counter in (None, ("I32", [], struct.pack("<i", 7)), ("I64", [1], struct.pack("<q", 7)),
                    ("F32", [1], struct.pack("<f", 7)), ("F64", [], struct.pack("<d", 7))):
        assert score(original.write(path, keep, with_counters(counter)), pictures) == (expected, "")
    for prefix in ("module.", "_orig_mod.", "module._orig_mod."):
        assert score(original.write(path, keep, renamed(lambda name: prefix + name)), pictures) == (expected, "")
        assert score(original.write(path, None, renamed(lambda name: prefix + name)), pictures)[0] == expected
    compiled_inside = renamed(lambda name: name.replace("backbone.", "backbone._orig_mod."))
    assert score(original.write(path, keep, compiled_inside), pictures) == (expected, "")
    for dtype, convert, tolerance in (("F16", to_f16, 0.01), ("BF16", to_bf16, 0.05)):
        for metadata in (keep, None):
            found, _ = score(original.write(path, metadata, in_half(dtype, convert)), pictures)
            assert 0 < abs(found - expected) <= tolerance * expected, (dtype, found, expected)


def test_what_nobody_should_use(original, pictures, path):
    def expect_refused(pattern):
        expect_error(2, pattern, "verify_faces", "--weights", path, *pictures)
        expect_error(1, pattern, "embed_faces", "--weights", path, "--output", path.with_name("f.npy"), *pictures)
        assert not path.with_name("f.npy").exists()

    for entry, text in (("threshold", "nan"), ("threshold", "inf"), ("threshold", "-1"), ("margin", "nan"),
                        ("margin", "-inf"), ("margin", "-2")):
        original.write(path, {**original.metadata, f"ditto.{entry}": text})
        expect_refused(f"{path.name}: its ditto.{entry} is {text}, but it must be")
    original.write(path, {**original.metadata, "ditto.calibration": "slope=nan intercept=0"})
    expect_refused("its ditto.calibration: calibration 'slope=nan intercept=0'")
    original.write(path, {**original.metadata, "ditto.loss": "\x1b[31mcontrastive\n"})
    expect_refused(r'its ditto.loss is "\\u001b\[31mcontrastive\\n", with control characters')

    for number, text in ((float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "-inf")):
        original.write(path, original.metadata, with_number("backbone.1.weight", 77, struct.pack("<f", number)))
        expect_refused(rf"{path.name}: its backbone.1.weight\[1, 0, 0, 2\] is {text}, no finite number")
    original.write(path, original.metadata, with_number("backbone.3.running_var", 3, struct.pack("<f", -0.25)))
    expect_refused(r"its backbone.3.running_var\[3\] is -0.25, a negative variance")
    original.write(path, original.metadata, renamed(lambda name: "model." + name))
    expect_refused('but "model.backbone.*; take "model." off the names')

    text = b'{"t": {"dtype": "F32", "shape": [1e999], "data_offsets": [0, 4]}}'
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(4))
    expect_refused("its header has a number that is too large")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    pictures = [write_picture(folder / f"{number}.ppm", number, 128) for number in (3, 8)]
    compact = folder / "compact.safetensors"
    subprocess.run([MAKE_WEIGHTS, compact, "contrastive", "compact"], check=True)
    expected, notes = score(compact, pictures)
    assert expected > 0 and notes == "", (expected, notes)
    weights = Weights(compact)
    test_what_people_have(weights, pictures, expected, folder / "w.safetensors")
    test_what_nobody_should_use(weights, pictures, folder / "w.safetensors")

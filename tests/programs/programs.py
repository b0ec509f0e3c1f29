"""What the tests of the programs share: running one, and what a failure must look like."""

import json
import os
import pathlib
import re
import shutil
import struct
import subprocess

BIN = pathlib.Path(os.environ["DITTO_BIN"])


def run(program, *arguments, **options):
    """Runs a program; its output is text."""
    command = [str(BIN / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def expect_error(code, pattern, program, *arguments, **options):
    """The program must exit with `code`, print nothing but one line of error, and that must match `pattern`."""
    result = run(program, *arguments, **options)
    lines = [line for line in result.stderr.splitlines() if not line.startswith(("note: ", "warning: "))]
    assert result.returncode == code, (program, arguments, result)
    assert result.stdout == "", (program, arguments, result)
    assert len(lines) == 1 and lines[0].startswith("error: "), (program, arguments, result)
    assert re.search(pattern, lines[0]), (program, arguments, pattern, lines[0])


def succeed(program, *arguments, code=0):
    """What the program prints; it must exit with `code` and report no error."""
    result = run(program, *arguments)
    assert result.returncode == code and "error" not in result.stderr, (program, arguments, result)
    return result.stdout


def write_picture(path, number, size=40):
    """A PPM picture of coloured stripes, another one for each number."""
    pixels = bytes((number * 37 + x * (number + 1) + y * 3 * channel) % 256
                   for y in range(size) for x in range(size) for channel in range(3))
    path.write_bytes(b"P6\n%d %d\n255\n" % (size, size) + pixels)
    return path


def write_safetensors(path, header, data=b""):
    """A safetensors file with any header, right or wrong."""
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def write_with_metadata(path, original, change):
    """A copy of a safetensors file whose metadata `change` has changed, in place."""
    with original.open("rb") as source, path.open("wb") as copy:
        header = json.loads(source.read(*struct.unpack("<Q", source.read(8))))
        change(header["__metadata__"])
        write_safetensors(path, header)
        copy.seek(0, os.SEEK_END)
        shutil.copyfileobj(source, copy, 1 << 20)
    return path


def write_without_metadata(path, original):
    """A copy of a safetensors file as other programs would have written it."""
    return write_with_metadata(path, original, dict.clear)

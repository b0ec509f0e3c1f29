"""What the tests of the programs share: running one, and what a failure must look like."""

import array
import contextlib
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import threading
import time

BIN = pathlib.Path(os.environ["DITTO_BIN"])
PATIENCE = 400  # seconds that a program in the background is given


def run(program, *arguments, **options):
    """Runs a program; its output is text."""
    command = [str(BIN / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@contextlib.contextmanager
def in_background(program, *arguments, **options):
    """A program that runs beside the test, its output as text. It is killed when the test is done with it, also where
    the test fails, and after PATIENCE seconds, so that who waits for a line or for its end does not wait for ever."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    with subprocess.Popen([str(BIN / program), *map(str, arguments)], **options) as process:
        alarm = threading.Timer(PATIENCE, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


def until_line(process, begin):
    """Reads what a program in the background prints, up to the line that begins so."""
    for line in process.stdout:
        if line.startswith(begin):
            return
    raise AssertionError((f"it ended without {begin}", process.wait(), process.communicate()[1]))


def wait_until(process, condition):
    """Waits until a condition holds that a program in the background brings about."""
    while not condition():
        assert process.poll() is None, ("it ended before", process.returncode, process.communicate())
        time.sleep(0.02)


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


def read_safetensors(path):
    """The metadata of a safetensors file, and the numbers of its floating-point tensors by name."""
    with path.open("rb") as file:
        header = json.loads(file.read(*struct.unpack("<Q", file.read(8))))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    numbers = {name: array.array({"F32": "f", "F64": "d"}[tensor["dtype"]], data[slice(*tensor["data_offsets"])])
               for name, tensor in header.items() if tensor["dtype"] in ("F32", "F64")}
    return metadata, numbers


def write_with_metadata(path, original, change):
    """A copy of a safetensors file whose metadata `change` has changed, in place. A sealed one loses its seal, which older
    versions did not write."""
    with original.open("rb") as source, path.open("wb") as copy:
        header = json.loads(source.read(*struct.unpack("<Q", source.read(8))))
        header["__metadata__"].pop("ditto.seal", None)
        seal = header.pop("ditto.seal", None)  # the last tensor, of 8 bytes
        change(header["__metadata__"])
        write_safetensors(path, header)
        copy.seek(0, os.SEEK_END)
        shutil.copyfileobj(source, copy, 1 << 20)
        if seal:
            copy.truncate(copy.tell() - 8)
    return path


def write_without_metadata(path, original):
    """A copy of a safetensors file as other programs would have written it."""
    return write_with_metadata(path, original, dict.clear)

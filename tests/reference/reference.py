"""What the reference scripts share: named streams of numbers, summaries of big tensors, writing of value files.

reference_values.hpp mirrors streams and summaries bit for bit in C++.
"""

import pathlib

import numpy as np
from safetensors.numpy import save_file

FULL_SIZE = 128  # tensors up to this size are stored whole
SAMPLES = 64
PROJECTIONS = 32
PROJECTION_WIDTH = 1024
CHUNK = 1 << 20  # Philox blocks computed at a time


def name_key(name):
    """FNV-1a, 64 bits: the Philox key of the stream of that name."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) % 2**64
    return key


def philox(first_block, count, draw, key):
    """Philox4x32-10 of the counters (first_block + i, draw, 0, 0): uint32 [count, 4]."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    counter = [
        np.arange(first_block, first_block + count, dtype=np.uint64),
        np.full(count, draw, np.uint64),
        np.zeros(count, np.uint64),
        np.zeros(count, np.uint64),
    ]
    key_low, key_high = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        product_0 = np.uint64(0xD2511F53) * counter[0]
        product_1 = np.uint64(0xCD9E8D57) * counter[2]
        counter = [
            (product_1 >> shift) ^ counter[1] ^ np.uint64(key_low),
            product_1 & low,
            (product_0 >> shift) ^ counter[3] ^ np.uint64(key_high),
            product_0 & low,
        ]
        key_low = (key_low + 0x9E3779B9) & 0xFFFFFFFF
        key_high = (key_high + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(counter, axis=1).astype(np.uint32)


def bits(name, count, draw=0, first=0):
    """Numbers first .. first + count - 1 of a stream's 32-bit numbers: number i is word i % 4 of block i / 4."""
    key = name_key(name)
    first_block, end_block = first // 4, (first + count + 3) // 4
    blocks = [
        philox(block, min(CHUNK, end_block - block), draw, key).reshape(-1)
        for block in range(first_block, end_block, CHUNK)
    ]
    skipped = first - 4 * first_block
    return np.concatenate(blocks)[skipped : skipped + count]


def values(name, count, draw=0, first=0):
    """The stream as float64 in [-1, 1): multiples of 2^-23, so that float32 holds them exactly."""
    result = (bits(name, count, draw, first) >> np.uint32(8)).astype(np.float64)
    result *= 2.0**-23
    result -= 1.0
    return result


def projections(tensor):
    """Products of a tensor with 32 fixed vectors of signs, float64 [32].

    Sign i of vector k is row_sign[k, i // 1024] * column_sign[k, i % 1024]. The mean of the squared products estimates
    the squared norm of any tensor.
    """
    flat = np.asarray(tensor).reshape(-1)
    rows = -(-flat.size // PROJECTION_WIDTH)
    columns = np.zeros((PROJECTIONS, PROJECTION_WIDTH))
    row_signs = np.stack([signs("projection rows", rows, draw) for draw in range(PROJECTIONS)])
    chunk = 4096  # rows, so that a float32 tensor is never widened whole
    for row in range(0, rows, chunk):
        part = flat[row * PROJECTION_WIDTH : (row + chunk) * PROJECTION_WIDTH].astype(np.float64)
        part = np.pad(part, (0, -part.size % PROJECTION_WIDTH)).reshape(-1, PROJECTION_WIDTH)
        columns += row_signs[:, row : row + chunk] @ part
    column_signs = np.stack([signs("projection columns", PROJECTION_WIDTH, draw) for draw in range(PROJECTIONS)])
    return (columns * column_signs).sum(axis=1)


def signs(name, count, draw):
    return np.where(values(name, count, draw) >= 0, 1.0, -1.0)


def samples(tensor):
    """64 entries of a tensor, at positions (bits(j) * size) >> 32 of the stream "sample positions"."""
    flat = np.asarray(tensor).reshape(-1)
    positions = (bits("sample positions", SAMPLES).astype(np.uint64) * np.uint64(flat.size)) >> np.uint64(32)
    return flat[positions].astype(np.float64)


def stored(tensor):
    """What a file keeps of a tensor: all of it when small, otherwise [samples, projections]."""
    if tensor.size <= FULL_SIZE:
        return tensor.astype(np.float64).reshape(-1)
    return np.concatenate([samples(tensor), projections(tensor)])


def norm(tensor):
    return float(np.linalg.norm(tensor.reshape(-1)))


def difference_norm(a, b):
    """||a - b|| in float64, in chunks."""
    a, b = a.reshape(-1), b.reshape(-1)
    squares = 0.0
    for begin in range(0, a.size, CHUNK):
        difference = a[begin : begin + CHUNK].astype(np.float64) - b[begin : begin + CHUNK].astype(np.float64)
        squares += float(difference @ difference)
    return squares**0.5


def save(file_name, tensors):
    """Writes {name: float64 array} beside this script."""
    path = pathlib.Path(__file__).with_name(file_name)
    save_file({name: np.ascontiguousarray(tensor, dtype=np.float64) for name, tensor in tensors.items()}, path)
    path.chmod(0o644)
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")

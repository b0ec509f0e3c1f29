"""Checks files that ditto wrote with numpy and PyTorch's safetensors, and writes one for ditto to read.

check_python_interop.py WEIGHTS.safetensors FEATURES.npy OUTPUT.safetensors
Exits 77, saying so, where a package is missing. The values are those that test_python_interop.cpp counts out.
"""

import sys

try:
    import numpy
    import torch
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

weights_path, features_path, output_path = sys.argv[1:]


def counted(*shape, dtype=torch.float32):
    return torch.arange(numpy.prod(shape), dtype=dtype).reshape(shape)


expected = {
    "backbone.0.weight": counted(5, 5, 3, 8).permute(3, 2, 0, 1),  # HWIO in memory, OIHW in the file
    "backbone.2.num_batches_tracked": torch.tensor(12),
    "backbone.16.weight": counted(6, 4).T,  # [in, out] in memory, [out, in] in the file
    "double": counted(3, dtype=torch.float64) / 7,
}
weights = load_file(weights_path)
assert weights.keys() == expected.keys(), weights.keys()
for name, tensor in expected.items():
    assert weights[name].dtype == tensor.dtype, (name, weights[name].dtype)
    assert torch.equal(weights[name], tensor), name
with safe_open(weights_path, framework="pt") as file:
    assert file.metadata() == {"threshold": "0.5", "naïve": '"quoted"\n'}, file.metadata()

features = numpy.load(features_path)
assert features.dtype == numpy.float32 and features.shape == (3, 4), (features.dtype, features.shape)
assert (features == numpy.arange(12).reshape(3, 4)).all()

save_file(
    {
        "backbone.0.weight": expected["backbone.0.weight"].contiguous(),
        "backbone.2.num_batches_tracked": torch.tensor(12),
        "half": torch.tensor([1.5, -2.0], dtype=torch.float16),
        "bfloat": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        "double": torch.tensor([0.1], dtype=torch.float64),
        "mask": torch.tensor([True, False, True]),
        "empty": torch.zeros(0, 4),
    },
    output_path,
    metadata={"format": "pt"},
)

"""Features of images by the face network in PyTorch: the counterpart of inference.cpp. For settings see pytorch.py."""
import torch

import pytorch

parser = pytorch.arguments(__doc__)
parser.add_argument("images", type=int, nargs="+", help="batch sizes")
options = parser.parse_args()
pytorch.prepare(options)

network = pytorch.face_network(options).eval()
if options.compile:
    import torch._inductor.config
    torch._inductor.config.freezing = True
    network = torch.compile(network, dynamic=False)

timings = {}
with torch.inference_mode(), pytorch.autocast(options):
    for count in options.images:
        batch = pytorch.images(count, options)
        timings[f"batch {count}"] = pytorch.repeat(options.steps, lambda: network(batch))
pytorch.report(timings)

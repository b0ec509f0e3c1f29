"""The face network in PyTorch on a GPU, at its best. Answers lines of JSON (worker.py) with lines of JSON:

  {"prepare": variant, "question": ..., "precision": ..., "size": ...}   -> {"ready": true} or {"failed": why}
  {"measure": variant, "steps": n}                                       -> {"seconds": {label: [...]}}

Settings: channels_last; cuDNN's benchmark mode; Adam in its fused form, zero_grad(set_to_none=True); fp32 has TF32 off
for products and convolutions, tf32 has it on, bf16 is autocast; for inference also the network in bfloat16. Variants:
  eager            as it is
  compiled         torch.compile(mode="max-autotune"), the loss too
  graphs           torch.compile(mode="reduce-overhead"): CUDA graphs, no search for kernels (inference)
  +bfloat16        the network itself in bfloat16 instead of autocast (inference)
  +host            images from pinned memory of the host as float32, and the results back to it: what ditto counts
Without +host images lie on the GPU, as PyTorch wants them. Then steps are asked for one after the other and awaited
together, as in a training that looks at no loss; +host, and a batch of one image, are awaited every time.
"""
import gc
import json
import pathlib
import sys
import time
import types

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import torch  # noqa: E402  (the path first)

import pytorch  # noqa: E402

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")  # the processor: to try this program
OPTIONS = types.SimpleNamespace(channels_last=True)
MODES = {"compiled": "max-autotune", "graphs": "reduce-overhead"}


def synchronize():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def use_precision(precision):
    torch.backends.cuda.matmul.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.allow_tf32 = precision != "fp32"
    torch.backends.cudnn.benchmark = True


def images(count, host):
    batch = pytorch.images(count, OPTIONS)
    if not host:
        return batch.to(DEVICE)
    return batch.pin_memory() if DEVICE.type == "cuda" else batch


def on_gpu(batch):
    return batch.to(DEVICE, non_blocking=True)


class Subject:
    """What all variants of one question, precision and size share, and their steps by name."""

    def __init__(self, question, precision, size):
        use_precision(precision)
        torch.manual_seed(0)
        self.question, self.precision, self.size = question, precision, size
        self.networks = {torch.float32: pytorch.face_network(OPTIONS).to(DEVICE)}
        self.compiled, self.steps, self.batches = {}, {}, {}
        if question == "training":
            parameters = self.networks[torch.float32].parameters()
            self.optimizer = torch.optim.Adam(parameters, lr=1e-5, fused=True)
            self.labels = (torch.arange(size) % 2).float().to(DEVICE)
        else:
            self.networks[torch.float32].eval()

    def autocast(self, wanted=True):
        return torch.autocast(DEVICE.type, torch.bfloat16, enabled=wanted and self.precision == "bf16")

    def images(self, sides, host):
        """Made once for all variants: a batch of 1024 pairs has 200 MB."""
        if host not in self.batches:
            self.batches[host] = [images(self.size, host) for _ in range(sides)]
        return self.batches[host]

    def prepare(self, variant):
        mode, *extras = variant.split("+")
        make = self.training if self.question == "training" else self.inference
        self.steps[variant] = make(mode, "host" in extras, "bfloat16" in extras)
        for _ in range(4):  # compiled code is recorded as a graph in its first calls
            self.steps[variant]()
        synchronize()

    def code(self, mode, bfloat16, function):
        """`function`, compiled if the mode says so: once for all variants that share it."""
        if mode not in MODES:
            return function
        if (mode, bfloat16) not in self.compiled:
            self.compiled[mode, bfloat16] = torch.compile(function, mode=MODES[mode], dynamic=False, fullgraph=True)
        return self.compiled[mode, bfloat16]

    def training(self, mode, host, _):
        network = self.networks[torch.float32]

        def loss_of(left, right, labels):
            with self.autocast():
                features = network(left), network(right)
            distance = torch.linalg.vector_norm(features[0].float() - features[1].float(), dim=1)
            loss = (labels * distance**2 + (1 - labels) * torch.relu(40.0 - distance) ** 2).mean()
            return loss, distance.detach()

        forward = self.code(mode, False, loss_of)
        sides = self.images(2, host)

        def step():
            if mode in MODES:
                torch.compiler.cudagraph_mark_step_begin()
            self.optimizer.zero_grad(set_to_none=True)
            loss, distance = forward(*(on_gpu(side) for side in sides), self.labels)
            loss.backward()
            self.optimizer.step()
            if host:
                distance.cpu()
                loss.item()

        return step

    def inference(self, mode, host, bfloat16):
        kind = torch.bfloat16 if bfloat16 else torch.float32
        if kind not in self.networks:
            self.networks[kind] = pytorch.face_network(OPTIONS).to(DEVICE, kind).eval()
        network = self.networks[kind]

        def features_of(batch):
            with self.autocast(not bfloat16):
                return network(batch)

        forward = self.code(mode, bfloat16, features_of)
        [batch] = self.images(1, host)
        if not host:
            batch = batch.to(kind)

        @torch.inference_mode()
        def embed():
            if mode in MODES:
                torch.compiler.cudagraph_mark_step_begin()
            features = forward(on_gpu(batch).to(kind))
            if host:
                features.float().cpu()

        return embed

    def measure(self, variant, steps):
        step = self.steps[variant]
        if variant.endswith("+host") or (self.question == "inference" and self.size == 1):
            def finished():
                step()
                synchronize()
            return pytorch.repeat(steps, finished)
        seconds = pytorch.repeat(1, lambda: (step(), synchronize()))
        count = max(steps, min(pytorch.MOST_REPETITIONS, int(pytorch.SHORTEST_MEASUREMENT / min(seconds))))
        begin = time.perf_counter()
        for _ in range(count):
            step()
        synchronize()
        return [(time.perf_counter() - begin) / count]


def answers():
    subject, about = None, None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                key = request["question"], request["precision"], request["size"]
                if key != about:
                    subject, about = None, None
                    torch._dynamo.reset()
                    gc.collect()
                    if DEVICE.type == "cuda":
                        torch.cuda.empty_cache()
                    subject, about = Subject(*key), key
                subject.prepare(request["prepare"])
                yield {"ready": True}
            else:
                label = "step" if subject.question == "training" else "batch"
                seconds = subject.measure(request["measure"], request["steps"])
                yield {"seconds": {label: seconds}}
        except Exception as error:  # pylint: disable=broad-except  (a variant that fails is a row that says why)
            text = str(error).strip().splitlines() or [""]
            yield {"failed": f"{type(error).__name__}: {text[0]}"[:200]}
            if "CUDA error" in text[0]:
                return  # no call of this process would succeed any more


def main():
    cudnn = torch.backends.cudnn.version()
    print(json.dumps({"version": f"PyTorch {torch.__version__} (CUDA {torch.version.cuda}, cuDNN {cudnn})",
                      "device": torch.cuda.get_device_name() if DEVICE.type == "cuda" else "cpu"}), flush=True)
    for answer in answers():
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

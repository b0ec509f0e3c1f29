"""Makes losses.safetensors: the losses, their gradients and scores by PyTorch in float64. See README.md."""

import numpy as np
import torch
from torch import nn

from reference import save, values

FEATURES = 5
# What pair i is: its label (1: same) and how far apart its two feature vectors are.
PAIRS = [(1, "near"), (0, "near"), (1, "far"), (0, "far"), (1, "equal"), (0, "equal"), (0, "middle")]
MARGINS = {"margin_1": 1.0, "margin_5": 5.0}
# What the linear head of a loss by binary cross entropy takes.
HEAD_INPUTS = {
    "concat_bce": lambda left, right: torch.cat([left, right], dim=1),
    "difference_bce": lambda left, right: (left - right).abs(),
}


def pair_features():
    """Two batches of features [pairs, features], representable in float32."""
    shape = (len(PAIRS), FEATURES)
    left = values("losses.left", len(PAIRS) * FEATURES).reshape(shape)
    offset = values("losses.right", len(PAIRS) * FEATURES).reshape(shape)
    scale = {"near": 0.125, "middle": 1.5, "far": 8.0, "equal": 0.0}
    right = left + offset * np.array([[scale[distance]] for _, distance in PAIRS])
    return left, right.astype(np.float32).astype(np.float64)


def distance(left, right):
    """Euclidean distance of each pair, with the gradient at zero defined as zero."""
    squares = ((left - right) ** 2).sum(dim=1)
    equal = squares == 0
    return torch.where(equal, 0.0, torch.where(equal, 1.0, squares).sqrt())


def contrastive_loss(scores, labels, margin):
    """mean of y D^2 + (1 - y) max(0, margin - D)^2"""
    return (labels * scores**2 + (1 - labels) * (margin - scores).clamp(min=0) ** 2).mean()


def main():
    arrays = pair_features()
    labels = torch.tensor([float(label) for label, _ in PAIRS], dtype=torch.float64)
    tensors = {"left": arrays[0], "right": arrays[1], "labels": labels.numpy()}

    def results(case, left, right, scores, loss):
        loss.backward()
        tensors.update({
            f"{case}.scores": scores.detach().numpy(),
            f"{case}.loss": loss.detach().reshape(1).numpy(),
            f"{case}.grad_left": left.grad.numpy(),
            f"{case}.grad_right": right.grad.numpy(),
        })

    for name, margin in MARGINS.items():
        left, right = (torch.tensor(array, requires_grad=True) for array in arrays)
        scores = distance(left, right)
        results(f"contrastive_{name}", left, right, scores, contrastive_loss(scores, labels, margin))

    for case, inputs_of in HEAD_INPUTS.items():
        left, right = (torch.tensor(array, requires_grad=True) for array in arrays)
        inputs = inputs_of(left, right)
        head = nn.Linear(inputs.shape[1], 1, dtype=torch.float64)
        with torch.no_grad():
            for name, tensor in head.named_parameters():
                tensor.copy_(torch.from_numpy(values(f"losses.head.{name}", tensor.numel()).reshape(tensor.shape)))
        logits = head(inputs).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
        results(case, left, right, torch.sigmoid(logits), loss)
        for name, tensor in head.named_parameters():
            tensors[f"{case}.grad_head.{name}"] = tensor.grad.numpy()

    save("losses.safetensors", tensors)


if __name__ == "__main__":
    main()

"""Training steps of the face network in PyTorch: the counterpart of training_step.cpp. For settings see pytorch.py."""
import torch
from torch import nn

import pytorch

parser = pytorch.arguments(__doc__)
parser.add_argument("loss", choices=["contrastive", "bce"])
parser.add_argument("optimizer", choices=["sgd", "adam"])
parser.add_argument("pairs", type=int)
options = parser.parse_args()
pytorch.prepare(options)

network = pytorch.face_network(options)
head = nn.Linear(2048, 1)
parameters = [*network.parameters(), *(head.parameters() if options.loss == "bce" else [])]
backbone = torch.compile(network, dynamic=False) if options.compile else network


def make_optimizer(**form):
    if options.optimizer == "sgd":
        return torch.optim.SGD(parameters, lr=1e-4, momentum=0.9, **form)
    return torch.optim.Adam(parameters, lr=1e-5, **form)


try:
    optimizer = make_optimizer(fused=True)
except (RuntimeError, TypeError):  # a PyTorch that has no fused form for the processor
    optimizer = make_optimizer(foreach=True)

left, right = pytorch.images(options.pairs, options), pytorch.images(options.pairs, options)
labels = (torch.arange(options.pairs) % 2).float()


def loss_of(features_left, features_right):
    if options.loss == "bce":
        logits = head(torch.cat((features_left, features_right), 1)).squeeze(1)
        return nn.functional.binary_cross_entropy_with_logits(logits, labels)
    distance = torch.linalg.vector_norm(features_left - features_right, dim=1)
    return (labels * distance**2 + (1 - labels) * torch.relu(40.0 - distance) ** 2).mean()


def step():
    optimizer.zero_grad()
    with pytorch.autocast(options):
        features = backbone(left), backbone(right)
    loss_of(*(side.float() for side in features)).backward()
    optimizer.step()


pytorch.report({"step": pytorch.repeat(options.steps, step)})

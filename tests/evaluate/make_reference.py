"""Computes the figures that test_roc.cpp and test_folds.cpp hold as literals: by brute force over all pairs of scores
and all thresholds, in exact fractions.

make_reference.py
"""

from fractions import Fraction
from math import sqrt

# Distances in quarters, many of them tied; 1 is `same`. The folds are those of LFW's kind: consecutive.
SCORES = [Fraction(n, 4) for n in (2, 9, 3, 3, 12, 5, 1, 7, 5, 14, 7, 6, 9, 4, 5, 11, 8, 13, 3, 10)]
LABELS = [1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0]
FOLDS = [i // 5 for i in range(20)]

same = [s for s, l in zip(SCORES, LABELS) if l]
different = [s for s, l in zip(SCORES, LABELS) if not l]


def rates(threshold):
    """(FAR, TAR) of accepting distances up to the threshold."""
    return (Fraction(sum(s <= threshold for s in different), len(different)),
            Fraction(sum(s <= threshold for s in same), len(same)))


def thresholds(scores):
    """One below all scores, those midway between neighbours, the largest score."""
    distinct = sorted(set(scores))
    return [distinct[0] - 1] + [(a + b) / 2 for a, b in zip(distinct, distinct[1:])] + [distinct[-1]]


def accuracy(threshold, scores, labels):
    return Fraction(sum((s <= threshold) == bool(l) for s, l in zip(scores, labels)), len(scores))


def best_threshold(scores, labels):
    return max(thresholds(scores), key=lambda t: accuracy(t, scores, labels))  # the first of several


curve = [rates(t) for t in thresholds(SCORES)]
print("points", len(curve))
area = sum(Fraction(1) if s < d else Fraction(1, 2) if s == d else 0 for s in same for d in different)
print("area", area / (len(same) * len(different)))
for (far_a, tar_a), (far_b, tar_b) in zip(curve, curve[1:]):
    if far_a < 1 - tar_a and far_b >= 1 - tar_b:
        share = (1 - tar_a - far_a) / ((far_b - far_a) + (tar_b - tar_a))
        print("equal error rate", far_a + share * (far_b - far_a))
for limit in (Fraction(1, 10), Fraction(3, 10), Fraction(1, 100)):
    print("TAR at FAR", limit, max(tar for far, tar in curve if far <= limit))
best = best_threshold(SCORES, LABELS)
print("best threshold", best, "accuracy", accuracy(best, SCORES, LABELS))

results = []
for fold in range(4):
    train = [i for i in range(20) if FOLDS[i] != fold]
    test = [i for i in range(20) if FOLDS[i] == fold]
    threshold = best_threshold([SCORES[i] for i in train], [LABELS[i] for i in train])
    results.append(accuracy(threshold, [SCORES[i] for i in test], [LABELS[i] for i in test]))
    print("fold", fold, "threshold", threshold, "accuracy", results[-1])
mean = sum(results) / 4
print("mean", mean, "standard error", sqrt(sum((r - mean) ** 2 for r in results) / 3) / sqrt(4))

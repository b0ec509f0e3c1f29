"""Computes the calibrations that test_platt.cpp holds as literals: SciPy's minimum of Platt's objective, found from the
objective and its gradient alone.

make_platt_reference.py        (needs numpy and scipy)
"""

import numpy
import scipy.optimize

# The scored pairs of reference_pairs.hpp; 1 is `same`.
SCORES = numpy.array([2, 9, 3, 3, 12, 5, 1, 7, 5, 14, 7, 6, 9, 4, 5, 11, 8, 13, 3, 10]) / 4
LABELS = numpy.array([1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0])


def calibrate(scores, labels, bounds):
    """(slope, intercept) of the logit, the slope within `bounds`."""
    same, different = labels.sum(), (1 - labels).sum()
    targets = numpy.where(labels == 1, (same + 1) / (same + 2), 1 / (different + 2))

    def loss(parameters):
        logits = parameters[0] * scores + parameters[1]
        return (numpy.logaddexp(0, logits) - targets * logits).sum()

    def gradient(parameters):
        errors = 1 / (1 + numpy.exp(-(parameters[0] * scores + parameters[1]))) - targets
        return numpy.array([(errors * scores).sum(), errors.sum()])

    found = scipy.optimize.minimize(loss, [0, 0], jac=gradient, bounds=[bounds, (None, None)], method="L-BFGS-B",
                                    options={"ftol": 0, "gtol": 1e-12, "maxiter": 10000})
    # Polished where the bound does not hold: the root of the gradient.
    if bounds[0] != found.x[0] != bounds[1]:
        found = scipy.optimize.root(gradient, found.x, method="hybr", options={"xtol": 1e-14})
        assert numpy.abs(gradient(found.x)).max() < 1e-11, gradient(found.x)
    return found.x.tolist()


print("distances", calibrate(SCORES, LABELS, (None, 0)))
print("probabilities", calibrate(numpy.exp(-SCORES), LABELS, (0, None)))
print("the first five and the last", calibrate(SCORES[[0, 1, 2, 3, 4, 19]], LABELS[[0, 1, 2, 3, 4, 19]], (None, 0)))
print("separable", calibrate(numpy.array([1.0, 2, 3, 6, 7]), numpy.array([1, 1, 1, 0, 0]), (None, 0)))
print("contrary", calibrate(SCORES[:11], 1 - LABELS[:11], (None, 0)))

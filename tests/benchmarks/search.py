"""The nearest 5 of many features with NumPy: the counterpart of search.cpp, where the data are described.

Squared distances by one matrix product, as |a|^2 + |b|^2 - 2ab with |b|^2 known beforehand, then argpartition, and
argsort of the 5. float32 throughout: close together, these distances are mostly rounding error, which ditto's are not.
"""
import argparse
import json
import resource
import time

import numpy

DIMENSION, WANTED = 1024, 5
SHORTEST_MEASUREMENT, MOST_REPETITIONS = 0.05, 50  # as in measure.hpp


def nearest(rows, row_squares, queries):
    squares = (queries * queries).sum(1)[:, None] + row_squares - 2 * (queries @ rows.T)
    best = numpy.argpartition(squares, WANTED, axis=1)[:, :WANTED]
    values = numpy.take_along_axis(squares, best, axis=1)
    order = values.argsort(axis=1)
    return numpy.take_along_axis(best, order, axis=1), numpy.sqrt(numpy.maximum(values, 0))


def repeat(steps, work):
    """One call that does not count; then `steps` calls, or more of short ones."""
    work()
    seconds = []
    while len(seconds) < steps or (sum(seconds) < SHORTEST_MEASUREMENT and len(seconds) < MOST_REPETITIONS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return seconds


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("rows", type=int)
parser.add_argument("queries", type=int, nargs="+")
parser.add_argument("--steps", type=int, default=3)
options = parser.parse_args()

random = numpy.random.default_rng(1)
timings = {}
for data, spread in (("far apart", 1.0), ("close together", 0.001)):
    features = [1 + spread * random.uniform(-1, 1, (count, DIMENSION)) for count in (options.rows, *options.queries)]
    rows, *batches = [each.astype(numpy.float32) for each in features]
    row_squares = (rows * rows).sum(1)
    for queries in batches:
        timings[f"{data}, queries: {len(queries)}"] = repeat(options.steps, lambda: nearest(rows, row_squares, queries))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"version": f"NumPy {numpy.__version__}", "seconds": timings, "peak_bytes": peak}))

"""What run.py knows by name is there: the headers that it breaks, the lines of its two lists, the tests that it runs.
Where a rule moves to another header of its room, that one is broken, too."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import run  # noqa: E402

WHOLE = ("losses", "optimizers", "evaluate", "safetensors", "lists", "people", "weights")  # of the others some headers


def headers_of(group):
    return {header for pattern in run.GROUPS[group] for header in (run.ROOT / run.INCLUDE).glob(pattern)}


def left_out():
    """The headers that one of these groups includes from its own room and that no group has."""
    has = set().union(*map(headers_of, run.GROUPS))
    for header in sorted(set().union(*map(headers_of, WHOLE))):
        room = header.relative_to(run.ROOT / run.INCLUDE).parts[0]
        for name in re.findall(rf'^#include "ditto/({room}/.*)"', header.read_text(), re.M):
            if run.ROOT / run.INCLUDE / name not in has:
                yield f"run.py: no group has {name}, which {header.name} includes"


def problems():
    yield from left_out()
    for group in run.GROUPS:
        if len(run.all_mutants(group)) < 40:
            yield f"run.py finds few mutants of the group {group}"
        for pattern in run.GROUPS[group]:
            headers = list((run.ROOT / run.INCLUDE).glob(pattern))
            if not headers:
                yield f"run.py: no header is {pattern}"
            for header in headers:
                name = str(header.relative_to(run.ROOT / run.INCLUDE))
                if not any(name.startswith(begin) for begin, _ in run.TESTS):
                    yield f"run.py knows no test of {name}"
    for _, tests in run.TESTS:
        for test in tests.split():
            room, _, name = test.partition(".")
            if not test.endswith("*") and not (run.ROOT / "tests" / room / f"test_{name}.cpp").exists():
                yield f"run.py runs {test}, which is no test here"
    for file in ("equivalent.txt", "once_unseen.txt"):
        for (header, old, new), why in run.read_kept(HERE / file):
            path = run.ROOT / run.INCLUDE / header
            if not path.exists() or old not in (line.strip() for line in path.read_text().splitlines()):
                yield f"{file}: {header} has no line `{old}` any more; write down the new one"
            if old == new or not why:
                yield f"{file}: a mutant of {header} changes nothing, or has no reason"


found = list(problems())
print("\n".join(found))
sys.exit(bool(found))

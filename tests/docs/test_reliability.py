"""Every test that docs/reliability.md names exists, every row of its tables names one, and the commands that the page
and the workflow for GitHub tell of are there."""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
CMAKE = "".join(path.read_text() for path in TESTS.rglob("CMakeLists.txt"))


def exists(name):
    """Is there a CTest of this name? A name that ends in * stands for all that begin so."""
    room, _, test = name.partition(".")
    if test.endswith("*"):
        begin = name[:-1].rstrip(".")
        return (TESTS / begin).is_dir() or begin in CMAKE or (TESTS / f"{begin}s").is_dir()
    if room == "fuzz":
        return (TESTS / "fuzz" / f"{test}.cpp").exists()
    folder = TESTS / ("cuda" if room == "cuda_emulation" else room)
    return any(any(folder.rglob(f"test_{test}.{kind}")) for kind in ("cpp", "py", "sh")) or name in CMAKE


def problems():
    page = (ROOT / "docs/reliability.md").read_text()
    for row in re.findall(r"^\| (?!promise|---)(.*) \|$", page, flags=re.M):
        promise, _, holders = row.rpartition(" | ")
        names = re.findall(r"`([\w./*-]+)`", holders)
        if not names:
            yield f"reliability.md names no test for: {promise}"
        for name in names:
            if not (any(ROOT.glob(name)) if "/" in name else exists(name)):
                yield f"reliability.md names {name}, which is no test here"
    for source in ("docs/reliability.md", ".github/workflows/test.yml"):
        for command in re.findall(r"\b(?:tests|cmake)/[\w/]+\.(?:sh|py)", (ROOT / source).read_text()):
            if not os.access(ROOT / command, os.X_OK):
                yield f"{source} tells of {command}, which is no program"


found = list(problems())
print("\n".join(found))
sys.exit(bool(found))

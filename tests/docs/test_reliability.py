"""Every test that docs/reliability.md names is one of this build, every row of its tables names one, and the commands
that the page and the workflow for GitHub tell of are there. DITTO_TEST_BIN names the folder of the helpers of a build;
without it, build/release is asked for its tests. Without a build or CTest the exit code is 77."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tests_of_build():
    """The names of CTest, whole."""
    helpers = os.environ.get("DITTO_TEST_BIN")
    build = pathlib.Path(helpers).parents[1] if helpers else ROOT / "build/release"
    if not (build / "CTestTestfile.cmake").exists() or shutil.which("ctest") is None:
        print(f"skipped: no tests in {build}, or no ctest to list them; configure it with -DDITTO_BUILD_TESTS=ON")
        sys.exit(77)
    listed = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^ *Test +#\d+: (\S+)", listed, re.M))


def is_test(name, tests):
    """A name that ends in .* stands for all that begin so, and for one in their place that says why it is skipped."""
    if name.endswith(".*"):
        return name[:-2] in tests or any(test.startswith(name[:-1]) for test in tests)
    return name in tests


def problems():
    tests = tests_of_build()
    rows = re.findall(r"^\| (?!promise \||--- )(.*) \|$", (ROOT / "docs/reliability.md").read_text(), re.M)
    if not rows:
        yield "reliability.md has no rows"
    for row in rows:
        promise, _, holders = row.rpartition(" | ")
        if not re.fullmatch(r"`[^`]+`(, `[^`]+`)*", holders):
            yield f"reliability.md does not name the tests, each in backticks, of: {promise}"
        for name in re.findall(r"`([^`]+)`", holders):
            if not is_test(name, tests):
                yield f"reliability.md names {name}, which is no test here"
    for source in ("docs/reliability.md", ".github/workflows/test.yml"):
        for command in re.findall(r"\b(?:tests|cmake)/[\w/]+\.(?:sh|py)", (ROOT / source).read_text()):
            if not os.access(ROOT / command, os.X_OK):
                yield f"{source} tells of {command}, which is no program"


found = list(problems())
print("\n".join(found))
sys.exit(bool(found))

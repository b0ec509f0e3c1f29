"""What the tests of the page share: reports as make_report writes them. DITTO_TEST_BIN names the folder beside it."""

import os
import pathlib
import subprocess

MAKE_REPORT = pathlib.Path(os.environ["DITTO_TEST_BIN"], "make_report")
HOSTILE = "<i>&amp;&lt;\"'`$x{_}%s "


def make_report(path, *arguments):
    """Writes a report to `path`; its text."""
    subprocess.run([MAKE_REPORT, path, *arguments], check=True)
    return path.read_text(encoding="utf-8")

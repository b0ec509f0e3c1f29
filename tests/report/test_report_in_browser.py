"""The page in a real browser, Chromium without a window: at the width of a desk and of a telephone, in light and dark,
all pictures load, plots have their colours, and nothing is wider than the screen. Skipped where there is no Chromium.
"""

import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

from pages import HOSTILE, make_report

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DESK, TELEPHONE = 1100, 390
HEIGHT = 1500  # of the part that is looked at
DARK = "--blink-settings=preferredColorScheme=0"

# Runs in a copy of the page, never in the page itself, and tells the frame around it what it measures.
MEASURE = """<script>
addEventListener("load", () => {
  const width = document.documentElement.clientWidth;
  const box = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; };
  const scrolls = element => element.closest(".scroll") !== null;
  const pictures = [...document.images];
  parent.postMessage({
    width: width,
    scrollWidth: document.documentElement.scrollWidth,
    pictures: pictures.length,
    loaded: pictures.filter(p => p.complete && p.naturalWidth > 0 && p.getBoundingClientRect().width > 20).length,
    plots: [...document.querySelectorAll("svg")].filter(svg => !scrolls(svg)).map(box),
    plan: box(document.querySelector("#memory svg")),
    columns: new Set([...document.querySelectorAll(".plot")].map(p => Math.round(box(p)[0]))).size,
    tooWide: [...document.querySelectorAll("body *")].filter(
        e => !scrolls(e) && !e.closest("svg") && box(e)[0] + box(e)[2] > width + 1).map(e => e.outerHTML.slice(0, 80)),
    scrolled: [...document.querySelectorAll(".scroll")].every(e => getComputedStyle(e).overflowX === "auto"),
    textHeight: Math.min(...[...document.querySelectorAll("svg text")].map(t => box(t)[3])),
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
  }, "*");
});
</script>"""
FRAME = """<!DOCTYPE html><body style="margin: 0">
<iframe src="{page}" style="border: 0; width: {width}px; height: {height}px; display: block"></iframe>
<script>addEventListener("message", event => {{ document.title = JSON.stringify(event.data); }});</script></body>"""


class Browser:
    def __init__(self, program, folder):
        self.command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                        "--hide-scrollbars", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=10000"]

    def run(self, *arguments):
        result = subprocess.run([*self.command, *arguments], capture_output=True, text=True, check=False, timeout=120)
        assert result.returncode == 0, (arguments, result)
        return result.stdout

    def measure(self, page, width, *options):
        """What MEASURE says of a page that is `width` pixels wide (in a frame: a window cannot be that narrow)."""
        copy, frame = page.with_name("measured.html"), page.with_name("frame.html")
        copy.write_text(page.read_text(encoding="utf-8").replace("</body>", MEASURE + "</body>"), encoding="utf-8")
        frame.write_text(FRAME.format(page=copy.name, width=width, height=HEIGHT))
        title = re.search(r"<title>(\{.*?\})</title>", self.run(*options, "--dump-dom", frame.as_uri()), re.DOTALL)
        assert title, "the page did not load"
        return json.loads(title.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))

    def picture(self, page, width, *options):
        """The rows of pixels of the upper part of the page."""
        frame, picture = page.with_name("frame.html"), page.with_name("picture.png")
        frame.write_text(FRAME.format(page=page.name, width=width, height=HEIGHT))
        self.run(*options, f"--window-size={max(width, 500)},{HEIGHT}", f"--screenshot={picture}", frame.as_uri())
        return read_png(picture)


def read_png(path):
    """The rows of an 8-bit RGB or RGBA image, each a list of pixels (R, G, B)."""
    content, at, data = path.read_bytes(), 8, b""
    while at < len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        if kind == b"IHDR":
            width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", content[at + 8 : at + 21])
            assert depth == 8 and colours in (2, 6) and not interlaced, path
        elif kind == b"IDAT":
            data += content[at + 8 : at + 8 + size]
        at += size + 12
    channels = 3 if colours == 2 else 4
    data, stride, rows = zlib.decompress(data), width * channels, []
    above = bytearray(stride)
    for row in range(height):
        method, line = data[row * (stride + 1)], bytearray(data[row * (stride + 1) + 1 : (row + 1) * (stride + 1)])
        if method == 2:
            line = bytearray((a + b) & 255 for a, b in zip(line, above))
        elif method != 0:
            for i in range(stride):
                left = line[i - channels] if i >= channels else 0
                corner = above[i - channels] if i >= channels else 0
                up = above[i]
                if method == 1:
                    guess = left
                elif method == 3:
                    guess = (left + up) // 2
                else:
                    guess = min((abs(up - corner), 0, left), (abs(left - corner), 1, up),
                                (abs(left + up - 2 * corner), 2, corner))[2]
                line[i] = (line[i] + guess) & 255
        rows.append([tuple(line[i : i + 3]) for i in range(0, stride, channels)])
        above = line
    return rows


def check_colours(rows, plots, dark):
    """The page is as dark as it should be, and each plot in sight is a light card with coloured lines."""
    page = rows[5][5]
    assert (max(page) < 60) if dark else (min(page) > 200), page
    seen = 0
    for left, top, width, height in plots:
        if top + height > HEIGHT:
            continue
        seen += 1
        pixels = [pixel for row in rows[int(top) : int(top + height)] for pixel in row[int(left) : int(left + width)]]
        white = sum(min(pixel) > 245 for pixel in pixels) / len(pixels)
        coloured = sum(max(pixel) - min(pixel) > 90 for pixel in pixels) / len(pixels)
        # A curve of 2 pixels over 300 is a share of 0.4 % and more.
        assert white > 0.5 and coloured > 0.002, (white, coloured, (left, top, width, height))
    assert seen >= 2, plots


def check(browser, page, width):
    found = browser.measure(page, width)
    assert found["width"] == width and not found["dark"], found
    assert found["scrollWidth"] <= width and not found["tooWide"], found
    assert found["pictures"] == found["loaded"] == 77, found
    assert len(found["plots"]) == 6 and all(0 < plot[2] <= width for plot in found["plots"]), found
    assert found["columns"] == (1 if width == TELEPHONE else 2), found
    assert found["plan"][2] == 960, found  # at its own size, to be read; a telephone scrolls
    assert found["scrolled"], found
    assert found["textHeight"] >= 9, found  # pixels of a line in the plots, the smallest
    return found["plots"]


def main():
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("skipped: no browser; install it (Debian: apt install chromium)")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        browser = Browser(program, folder)
        page = folder / "report.html"
        make_report(page, HOSTILE)
        check(browser, page, TELEPHONE)
        make_report(page)
        for width in (DESK, TELEPHONE):
            plots = check(browser, page, width)
            check_colours(browser.picture(page, width), plots, False)
        assert browser.measure(page, TELEPHONE, DARK)["dark"]
        check_colours(browser.picture(page, TELEPHONE, DARK), plots, True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

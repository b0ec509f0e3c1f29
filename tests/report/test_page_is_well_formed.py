"""The page is well-formed HTML, its pictures are XML, and names mean themselves in both. No package is needed."""

import html.parser
import pathlib
import re
import sys
import tempfile
import xml.etree.ElementTree

from pages import HOSTILE, make_report

VOID = {"meta", "img", "br", "wbr"}
LOADING = {"src", "srcset", "data", "poster", "action", "background"}
SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"


class Checker(html.parser.HTMLParser):
    """Elements close in order, ids are unique, and nothing is loaded."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.text, self.alternatives = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "iframe", "object", "embed", "base"), tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
            if name in LOADING:
                assert value.startswith("data:image/"), (tag, value[:80])
            if name in ("href", "xlink:href"):
                assert value.startswith("#"), (tag, value)
            if name == "alt":
                self.alternatives.append(value)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        self.text.append(data)


def check(page, name):
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert not checker.open, checker.open
    assert not re.search(r"@import|url\((?!#)", page), "a style that loads something"
    assert any(text.startswith(f"{name}Person".strip()) for text in checker.alternatives), checker.alternatives[:3]

    drawings = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(drawings) == 7, len(drawings)
    for drawing in drawings:
        root = xml.etree.ElementTree.fromstring(drawing)
        ids = {element.get("id") for element in root.iter()}
        for use in root.iter(SVG + "use"):
            assert use.get(XLINK + "href")[1:] in ids, use.attrib
    # The legend of the map: names as they are, where they are not too long for it.
    legend = "".join(xml.etree.ElementTree.fromstring(drawings[-2]).itertext())
    assert legend.count(f"{name}Person"[:23]) == 15, legend
    # The plan: its tensors have names for the mouse, and its style is not the page's.
    plan = xml.etree.ElementTree.fromstring(drawings[-1])
    names = [title.text for title in plan.findall(f"{SVG}rect/{SVG}title")]
    assert any(name.startswith("backbone.1.weight\nLinear<48, 8>\n") for name in names), names
    rules = re.findall(r"([^{}]+)\{[^{}@]+\}", plan.find(SVG + "style").text)
    assert len(rules) > 10 and all(rule.startswith(".ditto-plan") for rule in rules), rules


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "report.html")
        check(make_report(path), "")
        check(make_report(path, HOSTILE), HOSTILE)
        assert path.stat().st_size < 5_000_000


if __name__ == "__main__":
    sys.exit(main())

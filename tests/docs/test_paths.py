"""Every path that README.md, CHANGELOG.md, SECURITY.md and docs/ name exists: targets of links, their headings, and what
looks like a path in `code`. Such a path counts from the repository, from include/ditto, or from the page's folder; in it,
<name> and * stand for anything. The name of a source file alone is that of some file here."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = r"(hpp|cuh|cpp|py|sh|cmake|md)"
READERS_OWN = {"wrong_network.cpp"}


def text_without_blocks(page):
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.S | re.M)


def headings(page):
    found = re.findall(r"^#+ (.*)$", text_without_blocks(page), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def exists(path, page):
    pattern = re.sub(r"<[^>]+>", "*", path).rstrip("/")
    return any(any(base.glob(pattern)) for base in (ROOT, ROOT / "include/ditto", ROOT / "include", page.parent))


def is_path(code):
    if re.search(r"[^\w./<>*+\-]", code) or code.startswith((".", "-", "/")) or "//" in code:
        return False
    if re.fullmatch(r"[\w\-./<>*]+\." + SOURCE, code):
        return True
    first, slash, _ = code.partition("/")
    folders = (ROOT, ROOT / "include/ditto")
    return bool(slash) and first != "build" and any((base / first).is_dir() for base in folders)


def named_file_exists(name):
    folders = ("include", "examples", "tests", "docs", "cmake")
    pattern = re.sub(r"<[^>]+>", "*", name)
    return any(any((ROOT / folder).rglob(pattern)) for folder in folders) or any(ROOT.glob(pattern))


def broken(page):
    text = text_without_blocks(page)
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"https?:", target):
            continue
        path, _, heading = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists():
            yield target
        elif heading and heading not in headings(file):
            yield target
    for paragraph in re.split(r"\n\s*\n", text):
        for word in " ".join(re.findall(r"`([^`]+)`", paragraph)).split():
            if is_path(word) and word not in READERS_OWN:
                if not (exists(word, page) if "/" in word else named_file_exists(word)):
                    yield word


def main():
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
    pages += [ROOT / "tests/benchmarks/README.md", ROOT / "tests/reference/README.md"]
    bad = [f"{page.relative_to(ROOT)} names {path}, which does not exist" for page in pages for path in broken(page)]
    print("\n".join(bad))
    return bool(bad)


sys.exit(main())

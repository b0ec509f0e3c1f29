"""For tests/coverage.sh: the table of lines and branches, and what is left out, of llvm-cov's exports of every
program.

A line or a branch of a template is in many programs and instantiations: it is covered where one of them runs it. Of a
branch both ways count. What the compiler evaluates (static_assert, constexpr) is not run, and counts as it would if it
were not there, or as uncovered.
"""
import collections
import json
import pathlib
import sys


def lines_of(folder):
    """{file: {line: times}}"""
    files, own = {}, None
    for row in (row for path in folder.glob("*.lcov") for row in path.read_text().splitlines()):
        if row.startswith("SF:"):
            own = files.setdefault(row[3:], {})
        elif row.startswith("DA:"):
            line, times = map(int, row[3:].split(",")[:2])
            own[line] = max(own.get(line, 0), times)
    return files


def branches_of(folder):
    """{file: {(line, column, way): times}}"""
    files = collections.defaultdict(dict)
    for file in (file for path in folder.glob("*.text") for file in json.loads(path.read_text())["data"][0]["files"]):
        own = files[file["filename"]]
        for branch in file.get("branches", []):
            for way in (0, 1):
                place = branch[0], branch[1], way
                own[place] = max(own.get(place, 0), branch[4 + way])
    return files


def ranges(lines):
    found = []
    for line in sorted(lines):
        if found and found[-1][1] == line - 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def share(covered, all_of_them):
    return f"{100 * covered / all_of_them:6.1f} %" if all_of_them else "      - "


def main():
    folder = pathlib.Path(sys.argv[1])
    lines, branches = lines_of(folder), branches_of(folder)
    totals = [0, 0, 0, 0]
    print(f"{'header':58} {'lines':>8} {'branches':>9}")
    left_out = []
    for file in sorted(lines):
        name = file[file.rindex("/ditto/") + 1:]
        ran = [line for line, times in lines[file].items() if times]
        taken = [place for place, times in branches[file].items() if times]
        own = [len(ran), len(lines[file]), len(taken), len(branches[file])]
        totals = [a + b for a, b in zip(totals, own)]
        print(f"{name:58} {share(*own[:2])} {share(*own[2:]):>9}")
        missed = ranges(set(lines[file]) - set(ran))
        ways = collections.defaultdict(set)
        for (line, _, way), times in branches[file].items():
            if not times and lines[file].get(line, 1):
                ways[line].add("true" if way == 0 else "false")
        if missed:
            left_out.append(f"{name}: lines {missed}")
        if ways:
            left_out.append(f"{name}: branches " +
                            ", ".join(f"{line} never {'/'.join(sorted(way))}" for line, way in sorted(ways.items())))
    print(f"{'all':58} {share(*totals[:2])} {share(*totals[2:]):>9}")
    print("\nNot run:")
    print("\n".join(left_out))


main()

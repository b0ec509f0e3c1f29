"""For tests/coverage.sh: the table of lines and branches, and what is left out, of llvm-cov's exports of every
program.

A line or a branch of a template is in many programs and instantiations: it is covered where one of them runs it. Of a
branch both ways count. What the compiler alone evaluates does not count: constexpr functions that no test runs (the
tests' static_asserts and the programs that must not compile hold them), and conditions that are constants.
"""
import collections
import json
import pathlib
import re
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
    """{file: {(line, column, way): times}}, and {(file, line, column): the condition's text, if it is on one line}"""
    files, texts = collections.defaultdict(dict), {}
    for file in (file for path in folder.glob("*.text") for file in json.loads(path.read_text())["data"][0]["files"]):
        own = files[file["filename"]]
        for branch in file.get("branches", []):
            texts[file["filename"], branch[0], branch[1]] = branch[3] if branch[2] == branch[0] else None
            for way in (0, 1):
                place = branch[0], branch[1], way
                own[place] = max(own.get(place, 0), branch[4 + way])
    return files, texts


def functions_of_the_compiler(file, times):
    """The lines of constexpr functions of which no line ran."""
    found, source = set(), file.read_text().splitlines()
    for first, line in enumerate(source):
        if not re.match(r"\s*(?:\[\[\w+\]\] |friend |static |inline |explicit |template <.*> )*const(?:expr|eval) .*\(", line):
            continue
        depth, last = 0, first
        for last in range(first, len(source)):
            code = re.sub(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)\'|//.*', "", source[last])
            depth += code.count("{") - code.count("}")
            if depth == 0 and re.search(r"[;}]\s*$", code):
                break
        own = set(range(first + 1, last + 2))
        if not any(times.get(number) for number in own):
            found |= own
    return found


def constant_conditions(file, times, ways):
    """The places of conditions of which neither way was ever taken, though their line ran."""
    source = file.read_text().splitlines()
    both = collections.defaultdict(int)
    for (line, column, _), count in ways.items():
        both[line, column] += count
    return {place for place, count in both.items() if count == 0 and times.get(place[0]) and
            ("if constexpr" in source[place[0] - 1] or not re.search(r"&&|\|\|", source[place[0] - 1]))}


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
    lines, (branches, condition_ends) = lines_of(folder), branches_of(folder)
    totals = [0, 0, 0, 0]
    print(f"{'header':58} {'lines':>8} {'branches':>9}")
    left_out = []
    for file in sorted(file for file in lines if "/include/ditto/" in file):
        name = file[file.rindex("/ditto/") + 1:]
        path = pathlib.Path(file)
        unrun, constant = functions_of_the_compiler(path, lines[file]), constant_conditions(path, lines[file], branches[file])
        lines[file] = {line: times for line, times in lines[file].items() if line not in unrun}
        branches[file] = {(line, column, way): times for (line, column, way), times in branches[file].items()
                          if line not in unrun and (line, column) not in constant}
        ran = [line for line, times in lines[file].items() if times]
        taken = [place for place, times in branches[file].items() if times]
        own = [len(ran), len(lines[file]), len(taken), len(branches[file])]
        totals = [a + b for a, b in zip(totals, own)]
        print(f"{name:58} {share(*own[:2])} {share(*own[2:]):>9}")
        missed = ranges(set(lines[file]) - set(ran))
        source = path.read_text().splitlines()
        ways = collections.defaultdict(set)
        for (line, column, way), times in branches[file].items():
            if not times and lines[file].get(line, 1):
                text = source[line - 1][column - 1:(condition_ends[file, line, column] or 200) - 1]
                ways[line, column, text].add("true" if way == 0 else "false")
        if missed:
            left_out.append(f"{name}: lines {missed}")
        left_out += [f"{name}:{line}: never {'/'.join(sorted(way))}: {text}"
                     for (line, _, text), way in sorted(ways.items())]
    print(f"{'all':58} {share(*totals[:2])} {share(*totals[2:]):>9}")
    print("\nNot run:")
    print("\n".join(left_out))


main()

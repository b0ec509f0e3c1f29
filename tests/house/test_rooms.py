#!/usr/bin/env python3
"""The house of include/ditto is as docs/design.md says: what each room leans on, and how long a header may be."""

import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include" / "ditto"
LONGEST, MEDIAN = 300, 80


def room_of(header):
    """The room of a path below include/ditto; the doors, which lie outside of all, are a room of their own."""
    parts = header.split("/")
    if len(parts) == 1:
        return "doors"
    return "/".join(parts[:2]) if parts[0] == "device" and len(parts) > 2 else parts[0]


def table():
    """From docs/design.md: each room, in the order of the table, and the rooms that it leans on."""
    text = (ROOT / "docs" / "design.md").read_text()
    house = text[text.index("## The house"):]
    house = house[:house.index("\n\n", house.index("| ---"))]
    rooms = {}
    for row in re.findall(r"^\| (`.*)\|$", house, re.M):
        name, _, leans = (cell.strip() for cell in row.split(" | "))
        name = name.strip("`").replace("/<layer>", "")
        rooms[name] = None if leans.startswith("all above") else set(re.findall(r"`([\w/]+)`", leans))
        if rooms[name] is None:
            rooms[name] = set(rooms) - {name} - set(re.findall(r"`([\w/]+)`", leans))
    return rooms


def closure(rooms, name):
    """A room may also use what the rooms lean on that it leans on."""
    seen, todo = set(), [name]
    while todo:
        for other in rooms[todo.pop()]:
            if other in rooms and other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def main():
    rooms = table()
    problems, lengths = [], {}
    for name in rooms:
        if name in closure(rooms, name):
            problems.append(f"docs/design.md: the room {name} leans on itself")
    for path in sorted(INCLUDE.rglob("*")):
        if path.suffix not in (".hpp", ".cuh"):
            continue
        header = str(path.relative_to(INCLUDE))
        text = path.read_text()
        lengths[header] = text.count("\n")
        room = room_of(header)
        if room == "doors":
            continue
        if room not in rooms:
            problems.append(f"{header}: docs/design.md does not know the room {room}")
            continue
        allowed = closure(rooms, room) | {room, "core"}
        for included in re.findall(r'#include [<"]ditto/([^">]+)', text):
            if room_of(included) not in allowed:
                problems.append(f"{header} includes {included}: {room} does not lean on {room_of(included)}")
    for header, lines in lengths.items():
        if lines > LONGEST:
            problems.append(f"{header} has {lines} lines, more than {LONGEST}")
    median = statistics.median(lengths.values())
    if median > MEDIAN:
        problems.append(f"the median header has {median} lines, more than {MEDIAN}")
    print("\n".join(problems) or f"{len(lengths)} headers in {len(rooms)} rooms, the median of {median:.0f} lines")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

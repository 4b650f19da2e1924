#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file of src/ includes what src/LAYERS does not allow its room to include.

Also fails on: a room that LAYERS does not name or that does not exist, an arrow in LAYERS that
does not point down, an include without its room, an included file that is not there, and a cycle
among files. --self-test plants each of these in a small tree and fails unless it is found.
"""

import re
import sys
import tempfile
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def read_layers(path):
    """LAYERS as {room: allowed rooms}, in the order of the file, and what is wrong with it."""
    rows = [line.split(":", 1) for line in path.read_text().splitlines()
            if line.strip() and not line.startswith("#")]
    allowed = {room.strip(): rest.split() for room, rest in rows}
    order = list(allowed)
    wrong = [f"LAYERS: {room} may include {below}, which does not stand below it"
             for i, room in enumerate(order) for below in allowed[room]
             if below not in order[i + 1:]]
    return allowed, wrong


def read_includes(src):
    """{file: files it includes by quotes}, each as its path below src/."""
    return {path.relative_to(src).as_posix(): INCLUDE.findall(path.read_text())
            for path in sorted(src.rglob("*.[ch]"))}


def check_rooms(src, allowed):
    folders = sorted(path.name for path in src.iterdir() if path.is_dir())
    return ([f"src/{room}: LAYERS does not name this room" for room in folders
             if room not in allowed] +
            [f"LAYERS: there is no room {room}" for room in allowed if room not in folders])


def check_include(name, target, allowed, files):
    room, target_room = name.split("/")[0], target.split("/")[0]
    if "/" not in target:
        return f'src/{name}: "{target}" lacks its room'
    if target not in files:
        return f'src/{name}: there is no "{target}"'
    if target_room != room and target_room not in allowed.get(room, []):
        return f'src/{name}: {room} may not include "{target}"'
    return None


def find_cycles(includes):
    """One line for each include that leads back to a file that is still being read."""
    found, done = [], set()

    def visit(name, trail):
        if name in trail:
            found.append("cycle: " + " -> ".join(trail[trail.index(name):] + [name]))
        elif name not in done:
            for target in includes.get(name, []):
                visit(target, trail + [name])
            done.add(name)

    for name in includes:
        visit(name, [])
    return found


def check(src):
    allowed, wrong = read_layers(src / "LAYERS")
    includes = read_includes(src)
    wrong += check_rooms(src, allowed)
    for name, targets in includes.items():
        if "/" not in name:
            wrong.append(f"src/{name}: lies in no room")
        wrong += filter(None, (check_include(name, target, allowed, includes)
                               for target in targets))
    return wrong + find_cycles(includes)


GOOD_TREE = {
    "LAYERS": "# top first\ncli: edge base\nedge: base\nbase:\n",
    "cli/main.c": '#include "edge/edge.h"\n',
    "edge/edge.h": '#include <stdio.h>\n#include "base/bytes.h"\n',
    "edge/edge.c": '#include "edge/edge.h"\n',
    "base/bytes.h": "",
}

PLANTED = [
    ("may not include", {"base/bytes.h": '#include "edge/edge.h"\n'}),
    ("may not include", {"edge/edge.c": '  #  include "cli/cli.h"\n', "cli/cli.h": ""}),
    ("there is no \"base/gone.h\"", {"edge/edge.c": '#include "base/gone.h"\n'}),
    ("lacks its room", {"edge/edge.c": '#include "edge.h"\n'}),
    ("does not name this room", {"cellar/wine.h": ""}),
    ("there is no room attic", {"LAYERS": GOOD_TREE["LAYERS"] + "attic:\n"}),
    ("does not stand below it", {"LAYERS": "base: edge\ncli: edge base\nedge: base\n"}),
    ("cycle: base/a.h -> base/b.h -> base/a.h",
     {"base/a.h": '#include "base/b.h"\n', "base/b.h": '#include "base/a.h"\n'}),
    ("lies in no room", {"stray.c": ""}),
]


def check_tree(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check(Path(folder))


def self_test():
    failed = [f"a good tree is refused: {line}" for line in check_tree(GOOD_TREE)]
    for expected, change in PLANTED:
        if not any(expected in line for line in check_tree({**GOOD_TREE, **change})):
            failed.append(f"not found: {expected!r} with {change}")
    return failed


def main():
    if "--self-test" in sys.argv:
        wrong = self_test()
    else:
        wrong = check(Path(__file__).resolve().parent.parent / "src")
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

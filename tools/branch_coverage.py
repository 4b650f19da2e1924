#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists each line and branch of rooms that their own unit tests leave out; fails if there is one.

    tools/branch_coverage.py FOLDER ROOM...      FOLDER: a build with -Db_coverage=true

Builds and runs the tests ROOM/* there, so that a branch counts only if a test meant for the room
takes it, and reads what gcov counted. Set up with -Db_ndebug=true: an assert is a promise, and its
other side cannot be taken. --self-test plants a program with a branch and a line left out and fails
unless both are found.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(command, folder):
    """What it printed; ends the program if it fails."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\nbranch_coverage: {' '.join(map(str, command))} failed")
    return done.stdout


def read_counts(folder):
    """gcov's reports, one for each object that was run."""
    for data in sorted(folder.rglob("*.gcda")):
        text = run(["gcov", "--json-format", "--branch-probabilities", "--stdout", data], folder)
        yield from (json.loads(line) for line in text.splitlines())


def in_rooms(path, rooms):
    return path.is_relative_to(ROOT / "src") and path.relative_to(ROOT / "src").parts[0] in rooms


def collect(folder, is_wanted):
    """{(file, line): [times run, times each branch was taken]}, over all objects it is in."""
    counted = defaultdict(list)
    for report in read_counts(folder):
        base = Path(report["current_working_directory"])
        for file in report["files"]:
            path = (base / file["file"]).resolve()
            for line in file["lines"] if is_wanted(path) else []:
                counts = [line["count"], *(branch["count"] for branch in line["branches"])]
                known = counted[path, line["line_number"]]
                known += [0] * (len(counts) - len(known))
                for i, count in enumerate(counts):
                    known[i] += count
    return counted


def left_out(counted):
    for (path, line), (runs, *branches) in sorted(counted.items()):
        where = f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name}:{line}"
        if runs == 0:
            yield f"{where}: is never run"
        for i, count in enumerate(branches if runs > 0 else [], 1):
            if count == 0:
                yield f"{where}: branch {i} of {len(branches)} is never taken"


def files_left_out(counted, rooms):
    """What no test of the room links with has no counts at all."""
    seen = {path for path, _ in counted}
    for room in rooms:
        for path in sorted((ROOT / "src" / room).glob("*.c")):
            if path not in seen:
                yield f"{path.relative_to(ROOT)}: nothing of it is run"


def tests_of(folder, rooms):
    tests = json.loads(run(["meson", "introspect", "--tests", folder], folder))
    return [test["name"] for test in tests if test["name"].partition("/")[0] in rooms]


def measure(folder, rooms):
    for data in folder.rglob("*.gcda"):
        data.unlink()
    run(["meson", "test", *tests_of(folder, rooms)], folder)
    return collect(folder, lambda path: in_rooms(path, rooms))


PLANTED = """
int main(int count, char **arguments)
{
    if (count > 1)
        return 1;
    return 0;
}
"""
FOUND = ["planted.c:4: branch 1 of 2 is never taken", "planted.c:5: is never run"]


def self_test():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "planted.c"
        source.write_text(PLANTED)
        run(["gcc", "--coverage", "-O0", "-o", "planted", source], folder)
        run(["./planted"], folder)
        found = list(left_out(collect(folder, lambda path: path == source.resolve())))
    return [] if found == FOUND else [f"expected {FOUND}", f"found {found}"]


def main():
    if sys.argv[1:] == ["--self-test"]:
        wrong = self_test()
    else:
        folder, rooms = Path(sys.argv[1]).resolve(), sys.argv[2:]
        counted = measure(folder, rooms)
        wrong = [*files_left_out(counted, rooms), *left_out(counted)]
        print(f"{sum(len(counts) - 1 for counts in counted.values())} branches")
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

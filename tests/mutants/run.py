#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the tester: plants one bug after the other and looks whether the worlds find it.

    tests/mutants/run.py [NAME ...]      all of tests/mutants/*.patch, or those whose name begins so

Each patch is a bug that somebody could make; its first line says which. They are planted into a
copy of the tracked files in build-mutants/, which is built once and then by what a patch touches;
the worlds run until a seed fails, at most SEEDS. Fails for a bug that is not found, for a patch
that does not apply to the present code or does not compile, and if the code itself does not hold.

Ends with "N passed, N failed".
"""

import concurrent.futures
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "build-mutants"
TREE, BUILD = FOLDER / "tree", FOLDER / "build"
WORLDS = BUILD / "tests/sim/worlds"

SEEDS = 1000
FIRST_BLOCK, GROWTH = 8, 4  # most bugs are found by the first few seeds
PROCESSES = 2
BLOCK_SECONDS = 300
MEMORY_BYTES = 4 << 30  # a bug may ask for ever more
# "seed 7: crashed ...", or "seed 7 (3 workers ...):" and below it the time and what was wrong.
FAILED_SEED = re.compile(r"^seed (\d+)(?:: (.+)| \(.*\):\n[\d.]+  (.+))", re.MULTILINE)


class Unfit(Exception):
    """A patch that is no mutant of this code."""


# ---- patches ----

def hunks_of(patch):
    """(file, old text, new text) of each hunk of a unified diff."""
    name, old, new = None, [], []
    for line in patch.split("\n"):
        if line.startswith(("--- ", "+++ ", "@@")):
            if old:
                yield name, "\n".join(old), "\n".join(new)
            old, new = [], []
            if line.startswith("+++ b/"):
                name = line.removeprefix("+++ b/")
        elif name and line[:1] in (" ", "-", "+"):
            old += [line[1:]] if line[0] != "+" else []
            new += [line[1:]] if line[0] != "-" else []
    if old:
        yield name, "\n".join(old), "\n".join(new)


def plant(patch):
    """Returns the files as they were. Line numbers do not matter: a hunk's old text must stand in
    its file once."""
    before = {}
    for name, old, new in hunks_of(patch):
        path = TREE / name
        text = path.read_text() if path.exists() else ""
        if text.count(old + "\n") != 1:
            raise Unfit(f"does not apply: {name} no longer has\n{old}")
        before.setdefault(path, text)
        path.write_text(text.replace(old + "\n", new + "\n"))
    if not before:
        raise Unfit("does not apply: there is no hunk in it")
    return before


# ---- building ----

def refresh_tree():
    """Copies what differs, so that only that is built again."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    names = {name for name in listed.stdout.decode().split("\0") if name}
    for name in names:
        source, copy = ROOT / name, TREE / name
        if not source.is_file() or (copy.is_file() and copy.read_bytes() == source.read_bytes()):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
        copy.chmod(source.stat().st_mode)
    for copy in [path for path in TREE.rglob("*") if path.is_file()]:
        if str(copy.relative_to(TREE)) not in names:
            copy.unlink()


def build():
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["meson", "setup", BUILD, TREE, "-Doptimization=1", "-Ddebug=false"],
                       check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(["ninja", "-C", BUILD, "tests/sim/worlds"], capture_output=True,
                          text=True)
    if done.returncode:
        raise Unfit("does not compile:\n" + done.stdout[-2000:])


# ---- worlds ----

def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def failure_in(first, count):
    """(seed, what was wrong) of the first of these seeds that fails, or None."""
    try:
        done = subprocess.run([WORLDS, str(first), str(count), "--first"], capture_output=True,
                              text=True, errors="replace", timeout=BLOCK_SECONDS,
                              preexec_fn=limit_memory)
    except subprocess.TimeoutExpired:
        return first, f"this seed or one behind it does not end within {BLOCK_SECONDS} s"
    found = FAILED_SEED.search(done.stdout)
    if not found:
        return None
    assertion = done.stderr.strip().split("\n")[-1]
    return int(found[1]), found[3] or assertion or found[2]


def find_failure(pool):
    """In growing blocks, each shared by the processes."""
    first, block = 1, FIRST_BLOCK
    while first <= SEEDS:
        share = -(-min(block, SEEDS + 1 - first) // PROCESSES)
        starts = [first + i * share for i in range(PROCESSES)]
        failures = [f for f in pool.map(failure_in, starts, [share] * PROCESSES) if f]
        if failures:
            return min(failures)
        first += PROCESSES * share
        block *= GROWTH
    return None


def judge(patch, pool):
    """Whether the bug is found, and a sentence."""
    start = time.monotonic()
    before = plant(patch)
    try:
        build()
        failure = find_failure(pool)
    finally:
        for path, text in before.items():
            path.write_text(text)
    took = f"{time.monotonic() - start:.1f} s"
    if not failure:
        return False, f"NOT FOUND in {SEEDS} seeds, {took}"
    return True, f"found at seed {failure[0]} in {took}: {failure[1][:100]}"


def check(path, pool):
    patch = path.read_text()
    try:
        is_found, verdict = judge(patch, pool)
    except Unfit as unfit:
        is_found, verdict = False, str(unfit)
    print(f"{path.stem}: {patch.splitlines()[0].removeprefix('# ')}\n    {verdict}", flush=True)
    return is_found


def main():
    prefixes = tuple(sys.argv[1:]) or ("",)
    paths = [path for path in sorted(Path(__file__).parent.glob("*.patch"))
             if path.name.startswith(prefixes)]
    refresh_tree()
    build()
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        sound = failure_in(1, FIRST_BLOCK)
        if sound:
            print(f"without any of these bugs seed {sound[0]} fails: {sound[1]}")
        found = [check(path, pool) for path in paths] if not sound else []
    passed = sum(found)
    print(f"{passed} passed, {len(paths) - passed} failed")
    return 0 if passed == len(paths) > 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unfit as unfit:
        print(unfit)
        sys.exit(1)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `meson test` in a build folder and ends with one line: "N passed, N failed".

    tools/run_tests.py FOLDER [meson test options ...]

A test program counts as the tests that it says it ran (cmocka, pytest), or else as one.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

CMOCKA = re.compile(r"^\[  (PASSED|FAILED)  \] (\d+) test\(s\)", re.MULTILINE)
PYTEST = re.compile(r"^=*(?: .*)?\b\d+ (?:passed|failed|error).* in [\d.]+s\b.*$", re.MULTILINE)
PYTEST_PART = re.compile(r"(\d+) (passed|failed|error)")


def count_inner(output):
    """(passed, failed) as the test program itself says, (0, 0) if it says nothing."""
    passed = failed = 0
    for verdict, number in CMOCKA.findall(output):
        passed += int(number) if verdict == "PASSED" else 0
        failed += int(number) if verdict == "FAILED" else 0
    for line in PYTEST.findall(output):
        for number, verdict in PYTEST_PART.findall(line):
            passed += int(number) if verdict == "passed" else 0
            failed += int(number) if verdict != "passed" else 0
    return passed, failed


def count(record):
    """(passed, failed) of a line of testlog.json; a bad exit is never without a failure."""
    passed, failed = count_inner(record.get("stdout", "") + record.get("stderr", ""))
    if record["result"] == "OK":
        return max(passed, 1), 0
    if record["result"] == "SKIP":
        return 0, 0
    return passed, max(failed, 1)


def show_failure(record):
    print(f"\n--- {record['name']}: {record['result']}")
    for stream in ("stdout", "stderr"):
        lines = record.get(stream, "").splitlines()
        print("\n".join(lines[-80:]))


def main():
    folder, options = sys.argv[1], sys.argv[2:]
    log = Path(folder, "meson-logs", "testlog.json")
    log.unlink(missing_ok=True)
    status = subprocess.run(["meson", "test", "-C", folder, "--no-rebuild", *options],
                            stdin=subprocess.DEVNULL).returncode
    if not log.exists():
        print("0 passed, 1 failed")
        return 1
    records = [json.loads(line) for line in log.read_text().splitlines()]
    for record in records:
        if record["result"] not in ("OK", "SKIP"):
            show_failure(record)
    counts = [count(record) for record in records]
    passed, failed = (sum(column) for column in zip(*counts)) if counts else (0, 0)
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if status or failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

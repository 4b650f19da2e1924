# SPDX-License-Identifier: Apache-2.0
"""Runs the test suite that a client's source package ships, against any server."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

VENV = Path(__file__).parents[3] / ".venv"
SOURCES = VENV / "sources"
GO_SUITE = VENV / "go" / "openai-go.test"


@dataclass(frozen=True)
class Suite:
    package: str  # NAME-VERSION, as tools/setup.sh unpacks it
    files: tuple  # below tests/api_resources
    options: tuple = ()


def outcome_of(case):
    """passed, failed, error or skipped; and for what is not passed, how it says so."""
    for child in case:
        if child.tag in ("failure", "error", "skipped"):
            return child.tag
    return "passed"


def outcomes_of(report):
    cases = xml.parse(report).iter("testcase")
    return {f"{case.get('classname')}::{case.get('name')}": outcome_of(case) for case in cases}


def run_suite(suite, report, base_url):
    """{test: outcome}; `report` is where its JUnit report goes."""
    report.unlink(missing_ok=True)
    source = SOURCES / suite.package
    assert source.is_dir(), f"{source} is missing: run tools/setup.sh test"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider",
         "-o", "addopts=", f"--junitxml={report}", *suite.options,
         *(f"tests/api_resources/{file}" for file in suite.files)],
        cwd=source, env={**os.environ, "TEST_API_BASE_URL": base_url}, capture_output=True,
        stdin=subprocess.DEVNULL, text=True, timeout=300, check=False)
    assert report.exists(), done.stdout + done.stderr
    return outcomes_of(report)


def run_go_suite(tests, base_url):
    """{test: outcome} of those tests of the Go client, a pattern, that tools/setup.sh compiled."""
    assert GO_SUITE.exists(), f"{GO_SUITE} is missing: run tools/setup.sh test"
    done = subprocess.run(
        [GO_SUITE, "-test.v", "-test.run", tests],
        env={**os.environ, "TEST_API_BASE_URL": base_url}, capture_output=True,
        stdin=subprocess.DEVNULL, text=True, timeout=120, check=False)
    outcomes = re.findall(r"^--- (PASS|FAIL|SKIP): (\S+)", done.stdout, re.MULTILINE)
    assert outcomes, done.stdout + done.stderr
    return {test: {"PASS": "passed"}.get(outcome, outcome) for outcome, test in outcomes}

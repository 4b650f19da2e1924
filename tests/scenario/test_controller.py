# SPDX-License-Identifier: Apache-2.0
"""Twelve requests to a small FastAPI controller and to the edge: the same answers.

What an engine said is the same byte for byte, but for its name and date. A refusal has the same
status and the same type, code and param; each says it in words of its own, which begin with
"No prompt provided" where that is what is wrong. docs/clients.md has the differences in headers.
"""

import http.client
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from daemons import PATIENCE, Edge, Nobody, Sim, accepts, free_port, wait_until
from questions import MODEL, chat

HERE = Path(__file__).parent
NAME_AND_DATE = re.compile(rb'("id":"chatcmpl-)[0-9a-f]+|("created":)[0-9]+')
TIMEOUT = 0.5 * PATIENCE
SLOW = f"{int(4000 * TIMEOUT)}ms"


class Controller:
    """controller/controller.py as a process of its own."""

    def __init__(self, *cores, folder):
        self.port = free_port()
        self.log = (folder / f"controller-{self.port}.log").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "controller:app", "--port", str(self.port),
             "--log-level", "warning"],
            cwd=HERE / "controller", stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={**os.environ, "TIMEOUT": str(TIMEOUT),
                 "CORES": " ".join(core.url for core in cores)})
        if wait_until(lambda: accepts(self.port) or self.process.poll() is not None, 30) is None \
                or self.process.poll() is not None:
            self.stop()
            raise AssertionError(Path(self.log.name).read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Pairs:
    """Controllers and edges before the same cores, by the kind of the cores."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        self.by_kind = {}

    def start(self, kind, *arguments, **options):
        self.started.append(kind(*arguments, folder=self.folder, **options))
        return self.started[-1]

    def start_all(self):
        good = self.start(Sim, "--profile", "instant")
        slow = self.start(Sim, "--profile", "instant", "--ttft", SLOW)
        timeout = ["--timeouts.first_byte", f"{int(TIMEOUT * 1000)}ms"]
        kinds = {"good": [good], "slow": [slow], "dead": [Nobody()], "one dead": [Nobody(), good]}
        for kind, cores in kinds.items():
            self.by_kind[kind] = (self.start(Controller, *cores),
                                  self.start(Edge, *cores, arguments=timeout))

    def stop(self):
        for process in reversed(self.started):
            process.stop()


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    pairs = Pairs(tmp_path_factory.mktemp("controller"))
    try:
        pairs.start_all()
        yield pairs.by_kind
    finally:
        pairs.stop()


def without(question, *names):
    return {name: value for name, value in question.items() if name not in names}


LARGE = "Between two seas lies a thin strip of land. " * 50_000

REQUESTS = {
    "good": ("good", chat(max_tokens=20), 200),
    "missing prompt": ("good", without(chat(), "messages"), 400),
    "prompt instead of messages": (
        "good", {"model": MODEL, "prompt": "What joins them?", "max_tokens": 9}, 200),
    "empty": ("good", {"model": MODEL, "messages": []}, 400),
    "wrong type": ("good", {"model": MODEL, "messages": 7}, 400),
    "unknown model": ("good", {**chat(), "model": "no-such-model"}, 404),
    "core slow": ("slow", chat(max_tokens=3), 504),
    "core dead": ("dead", chat(), 502),
    "stream": ("good", chat(max_tokens=30, stream=True), 200),
    "core down, then the other": ("one dead", chat("who answers?", max_tokens=5), 200),
    "unicode": ("good", chat("𝄞 Ørestad 🌊 \\u0041 \u0000", max_tokens=5), 200),
    "large": ("good", chat(LARGE, max_tokens=5), 200),
}


def ask(daemon, question):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
    try:
        connection.request("POST", "/v1/chat/completions",
                           json.dumps(question, separators=(",", ":")),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("content-type"), answer.read()
    finally:
        connection.close()


CONTRACT = "No prompt provided"


def error_of(body):
    """The error object without its prose, of which only the contract's words are kept."""
    error = json.loads(body)["error"]
    assert error["message"]
    return {**error, "message": CONTRACT if error["message"].startswith(CONTRACT) else ""}


def test_there_are_twelve():
    assert len(REQUESTS) == 12


@pytest.mark.parametrize("name", REQUESTS)
def test_the_edge_answers_as_the_controller(pairs, name):
    cores, question, status = REQUESTS[name]
    by_controller, by_edge = (ask(daemon, question) for daemon in pairs[cores])

    assert by_controller[0] == by_edge[0] == status
    assert by_controller[1].split(";")[0] == by_edge[1].split(";")[0]
    if status == 200:
        assert NAME_AND_DATE.sub(rb"\1\2", by_edge[2]) == \
            NAME_AND_DATE.sub(rb"\1\2", by_controller[2])
    else:
        assert error_of(by_edge[2]) == error_of(by_controller[2])

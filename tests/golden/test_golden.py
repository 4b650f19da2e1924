# SPDX-License-Identifier: Apache-2.0
"""Plays each transcript of this folder (transcript.py says how one is written) against an edge."""

import difflib
import http.client
import os
import sys
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "scenario")]

import transcript as golden  # noqa: E402
from daemons import Edge, wait_until  # noqa: E402
from keys import Keys  # noqa: E402
from wires import AT_ONCE, LIMIT, SILENCE, Client, Core  # noqa: E402

FILL = os.environ.get("GOLDEN_FILL") == "1"
MODELS_REFRESH = "--timeouts.models-refresh"


class Stage:
    """An edge, the cores behind it, the clients before it, and what masks have stood for."""

    def __init__(self, transcript, folder):
        self.transcript = transcript
        self.known = {}
        self.found = {}  # for GOLDEN_FILL, by the lines of steps
        self.line = 0
        self.ends = {f"core {name}": Core() for name in transcript.cores}
        self.edge = None
        arguments = ["--workers=1", *self.core_arguments(folder), *self.key_arguments(folder),
                     *transcript.arguments]
        self.edge = Edge(arguments=arguments, folder=folder, environment=self.environment())
        if transcript.keys:
            assert wait_until(self.knows_keys) is not None, self.edge.log()

    def environment(self):
        return {f"CORE_{who.split()[1].upper()}": core.url for who, core in self.ends.items()}

    def core_arguments(self, folder):
        """Cores are asked for their models only where a transcript wants it."""
        if not self.transcript.config:
            asks_models = MODELS_REFRESH in self.transcript.arguments
            return [f"--core={who.split()[1]}={core.url}" for who, core in self.ends.items()] + [
                f"{MODELS_REFRESH}=0"] * (not asks_models)
        path = Path(folder, "isthmus.yaml")
        path.write_text(self.transcript.config)
        return ["--config", str(path)]

    def key_arguments(self, folder):
        if not self.transcript.keys:
            return []
        data = Path(folder, "data")
        Keys(data).ask("keys import", "-", given=self.transcript.keys)
        return ["--auth=keys", f"--data-dir={data}"]

    def knows_keys(self):
        """Until it does, it answers 503."""
        client = http.client.HTTPConnection("127.0.0.1", self.edge.port, timeout=LIMIT)
        client.request("GET", "/v1/usage", headers={"Authorization": "Bearer nobody"})
        status = client.getresponse().status
        client.close()
        return status == 401

    def end_of(self, who):
        if who not in self.ends:
            self.ends[who] = Client(self.edge.port)
        return self.ends[who]

    def play(self):
        """Returns what is wrong, or None."""
        for step in self.transcript.steps:
            try:
                self.play_step(step)
            except (AssertionError, OSError, golden.Mistake) as failure:
                name = self.transcript.path.name
                return f"{name}:{step.line}: {step.who} {step.what}: {failure}"
        return None

    def play_step(self, step):
        if step.who == "wait":
            time.sleep(step.what)
            return
        end = self.end_of(step.who)
        acts = {"sends": self.send, "gets": self.get, "gets so far": self.get_so_far,
                "leaves": lambda end, _: end.wire.close(), "is left": self.expect_end,
                "hears nothing": self.expect_silence}
        self.line = step.line
        acts[step.what](end, step.text)

    def send(self, end, text):
        wire = end.wire_to_send()
        if golden.START_LINE.match(text):
            wire.receiving.method = text.split(" ", 1)[0]
        wire.send(wire.sending.message(text, self.known))

    def get(self, end, text):
        wire = end.wire_to_read()
        receiving = wire.receiving
        while not receiving.is_whole and wire.read(LIMIT):
            pass
        assert receiving.is_whole or wire.has_ended, f"no end came: {receiving.plain!r}"
        data = receiving.plain[receiving.taken:]
        receiving.begin()
        receiving.feed(b"")  # what came behind it is the next message
        if text == "?" and FILL:
            self.found[self.line] = data
        else:
            self.compare(text, data)

    def compare(self, text, data):
        pattern = golden.Pattern(text, self.known)
        match = pattern.regex.fullmatch(data)
        if not match:
            lines = difflib.unified_diff(*golden.compare_lines(text, data, self.known), "expected",
                                         "got", lineterm="")
            raise AssertionError("another message came\n" + "\n".join(lines))
        pattern.bind(match, self.known)

    def get_so_far(self, end, text):
        wire = end.wire_to_read()
        receiving = wire.receiving
        if text == "?" and FILL:
            while wire.read(LIMIT if not receiving.plain[receiving.taken:] else SILENCE):
                pass
            self.found[self.line] = receiving.plain[receiving.taken:]
            receiving.taken = len(receiving.plain)
            return
        pattern = golden.Pattern(text, self.known)
        match = pattern.regex.match(receiving.plain, receiving.taken)
        while not match and wire.read(LIMIT):
            match = pattern.regex.match(receiving.plain, receiving.taken)
        if not match:
            self.compare(text, receiving.plain[receiving.taken:])
            return
        receiving.taken = match.end()
        pattern.bind(match, self.known)

    def expect_end(self, end, _):
        """The edge closes this connection at once, and says no more on it."""
        wire = end.wire
        while wire.read(AT_ONCE):
            pass
        assert wire.has_ended, "the connection stays open"
        assert wire.receiving.plain[wire.receiving.taken:] in (b"", golden.BROKEN_OFF)

    def expect_silence(self, end, _):
        wire = end.heard(SILENCE)
        assert not wire, f"it heard {wire.receiving.plain!r}"

    def close(self):
        for end in self.ends.values():
            end.close()
        if self.edge:
            self.edge.stop()


@pytest.fixture
def stage(tmp_path):
    stages = []

    def open_stage(path):
        stages.append(Stage(golden.read(path), tmp_path))
        return stages[-1]

    yield open_stage
    for stage in stages:
        stage.close()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_transcript(stage, path):
    stage = stage(path)
    problem = stage.play()
    if stage.found:
        golden.fill(path, stage.found)
        problem = problem or "filled in: read it, and run the test again"
    if problem:
        pytest.fail(problem, pytrace=False)

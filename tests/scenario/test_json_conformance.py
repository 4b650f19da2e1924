# SPDX-License-Identifier: Apache-2.0
"""JSONTestSuite through the edge: what is JSON passes byte for byte, what is none is a 400 that no
engine hears of, and what is ambiguous is decided as docs/api.md says.

Each document is sent twice: as a field that nobody knows, and as a whole body.
"""

import fnmatch
import http.client
import json
import re
import subprocess
from pathlib import Path

import pytest
from upstream import Answer

HERE = Path(__file__).parent
DECISION = re.compile(r"^\| (`i_.*?) \| (accepted|refused) \| \S.*\|$", re.MULTILINE)
START, END = b'{"model":"sim","x":', b',"messages":[{"role":"user","content":"Hi"}]}'


def load_documents():
    """{name: bytes}. The package holds text: where a file has bytes that are no UTF-8 it has
    U+FFFD, which no file has of its own. Byte 0xff is as little UTF-8 as what was there."""
    printed = subprocess.run(["node", HERE / "node" / "json_documents.mjs"], capture_output=True,
                             stdin=subprocess.DEVNULL, timeout=60, check=True).stdout
    return {document["name"].removesuffix(".json"):
            document["input"].encode().replace("\ufffd".encode(), b"\xff")
            for document in json.loads(printed)}


DOCUMENTS = load_documents()


def decisions():
    """[(patterns, is accepted)] from docs/api.md."""
    page = (HERE.parent.parent / "docs" / "api.md").read_text()
    return [(re.findall(r"`(i_.*?)`", names), verdict == "accepted")
            for names, verdict in DECISION.findall(page)]


def decision(name):
    found = {is_accepted for patterns, is_accepted in decisions()
             if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)}
    assert len(found) == 1, f"docs/api.md decides {len(found)} times on {name}"
    return found.pop()


class Asker:
    """One connection that asks one question after the other."""

    def __init__(self, edge, upstream):
        self.connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=20)
        self.upstream = upstream
        upstream.says(Answer.json({}))

    def post(self, body):
        """(status, error)"""
        self.connection.request("POST", "/v1/chat/completions", body,
                                {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read()).get("error")

    def takes_inside(self, document):
        """As a field that nobody knows: whether the engine got it, byte for byte."""
        before = len(self.upstream.requests)
        body = START + document + END
        status, error = self.post(body)
        came = [request.body for request in self.upstream.requests[before:]]
        if status == 200:
            assert came == [body]
            return True
        assert (status, came) == (400, [])
        assert error["type"] == "invalid_request_error"
        assert error["code"] in ("invalid_json", "too_deep")
        return False

    def takes_alone(self, document):
        """As a whole body: whether it is JSON, although it is no request."""
        status, error = self.post(document)
        assert status == 400
        if error["code"] == "too_deep":
            return False
        says_json = re.search(r"is not valid JSON|is empty", error["message"]) is None
        assert says_json or error["code"] == "invalid_json"
        return says_json


@pytest.fixture
def asker(upstream, front):
    asker = Asker(front, upstream)
    yield asker
    asker.connection.close()


def disagreements(asker, kind, expected):
    names = [name for name in DOCUMENTS if name.startswith(kind)]
    return [(name, way.__name__) for name in names
            for way in (asker.takes_inside, asker.takes_alone)
            if way(DOCUMENTS[name]) != expected(name)]


def test_the_collection_is_whole():
    kinds = [name[0] for name in DOCUMENTS]
    assert (kinds.count("y"), kinds.count("n"), kinds.count("i")) == (95, 188, 35)
    assert not any("\ufffd".encode() in text for text in DOCUMENTS.values())


def test_all_that_is_json_is_accepted_and_passes_unchanged(asker):
    assert disagreements(asker, "y_", lambda name: True) == []


def test_all_that_is_no_json_is_refused_and_no_engine_hears_of_it(asker):
    assert disagreements(asker, "n_", lambda name: False) == []


def test_what_is_ambiguous_is_decided_as_the_documentation_says(asker):
    assert disagreements(asker, "i_", decision) == []

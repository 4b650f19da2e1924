# SPDX-License-Identifier: Apache-2.0
"""An answer through the edge is, byte for byte, the engine's answer, but for documented headers."""

import http.client
import json
import re

import pytest
from questions import MODEL, chat

# docs/ARCHITECTURE.md, "What the edge changes": what belongs to one connection, and what the edge
# says about the request itself.
OWN_HEADERS = {"connection", "keep-alive", "transfer-encoding", "content-length", "date",
               "x-request-id"}
ADDED_TO_STREAMS = {"cache-control", "x-accel-buffering"}
# The engine names and dates each answer anew, so two answers differ in these.
NAME_AND_DATE = re.compile(rb'("id":"(?:chat)?cmpl-)[0-9a-f]+|("created":)[0-9]+')

QUESTIONS = {
    "chat": ("POST", "/v1/chat/completions", chat(max_tokens=40)),
    "stream": ("POST", "/v1/chat/completions", chat(max_tokens=40, stream=True)),
    "stream with usage": ("POST", "/v1/chat/completions",
                          chat(max_tokens=4, stream=True, stream_options={"include_usage": True})),
    "unknown fields": ("POST", "/v1/chat/completions",
                       chat("\U0001f30a 𝄞 \\u0041", max_tokens=3, guided_json={"a": [True]},
                            big=12345678901234567890)),
    "completion": ("POST", "/v1/completions", {"model": MODEL, "prompt": "a", "max_tokens": 9}),
    "embedding": ("POST", "/v1/embeddings", {"model": MODEL, "input": ["a", "b"]}),
}


def ask(daemon, method, path, body):
    """(status, headers in order, body bytes)"""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=20)
    try:
        headers = {"Content-Type": "application/json", "Authorization": "Bearer a-client's-key"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def foreign(headers):
    fields = [(name.lower(), value) for name, value in headers]
    is_stream = any(value.startswith("text/event-stream") for _, value in fields)
    own = OWN_HEADERS | (ADDED_TO_STREAMS if is_stream else set())
    return [(name, value) for name, value in fields if name not in own]


def undated(body):
    return NAME_AND_DATE.sub(rb"\1\2", body)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_edge_changes_nothing(sim, edge, name):
    direct = ask(sim, *QUESTIONS[name])
    through = ask(edge, *QUESTIONS[name])

    assert through[0] == direct[0]
    assert foreign(through[1]) == foreign(direct[1])
    assert undated(through[2]) == undated(direct[2])
    assert dict(through[1]).keys() & {"x-request-id", "X-Request-Id"}


def test_a_model_is_told_as_its_engine_tells_it(sim, edge):
    for path in ("/v1/models", f"/v1/models/{MODEL}"):
        direct, through = ask(sim, "GET", path, None), ask(edge, "GET", path, None)
        assert through[0] == direct[0] == 200
        assert through[2].strip() == direct[2].strip()


def test_the_clients_key_stays_at_the_edge(start_sim, start_edge, tmp_path):
    engine = start_sim("--key", "the-engine's-key")
    config = tmp_path / "isthmus.yaml"
    config.write_text(f"cores:\n  one:\n    url: {engine.url}\n    key: ${{ENGINE_KEY}}\n")
    edge = start_edge(arguments=["-c", str(config)], environment={"ENGINE_KEY": "the-engine's-key"})

    assert ask(engine, *QUESTIONS["chat"])[0] == 401
    assert ask(edge, *QUESTIONS["chat"])[0] == 200

# SPDX-License-Identifier: Apache-2.0
"""How these tests ask, and what they compare: all of an answer but its name, date and timing."""

import http.client
import json
import socket
import time

from engines import MODEL

# Ollama ends an answer that says one token thirty times, as random weights may do.
TOKENS = 25
FIXED = {"temperature": 0, "seed": 1, "max_tokens": TOKENS}
CHAT, COMPLETIONS = "/v1/chat/completions", "/v1/completions"
# What differs between two answers to the same question.
VOLATILE = {"id", "item_id", "created", "created_at", "completed_at", "timings"}


def chat(text="What joins two large bodies of land?", **more):
    """A question whose answer is always the same."""
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **FIXED, **more}


def completion(text="An isthmus é 日", **more):
    return {"model": MODEL, "prompt": text, **FIXED, **more}


def ask(daemon, path, question, method="POST"):
    """(status, content type, body); a question of bytes is sent as it is."""
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=120)
    try:
        connection.request(method, path, body if method == "POST" else None,
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read()
    finally:
        connection.close()


def ask_json(daemon, path, question=None, method="POST"):
    """(status, document)"""
    status, kind, body = ask(daemon, path, question, method)
    assert kind == "application/json", body
    return status, json.loads(body)


def ask_stream(daemon, path, question):
    """The data of each event, [DONE] included."""
    status, kind, body = ask(daemon, path, {**question, "stream": True})
    assert (status, kind) == (200, "text/event-stream"), body
    return [line.removeprefix("data: ") for line in body.decode().split("\n")
            if line.startswith("data: ")]


def undated(value):
    if isinstance(value, dict):
        return {key: undated(item) for key, item in value.items() if key not in VOLATILE}
    if isinstance(value, (list, tuple)):
        return [undated(item) for item in value]
    return value


def undated_events(events):
    return [event if event == "[DONE]" else undated(json.loads(event)) for event in events]


def said(event):
    """The text that one event brings, in the words of each API."""
    delta = event.get("delta") or {}
    if isinstance(delta, str):
        return delta
    choice = (event.get("choices") or [{}])[0]
    return (choice.get("text") or choice.get("delta", {}).get("content") or delta.get("text")
            or "")


def text_of(events):
    return "".join(said(json.loads(event)) for event in events if event != "[DONE]")


def assert_same_stream(engine, direct, through):
    """Event by event, unless the engine joins the tokens that are ready at the same moment."""
    assert text_of(through) == text_of(direct) != ""
    if "one event a token" not in engine.lacks:
        assert undated_events(through) == undated_events(direct)


def open_request(daemon, path, question):
    """Asks, and leaves the answer to whoever reads the connection."""
    body = json.dumps(question).encode()
    connection = socket.create_connection(("127.0.0.1", daemon.port), timeout=60)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                       "Content-Type: application/json\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return connection


def read_until(connection, word, seconds=30):
    """What came up to this word or the end; pings of the edge are no reason to wait for ever."""
    seen = b""
    late = time.monotonic() + seconds
    while word not in seen:
        assert time.monotonic() < late, f"no {word} in {seen[-400:]}"
        piece = connection.recv(65536)
        if not piece:
            break
        seen += piece
    return seen

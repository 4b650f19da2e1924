# SPDX-License-Identifier: Apache-2.0
"""How a request ends when somebody leaves: the client, the engine, or the edge itself."""

import json
import signal
import socket
import threading

import openai
import pytest
from daemons import ALWAYS, PATIENCE, accepts, wait_until
from questions import chat, text_of

# What the design promises is 100 ms; a loaded test machine gets more, and the measure is printed.
CANCEL_SECONDS = 1.0


@pytest.fixture
def slow_sim(start_sim):
    """An answer takes a while, and its tokens leave the engine one by one."""
    return start_sim("--profile", "instant", "--itl", "5ms")


@pytest.fixture
def slow_edge(start_edge, slow_sim):
    return start_edge(slow_sim)


def open_request(daemon, question):
    body = json.dumps(question).encode()
    connection = socket.create_connection(("127.0.0.1", daemon.port), timeout=20)
    connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: edge\r\n"
                       b"Content-Type: application/json\r\n"
                       b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return connection


def read_until(connection, word):
    seen = b""
    while word not in seen:
        piece = connection.recv(65536)
        if not piece:
            break
        seen += piece
    return seen


@pytest.mark.parametrize("stream", [True, False])
def test_the_engine_hears_when_the_client_leaves(slow_sim, slow_edge, stream):
    connection = open_request(slow_edge, chat(max_tokens=5000, stream=stream))
    if stream:
        assert b"data: " in read_until(connection, b"data: ")
    assert wait_until(lambda: slow_sim.open_requests() == 1) is not None

    connection.close()
    seconds = wait_until(lambda: slow_sim.open_requests() == 0)
    assert seconds is not None
    print(f"cancelled after {seconds * 1000:.1f} ms")
    assert seconds < CANCEL_SECONDS * PATIENCE
    assert slow_sim.metric("cancelled") == 1


def test_a_dying_engine_is_an_error_and_no_short_answer(slow_sim, slow_edge, client_of):
    client = client_of(slow_edge)
    slow_sim.faults(die_mid_stream=ALWAYS, after_tokens=5)
    chunks = []
    with pytest.raises(openai.APIError) as raised:
        for chunk in client.chat.completions.create(**chat(max_tokens=50, stream=True)):
            chunks.append(chunk)
    assert raised.value.message

    slow_sim.faults()
    answer = client.chat.completions.create(**chat(max_tokens=50)).choices[0].message.content
    assert answer.startswith(text_of(chunks)) and "" != text_of(chunks) != answer


@pytest.mark.parametrize("fault", ["die_mid_stream", "end_mid_stream", "garbage_body",
                                   "error_in_band"])
def test_a_cut_stream_has_an_error_event_and_no_done(slow_sim, slow_edge, fault):
    slow_sim.faults(**{fault: ALWAYS}, after_tokens=5)
    with open_request(slow_edge, chat(max_tokens=50, stream=True)) as connection:
        body = read_until(connection, b"0\r\n\r\n")
    assert body.startswith(b"HTTP/1.1 200")
    assert b'"error"' in body
    assert b"[DONE]" not in body


def test_a_killed_engine_is_an_error_event_and_no_done(slow_sim, slow_edge):
    with open_request(slow_edge, chat(max_tokens=5000, stream=True)) as connection:
        assert b"data: " in read_until(connection, b"data: ")
        slow_sim.kill()
        rest = read_until(connection, b"0\r\n\r\n")
    slow_sim.stop = lambda: None  # killed on purpose: there is nothing to stop
    assert b'"error"' in rest
    assert b"[DONE]" not in rest


def test_another_core_answers_when_one_refuses(start_sim, start_edge, client_of):
    good, bad = start_sim(), start_sim()
    bad.faults(refuse=ALWAYS)
    client = client_of(start_edge(bad, good))
    for i in range(4):
        answer = client.chat.completions.create(**chat(f"question {i}", max_tokens=3))
        assert answer.choices[0].finish_reason == "length"


def test_sigterm_lets_streams_finish_and_exits_0(slow_sim, slow_edge, client_of):
    question = chat(max_tokens=60, stream=True)
    texts = []
    began = threading.Barrier(4)

    def read_one():
        stream = client_of(slow_edge).chat.completions.create(**question)
        chunks = [next(stream)]
        began.wait()
        texts.append(text_of(chunks + list(stream)))

    readers = [threading.Thread(target=read_one) for _ in range(3)]
    for reader in readers:
        reader.start()
    began.wait()
    slow_edge.signal(signal.SIGTERM)
    refused = wait_until(lambda: not accepts(slow_edge.port))
    for reader in readers:
        reader.join()

    assert refused is not None
    assert slow_edge.wait() == 0
    direct = client_of(slow_sim).chat.completions.create(**chat(max_tokens=60))
    assert texts == [direct.choices[0].message.content] * 3

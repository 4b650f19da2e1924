# SPDX-License-Identifier: Apache-2.0
"""When a client leaves, the engine stops working for it within a second."""

import time

import pytest
from asking import CHAT, chat, open_request, read_until
from daemons import wait_until
from engines import SLOTS

CANCEL_SECONDS = 1.0
# No engine here makes so many tokens while a test runs, and none is said too often in a row.
ENDLESS = {"max_tokens": 8000, "temperature": 1}
LONG = "isthmus " * 1000
pytestmark = pytest.mark.needs("answers")


def assert_soon(engine, open_requests):
    """One look and no polling: llama-server looks for its client when a second has passed in which
    nobody was answered, and a question for its metrics is an answer too."""
    time.sleep(CANCEL_SECONDS)
    assert engine.open_requests() == open_requests, "the engine works for a client that left"


def open_and_begun(engine, edge, question, before=0):
    """A connection whose request the engine has been working on for a moment."""
    connection = open_request(edge, CHAT, question)
    assert wait_until(lambda: engine.open_requests() == before + 1) is not None
    time.sleep(0.4)
    return connection


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_the_engine_rests_when_the_client_leaves(engine, edge, stream):
    connection = open_and_begun(engine, edge, chat(**ENDLESS, stream=stream))
    if stream:
        assert b"data: " in read_until(connection, b"data: ")
    connection.close()
    assert_soon(engine, 0)


@pytest.mark.needs("prompts that can be left")
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_the_engine_rests_when_the_client_leaves_in_mid_prompt(engine, edge, stream):
    connection = open_and_begun(engine, edge, chat(LONG, stream=stream))
    connection.close()
    assert_soon(engine, 0)


@pytest.mark.needs("a count of requests")
def test_others_go_on_when_a_client_leaves(engine, edge):
    stays = open_and_begun(engine, edge, chat(**ENDLESS, stream=True))
    leaves = open_and_begun(engine, edge, chat(**ENDLESS, stream=True), before=1)
    leaves.close()
    assert_soon(engine, 1)
    stays.recv(1 << 20)
    assert b"data: " in read_until(stays, b"data: ")
    stays.close()
    assert_soon(engine, 0)


@pytest.mark.needs("a queue that sees who leaves")
def test_a_client_that_waits_may_leave(engine, edge):
    readers = [open_and_begun(engine, edge, chat(**ENDLESS, stream=True), before=i)
               for i in range(SLOTS)]
    waiting = open_and_begun(engine, edge, chat(**ENDLESS, stream=True), before=SLOTS)
    waiting.close()
    assert_soon(engine, SLOTS)
    for reader in readers:
        reader.close()
    assert_soon(engine, 0)

# SPDX-License-Identifier: Apache-2.0
"""An engine that dies or freezes: an error and never a short answer; when it is back, so are we."""

import json
import signal

import pytest
from asking import CHAT, ask_json, chat, open_request, read_until
from daemons import wait_until

ENDLESS = {"max_tokens": 8000, "temperature": 1}  # as in test_leaving.py
BACK_SECONDS = 45  # a core is left alone for 30 s at most
END = b"0\r\n\r\n"
pytestmark = pytest.mark.needs("answers")


def assert_it_answers_again(edge):
    def is_answered():
        return ask_json(edge, CHAT, chat(max_tokens=3))[0] == 200
    seconds = wait_until(is_answered, BACK_SECONDS, every=0.2)
    assert seconds is not None
    print(f"answers again after {seconds:.1f} s")


def assert_told(rest):
    assert b'"error"' in rest
    assert b"[DONE]" not in rest


def test_an_engine_killed_in_mid_stream_is_an_error_until_it_is_back(engine, edge):
    with open_request(edge, CHAT, chat(**ENDLESS, stream=True)) as connection:
        assert b"data: " in read_until(connection, b"data: ")
        engine.kill()
        assert_told(read_until(connection, END))

    status, document = ask_json(edge, CHAT, chat())
    assert status in (502, 503)
    assert document["error"]["message"]

    engine.start()
    assert_it_answers_again(edge)


def test_an_engine_killed_in_mid_answer_is_an_error(engine, edge):
    with open_request(edge, CHAT, chat(**ENDLESS)) as connection:
        assert wait_until(lambda: engine.open_requests() == 1) is not None
        engine.kill()
        head, _, body = read_until(connection, b"}}").partition(b"\r\n\r\n")
    assert head.split()[1] in (b"502", b"503"), head
    assert json.loads(body)["error"]["message"]

    engine.start()
    assert_it_answers_again(edge)


def test_a_frozen_engine_is_an_error_until_it_goes_on(engine, start_edge):
    edge = start_edge(engine, arguments=["--timeouts.token_idle=1s", "--timeouts.first_byte=2s"])
    with open_request(edge, CHAT, chat(**ENDLESS, stream=True)) as connection:
        assert b"data: " in read_until(connection, b"data: ")
        engine.signal(signal.SIGSTOP)
        assert_told(read_until(connection, END))
    engine.signal(signal.SIGCONT)
    assert_it_answers_again(edge)

# SPDX-License-Identifier: Apache-2.0
"""Retries, timeouts and cancellation of the official Python client, plain and asynchronous."""

import asyncio

import openai
import pytest
from daemons import PATIENCE, wait_until
from questions import chat, text_of
from shapes import CASES, answer_by_name, chunk_of, question_of
from upstream import Answer

CANCEL_SECONDS = 1.0
GOOD = Answer.json(CASES["text"].plain)


def trouble(status, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer.json({"error": {"message": "not now", "type": "x"}}, status, named)


def gaps(upstream):
    times = [request.at for request in upstream.requests]
    return [after - before for before, after in zip(times, times[1:])]


def test_retry_after_ms_is_waited_for(upstream, front, client_of):
    upstream.says(trouble(429, retry_after_ms="80", retry_after="5"), GOOD)
    client_of(front, max_retries=2).chat.completions.create(**chat())
    assert [request.headers["x-stainless-retry-count"] for request in upstream.requests] == \
        ["0", "1"]
    assert 0.08 <= gaps(upstream)[0] < 2 * PATIENCE


def test_retry_after_seconds_are_waited_for(upstream, front, client_of):
    upstream.says(trouble(429, retry_after="1"), GOOD)
    client_of(front, max_retries=2).chat.completions.create(**chat())
    assert 1.0 <= gaps(upstream)[0] < 4 * PATIENCE


@pytest.mark.parametrize("status, headers, tries", [
    (429, {"x_should_retry": "false"}, 1),
    (500, {"x_should_retry": "false"}, 1),
    (400, {"x_should_retry": "true"}, 3),
    (400, {}, 1),
    (408, {}, 3),
    (409, {}, 3),
])
def test_the_engine_says_whether_to_retry(upstream, front, client_of, status, headers, tries):
    upstream.says(trouble(status, retry_after_ms="1", **headers))
    with pytest.raises(openai.APIStatusError):
        client_of(front, max_retries=2).chat.completions.create(**chat())
    assert len(upstream.requests) == tries


def test_a_retry_has_the_same_idempotency_key_and_another_request_id(upstream, front, client_of):
    upstream.says(trouble(429, retry_after_ms="1"), GOOD)
    client_of(front, max_retries=1).chat.completions.create(
        **chat(), extra_headers={"Idempotency-Key": "once"})
    first, second = (request.headers for request in upstream.requests)
    assert first["idempotency-key"] == second["idempotency-key"] == "once"
    assert first["x-request-id"] != second["x-request-id"]


def test_the_clients_timeout_ends_the_engines_work(upstream, front, client_of):
    upstream.says(Answer.never())
    with pytest.raises(openai.APITimeoutError):
        client_of(front, timeout=0.2).chat.completions.create(**chat())
    assert wait_until(lambda: upstream.abandoned == 1, CANCEL_SECONDS) is not None


def test_a_stream_that_stands_still_is_a_timeout(upstream, front, client_of):
    upstream.says(Answer.stream([chunk_of(0, {"content": "a"})] * 2, pause=3600))
    stream = client_of(front, timeout=0.3).chat.completions.create(**chat(stream=True))
    with pytest.raises(openai.APITimeoutError):
        list(stream)
    assert wait_until(lambda: upstream.abandoned == 1, CANCEL_SECONDS) is not None


@pytest.fixture
def slow(start_sim, start_edge):
    """A simulated engine whose tokens take their time, and an edge before it."""
    sim = start_sim("--profile", "instant", "--itl", "5ms")
    return sim, start_edge(sim)


def assert_engine_rests(sim):
    seconds = wait_until(lambda: sim.open_requests() == 0)
    assert seconds is not None and seconds < CANCEL_SECONDS * PATIENCE
    assert sim.metric("cancelled") == 1


def test_closing_a_stream_ends_the_engines_work(slow, client_of):
    sim, edge = slow
    with client_of(edge).chat.completions.create(**chat(max_tokens=5000, stream=True)) as stream:
        next(stream)
        assert sim.open_requests() == 1
    assert_engine_rests(sim)


# ---- the asynchronous client ----


@pytest.fixture
def run_async():
    """Runs what is made of an asynchronous client of a daemon."""
    def run(daemon, make, **options):
        async def whole():
            async with openai.AsyncOpenAI(base_url=daemon.url, api_key="a-client's-key",
                                          max_retries=0, timeout=20, **options) as client:
                return await make(client)
        return asyncio.run(whole())
    return run


def test_the_asynchronous_client_gets_every_shape(upstream, front, run_async):
    upstream.says(answer_by_name)

    async def ask(client, name):
        plain = await client.chat.completions.create(**question_of(name))
        stream = await client.chat.completions.create(**question_of(name), stream=True)
        return (plain.model_dump(exclude_unset=True),
                [chunk.model_dump(exclude_unset=True) async for chunk in stream])

    answers = run_async(front, lambda client: asyncio.gather(
        *(ask(client, name) for name in CASES)))
    assert answers == [(case.plain, case.chunks) for case in CASES.values()]


def test_a_hundred_streams_at_once_keep_their_words(sim, edge, client_of, run_async):
    async def ask(client, i):
        stream = await client.chat.completions.create(**chat(f"q {i}", max_tokens=9, stream=True))
        return text_of([chunk async for chunk in stream])

    texts = run_async(edge, lambda client: asyncio.gather(*(ask(client, i) for i in range(100))))
    direct = client_of(sim)
    for i in (0, 50, 99):
        plain = direct.chat.completions.create(**chat(f"q {i}", max_tokens=9))
        assert texts[i] == plain.choices[0].message.content
    assert len(set(texts)) == 100


@pytest.mark.parametrize("stream", [False, True])
def test_a_cancelled_task_ends_the_engines_work(slow, run_async, stream):
    sim, edge = slow

    async def ask_and_leave(client):
        async def ask():
            answer = await client.chat.completions.create(**chat(max_tokens=5000, stream=stream))
            async for _ in answer:
                pass

        task = asyncio.create_task(ask())
        is_there = await asyncio.to_thread(wait_until, lambda: sim.open_requests() == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return is_there

    assert run_async(edge, ask_and_leave) is not None
    assert_engine_rests(sim)


@pytest.mark.parametrize("max_retries", [0, 5])
def test_the_edges_own_503_says_when_to_come_back(upstream, start_edge, run_async, max_retries):
    edge = start_edge(upstream, arguments=["--workers", "1", "--limits.exchanges", "1"])
    upstream.says(Answer.json(CASES["text"].plain, delay=0.4))

    answers = run_async(edge, lambda client: asyncio.gather(
        *(client.with_options(max_retries=max_retries).chat.completions.create(**chat())
          for _ in range(2)), return_exceptions=True))
    refused = [answer for answer in answers if isinstance(answer, openai.InternalServerError)]
    assert len(refused) == (1 if max_retries == 0 else 0)
    for failure in refused:
        assert failure.code == "overloaded"
        assert float(failure.response.headers["retry-after-ms"]) > 0


def test_errors_and_headers_of_the_asynchronous_client(upstream, front, run_async):
    upstream.says(trouble(429, retry_after_ms="7"), GOOD)

    async def ask(client):
        with pytest.raises(openai.RateLimitError) as raised:
            await client.chat.completions.create(**chat())
        raw = await client.chat.completions.with_raw_response.create(**chat())
        return raised.value, raw

    failure, raw = run_async(front, ask)
    assert failure.response.headers["retry-after-ms"] == "7"
    assert failure.request_id and raw.request_id == raw.parse()._request_id

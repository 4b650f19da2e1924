# SPDX-License-Identifier: Apache-2.0
"""Ways around a budget, and around what a key may use. A token costs a dollar; what counts is what
the engine has read and written, and what came to the client."""

import asyncio
import json
import random

import pytest
from daemons import ALWAYS, wait_until
from keyed import DOLLAR_A_TOKEN, bearer, get, post
from questions import chat

TOKENS = 20  # of an answer
PROMPT = 7  # of chat()
CHAT = "/v1/chat/completions"


@pytest.fixture
def gpu(start_sim):
    return start_sim("--profile", "h100-8b", "--scale", "0.05")


@pytest.fixture
def keyed(start_keyed, gpu):
    return start_keyed(gpu, prices=DOLLAR_A_TOKEN, routes={"/v1/rerank": "POST"})


@pytest.fixture
def worth(keys, keyed):
    """The secret of a new key that may spend so many tokens a day."""
    def make(tokens, *arguments):
        secret = keys.add(f"key-{tokens}", "--budget-usd-day", str(tokens), *arguments)
        assert wait_until(lambda: all(get(keyed, bearer(secret), "/usage").status == 200
                                      for _ in range(8))) is not None
        return secret
    return make


def emitted(gpu):
    return gpu.metric("prompt_tokens") + gpu.metric("generation_tokens")


def request_of(secret, question, path=CHAT):
    body = json.dumps(question).encode()
    return (f"POST {path} HTTP/1.1\r\nHost: edge\r\nAuthorization: Bearer {secret}\r\n"
            f"Content-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


async def ask(edge, request, most=1 << 20, aborts=False):
    """The first `most` bytes of the answer; then the client leaves."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
    answer = b""
    try:
        writer.write(request)
        while len(answer) < most and (piece := await reader.read(min(4096, most - len(answer)))):
            answer += piece
    finally:
        if aborts:
            writer.transport.abort()
        writer.close()
    return answer


async def ask_all(edge, requests):
    return await asyncio.gather(*(ask(edge, request) for request in requests))


def status_of(answer):
    return int(answer.split()[1]) if answer else 0


def tokens_in(answer):
    return answer.count(b'"delta":{"content":')


def stream(**more):
    return chat(max_tokens=TOKENS, stream=True, **more)


# ---- money ----


def test_five_hundred_streams_at_once_share_the_last_cents(keyed, gpu, worth):
    budget = 100
    request = request_of(worth(budget), stream())
    answers = asyncio.run(ask_all(keyed, [request] * 500))
    statuses = [status_of(answer) for answer in answers]
    assert set(statuses) == {200, 429}
    assert 1 <= statuses.count(200) <= budget // (PROMPT + TOKENS)
    assert all(b"insufficient_quota" in answer for answer in answers if b" 429 " in answer[:16])
    assert emitted(gpu) <= budget


def leave_until_refused(edge, secret, tries, seed=1):
    """Clients that leave anywhere, by FIN and by RST; the tokens they got."""
    draw = random.Random(seed)
    request, received = request_of(secret, stream()), 0
    for _ in range(tries):
        most = draw.choice([0, 1, 20, 200, 500, 1000, 3000, 6000, 1 << 20])
        answer = asyncio.run(ask(edge, request, most, aborts=draw.random() < 0.5))
        received += tokens_in(answer)
        if most > 20 and status_of(answer) == 429:
            return received
    raise AssertionError(f"not refused after {received} tokens")


def test_who_leaves_has_spent_what_came(keyed, gpu, worth):
    budget = 600
    assert budget / 5 < leave_until_refused(keyed, worth(budget), tries=300) <= budget
    # What an engine makes until it hears of it is nobody's.
    assert emitted(gpu) <= 1.5 * budget


@pytest.mark.parametrize("fault", ["die_mid_stream", "end_mid_stream", "error_in_band"])
def test_answers_that_break_are_spent_as_far_as_they_came(keyed, gpu, worth, fault):
    budget = 300
    secret = worth(budget)
    gpu.faults(**{fault: ALWAYS}, after_tokens=3)
    request, received = request_of(secret, stream()), 0
    for _ in range(300):
        answer = asyncio.run(ask(keyed, request))
        received += tokens_in(answer)
        if status_of(answer) == 429:
            break
    else:
        raise AssertionError(f"not refused after {received} tokens")
    gpu.faults()
    assert budget / 5 < received <= budget


WAYS = {
    "plain": (CHAT, chat(max_tokens=TOKENS)),
    "eight choices": (CHAT, chat(max_tokens=TOKENS, n=8)),
    "unlimited": (CHAT, chat()),
    "old limit's name": (CHAT, chat(max_completion_tokens=TOKENS)),
    "without usage": (CHAT, stream(stream_options={"include_usage": False})),
    "prompt for a chat": (CHAT, {"model": "sim", "prompt": "one two", "max_tokens": TOKENS}),
    "completion": ("/v1/completions", {"model": "sim", "prompt": "one two", "max_tokens": TOKENS}),
    "response": ("/v1/responses",
                 {"model": "sim", "input": "one two", "max_output_tokens": TOKENS}),
    "message": ("/v1/messages", {**chat(), "max_tokens": TOKENS}),
    "embedding": ("/v1/embeddings", {"model": "sim", "input": "a b c d e f g h i j " * 3}),
    "rerank": ("/v1/rerank", {"model": "sim", "query": "a b", "documents": ["c d", "e f"]}),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_route_and_no_shape_goes_on_for_ever(keyed, gpu, worth, way):
    """Each is refused when the budget is spent, and exceeds it by one answer at most."""
    budget = 300
    path, question = WAYS[way]
    secret = worth(budget)
    for _ in range(60):
        reply = post(keyed, bearer(secret), question, path.removeprefix("/v1"))
        if reply.status == 429:
            break
        assert reply.status == 200
    assert reply.status == 429
    largest = 8 * TOKENS + PROMPT + 40
    assert emitted(gpu) <= budget + largest
    assert get(keyed, bearer(secret), "/usage").status == 200


# ---- rights ----

SPELLINGS = [
    "/v1/chat/completions", "//v1/chat/completions", "/v1//chat/completions",
    "/v1/chat/completions/", "/V1/CHAT/COMPLETIONS", "/v1/chat%2fcompletions",
    "/v1/chat/%63ompletions", "/v1/embeddings/../chat/completions",
    "/v1/embeddings/%2e%2e/chat/completions", "/v1/embeddings/..%2fchat/completions",
    "/v1/chat/completions?path=/v1/embeddings", "/v1/chat/completions;/v1/embeddings",
    "/v1/embeddings#/../chat/completions",
    "/v1/chat/completions\\..\\embeddings", "http://edge/v1/chat/completions",
]


def test_a_route_that_is_not_allowed_has_no_other_spelling(keyed, gpu, worth):
    secret = worth(1000, "--routes", "/v1/embeddings")
    for path in SPELLINGS:
        answer = asyncio.run(ask(keyed, request_of(secret, chat(max_tokens=TOKENS), path)))
        assert status_of(answer) in (400, 403, 404), (path, answer)
    assert emitted(gpu) == 0


def test_a_model_that_is_not_allowed_has_no_other_spelling(keyed, gpu, worth):
    secret = worth(1000, "--models", "si,sim2,other")
    for model in ["sim", "SIM", "sim ", " sim", "si*", "*", "sim\u0000", "s\u0456m", "", None, 1,
                  ["si"], {"si": 1}]:
        reply = post(keyed, bearer(secret), {**chat(max_tokens=1), "model": model})
        assert reply.status in (400, 403, 404), (model, reply)
    double = json.dumps(chat()).replace('"model"', '"model": "si", "model"', 1)
    request = request_of(secret, chat())
    head, _, body = request.partition(b"\r\n\r\n")
    head = head.replace(b"Length: %d" % len(body), b"Length: %d" % len(double))
    assert status_of(asyncio.run(ask(keyed, head + b"\r\n\r\n" + double.encode()))) in (400, 403)
    assert emitted(gpu) == 0

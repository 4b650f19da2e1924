# SPDX-License-Identifier: Apache-2.0
"""Answers of every documented shape reach the official Python client as the engine gave them."""

import base64
import hashlib
import json
import random
import struct

import pydantic
import pytest
from questions import MODEL, chat
from shapes import CASES, USAGE, answer_by_name, question_of
from upstream import Answer


@pytest.fixture
def client(upstream, front, client_of):
    upstream.says(answer_by_name)
    return client_of(front)


def as_sent(model):
    """What the client made of an object, without what it added of its own."""
    return model.model_dump(exclude_unset=True)


@pytest.mark.parametrize("name", CASES)
def test_a_plain_answer_is_the_engines(client, name):
    assert as_sent(client.chat.completions.create(**question_of(name))) == CASES[name].plain


@pytest.mark.parametrize("name", CASES)
def test_a_streams_chunks_are_the_engines(client, name):
    chunks = list(client.chat.completions.create(**question_of(name), stream=True))
    assert [as_sent(chunk) for chunk in chunks] == CASES[name].chunks


@pytest.mark.parametrize("name", CASES)
def test_what_was_asked_reaches_the_engine(client, upstream, name):
    client.chat.completions.create(**question_of(name))
    assert upstream.requests[-1].json == question_of(name)


def test_interleaved_tool_calls_add_up(client):
    with client.chat.completions.stream(**question_of("two tools")) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    assert [(call.function.name, json.loads(call.function.arguments)["place"])
            for call in calls] == [("weather", "Panamá"), ("tide", "Suez")]


def test_interleaved_choices_add_up(client):
    with client.chat.completions.stream(**question_of("two choices")) as stream:
        for _ in stream:
            pass
        choices = stream.current_completion_snapshot.choices
    assert [(choice.message.content, choice.finish_reason) for choice in choices] == \
        [("ab", "stop"), ("xyz", "length")]


def test_logprobs_and_the_reason_to_finish_come_together(client):
    last = list(client.chat.completions.create(**question_of("logprobs"), stream=True))[-1]
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].logprobs.content[0].logprob == -1.0e-7


def test_usage_is_an_extra_last_chunk(client):
    chunks = list(client.chat.completions.create(
        **question_of("text"), stream=True, stream_options={"include_usage": True}))
    assert as_sent(chunks[-1])["usage"] == USAGE and chunks[-1].choices == []
    assert all(chunk.usage is None for chunk in chunks[:-1])


class Place(pydantic.BaseModel):
    place: str
    metres: int


def test_structured_output_is_parsed(client, upstream):
    messages = question_of("json")["messages"]
    answer = client.chat.completions.parse(model=MODEL, messages=messages, response_format=Place)
    assert answer.choices[0].message.parsed == Place(place="Corinth", metres=6343)

    asked = upstream.requests[-1].json["response_format"]["json_schema"]
    assert asked["schema"]["properties"].keys() == {"place", "metres"}


def test_a_large_image_arrives_whole(client, upstream):
    picture = base64.b64encode(random.Random(7).randbytes(6_000_000)).decode()
    content = [{"type": "text", "text": "What is this?"},
               {"type": "image_url", "image_url": {"url": "data:image/png;base64," + picture}}]
    upstream.says(Answer.json(CASES["text"].plain))
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}])

    url = upstream.requests[-1].json["messages"][0]["content"][1]["image_url"]["url"]
    assert hashlib.sha256(url.encode()).digest() == \
        hashlib.sha256(content[1]["image_url"]["url"].encode()).digest()


def test_what_only_some_engines_know_reaches_them(client, upstream):
    client.chat.completions.create(
        **question_of("text"), extra_headers={"X-Vendor": "a"}, extra_query={"trace": "1"},
        extra_body={"guided_json": {"type": "object"}, "chat_template_kwargs": {"thinking": True},
                    "big": 12345678901234567890})
    request = upstream.requests[-1]
    assert request.json["big"] == 12345678901234567890
    assert request.json["chat_template_kwargs"] == {"thinking": True}
    assert request.headers["x-vendor"] == "a"
    assert request.path == "/v1/chat/completions?trace=1"


def test_the_headers_of_an_answer_are_there(client, upstream):
    upstream.says(Answer.json(CASES["text"].plain, headers={
        "openai-processing-ms": "12", "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-requests": "6m0s"}))
    raw = client.chat.completions.with_raw_response.create(**chat())
    assert raw.headers["openai-processing-ms"] == "12"
    assert raw.headers["x-ratelimit-remaining-tokens"] == "149984"
    assert raw.headers["x-ratelimit-reset-requests"] == "6m0s"
    assert raw.request_id == raw.headers["x-request-id"] == raw.parse()._request_id
    assert raw.request_id == upstream.requests[-1].headers["x-request-id"]


def test_a_streamed_response_can_be_read_as_lines(client):
    with client.chat.completions.with_streaming_response.create(
            **question_of("text"), stream=True) as response:
        lines = [line for line in response.iter_lines() if line]
    assert lines[-1] == "data: [DONE]"
    assert [json.loads(line[6:]) for line in lines[:-1]] == CASES["text"].chunks


def test_a_clients_own_request_id_is_kept(client):
    raw = client.chat.completions.with_raw_response.create(
        **question_of("text"), extra_headers={"X-Request-Id": "mine-7"})
    assert raw.request_id == "mine-7"


COMPLETION = {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": MODEL}


def completion_of(text, index=0, finish_reason=None):
    logprobs = {"tokens": [text], "token_logprobs": [-0.5], "text_offset": [0],
                "top_logprobs": [{text: -0.5}]}
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish_reason}


def test_completions_are_the_engines(client, upstream):
    plain = {**COMPLETION, "choices": [completion_of("ab", 0, "stop"),
                                       completion_of("c", 1, "length")]}
    upstream.says(Answer.json(plain))
    question = {"model": MODEL, "prompt": ["x", "y"], "logprobs": 1, "echo": True}
    assert as_sent(client.completions.create(**question)) == plain
    assert upstream.requests[-1].json == question


def test_streamed_completions_are_the_engines(client, upstream):
    chunks = [{**COMPLETION, "choices": [completion_of(*choice)]}
              for choice in (("a", 0), ("c", 1, "length"), ("b", 0, "stop"))]
    upstream.says(Answer.stream(chunks))
    got = client.completions.create(model=MODEL, prompt=[[1, 2], [3]], stream=True)
    assert [as_sent(chunk) for chunk in got] == chunks


def embedding_of(values):
    return {"object": "list", "model": MODEL, "usage": {"prompt_tokens": 1, "total_tokens": 1},
            "data": [{"object": "embedding", "index": 0, "embedding": values}]}


@pytest.mark.parametrize("format", ["float", None])
def test_embeddings_come_as_floats_and_as_base64(client, upstream, format):
    values = [0.5, -0.25, 1.0]
    upstream.says(lambda request: Answer.json(embedding_of(
        values if request.json["encoding_format"] == "float"
        else base64.b64encode(struct.pack("<3f", *values)).decode())))
    options = {"encoding_format": format} if format else {}
    got = client.embeddings.create(model=MODEL, input=[[1, 2, 3]], dimensions=3, **options)
    assert got.data[0].embedding == values

# SPDX-License-Identifier: Apache-2.0
"""Answers of every documented shape reach the official Node client as the engine gave them."""

import base64
import json
import struct

import pytest
from node_client import ask_node, chat_step, step
from questions import MODEL
from response_shapes import EVENTS, RESPONSE, stream_of
from shapes import CASES, USAGE, answer_by_name, question_of
from upstream import Answer


@pytest.fixture
def ask(upstream, front):
    upstream.says(answer_by_name)
    return lambda *steps: ask_node(front, steps)


def as_doubles(value):
    """JavaScript knows no other numbers."""
    return json.loads(json.dumps(value), parse_int=float)


def test_plain_answers_are_the_engines(ask):
    results = ask(*(chat_step(question_of(name)) for name in CASES))
    assert as_doubles([result["value"] for result in results]) == \
        as_doubles([case.plain for case in CASES.values()])


def test_streams_are_the_engines(ask):
    results = ask(*(chat_step({**question_of(name), "stream": True}) for name in CASES))
    assert as_doubles([result["chunks"] for result in results]) == \
        as_doubles([case.chunks for case in CASES.values()])


def test_what_was_asked_reaches_the_engine(ask, upstream):
    ask(*(chat_step(question_of(name)) for name in CASES))
    assert [request.json for request in upstream.requests] == [question_of(name) for name in CASES]


def test_interleaved_tools_and_choices_add_up(ask):
    tools, choices = ask(*(
        step("chat.completions.stream", question_of(name), final="finalChatCompletion")
        for name in ("two tools", "two choices")))
    calls = tools["value"]["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["arguments"] for call in calls] == \
        ['{"place":"Panamá"}', '{"place":"Suez"}']
    assert [(choice["message"]["content"], choice["finish_reason"])
            for choice in choices["value"]["choices"]] == [("ab", "stop"), ("xyz", "length")]


def test_usage_is_an_extra_last_chunk(ask):
    question = {**question_of("text"), "stream": True, "stream_options": {"include_usage": True}}
    chunks = ask(chat_step(question))[0]["chunks"]
    assert (chunks[-1]["usage"], chunks[-1]["choices"]) == (USAGE, [])


def test_a_large_image_arrives_whole(ask, upstream):
    url = "data:image/png;base64," + "iVBORw0KGgo+/" * 400_000
    upstream.says(Answer.json(CASES["text"].plain))
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
    ask(chat_step({"model": MODEL, "messages": messages}))
    assert upstream.requests[-1].json["messages"] == messages


def test_the_headers_of_an_answer_are_there(ask, upstream):
    upstream.says(Answer.json(CASES["text"].plain, headers={"openai-processing-ms": "12"}))
    raw, plain = ask(chat_step(question_of("text"), raw=True), chat_step(question_of("text")))
    assert raw["headers"]["openai-processing-ms"] == "12"
    assert [raw["request_id"], plain["request_id"]] == \
        [request.headers["x-request-id"] for request in upstream.requests]


def test_completions_and_embeddings_are_the_engines(ask, upstream):
    text = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": MODEL,
            "choices": [{"text": "ab", "index": 0, "logprobs": None, "finish_reason": "stop"}]}
    values = [0.5, -0.25, 1.0]
    packed = base64.b64encode(struct.pack("<3f", *values)).decode()
    vector = {"object": "list", "model": MODEL, "usage": {"prompt_tokens": 1, "total_tokens": 1},
              "data": [{"object": "embedding", "index": 0, "embedding": packed}]}
    upstream.says(Answer.json(text), Answer.stream([text, text]), Answer.json(vector))

    plain, stream, embedded = ask(
        step("completions.create", {"model": MODEL, "prompt": "x"}),
        step("completions.create", {"model": MODEL, "prompt": "x", "stream": True}),
        step("embeddings.create", {"model": MODEL, "input": "x"}))
    assert plain["value"] == text
    assert stream["chunks"] == [text, text]
    assert embedded["value"]["data"][0]["embedding"] == values


def test_models_are_listed_and_found(sim, edge):
    listed, found, missing = ask_node(edge, [
        step("models.list"), step("models.retrieve", MODEL), step("models.retrieve", "none")])
    assert [model["id"] for model in listed["chunks"]] == [MODEL]
    assert found["value"]["id"] == MODEL
    assert (missing["error"]["name"], missing["error"]["code"]) == \
        ("NotFoundError", "model_not_found")


def test_responses_are_the_engines(ask, upstream):
    upstream.says(Answer.json(RESPONSE), stream_of(EVENTS), Answer.json(RESPONSE),
                  stream_of(EVENTS[5:]))
    question = {"model": MODEL, "input": "What joins two seas of land?"}
    plain, stream, stored, rest = ask(
        step("responses.create", question),
        step("responses.create", {**question, "stream": True}),
        step("responses.retrieve", "resp_1", {}),
        step("responses.retrieve", "resp_1", {"stream": True, "starting_after": 4}))
    assert RESPONSE.items() <= plain["value"].items()
    assert plain["value"]["output_text"] == "An isþmus"
    assert stream["chunks"] == EVENTS
    assert stored["value"]["id"] == "resp_1"
    assert rest["chunks"] == EVENTS[5:]

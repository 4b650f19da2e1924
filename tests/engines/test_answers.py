# SPDX-License-Identifier: Apache-2.0
"""What a real engine answers, and that it is the same through the edge."""

import base64
import json
import struct

import pytest
from asking import (CHAT, COMPLETIONS, TOKENS, ask_json, ask_stream, assert_same_stream, chat,
                    completion, text_of, undated)
from engines import MODEL

QUESTIONS = {"chat": (CHAT, chat()), "completion": (COMPLETIONS, completion())}
LONG = "isthmus " * 600  # 4800 tokens: the tiny models read most words byte by byte
STEPS = ["one", "two", "three"]


@pytest.mark.needs("answers")
@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_stream_is_the_same_through_the_edge(engine, edge, kind):
    path, question = QUESTIONS[kind]
    direct = ask_stream(engine, path, question)
    through = ask_stream(edge, path, question)
    assert_same_stream(engine, direct, through)
    assert through[-1] == "[DONE]"
    assert len(text_of(through)) > TOKENS


@pytest.mark.needs("answers")
@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_plain_answer_is_the_same_through_the_edge(engine, edge, kind):
    path, question = QUESTIONS[kind]
    direct, through = (ask_json(daemon, path, question) for daemon in (engine, edge))
    assert undated(through) == undated(direct)
    assert through[0] == 200
    assert through[1]["usage"]["completion_tokens"] == question["max_tokens"]


@pytest.mark.needs("answers")
def test_the_official_client_streams_what_it_gets_plainly(client):
    plain = client.chat.completions.create(**chat()).choices[0].message.content
    chunks = list(client.chat.completions.create(**chat(), stream=True,
                                                 stream_options={"include_usage": True}))
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert streamed == plain != ""
    assert chunks[-1].usage.completion_tokens == TOKENS


@pytest.mark.needs("answers", "logprobs")
def test_logprobs_are_the_same_through_the_edge(engine, edge):
    question = chat(max_tokens=5, logprobs=True, top_logprobs=3)
    direct, through = (ask_stream(daemon, CHAT, question) for daemon in (engine, edge))
    assert_same_stream(engine, direct, through)
    assert '"top_logprobs"' in "".join(through)


@pytest.mark.needs("answers", "schemas")
def test_an_answer_keeps_to_a_schema(client):
    schema = {"type": "object", "properties": {"step": {"enum": STEPS}}, "required": ["step"],
              "additionalProperties": False}
    wanted = {"type": "json_schema", "json_schema": {"name": "step", "schema": schema}}
    answer = client.chat.completions.create(**chat(response_format=wanted))
    assert answer.choices[0].message.content.replace(" ", "") in {f'{{"step":"{word}"}}'
                                                                  for word in STEPS}


@pytest.mark.needs("answers")
def test_a_long_prompt_is_read(engine, edge):
    direct, through = (ask_json(daemon, CHAT, chat(LONG, max_tokens=8))
                       for daemon in (engine, edge))
    assert through[0] == 200
    assert through[1]["usage"] == direct[1]["usage"]
    assert through[1]["usage"]["prompt_tokens"] > 4000


def test_the_models_are_listed(engine, edge):
    direct, through = (ask_json(daemon, "/v1/models", method="GET") for daemon in (engine, edge))
    assert [entry["id"] for entry in through[1]["data"]] == [
        entry["id"] for entry in direct[1]["data"]]
    assert engine.model in [entry["id"] for entry in through[1]["data"]]


@pytest.mark.needs("embeddings")
def test_embeddings_are_the_same_through_the_edge(engine, edge):
    question = {"model": MODEL, "input": ["a strip of land", "two seas"]}
    direct, through = (ask_json(daemon, "/v1/embeddings", question) for daemon in (engine, edge))
    assert undated(through) == undated(direct)
    assert [entry["index"] for entry in through[1]["data"]] == [0, 1]


@pytest.mark.needs("embeddings")
def test_the_official_client_reads_embeddings(edge, client):
    floats = client.embeddings.create(model=MODEL, input="a", encoding_format="float")
    packed = client.embeddings.create(model=MODEL, input="a", encoding_format="base64")
    numbers = packed.data[0].embedding
    if isinstance(numbers, str):
        raw = base64.b64decode(numbers)
        numbers = struct.unpack(f"<{len(raw) // 4}f", raw)
    assert list(numbers) == pytest.approx(floats.data[0].embedding, rel=1e-5, abs=1e-6)


OTHER_QUESTIONS = {
    "responses": ("/v1/responses", {"model": MODEL, "input": "Hello", "max_output_tokens": 9,
                                    "temperature": 0}),
    "messages": ("/v1/messages", {"model": MODEL, "max_tokens": 9, "temperature": 0,
                                  "messages": [{"role": "user", "content": "Hello"}]}),
}


@pytest.mark.needs("answers")
@pytest.mark.parametrize("kind", OTHER_QUESTIONS)
def test_the_other_apis_are_the_same_through_the_edge(engine, edge, kind):
    path, question = OTHER_QUESTIONS[kind]
    direct, through = (ask_json(daemon, path, question) for daemon in (engine, edge))
    assert undated(through) == undated(direct)
    assert through[0] == 200


@pytest.mark.needs("answers")
@pytest.mark.parametrize("kind", OTHER_QUESTIONS)
def test_the_other_apis_stream_the_same_through_the_edge(engine, edge, kind):
    path, question = OTHER_QUESTIONS[kind]
    direct, through = (ask_stream(daemon, path, question) for daemon in (engine, edge))
    assert_same_stream(engine, direct, through)
    assert "error" not in json.loads(through[-1 if through[-1] != "[DONE]" else -2])

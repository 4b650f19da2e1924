# SPDX-License-Identifier: Apache-2.0
"""What the simulated engine says fits the official clients' own models, in each dialect.

The clients take nearly anything; here each answer is checked against their types, strictly.
"""

import functools
import json

import anthropic
import httpx
import openai
import pytest
from daemons import wait_until
from openai.types import Completion, CreateEmbeddingResponse, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter
from questions import MODEL, chat

DIALECTS = ["openai", "vllm", "sglang"]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"},
                                            "days": {"type": "integer", "minimum": 1}},
           "required": ["city", "days"], "additionalProperties": False}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]


@pytest.fixture(params=DIALECTS)
def engine(request, start_sim):
    return start_sim("--dialect", request.param)


@pytest.fixture
def vllm(start_sim):
    return start_sim("--dialect", "vllm", "--lora", "poet", "--max-model-len", "100")


def post(engine, path, question):
    answer = httpx.post(engine.root + path, json={"model": MODEL, **question}, timeout=20)
    assert answer.status_code == 200, answer.text
    return answer


def events(answer):
    """The data of each event, [DONE] left out."""
    lines = [line[6:] for line in answer.text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


@functools.cache
def adapter(kind):
    return TypeAdapter(kind)


def checked(kind, value):
    return adapter(kind).validate_python(value)


# Each is asked plain and streamed.
CHATS = {
    "words": chat(max_tokens=5),
    "tools": chat("use get_weather", tools=TOOLS),
    "logprobs": chat(max_tokens=3, logprobs=True, top_logprobs=2),
    "choices": chat(max_tokens=3, n=3),
    "json": chat(response_format={"type": "json_object"}),
    "ids": chat(max_tokens=3, return_token_ids=True),
}


@pytest.mark.parametrize("name", CHATS)
def test_chats_fit_the_clients_types(engine, name):
    checked(ChatCompletion, post(engine, "/v1/chat/completions", CHATS[name]).json())
    options = {"include_usage": True, "continuous_usage_stats": True}
    stream = post(engine, "/v1/chat/completions",
                  {**CHATS[name], "stream": True, "stream_options": options})
    chunks = events(stream)
    for chunk in chunks:
        checked(ChatCompletionChunk, chunk)
    assert chunks[-1]["choices"] == []
    assert len({chunk["id"] for chunk in chunks}) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_completions_fit_the_clients_types(engine, stream):
    question = {"prompt": "a thin strip", "max_tokens": 4, "logprobs": 2, "echo": True, "n": 2}
    answer = post(engine, "/v1/completions", {**question, "stream": stream})
    for part in events(answer) if stream else [answer.json()]:
        for choice in part["choices"]:  # null until the end, for which the type has no word
            choice["finish_reason"] = choice["finish_reason"] or "stop"
        checked(Completion, part)


def test_embeddings_and_models_fit_the_clients_types(engine, client_of):
    question = {"input": ["a", "b"], "encoding_format": "float", "dimensions": 16}
    answer = checked(CreateEmbeddingResponse, post(engine, "/v1/embeddings", question).json())
    assert [len(row.embedding) for row in answer.data] == [16, 16]
    # The client asks for base64 by itself, and reads it back.
    assert client_of(engine).embeddings.create(model=MODEL, input="a", dimensions=16) \
        .data[0].embedding == pytest.approx(answer.data[0].embedding)
    checked(Model, httpx.get(engine.url + "/models/" + MODEL).json())


RESPONSES = {
    "words": {"input": "say something", "max_output_tokens": 4},
    "tools": {"input": "use get_weather", "tools": [{"type": "function", "name": "get_weather",
                                                     "strict": True, "parameters": WEATHER}]},
    "whole": {"input": [{"role": "user", "content": "hello"}], "instructions": "be short"},
}


@pytest.mark.parametrize("name", RESPONSES)
def test_responses_fit_the_clients_types(engine, name):
    whole = checked(Response, post(engine, "/v1/responses", RESPONSES[name]).json())
    stream = events(post(engine, "/v1/responses", {**RESPONSES[name], "stream": True}))
    for number, event in enumerate(stream):
        checked(ResponseStreamEvent, event)
        assert event["sequence_number"] == number
    last = checked(Response, stream[-1]["response"])
    assert last.output_text == whole.output_text


def test_the_responses_helper_of_the_client_reads_the_stream(engine, client_of):
    client = client_of(engine)
    with client.responses.stream(model=MODEL, input="use get_weather",
                                 tools=RESPONSES["tools"]["tools"]) as stream:
        names = [event.type for event in stream]
        final = stream.get_final_response()
    assert names[0] == "response.created" and names[-1] == "response.completed"
    assert json.loads(final.output[0].arguments)["days"] >= 1


def test_json_fits_its_schema_and_tools_are_called(engine, client_of):
    client = client_of(engine)
    schema = {"type": "json_schema", "json_schema": {"name": "w", "schema": WEATHER}}
    said = client.chat.completions.create(**chat(response_format=schema)).choices[0].message
    assert set(json.loads(said.content)) == {"city", "days"}

    whole = client.chat.completions.create(**chat("use get_weather", tools=TOOLS)).choices[0]
    assert whole.finish_reason == "tool_calls"
    pieces = list(client.chat.completions.create(
        **chat("use get_weather", tools=TOOLS, stream=True)))
    calls = [call for piece in pieces for choice in piece.choices
             for call in choice.delta.tool_calls or []]
    assert calls[0].id and calls[0].function.name == "get_weather"
    assert all(call.id is None and call.function.name is None for call in calls[1:])
    assert "".join(call.function.arguments for call in calls) \
        == whole.message.tool_calls[0].function.arguments


@pytest.fixture
def claude(engine):
    with anthropic.Anthropic(base_url=engine.root, api_key="a-client's-key",
                             max_retries=0) as client:
        yield client


def test_messages_fit_the_anthropic_client(claude):
    question = {"model": MODEL, "max_tokens": 6, "messages": [{"role": "user", "content": "hi"}]}
    whole = claude.messages.create(**question)
    with claude.messages.stream(**question) as stream:
        assert stream.get_final_text() == whole.content[0].text
        assert stream.get_final_message().usage == whole.usage
    assert whole.stop_reason == "max_tokens"
    assert claude.messages.count_tokens(model=MODEL, messages=question["messages"]) \
        .input_tokens == whole.usage.input_tokens


def test_messages_use_tools(claude):
    question = {"model": MODEL, "max_tokens": 99,
                "tools": [{"name": "get_weather", "input_schema": WEATHER}],
                "messages": [{"role": "user", "content": "use get_weather"}]}
    whole = claude.messages.create(**question)
    with claude.messages.stream(**question) as stream:
        final = stream.get_final_message()
    assert final.content[0].input == whole.content[0].input
    assert set(whole.content[0].input) == {"city", "days"}


def test_an_error_is_the_right_exception_for_either_client(engine, client_of, claude):
    with pytest.raises(openai.NotFoundError) as raised:
        client_of(engine).chat.completions.create(**{**chat(), "model": "none"})
    assert "model" in str(raised.value)
    with pytest.raises(openai.BadRequestError):
        client_of(engine).chat.completions.create(**chat(n=17))
    with pytest.raises(anthropic.NotFoundError):
        claude.messages.create(model="none", max_tokens=1,
                               messages=[{"role": "user", "content": "hi"}])


def test_an_answer_goes_on_where_it_was_cut(engine, client_of):
    client = client_of(engine)
    whole = client.chat.completions.create(**chat(max_tokens=12)).choices[0].message.content
    for cut in (1, 8, 9, 40, len(whole) - 1):
        question = chat(max_tokens=2)
        question["messages"].append({"role": "assistant", "content": whole[:cut]})
        rest = client.chat.completions.create(
            **question, extra_body={"continue_final_message": True,
                                    "add_generation_prompt": False}).choices[0].message.content
        assert whole[cut:].startswith(rest) or rest.startswith(whole[cut:])
        assert rest


def test_adapters_contexts_and_tokens_of_vllm(vllm, client_of):
    client = client_of(vllm)
    cards = {model.id: model.model_dump() for model in client.models.list()}
    assert cards["poet"]["parent"] == MODEL and cards[MODEL]["max_model_len"] == 100
    assert client.chat.completions.create(**{**chat(max_tokens=2), "model": "poet"}).model == "poet"
    with pytest.raises(openai.BadRequestError, match="maximum context length is 100 tokens"):
        client.chat.completions.create(**chat(max_tokens=100))

    answer = post(vllm, "/tokenize", {"prompt": "two large bodies"}).json()
    assert answer["count"] == len(answer["tokens"]) == 3
    assert post(vllm, "/detokenize", {"tokens": answer["tokens"]}).json() \
        == {"prompt": "two large bodies"}


def test_a_cold_vllm_refuses_connections_and_a_cold_sglang_says_503(start_sim):
    sglang = start_sim("--dialect", "sglang", "--cold-start", "3s")
    assert httpx.get(sglang.root + "/health").status_code == 503
    assert wait_until(lambda: httpx.get(sglang.root + "/health").status_code == 200, 10)
    vllm = start_sim("--dialect", "vllm", "--cold-start", "300ms")  # waits until it listens
    assert httpx.get(vllm.root + "/health").status_code == 200

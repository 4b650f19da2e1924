# SPDX-License-Identifier: Apache-2.0
"""The official Anthropic client gets through /v1/messages what an engine that has it answers."""

import anthropic
import pytest
from daemons import wait_until
from questions import MODEL
from upstream import Answer

MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": MODEL,
    "content": [{"type": "text", "text": "An isþmus"},
                {"type": "tool_use", "id": "toolu_1", "name": "tide", "input": {"place": "Suez"}}],
    "stop_reason": "tool_use", "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 5},
}


def delta_of(index, **delta):
    return {"type": "content_block_delta", "index": index, "delta": delta}


EVENTS = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    delta_of(0, type="text_delta", text="An is"),
    delta_of(0, type="text_delta", text="þmus"),
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1,
     "content_block": {"type": "tool_use", "id": "toolu_1", "name": "tide", "input": {}}},
    delta_of(1, type="input_json_delta", partial_json='{"place":'),
    delta_of(1, type="input_json_delta", partial_json='"Suez"}'),
    {"type": "content_block_stop", "index": 1},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use", "stop_sequence": None},
     "usage": {"output_tokens": 5}},
    {"type": "message_stop"},
]
QUESTION = {"model": MODEL, "max_tokens": 20,
            "messages": [{"role": "user", "content": "What joins two seas of land?"}]}


def stream_of(events, **more):
    return Answer.stream([(event["type"], event) for event in events], done=False, **more)


def trouble(status, kind, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer.json({"type": "error", "error": {"type": kind, "message": "Not now."}}, status,
                       named)


@pytest.fixture
def client(front):
    with anthropic.Anthropic(base_url=front.root, api_key="a-client's-key", max_retries=0,
                             timeout=20) as client:
        yield client


def test_a_message_is_the_engines(client, upstream):
    upstream.says(Answer.json(MESSAGE))
    message = client.messages.create(**QUESTION)
    assert message.model_dump(exclude_unset=True) == MESSAGE

    request = upstream.requests[-1]
    assert request.path == "/v1/messages"
    assert request.json == QUESTION
    assert request.headers["anthropic-version"]
    assert "a-client's-key" not in str(request.headers)


def test_the_events_of_a_stream_are_the_engines(client, upstream):
    upstream.says(stream_of(EVENTS))
    events = list(client.messages.create(**QUESTION, stream=True))
    # The client swallows pings.
    assert [event.model_dump(exclude_unset=True) for event in events] == \
        [event for event in EVENTS if event["type"] != "ping"]


def test_a_stream_adds_up(client, upstream):
    upstream.says(stream_of(EVENTS))
    with client.messages.stream(**QUESTION) as stream:
        assert "".join(stream.text_stream) == "An isþmus"
        message = stream.get_final_message()
    assert message.content[1].input == {"place": "Suez"}
    assert message.stop_reason == "tool_use"


def test_tokens_are_counted_by_the_engine(client, upstream):
    upstream.says(Answer.json({"input_tokens": 14}))
    counted = client.messages.count_tokens(model=MODEL, messages=QUESTION["messages"])
    assert counted.input_tokens == 14
    assert upstream.requests[-1].path == "/v1/messages/count_tokens"


@pytest.mark.parametrize("status, kind, expected", [
    (400, "invalid_request_error", anthropic.BadRequestError),
    (401, "authentication_error", anthropic.AuthenticationError),
    (403, "permission_error", anthropic.PermissionDeniedError),
    (404, "not_found_error", anthropic.NotFoundError),
    (413, "request_too_large", anthropic.APIStatusError),
    (429, "rate_limit_error", anthropic.RateLimitError),
    (500, "api_error", anthropic.InternalServerError),
    (529, "overloaded_error", anthropic.InternalServerError),
])
def test_an_engines_error_is_its_class(client, upstream, status, kind, expected):
    upstream.says(trouble(status, kind))
    with pytest.raises(expected) as raised:
        client.messages.create(**QUESTION)
    assert raised.value.status_code == status
    assert raised.value.body["error"]["type"] == kind


def test_an_error_inside_a_stream_is_an_exception(client, upstream):
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    upstream.says(stream_of([*EVENTS[:4], error]))
    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        list(client.messages.create(**QUESTION, stream=True))


def test_a_cut_stream_is_an_exception(client, upstream):
    upstream.says(stream_of(EVENTS[:5], cut=True))
    with pytest.raises(anthropic.APIError):
        list(client.messages.create(**QUESTION, stream=True))


@pytest.mark.parametrize("change, kind, status", [
    ({"messages": 7}, "invalid_request_error", 400),
    ({"model": 7}, "invalid_request_error", 400),
])
def test_the_edge_refuses_in_the_clients_shape(client, upstream, change, kind, status):
    with pytest.raises(anthropic.APIStatusError) as raised:
        client.messages.create(**{**QUESTION, **change})
    assert raised.value.status_code == status
    assert raised.value.body["type"] == "error"
    assert raised.value.body["error"]["type"] == kind
    assert raised.value.body["error"]["message"]
    assert upstream.requests == []


def test_leaving_a_stream_ends_the_engines_work(client, upstream):
    upstream.says(stream_of(EVENTS, pause=30))
    with client.messages.create(**QUESTION, stream=True) as stream:
        next(iter(stream))
    assert wait_until(lambda: upstream.abandoned == 1, 1) is not None

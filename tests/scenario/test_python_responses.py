# SPDX-License-Identifier: Apache-2.0
"""The Responses API through the edge, to an engine that has it."""

import openai
import pytest
from daemons import wait_until
from questions import MODEL
from response_shapes import EVENTS, MESSAGE, RESPONSE, stream_of
from upstream import Answer


@pytest.fixture
def client(front, client_of):
    return client_of(front)


def test_a_response_is_the_engines(client, upstream):
    upstream.says(Answer.json(RESPONSE))
    response = client.responses.create(model=MODEL, input="What joins two seas of land?",
                                       previous_response_id="resp_0", store=True)
    assert response.model_dump(exclude_unset=True) == RESPONSE
    assert response.output_text == "An isþmus"
    assert upstream.requests[-1].json["previous_response_id"] == "resp_0"


def test_the_events_of_a_stream_are_the_engines(client, upstream):
    upstream.says(stream_of(EVENTS))
    events = list(client.responses.create(model=MODEL, input="x", stream=True))
    assert [event.model_dump(exclude_unset=True) for event in events] == EVENTS


def test_a_stream_adds_up(client, upstream):
    upstream.says(stream_of(EVENTS))
    with client.responses.stream(model=MODEL, input="x") as stream:
        texts = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert "".join(texts) == final.output_text == "An isþmus"


def test_what_is_stored_is_asked_by_its_path(client, upstream):
    upstream.says(Answer.json(RESPONSE))
    assert client.responses.retrieve("resp_1").id == "resp_1"
    assert client.responses.cancel("resp_1").id == "resp_1"
    upstream.script = [Answer.json({"object": "list", "data": [MESSAGE], "has_more": False,
                                    "first_id": "msg_1", "last_id": "msg_1"})]
    assert [item.id for item in client.responses.input_items.list("resp_1", limit=5)] == ["msg_1"]
    upstream.script = [Answer(204)]
    client.responses.delete("resp_1")

    assert [(request.method, request.path) for request in upstream.requests] == [
        ("GET", "/v1/responses/resp_1"), ("POST", "/v1/responses/resp_1/cancel"),
        ("GET", "/v1/responses/resp_1/input_items?limit=5"), ("DELETE", "/v1/responses/resp_1")]


def test_a_stream_is_taken_up_again(client, upstream):
    upstream.says(stream_of(EVENTS[5:]))
    events = client.responses.retrieve("resp_1", stream=True, starting_after=4)
    assert [event.sequence_number for event in events] == [5, 6, 7]
    assert upstream.requests[-1].path == "/v1/responses/resp_1?starting_after=4&stream=true"


def test_a_cut_stream_is_an_exception(client, upstream):
    upstream.says(stream_of(EVENTS[:5], cut=True))
    with pytest.raises(openai.APIError):
        list(client.responses.create(model=MODEL, input="x", stream=True))


def test_leaving_a_stream_ends_the_engines_work(client, upstream):
    upstream.says(stream_of(EVENTS, pause=30))
    with client.responses.create(model=MODEL, input="x", stream=True) as stream:
        next(iter(stream))
    assert wait_until(lambda: upstream.abandoned == 1, 1) is not None

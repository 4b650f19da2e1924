# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a request reaches the client in the API's shape, whoever found it."""

import openai
import pytest
from asking import CHAT, ask, ask_json, chat

TOO_LONG = "isthmus " * 3000
WRONG = {
    "messages are no list": {**chat(), "messages": "hello"},
    "no messages": {"model": "tiny"},
    "temperature is no number": chat(temperature="hot"),
    "a cut document": b'{"model": "tiny", ',
}
pytestmark = pytest.mark.needs("answers")


def assert_shape(document):
    assert isinstance(document["error"]["message"], str) and document["error"]["message"]
    assert isinstance(document["error"]["type"], str)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_request_is_a_400(edge, what):
    status, document = ask_json(edge, CHAT, WRONG[what])
    assert status == 400
    assert_shape(document)


@pytest.mark.needs("context errors")
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_a_context_too_long_is_told_in_the_engines_words(engine, edge, stream):
    question = chat(TOO_LONG, stream=stream)
    direct, through = (ask(daemon, CHAT, question) for daemon in (engine, edge))
    assert through == direct
    assert through[0] == 400


@pytest.mark.needs("context errors")
def test_the_official_client_raises_its_exceptions(client):
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(**chat(TOO_LONG))
    assert "context" in raised.value.message


def test_an_unknown_model_is_a_404(edge, client):
    ask_json(edge, "/v1/models", method="GET")  # now the edge knows what there is
    status, document = ask_json(edge, CHAT, chat(model="no-such-model"))
    assert status == 404
    assert_shape(document)
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(**chat(model="no-such-model"))

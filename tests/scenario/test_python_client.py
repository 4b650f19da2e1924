# SPDX-License-Identifier: Apache-2.0
"""The official Python client gets through the edge what it gets from the engine."""

import openai
import pytest
from daemons import ALWAYS
from questions import MODEL, chat, text_of


def test_a_chat_answer_is_the_engines(sim, edge, client_of):
    question = chat(max_tokens=20)
    direct = client_of(sim).chat.completions.create(**question)
    through = client_of(edge).chat.completions.create(**question)

    assert through.choices[0].message.content == direct.choices[0].message.content
    assert through.choices[0].finish_reason == "length"
    assert through.usage == direct.usage
    assert through.usage.completion_tokens == 20


def test_a_streamed_chat_answer_is_the_plain_one(edge, client_of):
    client = client_of(edge)
    plain = client.chat.completions.create(**chat(max_tokens=30))
    chunks = list(client.chat.completions.create(**chat(max_tokens=30, stream=True)))

    assert text_of(chunks) == plain.choices[0].message.content
    assert len(chunks) > 30
    assert chunks[-1].choices[0].finish_reason == "length"


def test_usage_comes_with_the_stream_when_asked_for(edge, client_of):
    question = chat(max_tokens=5, stream=True, stream_options={"include_usage": True})
    last = list(client_of(edge).chat.completions.create(**question))[-1]

    assert last.choices == []
    assert last.usage.completion_tokens == 5


def test_completions_and_embeddings_pass(sim, edge, client_of):
    direct, through = client_of(sim), client_of(edge)
    question = {"model": MODEL, "prompt": "a thin strip", "max_tokens": 8}
    text = [client.completions.create(**question).choices[0].text for client in (direct, through)]
    assert text[0] == text[1] != ""

    vectors = [client.embeddings.create(model=MODEL, input="a thin strip").data[0].embedding
               for client in (direct, through)]
    assert vectors[0] == vectors[1] != []


def test_models_are_listed_and_found(edge, client_of):
    client = client_of(edge)
    assert [model.id for model in client.models.list()] == [MODEL]
    assert client.models.retrieve(MODEL).id == MODEL


def test_many_questions_at_once_keep_their_answers(sim, edge, client_of):
    from concurrent.futures import ThreadPoolExecutor

    direct, through = client_of(sim), client_of(edge)

    def ask(client, i):
        return client.chat.completions.create(**chat(f"question {i}", max_tokens=10)) \
            .choices[0].message.content

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda i: ask(through, i), range(64)))
    assert answers == [ask(direct, i) for i in range(64)]
    assert len(set(answers)) == 64


@pytest.mark.parametrize("fault, expected", [
    ("error_429", openai.RateLimitError),
    ("error_500", openai.InternalServerError),
    ("error_503", openai.InternalServerError),
    ("refuse", openai.InternalServerError),
    ("garbage_head", openai.InternalServerError),
])
def test_an_engines_failure_is_the_right_exception(sim, edge, client_of, fault, expected):
    sim.faults(**{fault: ALWAYS})
    with pytest.raises(expected) as raised:
        client_of(edge).chat.completions.create(**chat())
    assert raised.value.body["message"]
    assert raised.value.request_id


def test_a_request_that_is_no_json_is_a_bad_request(edge, client_of):
    with pytest.raises(openai.BadRequestError) as raised:
        client_of(edge).post("/chat/completions", cast_to=object, content=b"{nonsense",
                             options={"headers": {"Content-Type": "application/json"}})
    assert raised.value.body["type"] == "invalid_request_error"


def test_an_unknown_path_is_not_found(edge, client_of):
    with pytest.raises(openai.NotFoundError):
        client_of(edge).get("/no/such/thing", cast_to=object)


def test_the_next_request_is_fine_after_each_failure(sim, edge, client_of):
    client = client_of(edge)
    for fault in ("error_500", "refuse", "garbage_body", "wrong_length"):
        sim.faults(**{fault: ALWAYS})
        with pytest.raises(openai.APIError):
            client.chat.completions.create(**chat())
        sim.faults()
        assert client.chat.completions.create(**chat(max_tokens=3)).choices[0].message.content

# SPDX-License-Identifier: Apache-2.0
"""What goes wrong at the engine or at the edge is the right exception of the official client."""

import openai
import pytest
from daemons import Nobody
from questions import chat
from shapes import CASES, chunk_of
from upstream import Answer

BY_STATUS = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    418: openai.APIStatusError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    502: openai.InternalServerError,
    503: openai.InternalServerError,
    504: openai.InternalServerError,
    529: openai.InternalServerError,
}
TROUBLE = {"message": "Too long: “þorn”.", "type": "invalid_request_error",
           "param": "messages[0].content", "code": "context_length_exceeded"}


def failure_of(client, **more):
    with pytest.raises(openai.APIError) as raised:
        list(client.chat.completions.create(**chat(**more)))
    return raised.value


def body_with(members):
    return b'{"messages":[{"role":"user","content":"a"}],%s}' % members


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", BY_STATUS)
def test_an_engines_error_is_its_class_with_its_body(upstream, front, client_of, status, stream):
    upstream.says(Answer.json({"error": TROUBLE}, status))
    failure = failure_of(client_of(front), stream=stream)

    assert type(failure) is BY_STATUS[status]
    assert failure.status_code == status
    assert failure.body == TROUBLE
    assert (failure.code, failure.param, failure.type) == \
        (TROUBLE["code"], TROUBLE["param"], TROUBLE["type"])
    assert failure.request_id == upstream.requests[-1].headers["x-request-id"]


def test_an_error_that_is_no_json_still_has_its_class(upstream, front, client_of):
    upstream.says(Answer(404, [b"<h1>nginx</h1>"], {"Content-Type": "text/html"}))
    failure = failure_of(client_of(front))
    assert type(failure) is openai.NotFoundError
    assert failure.response.text == "<h1>nginx</h1>"


def begun():
    return [chunk_of(0, {"role": "assistant", "content": "An is"})]


@pytest.mark.parametrize("name", [None, "error"])
def test_an_error_inside_a_stream_is_an_exception(upstream, front, client_of, name):
    error = {"error": {**TROUBLE, "message": "The GPU fell over."}}
    upstream.says(Answer.stream(begun() + [(name, error)], done=False))
    chunks = []
    with pytest.raises(openai.APIError, match="The GPU fell over.") as raised:
        for chunk in client_of(front).chat.completions.create(**chat(stream=True)):
            chunks.append(chunk)
    assert [chunk.choices[0].delta.content for chunk in chunks] == ["An is"]
    assert raised.value.code == TROUBLE["code"]


def test_a_cut_stream_is_an_exception(upstream, front, client_of):
    upstream.says(Answer.stream(begun(), done=False, cut=True))
    failure = failure_of(client_of(front), stream=True)
    assert failure.code == "core_cut"


def test_a_stream_that_ends_without_its_end_is_an_exception(upstream, front, client_of):
    upstream.says(Answer.stream(begun(), done=False))
    assert failure_of(client_of(front), stream=True).body["message"]


def test_a_cut_plain_answer_is_no_short_answer(upstream, front, client_of):
    whole = Answer.json(CASES["text"].plain)
    upstream.says(Answer(200, [whole.pieces[0][:40]], whole.headers, cut=True))
    failure = failure_of(client_of(front))
    assert (failure.status_code, failure.code) == (502, "core_cut")


@pytest.mark.parametrize("path, body, status, param", [
    ("/chat/completions", b'{"model":', 400, None),
    ("/chat/completions", b'[1]', 400, None),
    ("/chat/completions", body_with(b'"n":1'), 400, "model"),
    ("/chat/completions", body_with(b'"model":7'), 400, "model"),
    ("/chat/completions", body_with(b'"model":"sim","stream":"yes"'), 400, "stream"),
    ("/no/such/thing", b"{}", 404, None),
])
def test_what_the_edge_refuses_no_engine_hears_of(upstream, front, client_of, path, body, status,
                                                  param):
    with pytest.raises(BY_STATUS[status]) as raised:
        client_of(front).post(path, cast_to=object, content=body,
                              options={"headers": {"Content-Type": "application/json"}})
    assert raised.value.param == param
    assert raised.value.body["message"] and raised.value.request_id
    assert upstream.requests == []


def test_a_body_beyond_the_limit_is_refused(upstream, start_edge, client_of):
    edge = start_edge(upstream, arguments=["--limits.body", "1MiB"])
    with pytest.raises(openai.APIStatusError) as raised:
        client_of(edge).chat.completions.create(**chat("x" * 1_100_000))
    assert raised.value.status_code == 413
    assert upstream.requests == []


def test_a_silent_core_is_a_504(upstream, start_edge, client_of):
    edge = start_edge(upstream, arguments=["--timeouts.first_byte", "100ms"])
    upstream.says(Answer.never())
    failure = failure_of(client_of(edge))
    assert type(failure) is openai.InternalServerError and failure.status_code == 504


def test_a_core_that_is_gone_is_a_502(start_edge, client_of):
    failure = failure_of(client_of(start_edge(Nobody())))
    assert type(failure) is openai.InternalServerError
    assert (failure.status_code, failure.code) == (502, "core_unreachable")

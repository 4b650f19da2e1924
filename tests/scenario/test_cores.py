# SPDX-License-Identifier: Apache-2.0
"""Several cores behind one edge, each with models, names and ways of its own."""

import hashlib
import http.client
import json
import os

import pytest
from daemons import wait_until
from questions import chat
from upstream import Answer, Upstream

MIB = 1 << 20


def answer_of(model, text="Hello"):
    return Answer.json({"id": "chatcmpl-1", "object": "chat.completion", "created": 1,
                        "model": model,
                        "choices": [{"index": 0, "finish_reason": "stop",
                                     "message": {"role": "assistant", "content": text}}]})


def echo_of(request):
    return Answer.json({"bytes": len(request.body),
                        "sha256": hashlib.sha256(request.body).hexdigest()})


def ask(edge, method, path, body=None, content_type="application/json"):
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=60)
    try:
        if not isinstance(body, (bytes, type(None))):
            body = json.dumps(body).encode()
        connection.request(method, path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "null")
    finally:
        connection.close()


@pytest.fixture
def two():
    cores = [Upstream(["shared", "only-a"]), Upstream(["shared", "only-b", "own/name"])]
    for name, core in zip("ab", cores, strict=True):
        core.says(lambda request, name=name: answer_of(request.json["model"], name))
    yield cores
    for core in cores:
        core.stop()


@pytest.fixture
def edge_of(two, start_edge, tmp_path):
    """An edge in front of cores a and b, with this for each of them and for itself."""
    def start(a="", b="", rest=""):
        config = tmp_path / "isthmus.yaml"
        config.write_text("cores:\n" + "".join(
            f"  {name}: {{url: {core.root}{', ' + more if more else ''}}}\n"
            for name, core, more in zip("ab", two, (a, b), strict=True)) + rest)
        return start_edge(arguments=["-c", str(config)])
    return start


def text_of(answer):
    return answer["choices"][0]["message"]["content"]


def test_a_request_goes_where_its_model_is(edge_of):
    edge = edge_of()
    for _ in range(10):
        assert text_of(ask(edge, "POST", "/v1/chat/completions", chat(model="only-a"))[1]) == "a"
        assert text_of(ask(edge, "POST", "/v1/chat/completions", chat(model="only-b"))[1]) == "b"


def test_the_list_is_the_union_and_an_unknown_model_is_told_what_there_is(edge_of):
    edge = edge_of()
    status, models = ask(edge, "GET", "/v1/models")
    assert status == 200
    assert [model["id"] for model in models["data"]] == ["only-a", "only-b", "own/name", "shared"]
    assert ask(edge, "GET", "/v1/models/own%2Fname")[1]["id"] == "own/name"
    assert ask(edge, "GET", "/v1/models/nobody")[0] == 404
    status, error = ask(edge, "POST", "/v1/chat/completions", chat(model="nobody"))
    assert status == 404
    assert error["error"]["code"] == "model_not_found"
    assert '"only-a", "only-b"' in error["error"]["message"]


def test_a_model_that_is_loaded_later_is_found(edge_of, two):
    edge = edge_of(rest="timeouts: {models_refresh: 1h, models_recheck: 100ms}\n")
    assert ask(edge, "POST", "/v1/chat/completions", chat(model="late"))[0] == 404
    two[0].models["data"].append({"id": "late", "object": "model"})
    found = wait_until(
        lambda: ask(edge, "POST", "/v1/chat/completions", chat(model="late"))[0] == 200)
    assert found is not None


def test_an_alias_is_spliced_and_the_answer_says_it_again(edge_of, two):
    edge = edge_of(rest="models: {fast: {a: only-a, b: own/name}}\n")
    body = b'{ "x": 1e400, "model" : "fast","messages":[{"role":"user","content":"\\u0041"}] }'
    for _ in range(6):
        status, answer = ask(edge, "POST", "/v1/chat/completions", body)
        assert status == 200 and answer["model"] == "fast"
    asked = {request.body for core in two for request in core.requests}
    assert asked <= {body.replace(b'"fast"', name) for name in (b'"only-a"', b'"own/name"')}


def test_a_field_that_a_core_must_not_see_never_gets_there(edge_of, two):
    edge = edge_of(a="deny_fields: [logit_bias]")
    question = chat(model="shared", logit_bias={})
    for _ in range(6):
        assert text_of(ask(edge, "POST", "/v1/chat/completions", question)[1]) == "b"
    status, error = ask(edge, "POST", "/v1/chat/completions", chat(model="only-a", logit_bias={}))
    assert status == 400 and error["error"]["param"] == "logit_bias"
    assert not any(b"logit_bias" in request.body for request in two[0].requests)


def test_each_core_gets_its_key_as_it_wants_it(edge_of, two):
    edge = edge_of(a="key: ka, auth: x-api-key", b="key: kb, auth: api-key")
    for model in ("only-a", "only-b"):
        assert ask(edge, "POST", "/v1/chat/completions", chat(model=model))[0] == 200
    assert two[0].requests[-1].headers["x-api-key"] == "ka"
    assert two[1].requests[-1].headers["api-key"] == "kb"
    assert not any("authorization" in core.requests[-1].headers for core in two)


def test_a_prompt_is_a_message_or_goes_as_it_is_to_a_path_of_its_own(edge_of, two):
    edge = edge_of(b="path: /v1/inference")
    for model in ("only-a", "only-b"):
        assert ask(edge, "POST", "/v1/chat/completions",
                   {"prompt": "Hi", "model": model})[0] == 200
    assert two[0].requests[-1].json["messages"] == [{"role": "user", "content": "Hi"}]
    assert two[0].requests[-1].path == "/v1/chat/completions"
    assert two[1].requests[-1].json == {"prompt": "Hi", "model": "only-b"}
    assert two[1].requests[-1].path == "/v1/inference"


def test_a_core_that_is_too_slow_is_a_504(edge_of, two):
    edge = edge_of(a="timeout: 200ms", rest="workers: 1\n")  # each worker has lists of its own
    assert ask(edge, "GET", "/v1/models")[0] == 200  # from now on it is known that b has it not
    two[0].says(Answer.never())
    status, error = ask(edge, "POST", "/v1/chat/completions", chat(model="only-a"))
    assert status == 504 and error["error"]["code"] == "core_timeout"


def test_routes_let_anything_through_and_nothing_beside_them(edge_of, two):
    edge = edge_of(rest="routes: {/v1/audio/*: {cores: b, body: 80MiB}, /tokenize: POST}\n")
    two[1].says(echo_of)
    form = b"--x\r\n\r\n" + os.urandom(40 * MIB) + b"\r\n--x--\r\n"
    status, heard = ask(edge, "POST", "/v1/audio/transcriptions", form,
                        "multipart/form-data; boundary=x")
    assert status == 200
    assert heard == {"bytes": len(form), "sha256": hashlib.sha256(form).hexdigest()}
    assert ask(edge, "GET", "/v1/audio/voices")[0] == 405
    assert ask(edge, "POST", "/v1/video")[0] == 404
    for path in ("/v1/audio/../admin", "/v1/audio/%2e%2e/admin", "/v1/audio%2f..%2fadmin"):
        assert ask(edge, "POST", path, {})[0] == 404
    assert not any("admin" in request.path for core in two for request in core.requests)


def test_a_stored_response_is_found_on_whichever_core_has_it(edge_of, two):
    edge = edge_of()
    missing = Answer.json({"error": {"message": "not here"}}, status=404)
    two[0].says(missing)
    two[1].says(lambda request: Answer.json({"path": request.path, "method": request.method}))
    for method, path in (("GET", "/v1/responses/resp_1"), ("DELETE", "/v1/responses/resp_1"),
                         ("POST", "/v1/responses/resp_1/cancel")):
        for _ in range(4):
            assert ask(edge, method, path) == (200, {"path": path, "method": method})
    two[1].says(missing)
    assert ask(edge, "GET", "/v1/responses/resp_2") == (404, {"error": {"message": "not here"}})


def test_errors_of_messages_have_their_own_shape(edge_of):
    edge = edge_of()
    question = {"model": "nobody", "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
    status, error = ask(edge, "POST", "/v1/messages", question)
    assert status == 404
    assert error["type"] == "error" and error["error"]["type"] == "not_found_error"

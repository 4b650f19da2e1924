# SPDX-License-Identifier: Apache-2.0
"""Errors, retries, timeouts and cancellation of the official Node client."""

from daemons import PATIENCE, wait_until
from node_client import ask_node, chat_step
from questions import chat
from shapes import CASES, chunk_of
from upstream import Answer

NAMES = {
    400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError",
    404: "NotFoundError", 409: "ConflictError", 422: "UnprocessableEntityError",
    429: "RateLimitError", 500: "InternalServerError", 502: "InternalServerError",
    503: "InternalServerError", 504: "InternalServerError", 529: "InternalServerError",
}
TROUBLE = {"message": "Too long.", "type": "invalid_request_error", "param": "messages",
           "code": "context_length_exceeded"}
GOOD = Answer.json(CASES["text"].plain)
CANCEL_SECONDS = 1.0


def test_an_engines_error_is_its_class_with_its_body(upstream, front):
    upstream.says(*(Answer.json({"error": TROUBLE}, status) for status in NAMES))
    errors = [result["error"] for result in ask_node(front, [chat_step(chat())] * len(NAMES))]

    assert [(error["status"], error["name"]) for error in errors] == list(NAMES.items())
    for error, request in zip(errors, upstream.requests):
        assert (error["code"], error["param"], error["type"]) == \
            (TROUBLE["code"], TROUBLE["param"], TROUBLE["type"])
        assert TROUBLE["message"] in error["message"]
        assert error["request_id"] == request.headers["x-request-id"]


def test_errors_inside_and_cuts_of_a_stream_are_exceptions(upstream, front):
    begun = [chunk_of(0, {"role": "assistant", "content": "An is"})]
    upstream.says(Answer.stream([*begun, {"error": TROUBLE}], done=False),
                  Answer.stream(begun, done=False, cut=True),
                  Answer.stream(begun, done=False))
    told, cut, ended = ask_node(front, [chat_step(chat(stream=True))] * 3)
    assert TROUBLE["message"] in told["error"]["message"]
    assert cut["error"]["code"] == "core_cut"
    assert ended["error"]["message"]


def test_what_the_edge_refuses_no_engine_hears_of(upstream, front):
    wrong, = ask_node(front, [chat_step({"model": 7, "messages": chat()["messages"]})])
    assert (wrong["error"]["name"], wrong["error"]["param"]) == ("BadRequestError", "model")
    assert upstream.requests == []


def test_retry_headers_are_obeyed(upstream, front):
    error = {"error": {"message": "not now"}}
    upstream.says(Answer.json(error, 429, {"retry-after-ms": "80"}), GOOD,
                  Answer.json(error, 500, {"x-should-retry": "false"}),
                  Answer.json(error, 400, {"x-should-retry": "true", "retry-after-ms": "1"}), GOOD)
    waited, refused, again = ask_node(front, [chat_step(chat(), client={"maxRetries": 2})] * 3)

    assert "value" in waited and "value" in again
    assert refused["error"]["name"] == "InternalServerError"
    counts = [request.headers["x-stainless-retry-count"] for request in upstream.requests]
    assert counts == ["0", "1", "0", "0", "1"]
    gap = upstream.requests[1].at - upstream.requests[0].at
    assert 0.08 <= gap < 2 * PATIENCE


def test_a_timeout_and_an_abort_end_the_engines_work(upstream, front):
    upstream.says(Answer.never())
    late, aborted = ask_node(front, [
        chat_step(chat(), client={"timeout": 200}), chat_step(chat(), abort_after=200)])
    assert late["error"]["name"] == "APIConnectionTimeoutError"
    assert aborted["error"]["name"] == "APIUserAbortError"
    assert wait_until(lambda: upstream.abandoned == 2, CANCEL_SECONDS) is not None


def test_leaving_a_stream_ends_the_engines_work(start_sim, start_edge):
    sim = start_sim("--profile", "instant", "--itl", "5ms")
    result, = ask_node(start_edge(sim), [
        chat_step(chat(max_tokens=5000, stream=True), stop_after=3)])
    assert len(result["chunks"]) == 3
    assert wait_until(lambda: sim.open_requests() == 0, CANCEL_SECONDS) is not None
    assert sim.metric("cancelled") == 1

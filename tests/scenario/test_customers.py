# SPDX-License-Identifier: Apache-2.0
"""Who may ask, how much, and who pays: what an edge with `auth: keys` does with its clients."""

import json
import re
import socket
import subprocess
import time

import pytest
from customers import PATH, Office, error_of, events_of, keys
from daemons import ALWAYS, BINARY, wait_until
from upstream import Answer

PRICES = "prices:\n  \"*\": {in: 1000, out: 1000}\n"  # a tenth of a cent for a token
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
PLAIN = {"id": "c", "object": "chat.completion", "created": 1, "model": "sim", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": USAGE}


def chunk(text=None, **more):
    delta = {"content": text} if text else {}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "sim",
            "choices": [{"index": 0, "delta": delta, "finish_reason": None}], **more}


LAST = {**chunk(), "choices": [], "usage": USAGE}


@pytest.fixture
def office(site, sim):
    """Makes an edge before the simulated engine."""
    return lambda *lines, config="": Office(site, sim.url, lines=lines, config=config)


@pytest.fixture
def desk(site, upstream):
    """Makes an edge before an engine whose answers the test writes down."""
    return lambda *lines, config="": Office(site, upstream.url, lines=lines, config=config)


# ---- who ----

def test_nobody_comes_in_without_a_key(office):
    site = office({"name": "a"})
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"x-api-key": "' OR 1=1 --"},
                    {"Authorization": "Basic abc"}, {"api-key": "x" * 5000}):
        answer = site.ask("POST", PATH, {"model": "sim"}, headers=headers)
        assert answer.status == 401 and answer.getheader("www-authenticate") == "Bearer"
        assert error_of(answer)["type"] == "invalid_request_error"
        assert error_of(answer)["code"] == "invalid_api_key"
        assert error_of(answer)["message"]
    answer = site.ask("POST", "/v1/messages", {"model": "sim"})
    assert answer.status == 401
    assert json.loads(answer.body)["type"] == "error"
    assert error_of(answer)["type"] == "authentication_error"


@pytest.mark.parametrize("field", ["Authorization", "x-api-key", "api-key"])
def test_a_key_may_come_in_three_fields(office, field):
    site = office({"name": "a"})
    value = site.secret("a")
    headers = {field: "Bearer " + value if field == "Authorization" else value}
    body = {"model": "sim", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}
    assert site.ask("POST", PATH, body, headers=headers).status == 200


def test_a_refusal_comes_before_the_body_is_asked_for(office):
    site = office({"name": "a"})
    with socket.create_connection(("127.0.0.1", site.edge.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: edge\r\n"
                           b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_health_and_preflight_need_no_key(office):
    site = office({"name": "a"})
    assert site.ask("GET", "/healthz").status == 200
    assert site.ask("OPTIONS", PATH).status == 204


def test_a_revoked_key_is_dead_within_a_second(office):
    site = office({"name": "a"}, {"name": "b"})
    assert site.chat("b", max_tokens=2).status == 200
    keys(site.data, "revoke", "b")
    seconds = wait_until(lambda: site.chat("b", max_tokens=2).status == 401, every=0.02)
    assert seconds is not None and seconds < 1
    assert "revoked" in error_of(site.chat("b"))["message"]
    assert site.chat("a", max_tokens=2).status == 200


def test_a_guesser_is_slowed_and_a_good_key_beside_it_is_not(office):
    site = office({"name": "a"}, config="keys: {bad_burst: 3, bad_per_minute: 60}\n")
    began = time.monotonic()
    for _ in range(5):
        assert site.ask("GET", "/v1/models", headers={"x-api-key": "no"}).status == 401
    slow = time.monotonic() - began
    began = time.monotonic()
    assert site.ask("GET", "/v1/usage", name="a").status == 200
    assert slow > 1 and time.monotonic() - began < 0.5


# ---- what ----

def test_a_key_may_do_what_it_lists_and_nothing_else(office):
    site = office({"name": "a", "models": ["other-*"]}, {"name": "b", "routes": ["/v1/embeddings"]})
    answer = site.chat("a")
    assert answer.status == 403 and error_of(answer)["code"] == "model_not_allowed"
    answer = site.chat("b")
    assert answer.status == 403 and error_of(answer)["code"] == "route_not_allowed"
    listed = json.loads(site.ask("GET", "/v1/models", name="a").body)
    assert listed["data"] == []
    assert site.ask("GET", "/v1/models/sim", name="a").status == 404


def test_a_request_without_a_model_takes_a_key_for_every_model(desk, upstream):
    upstream.says(Answer.json({"id": "r", "object": "response"}))
    site = desk({"name": "all"}, {"name": "one", "models": ["sim"]})
    answer = site.ask("POST", "/v1/responses", {"input": "Hi"}, "one")
    assert answer.status == 403 and error_of(answer)["code"] == "model_not_allowed"
    assert site.ask("POST", "/v1/responses", {"input": "Hi"}, "all").status == 200


def test_a_key_that_is_bound_to_a_region_goes_nowhere_else(site, start_sim):
    here, there = start_sim("--profile", "instant"), start_sim("--profile", "instant")
    entries = [f"{{url: {here.url}, region: here}}", f"{{url: {there.url}, region: there}}"]
    office = Office(site, *entries, lines=[{"name": "a", "residency": ["there"]},
                                           {"name": "b", "residency": ["nowhere"]}])
    for _ in range(6):
        answer = office.chat("a", max_tokens=2)
        assert answer.status == 200 and office.line_of(answer)["core"] == "core1"
    answer = office.chat("b")
    assert answer.status == 403 and error_of(answer)["code"] == "region_not_allowed"


# ---- how much ----

def test_requests_a_minute_are_counted_and_told(office):
    site = office({"name": "a", "rpm": 2, "tpm": 10000})
    first = site.chat("a", max_tokens=2)
    assert first.getheader("x-ratelimit-limit-requests") == "2"
    assert first.getheader("x-ratelimit-remaining-requests") == "1"
    assert re.fullmatch(r"(29|30)(\.\d+)?s", first.getheader("x-ratelimit-reset-requests"))
    assert first.getheader("x-ratelimit-limit-tokens") == "10000"
    assert int(first.getheader("x-ratelimit-remaining-tokens")) < 10000
    assert site.chat("a", max_tokens=2).status == 200
    answer = site.chat("a")
    assert answer.status == 429 and error_of(answer)["code"] == "rate_limit_exceeded"
    wait_ms = int(answer.getheader("retry-after-ms"))
    assert 25000 < wait_ms <= 30000
    assert int(answer.getheader("retry-after")) == -(-wait_ms // 1000)
    assert answer.getheader("x-ratelimit-remaining-requests") == "0"
    assert "key a " in error_of(answer)["message"]


def test_a_key_sees_its_own_limits_and_not_the_engines(desk, upstream):
    upstream.says(Answer.json(PLAIN, headers={"x-ratelimit-limit-requests": "7"}))
    site = desk({"name": "a", "rpm": 60}, {"name": "b"})
    assert site.chat("a").getheader("x-ratelimit-limit-requests") == "60"
    assert site.chat("b").getheader("x-ratelimit-limit-requests") is None


def test_usage_is_told_to_its_own_key(desk, upstream):
    upstream.says(Answer.json(PLAIN))
    site = desk({"name": "a", "tenant": "t", "rpm": 60, "budget_usd_day": 5}, config=PRICES)
    assert site.chat("a").status == 200
    usage = site.usage("a")
    assert usage["key"]["name"] == "a" and usage["tenant"]["name"] == "t"
    assert usage["key"]["requests_per_minute"]["used"] == 1
    assert usage["key"]["budget_usd_day"]["used"] == 0.011
    assert usage["key"]["concurrency"] is None
    assert site.ask("POST", "/v1/usage", {}, "a").status == 405
    assert site.ask("GET", "/v1/usage").status == 401


def test_a_slot_comes_back_however_its_request_ends(site, start_sim):
    sim = start_sim("--profile", "instant", "--itl", "5ms")
    office = Office(site, sim.url, lines=[{"name": "a", "concurrency": 1}])
    body = json.dumps({"model": "sim", "stream": True, "max_tokens": 5000,
                       "messages": [{"role": "user", "content": "Hi"}]}).encode()
    head = (f"POST {PATH} HTTP/1.1\r\nHost: e\r\nAuthorization: Bearer {office.secret('a')}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", office.edge.port)) as connection:
        connection.sendall(head + body)
        assert connection.recv(100)
        answer = office.chat("a")
        assert answer.status == 429 and error_of(answer)["code"] == "rate_limit_exceeded"
    assert wait_until(lambda: office.usage("a")["key"]["concurrency"]["used"] == 0) is not None
    for fault in ("refuse", "die_mid_stream", "stall_before_head"):
        sim.faults(**{fault: ALWAYS})
        office.ask("POST", PATH, json.loads(body) | {"max_tokens": 3}, "a",
                   {"isthmus-deadline": "300"})
        assert office.usage("a")["key"]["concurrency"]["used"] == 0
    sim.faults()
    assert office.chat("a", max_tokens=2).status == 200


# ---- who pays ----

def test_a_streams_usage_is_asked_for_and_kept_from_who_did_not(desk, upstream):
    upstream.says(Answer.stream([chunk("Hel"), chunk("lo"), LAST]))
    site = desk({"name": "a"}, config=PRICES)
    answer = site.chat("a", stream=True)
    assert upstream.requests[-1].json["stream_options"] == {"include_usage": True}
    assert [json.loads(e)["choices"] for e in events_of(answer)[:-1]] != []
    assert events_of(answer)[-1] == b"[DONE]" and len(events_of(answer)) == 3
    assert all(json.loads(e)["choices"] for e in events_of(answer)[:-1])
    line = site.line_of(answer)
    assert (line["prompt_tokens"], line["answer_tokens"]) == (9, 2)
    assert line["nusd"] == 11 * 1000000
    answer = site.chat("a", stream=True, stream_options={"include_usage": True})
    assert len(events_of(answer)) == 4


def test_no_credential_goes_up(desk, upstream):
    upstream.says(Answer.json(PLAIN))
    site = desk({"name": "a"})
    assert site.chat("a").status == 200
    sent = upstream.requests[-1].headers
    assert not [name for name in sent if name.lower() in ("authorization", "x-api-key", "api-key")]


def test_an_attempt_that_was_thrown_away_is_the_operators(site, start_sim):
    bad, good = start_sim("--profile", "instant"), start_sim("--profile", "instant")
    bad.faults(die_mid_stream=ALWAYS, after_tokens=3)
    office = Office(site, bad.url, lines=[{"name": "a", "budget_usd_day": 5}], config=PRICES)
    answer = office.chat("a", max_tokens=8)
    assert answer.status == 502
    line = office.line_of(answer)
    assert (line["prompt_tokens"], line["answer_tokens"], line["nusd"]) == (0, 0, 0)
    assert office.usage("a")["key"]["budget_usd_day"]["used"] == 0


def test_what_was_tried_again_is_paid_for_once(site, start_sim):
    """The core that fails has made tokens; another one answers. The client pays for one answer."""
    bad, good = start_sim("--profile", "instant"), start_sim("--profile", "instant")
    bad.faults(die_mid_stream=ALWAYS, after_tokens=3)
    office = Office(site, bad.url, good.url, lines=[{"name": "a"}],
                    config=PRICES + "retry: {budget_burst: 100}\n")
    tried_again = 0
    for _ in range(12):
        answer = office.chat("a", max_tokens=8)
        assert answer.status == 200
        usage = json.loads(answer.body)["usage"]
        line = office.line_of(answer)
        assert line["answer_tokens"] == usage["completion_tokens"]
        assert line["prompt_tokens"] == usage["prompt_tokens"]
        tried_again += line["attempts"] > 1
    assert tried_again > 0
    rows = wait_until_rows(office, 2)
    spent = {row["tenant"]: row for row in rows}
    assert spent["default"]["requests"] == 12
    assert spent["(operator)"]["tokens_out"] > 0 and spent["(operator)"]["requests"] == 0


def wait_until_rows(office, count):
    found = []

    def look():
        done = subprocess.run([BINARY, "usage", "--by", "tenant", "--json", "--data-dir",
                               str(office.data)], capture_output=True, text=True, timeout=20)
        found[:] = [json.loads(line) for line in done.stdout.splitlines()]
        return len(found) >= count

    assert wait_until(look) is not None, office.edge.log()
    return found


def test_who_leaves_pays_what_was_generated(site, start_sim):
    sim = start_sim("--profile", "instant", "--itl", "5ms")
    office = Office(site, sim.url, lines=[{"name": "a", "budget_usd_day": 5}], config=PRICES)
    connection = socket.create_connection(("127.0.0.1", office.edge.port))
    body = json.dumps({"model": "sim", "stream": True, "max_tokens": 5000,
                       "messages": [{"role": "user", "content": "Hi"}]}).encode()
    connection.sendall((f"POST {PATH} HTTP/1.1\r\nHost: e\r\nx-request-id: leaver\r\n"
                        f"x-api-key: {office.secret('a')}\r\nContent-Length: {len(body)}\r\n"
                        "Content-Type: application/json\r\n\r\n").encode() + body)
    seen = b""
    while seen.count(b"data: ") < 20:
        seen += connection.recv(65536)
    connection.close()
    assert wait_until(lambda: [x for x in office.lines() if x["id"] == "leaver"]) is not None
    line = [x for x in office.lines() if x["id"] == "leaver"][0]
    assert seen.count(b"data: ") - 2 <= line["answer_tokens"] < 2000
    assert line["nusd"] == 1000000 * (line["answer_tokens"] + line["prompt_tokens"])


@pytest.mark.parametrize("overrun", ["finish", "cut"])
def test_a_budget_that_ends_in_mid_stream(desk, upstream, overrun):
    last = {**LAST, "usage": {"prompt_tokens": 9, "completion_tokens": 60, "total_tokens": 69}}
    upstream.says(Answer.stream([chunk("word ") for _ in range(60)] + [last], pause=0.005))
    site = desk({"name": "a", "budget_usd_day": 0.04},
                config=PRICES + f"budgets: {{overrun: {overrun}, chunk: 0.001}}\n"
                                "limits: {answer_tokens: 5}\n")
    answer = site.chat("a", stream=True)
    last = events_of(answer)[-1]
    if overrun == "finish":
        assert last == b"[DONE]" and len(events_of(answer)) == 61
    else:
        assert json.loads(last)["error"]["code"] == "insufficient_quota"
        assert len(events_of(answer)) < 61
    answer = site.chat("a")
    assert answer.status == 429 and error_of(answer)["code"] == "insufficient_quota"
    assert answer.getheader("x-should-retry") == "false"


def test_no_secret_is_in_any_log(office):
    """What a client may send as a secret, in every place where it may stand."""
    site = office({"name": "a"})
    canaries = [f"canary-{i:02d}-c4n4ry" for i in range(8)]
    body = {"model": "sim", "messages": [{"role": "user", "content": canaries[0]}]}
    for headers in ({"Authorization": f"Bearer {canaries[1]}"}, {"x-api-key": canaries[2]},
                    {"api-key": canaries[3]}, {"Authorization": f"Basic {canaries[4]}"},
                    {"Cookie": f"session={canaries[5]}"},
                    {"Authorization": f"Bearer {canaries[6]}", "x-api-key": "another"}):
        answer = site.ask("POST", PATH + f"?key={canaries[7]}", body, headers=headers)
        assert answer.status == 401
        assert not [c for c in canaries if c.encode() in answer.body]
    assert site.chat("a", max_tokens=2).status == 200
    log = site.edge.log()
    assert not [c for c in [*canaries, site.secret("a")] if c in log]

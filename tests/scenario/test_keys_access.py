# SPDX-License-Identifier: Apache-2.0
"""Who may ask: keys made by `isthmus keys` while the edge runs, seen by the official clients."""

import time

import anthropic
import openai
import pytest
from daemons import PATIENCE
from keyed import bearer, get, post, seconds_until, statuses
from node_client import ask_node, chat_step
from questions import chat

WRONG = "ist_" + "x" * 43
SOON = 1.0  # until a running edge knows

@pytest.fixture
def keyed(start_keyed, sim):
    return start_keyed(sim)


# ---- 401 ----


@pytest.mark.parametrize("headers", [
    {}, bearer(WRONG), {"x-api-key": WRONG}, {"api-key": WRONG}, {"Authorization": "Bearer "},
    {"Authorization": "Basic YTpi"}, {"Authorization": WRONG}, {"Cookie": f"key={WRONG}"},
])
def test_without_a_good_key_it_is_401(keys, keyed, sim, headers):
    keys.add("alice")
    reply = post(keyed, headers)
    assert reply.status == 401
    assert reply.error["code"] == "invalid_api_key"
    assert reply.error["type"] == "invalid_request_error"
    assert reply.error["message"] and WRONG not in reply.error["message"]
    assert sim.metric("prompt_tokens") == 0


def test_an_empty_store_lets_nobody_in(keyed):
    assert post(keyed, bearer(WRONG)).status == 401
    assert get(keyed, {}, "/models").status == 401


@pytest.mark.parametrize("field", ["Authorization", "x-api-key", "api-key"])
def test_a_key_may_come_in_any_of_three_fields(keys, keyed, field):
    secret = keys.add("alice")
    seconds_until(keyed, secret, 200)
    value = f"Bearer {secret}" if field == "Authorization" else secret
    assert post(keyed, {field: value}).status == 200


def test_two_keys_at_once_are_none(keys, keyed):
    alice, bob = keys.add("alice"), keys.add("bob")
    seconds_until(keyed, bob, 200)
    assert post(keyed, {**bearer(alice), "x-api-key": bob}).status == 401
    assert post(keyed, {**bearer(alice), "x-api-key": alice}).status == 200


INJECTIONS = [
    "' OR '1'='1", "'; DROP TABLE key; --", "\" OR \"\"=\"", "1; ATTACH DATABASE '/tmp/x' AS x",
    "%%%%", "*", "ist_*", "../../etc/passwd", "$(id)", "`id`", "${jndi:ldap://x}", "{{7*7}}",
    "%00", "ist_%00", "a" * 8000, "ist_" + "'" * 43, "\\", "null", "undefined", "0", "true",
    "UNION SELECT digest FROM key", "x' AND 1=randomblob(1000000000)--", "\t", "ü" * 20,
]


def test_injection_strings_are_wrong_keys_and_nothing_else(keys, keyed):
    secret = keys.add("alice")
    seconds_until(keyed, secret, 200)
    before = keys.ask("keys export")
    for text in INJECTIONS:
        # Header fields are sent as Latin-1.
        text = text.encode().decode("latin-1")
        for headers in (bearer(text), {"x-api-key": text}, {"api-key": text}):
            assert post(keyed, headers).status == 401, headers
    assert keys.ask("keys export") == before
    assert post(keyed, bearer(secret)).status == 200


def test_who_guesses_is_slowed_and_who_has_a_key_is_not(keys, start_keyed, sim):
    edge = start_keyed(sim, workers=1, keys={"bad_per_minute": 300, "bad_burst": 20})
    secret = keys.add("alice")
    seconds_until(edge, secret, 200)

    def seconds_of(key):
        began = time.monotonic()
        post(edge, bearer(key))
        return time.monotonic() - began

    guesses = [seconds_of(f"{WRONG}{i}") for i in range(30)]
    assert min(guesses[-5:]) >= 0.15  # five a second
    assert min(seconds_of(secret) for _ in range(5)) < 0.1 * PATIENCE


def test_an_expired_key_is_refused(keys, keyed):
    secret = keys.add("alice", "--expires", "2s")
    seconds_until(keyed, secret, 200)
    assert seconds_until(keyed, secret, 401) < 4 * PATIENCE
    reply = post(keyed, bearer(secret))
    assert "expired" in reply.error["message"]


# ---- a running edge ----


def test_a_new_key_works_and_a_revoked_one_ends_within_a_second(keys, keyed):
    secret = keys.add("alice")
    assert seconds_until(keyed, secret, 200) < SOON * PATIENCE
    keys.ask("keys revoke", "alice")
    assert seconds_until(keyed, secret, 401) < SOON * PATIENCE
    assert statuses(keyed, secret, 30) == {401}


def test_a_rotated_key_has_two_secrets_for_the_overlap(keys, keyed):
    old = keys.add("alice")
    seconds_until(keyed, old, 200)
    new = keys.ask("keys rotate", "alice", "--overlap", "3s").strip()
    assert seconds_until(keyed, new, 200) < SOON * PATIENCE
    assert statuses(keyed, old) == {200}
    assert seconds_until(keyed, old, 401) < 4 * PATIENCE
    assert statuses(keyed, new) == {200}

    newest = keys.ask("keys rotate", "alice").strip()
    assert seconds_until(keyed, new, 401) < SOON * PATIENCE
    assert statuses(keyed, newest) == {200}


def test_an_imported_key_of_another_gateway_works(keys, keyed):
    keys.ask("keys import", "-", given='{"name": "a", "key": "sk-of-another-gateway"}\n'
             '{"name": "b", "sha256": "8e9e2b9b2b0bdd9b5ef5fd3a0bd9fa2f'
             'd0dd4b2a1d0ff1b4e5df7b6e4a3c2b1a"}\n')
    assert seconds_until(keyed, "sk-of-another-gateway", 200) < SOON * PATIENCE


def test_who_comes_while_keys_are_read_waits_for_them(keys, start_keyed, sim):
    keys.ask("keys import", "-", given="".join(
        f'{{"name": "k{i}", "key": "a-key-of-its-own-{i}"}}\n' for i in range(30000)))
    assert statuses(start_keyed(sim), "a-key-of-its-own-29999") == {200}


def test_after_a_kill_keys_and_revocations_are_there(keys, start_keyed, sim):
    edge = start_keyed(sim)
    kept, gone = keys.add("kept"), keys.add("gone")
    seconds_until(edge, gone, 200)
    keys.ask("keys revoke", "gone")
    edge.crash()
    edge = start_keyed(sim)
    assert statuses(edge, kept) == {200}
    assert statuses(edge, gone) == {401}


def test_keys_are_made_for_an_edge_that_is_stopped(keys, start_keyed, sim):
    secret = keys.add("alice")
    assert statuses(start_keyed(sim), secret) == {200}


# ---- 403 ----


def test_models_and_routes_that_are_not_listed_are_403(keys, keyed):
    secret = keys.add("alice", "--models", "llama-*,si*", "--routes", "/v1/chat/*,/v1/usage")
    seconds_until(keyed, secret, 200)
    reply = post(keyed, bearer(secret), chat() | {"model": "qwen"})
    assert (reply.status, reply.error["code"]) == (403, "model_not_allowed")
    assert reply.error["type"] == "permission_error"
    reply = post(keyed, bearer(secret), {"model": "sim", "input": "x"}, path="/embeddings")
    assert (reply.status, reply.error["code"]) == (403, "route_not_allowed")
    keys.ask("keys set", "alice", "--models", "none")
    assert seconds_until(keyed, secret, 403) < SOON * PATIENCE


def test_a_key_bound_to_a_region_gets_no_other_core(keys, start_keyed, sim):
    edge = start_keyed(cores={"east": {"url": sim.root, "region": "us"}})
    bound, free = keys.add("bound", "--residency", "eu"), keys.add("free", "--residency", "us,eu")
    seconds_until(edge, free, 200)
    reply = post(edge, bearer(bound))
    assert (reply.status, reply.error["code"]) == (403, "region_not_allowed")


# ---- the clients' exceptions ----


def test_the_python_client_raises_its_classes(keys, keyed, client_of):
    secret = keys.add("alice", "--models", "llama-*")
    seconds_until(keyed, secret, 403)
    with pytest.raises(openai.AuthenticationError) as raised:
        client_of(keyed, api_key=WRONG).chat.completions.create(**chat())
    assert (raised.value.status_code, raised.value.code) == (401, "invalid_api_key")
    with pytest.raises(openai.PermissionDeniedError) as raised:
        client_of(keyed, api_key=secret).chat.completions.create(**chat())
    assert (raised.value.status_code, raised.value.code) == (403, "model_not_allowed")


def test_the_node_client_raises_its_classes(keys, keyed):
    secret, narrow = keys.add("alice"), keys.add("bob", "--models", "llama-*")
    seconds_until(keyed, secret, 200)
    wrong, refused, good = ask_node(keyed, [
        chat_step(chat(), client={"apiKey": key}) for key in (WRONG, narrow, secret)])
    assert (wrong["error"]["name"], wrong["error"]["code"]) == \
        ("AuthenticationError", "invalid_api_key")
    assert (refused["error"]["name"], refused["error"]["code"]) == \
        ("PermissionDeniedError", "model_not_allowed")
    assert good["value"]["choices"]


@pytest.mark.parametrize("field", ["api_key", "auth_token"])
def test_the_anthropic_client_raises_its_classes(keys, start_keyed, start_sim, field):
    edge = start_keyed(start_sim("--dialect", "vllm"))
    secret, narrow = keys.add("alice"), keys.add("bob", "--models", "llama-*")
    seconds_until(edge, secret, 200)
    question = {"model": "sim", "max_tokens": 4, "messages": [{"role": "user", "content": "Hello"}]}

    def client(key):
        return anthropic.Anthropic(base_url=edge.root, max_retries=0, timeout=20, **{field: key})

    with client(secret) as good:
        assert good.messages.create(**question).usage.output_tokens == 4
    with client(WRONG) as wrong, pytest.raises(anthropic.AuthenticationError) as raised:
        wrong.messages.create(**question)
    assert raised.value.body["error"]["type"] == "authentication_error"
    with client(narrow) as bob, pytest.raises(anthropic.PermissionDeniedError) as raised:
        bob.messages.create(**question)
    assert raised.value.body["error"]["type"] == "permission_error"

# SPDX-License-Identifier: Apache-2.0
"""Signed tokens at an edge with `auth: jwt` or `keys+jwt`: whose they are, what their claims allow,
and what happens when an issuer changes its keys."""

import http.client
import json

import pytest
from customers import keys
from daemons import Edge, wait_until
from tokens import Issuer, write_keys

PATH = "/v1/chat/completions"
CONFIG = """
auth: {auth}
workers: 1
cores: {{a: {core}}}
{data}
jwt:
  jwks_file: {jwks}
  recheck: 100ms
  issuer: https://issuer.example
  audience: edge
  algorithms: [EdDSA]
  tenant: people
  claims: {{models: models, rpm: rpm}}
"""


class Gate:
    def __init__(self, site, core, auth="jwt"):
        self.issuer = Issuer(site.folder)
        self.jwks = site.folder / "jwks.json"
        write_keys(self.jwks, self.issuer)
        self.data = site.folder / "data"
        data = ""
        if "keys" in auth:
            self.data.mkdir()
            keys(self.data, "import", "-",
                 lines=[{"name": "opaque", "key": "sk-opaque-0123456789"}])
            data = f"data_dir: {self.data}"
        path = site.folder / "edge.yaml"
        path.write_text(CONFIG.format(auth=auth, core=core, data=data, jwks=self.jwks))
        self.edge = site.start(Edge, arguments=("--config", str(path)))
        assert wait_until(lambda: self.ask("nobody").status == 401) is not None, self.edge.log()

    def ask(self, token, method="POST", path=PATH):
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.port, timeout=20)
        body = json.dumps({"model": "sim", "messages": [{"role": "user", "content": "Hi"}],
                           "max_tokens": 2}) if method == "POST" else None
        connection.request(method, path, body, {"Authorization": f"Bearer {token}",
                                                "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer


@pytest.fixture
def gate(site, sim):
    return lambda auth="jwt": Gate(site, sim.url, auth)


def code_of(answer):
    return json.loads(answer.body)["error"]["code"]


def test_a_genuine_token_comes_in_and_nothing_else_does(gate, tmp_path_factory):
    site = gate()
    stranger = Issuer(tmp_path_factory.mktemp("stranger"))
    claims = {"models": ["sim"], "rpm": 600}
    good = site.issuer.token(**claims)
    for _ in range(3):  # verified once, then remembered
        assert site.ask(good).status == 200, site.edge.log()
    wrong = {"stranger": stranger.token(**claims), "expired": site.issuer.token(-3600, **claims),
             "audience": site.issuer.token(aud="other", **claims),
             "issuer": site.issuer.token(iss="https://other.example", **claims),
             "cut": good[:-4], "longer": good + "A", "opaque": "sk-opaque-0123456789"}
    for name, token in wrong.items():
        answer = site.ask(token)
        assert (name, answer.status, code_of(answer)) == (name, 401, "invalid_api_key")
    assert not [token for token in [good, *wrong.values()] if token in site.edge.log()]


def test_claims_say_what_a_token_may_do(gate):
    site = gate()
    answer = site.ask(site.issuer.token(models=["other"], rpm=600))
    assert answer.status == 403 and code_of(answer) == "model_not_allowed"
    token = site.issuer.token(models=["sim"], rpm=2, sub="bob")
    assert site.ask(token).getheader("x-ratelimit-limit-requests") == "2"
    other = site.issuer.token(601, models=["sim"], rpm=2, sub="bob")
    assert site.ask(other).status == 200
    answer = site.ask(token)  # one account, however many tokens
    assert answer.status == 429 and code_of(answer) == "rate_limit_exceeded"
    usage = json.loads(site.ask(token, "GET", "/v1/usage").body)
    assert usage["key"]["name"] == "bob" and usage["tenant"]["name"] == "people"


def test_an_issuer_may_change_its_keys_while_the_edge_runs(gate):
    site = gate()
    old, new = site.issuer, Issuer(site.jwks.parent, "k2")
    claims = {"models": ["sim"], "rpm": 600}
    kept = old.token(**claims)
    assert site.ask(kept).status == 200
    write_keys(site.jwks, new)
    assert wait_until(lambda: site.ask(new.token(**claims)).status == 200) is not None
    assert site.ask(kept).status == 401


def test_keys_and_tokens_side_by_side(gate):
    site = gate("keys+jwt")
    token = site.issuer.token(models=["sim"], rpm=600)
    assert wait_until(lambda: site.ask(token).status == 200) is not None
    assert site.ask("sk-opaque-0123456789").status == 200
    assert site.ask(token[:-4]).status == 401

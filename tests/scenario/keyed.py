# SPDX-License-Identifier: Apache-2.0
"""An edge that wants keys, and bare requests to it."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from questions import chat

WORKERS = 2
# Tests ask with wrong keys all the time; whether that is slowed is a test of its own.
PATIENT = {"bad_per_minute": 1_000_000, "bad_burst": 1_000_000}
# With these a token costs a dollar, so that budgets are counted in tokens.
DOLLAR_A_TOKEN = {"*": {"in": 1_000_000, "out": 1_000_000}}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict
    body: bytes

    @property
    def error(self):
        return json.loads(self.body)["error"]

    @property
    def usage(self):
        return json.loads(self.body)["usage"]


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def post(edge, headers, question=None, path="/chat/completions"):
    """On a connection of its own, so that it comes to any worker."""
    request = urllib.request.Request(edge.url + path, method="POST",
                                     data=json.dumps(question or chat(max_tokens=1)).encode(),
                                     headers={"Content-Type": "application/json", **headers})
    return send(request)


def get(edge, headers, path):
    return send(urllib.request.Request(edge.url + path, headers=headers))


def send(request):
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Reply(answer.status, lower(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, lower(error.headers), error.read())


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def statuses(edge, secret, count=8):
    """Of so many requests, enough to have met each worker."""
    return {post(edge, bearer(secret)).status for _ in range(count)}


def seconds_until(edge, secret, status):
    """How long it takes until every worker answers so; fails after a long while."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        at = time.monotonic()
        if statuses(edge, secret) == {status}:
            return at - began
    raise AssertionError(f"no {status} after ten seconds")


def start(start_edge, folder, *engines, **configuration):
    """An edge with `auth: keys`; more of its configuration as a dictionary (JSON is YAML)."""
    file = folder.parent / "isthmus.yaml"
    file.write_text(json.dumps({"auth": "keys", "data_dir": str(folder), "keys": PATIENT,
                                "workers": WORKERS, **configuration}))
    return start_edge(*engines, arguments=("-c", str(file)))

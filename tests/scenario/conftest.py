# SPDX-License-Identifier: Apache-2.0
"""Fixtures: `sim` and `edge` are one of each; `start_sim` and `start_edge` make more of them.
`upstream` is an engine whose answers the test writes down, `front` an edge before it.
`keys` is a directory of keys, `start_keyed` makes edges that want one of them.

Whatever a test started is stopped behind it, edges first, and the test fails on what they left.
"""

import keyed
import openai
import pytest
from daemons import Edge, Sim
from keys import Keys
from upstream import Upstream


class Site:
    """The daemons of one test."""

    def __init__(self, folder):
        self.folder = folder
        self.daemons = []

    def start(self, kind, *arguments, **options):
        daemon = kind(*arguments, folder=self.folder, **options)
        self.daemons.append(daemon)
        return daemon

    def stop(self):
        failures = []
        for daemon in reversed(self.daemons):
            try:
                daemon.stop()
            except AssertionError as failure:
                failures.append(str(failure))
        assert not failures, "\n".join(failures)


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path)
    yield site
    site.stop()


@pytest.fixture
def start_sim(site):
    return lambda *arguments: site.start(Sim, *arguments)


@pytest.fixture
def start_edge(site):
    return lambda *engines, **options: site.start(Edge, *engines, **options)


@pytest.fixture
def sim(start_sim):
    return start_sim("--profile", "instant")


@pytest.fixture
def edge(start_edge, sim):
    return start_edge(sim)


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "data")


@pytest.fixture
def start_keyed(start_edge, keys):
    return lambda *engines, **options: keyed.start(start_edge, keys.folder, *engines, **options)


@pytest.fixture
def upstream():
    upstream = Upstream()
    yield upstream
    upstream.stop()


@pytest.fixture
def front(upstream, start_edge):
    return start_edge(upstream)


@pytest.fixture
def client_of():
    """Makes the official Python client of a daemon; it does not retry by itself."""
    clients = []

    def make(daemon, **options):
        client = openai.OpenAI(**{"base_url": daemon.url, "api_key": "a-client's-key",
                                  "max_retries": 0, "timeout": 20, **options})
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()

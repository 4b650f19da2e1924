# SPDX-License-Identifier: Apache-2.0
"""Fixtures: each test runs once for each engine that can be had, with an edge in front of it.

`engine` and `edge` are started once for all tests of an engine. What a test kills or freezes is
revived behind it. Who cannot run here is skipped with the reason.
"""

import sys
from pathlib import Path

import openai
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scenario"))
from daemons import Edge, wait_until  # noqa: E402
from engines import ENGINES  # noqa: E402
from recipes import Missing  # noqa: E402


@pytest.fixture(scope="session", params=ENGINES)
def engine(request, tmp_path_factory):
    try:
        engine = ENGINES[request.param](tmp_path_factory.mktemp(request.param))
    except Missing as why:
        pytest.skip(str(why))
    yield engine
    engine.kill()


@pytest.fixture(scope="session")
def edge(engine, tmp_path_factory):
    edge = Edge(engine, folder=tmp_path_factory.mktemp("edge"))
    yield edge
    edge.stop()


@pytest.fixture(autouse=True)
def idle_before_and_behind(engine, request):
    """No test leaves work behind for the next one."""
    lacking = [what for mark in request.node.iter_markers("needs")
               for what in mark.args if what in engine.lacks]
    if lacking:
        pytest.skip(f"{engine.name}: {engine.lacks[lacking[0]]}")
    yield
    engine.revive()
    assert wait_until(lambda: engine.open_requests() == 0, 5) is not None, "work was left behind"


@pytest.fixture
def start_edge(tmp_path):
    """Makes edges with other options, which are stopped behind the test."""
    edges = []

    def start(*engines, arguments=()):
        edges.append(Edge(*engines, arguments=arguments, folder=tmp_path))
        return edges[-1]

    yield start
    for edge in edges:
        edge.stop()


@pytest.fixture
def client(edge):
    """The official Python client, through the edge; it does not retry by itself."""
    with openai.OpenAI(base_url=edge.url, api_key="any", max_retries=0, timeout=60) as client:
        yield client


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(what): skipped for engines that lack it")

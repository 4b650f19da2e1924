# SPDX-License-Identifier: Apache-2.0
"""The clients' own test suites pass through the edge exactly as they pass against their mock.

A suite comes with its client's source package. Its own mock wants the API's description, which no
package holds; ours answers with examples of the very types that the suite checks answers against
(suites/operations.py). What the mock is asked must be the same in both runs, too.
"""

from collections import Counter
from functools import partial

import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS
from suites.operations import anthropic_operations, mock_of, openai_operations
from suites.run import Suite, run_go_suite, run_suite
from upstream import Upstream

# Left out is what no inference engine does and the edge has no path for: to delete a model that was
# trained there, and to list the chats that were stored.
NOT_SERVED = "(test_models and delete) or ((TestCompletions or TestAsyncCompletions) and list)"
OPENAI = Suite("openai-3.54.0", options=("-k", f"not ({NOT_SERVED})"), files=(
    "chat/test_completions.py", "chat/completions/test_messages.py", "test_completions.py",
    "test_embeddings.py", "test_models.py", "test_moderations.py", "test_responses.py",
    "responses/test_input_items.py", "responses/test_input_tokens.py"))
ANTHROPIC = Suite("anthropic-2.12.0", options=("-p", "tests._alias_httpx"),
                  files=("test_messages.py",))
GO = ("^Test(ChatCompletion(New|Get|Update|Delete|MessageList)|StreamingAccumulator|CompletionNew|"
      "EmbeddingNew|ModelGet|ModelList|ModerationNew)")

# The names that the suites ask for; the mock has them all.
MODELS = ["gpt-6-astra", "gpt-3.5-turbo-instruct", "text-embedding-3-small",
          "omni-moderation-2024-09-26", "claude-opus-5-5", *DEPRECATED_MODELS,
          "o3-mini", "gpt-4o", "text-embedding-ada-002", "omni-moderation-latest",
          "gpt-4o-mini"]
# Paths that are not the edge's own.
ROUTES = """routes:
  /v1/chat/completions/*: {methods: [GET, POST, DELETE]}
  /v1/moderations: POST
"""

# What the edge says to a core itself, and what of the client's stays at the edge.
OWN_HEADERS = {"host", "authorization", "x-api-key", "x-request-id", "isthmus-deadline",
               "connection", "accept-encoding", "content-length"}


def asked_of(upstream):
    """How often the mock was asked what, apart from models, of which the edge tells itself, and
    from whether there is a server at all."""
    return Counter((request.method, request.path, request.body, headers_of(request))
                   for request in upstream.requests
                   if request.path != "/v1" and not request.path.startswith("/v1/models"))


def headers_of(request):
    return tuple(sorted((name, value) for name, value in request.headers.items()
                        if name not in OWN_HEADERS))


@pytest.fixture
def mock():
    mock = Upstream(MODELS)
    yield mock
    mock.stop()


@pytest.fixture
def edge_of_mock(mock, start_edge, tmp_path):
    config = tmp_path / "isthmus.yaml"
    config.write_text(ROUTES)
    return start_edge(mock, arguments=["-c", str(config)])


def compare(run, mock, bases):
    """Runs a suite at both base URLs; says how many tests passed, the same way."""
    outcomes, asked = [], []
    for base in bases:
        mock.requests.clear()
        outcomes.append(run(base))
        asked.append(asked_of(mock))
    direct, through = outcomes
    assert {test: (outcome, through.get(test)) for test, outcome in direct.items()
            if through.get(test) != outcome} == {}
    assert through.keys() == direct.keys()
    assert asked[1] - asked[0] == asked[0] - asked[1] == Counter()
    assert Counter(direct.values()) == {"passed": len(direct)}
    return len(direct)


def test_openais_suite_passes_as_against_its_mock(mock, edge_of_mock, tmp_path):
    mock.says(mock_of(openai_operations()))
    run = partial(run_suite, OPENAI, tmp_path / "report.xml")
    assert compare(run, mock, (mock.url, edge_of_mock.url)) > 400


def test_anthropics_suite_passes_as_against_its_mock(mock, edge_of_mock, tmp_path):
    mock.says(mock_of(anthropic_operations()))
    run = partial(run_suite, ANTHROPIC, tmp_path / "report.xml")
    assert compare(run, mock, (mock.root, edge_of_mock.root)) > 60


def test_the_go_clients_suite_passes_as_against_its_mock(mock, edge_of_mock):
    mock.says(mock_of(openai_operations()))
    assert compare(partial(run_go_suite, GO), mock, (mock.url, edge_of_mock.url)) == 11

# SPDX-License-Identifier: Apache-2.0
"""The official Node client gets through the edge what it gets from the engine."""

import json
import subprocess
from pathlib import Path

CLIENT = Path(__file__).parent / "node" / "client.mjs"


def ask(daemon):
    done = subprocess.run(["node", CLIENT, daemon.url], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_chat_stream_embeddings_and_models_pass(sim, edge):
    direct, through = ask(sim), ask(edge)

    assert through["chat"] == direct["chat"] != ""
    assert through["stream"] == through["chat"]
    assert through["embedding"] == direct["embedding"] != []
    assert through["models"] == ["sim"]


def test_an_unknown_path_is_a_not_found_error_with_its_request_id(edge):
    error = ask(edge)["error"]
    assert (error["name"], error["status"]) == ("NotFoundError", 404)
    assert error["request"]

# SPDX-License-Identifier: Apache-2.0
"""What tests want of the official Node client, as steps of node/ask.mjs, in one process."""

import json
import subprocess
from pathlib import Path

ASK = Path(__file__).parent / "node" / "ask.mjs"


def step(call, *args, **more):
    return {"call": call, "args": list(args), **more}


def chat_step(question, **more):
    return step("chat.completions.create", question, **more)


def ask_node(daemon, steps):
    """One result for each step: {value}, {chunks} or {error}."""
    done = subprocess.run(["node", ASK, daemon.url], capture_output=True, text=True,
                          input=json.dumps(steps), timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

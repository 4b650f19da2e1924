# SPDX-License-Identifier: Apache-2.0
"""What the README tells a newcomer to type."""

import json
import subprocess

from questions import chat


def curl(daemon, path, *arguments, question=None):
    body = ["-H", "Content-Type: application/json", "--data-binary", "@-"] if question else []
    done = subprocess.run(["curl", "-sS", "-i", "-m", "20", daemon.url + path, *body, *arguments],
                          input=json.dumps(question).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


def test_a_plain_answer(edge):
    head, body = curl(edge, "/chat/completions", question=chat(max_tokens=4))
    assert head.startswith("HTTP/1.1 200")
    assert json.loads(body)["usage"]["completion_tokens"] == 4


def test_a_streamed_answer_ends_with_done(edge):
    head, body = curl(edge, "/chat/completions", "-N", question=chat(max_tokens=4, stream=True))
    assert "text/event-stream" in head
    assert body.endswith(b"data: [DONE]\n\n")


def test_large_bodies_pass_with_100_continue(edge):
    head, body = curl(edge, "/chat/completions", "-H", "Expect: 100-continue",
                      question=chat("word " * 50_000, max_tokens=1))
    assert head.startswith("HTTP/1.1 100")
    assert json.loads(body.partition(b"\r\n\r\n")[2])["usage"]["prompt_tokens"] >= 50_000


def test_head_and_options_are_answered(edge):
    head, _ = curl(edge, "/models", "-I")
    assert head.startswith("HTTP/1.1 200")
    head, _ = curl(edge, "/chat/completions", "-X", "OPTIONS")
    assert head.startswith("HTTP/1.1 2")


def test_a_unix_socket_beside_the_port(start_edge, sim, tmp_path):
    socket = tmp_path / "edge.sock"
    edge = start_edge(sim, arguments=["--listen", f"unix:{socket}"])
    head, body = curl(edge, "/models", "--unix-socket", str(socket))
    assert head.startswith("HTTP/1.1 200")
    assert json.loads(body)["data"][0]["id"] == "sim"

    edge.stop()
    assert not socket.exists()

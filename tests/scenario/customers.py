# SPDX-License-Identifier: Apache-2.0
"""Edges that ask who asks: keys that are made, requests that are sent as they stand, and what the
edge writes down of them."""

import http.client
import json
import re
import subprocess

from daemons import BINARY, Edge, wait_until

PATH = "/v1/chat/completions"


def keys(folder, *arguments, lines=None):
    """Runs `isthmus keys`; what it is given on standard input are lines of JSON."""
    text = "".join(json.dumps(line) + "\n" for line in lines or [])
    done = subprocess.run([BINARY, "keys", *arguments, "--data-dir", str(folder)],
                          input=text, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Office:
    """An edge with `auth: keys`, and its keys: NAME has the secret `secret(NAME)`."""

    def __init__(self, site, *engines, lines, config=""):
        self.data = site.folder / "data"
        self.data.mkdir(exist_ok=True)
        self.add(*lines)
        cores = "".join(f"  core{i}: {entry}\n" for i, entry in enumerate(engines))
        path = site.folder / "edge.yaml"
        path.write_text(f"auth: keys\ndata_dir: {self.data}\nworkers: 1\ncores:\n{cores}{config}")
        self.edge = site.start(Edge, arguments=("--config", str(path)))
        first = lines[0]["name"]
        ready = wait_until(lambda: self.ask("GET", "/v1/usage", name=first).status != 503)
        assert ready is not None, self.edge.log()

    @staticmethod
    def secret(name):
        return f"sk-test-{name}-0123456789abcdef"

    def add(self, *lines):
        keys(self.data, "import", "-",
             lines=[{"key": self.secret(line["name"]), **line} for line in lines])

    def ask(self, method, path, body=None, name=None, headers=None):
        """One request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.edge.port, timeout=20)
        fields = {"Content-Type": "application/json"} if body is not None else {}
        if name:
            fields["Authorization"] = f"Bearer {self.secret(name)}"
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {**fields, **(headers or {})})
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer

    def chat(self, name, path=PATH, **more):
        body = {"model": "sim", "messages": [{"role": "user", "content": "Hi there"}], **more}
        return self.ask("POST", path, body, name)

    def usage(self, name):
        return json.loads(self.ask("GET", "/v1/usage", name=name).body)

    def lines(self, event="exchange"):
        found = [json.loads(line) for line in self.edge.log().splitlines()
                 if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def line_of(self, answer):
        """What the log has about this answer."""
        wanted = answer.getheader("x-request-id")
        found = []

        def look():
            found[:] = [line for line in self.lines() if line["id"] == wanted]
            return found

        assert wait_until(look) is not None, self.edge.log()
        return found[0]


def error_of(answer):
    return json.loads(answer.body)["error"]


def events_of(answer):
    return re.findall(rb"^data: (.*)$", answer.body, re.MULTILINE)

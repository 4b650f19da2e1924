# SPDX-License-Identifier: Apache-2.0
"""Somebody who asks an edge questions of all kinds, one after the other, and judges the answers.

Whatever goes wrong behind the edge, an answer is one of these: whole and right; an error in the
API's shape; a right beginning and then an error event; or a transfer that is visibly broken.
"""

import http.client
import json
import random
import threading
import time

LATE_S = 15  # the edge's own deadline is 10 s
THINKS_S = 0.02
KINDS = {"plain": 8, "stream": 10, "slow": 1, "leave": 3, "embed": 3, "models": 2, "nonsense": 1}
HEADERS = {"Content-Type": "application/json"}


class Wrong(Exception):
    """An answer that must not be."""


def prompts():
    """What is asked for: (words, tokens), few enough to know all answers beforehand."""
    return [(f"question {number} of the soak test", 1 + number * 7 % 90) for number in range(40)]


def chat(prompt, stream=False):
    words, tokens = prompt
    return json.dumps({"model": "sim", "max_tokens": tokens, "stream": stream,
                       "messages": [{"role": "user", "content": words}]})


def text_of(page):
    return page["choices"][0]["message"]["content"]


class Asker(threading.Thread):
    """Asks until told to stop. `answers` has the right text to each prompt."""

    def __init__(self, port, answers, seed):
        super().__init__(daemon=True)
        self.port = port
        self.answers = answers
        self.random = random.Random(seed)
        self.connection = None
        self.outcomes = {}
        self.complaints = []
        self.is_stopping = False

    def run(self):
        while not self.is_stopping:
            self.ask(self.random.choices(list(KINDS), KINDS.values())[0])
            time.sleep(self.random.uniform(0, THINKS_S))
        self.hang_up()

    def ask(self, kind):
        """One question; returns how it ended."""
        began = time.monotonic()
        try:
            outcome = getattr(self, kind)()
        except TimeoutError:
            outcome = "late"
        except (OSError, http.client.HTTPException):
            outcome = "broken"
        except Wrong as wrong:
            outcome = "wrong"
            self.complaints.append(f"{kind}: {wrong}")
        took_s = time.monotonic() - began
        if outcome == "late" or took_s > LATE_S:
            self.complaints.append(f"{kind}: {outcome} after {took_s:.1f} s")
        if outcome not in ("answer", "refusal", "error event"):
            self.hang_up()
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        return outcome

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def send(self, method, path, body=None):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LATE_S)
        self.connection.request(method, path, body, HEADERS if body else {})
        return self.connection.getresponse()

    # --- kinds of questions ----------------------------------------------------------------------

    def plain(self):
        prompt = self.random.choice(prompts())
        page = self.page(self.send("POST", "/v1/chat/completions", chat(prompt)))
        if not page:
            return "refusal"
        if text_of(page) != self.answers[prompt]:
            raise Wrong(f"not the answer to {prompt}: {page}")
        return "answer"

    def embed(self):
        body = json.dumps({"model": "sim", "input": "a few words"})
        page = self.page(self.send("POST", "/v1/embeddings", body))
        return self.counted(page, "data")

    def models(self):
        return self.counted(self.page(self.send("GET", "/v1/models")), "data")

    def nonsense(self):
        page = self.page(self.send("POST", "/v1/chat/completions", '{"model":'))
        if page:
            raise Wrong(f"nonsense was answered: {page}")
        return "refusal"

    def stream(self, pause_s=0):
        prompt = self.random.choice(prompts())
        response = self.send("POST", "/v1/chat/completions", chat(prompt, stream=True))
        if not response.getheader("Content-Type", "").startswith("text/event-stream"):
            if self.page(response):
                raise Wrong("a stream was asked for, and answered with a page")
            return "refusal"
        return self.read_events(response, self.answers[prompt], pause_s)

    def slow(self):
        return self.stream(pause_s=0.05)

    def leave(self):
        """Goes away before the answer, or in the middle of it."""
        prompt = self.random.choice(prompts())
        response = self.send("POST", "/v1/chat/completions", chat(prompt, stream=True))
        response.read1(self.random.randrange(1, 2000))
        return "left"

    # --- reading answers -------------------------------------------------------------------------

    @staticmethod
    def page(response):
        """What a plain answer says; None for an error in the right shape."""
        text = response.read()
        try:
            page = json.loads(text)
        except ValueError:
            raise Wrong(f"status {response.status}, and no JSON: {text[:200]}") from None
        if response.status == 200:
            return page
        if not isinstance(page.get("error"), dict):
            raise Wrong(f"status {response.status} without an error object: {text[:200]}")
        return None

    @staticmethod
    def counted(page, name):
        if page and not page[name]:
            raise Wrong(f"no {name}: {page}")
        return "answer" if page else "refusal"

    @staticmethod
    def read_events(response, right, pause_s):
        """The text up to its end must be how the right answer begins."""
        text, end = "", None
        while line := response.readline():
            if not line.startswith(b"data: "):
                continue
            if end:
                raise Wrong(f"{line} behind the end")
            event = {} if line == b"data: [DONE]\n" else json.loads(line[6:])
            if not event:
                end = "answer"
            elif "error" in event:
                end = "error event"
            else:
                text += event["choices"][0]["delta"].get("content") or ""
                time.sleep(pause_s)
            if not right.startswith(text) or (end == "answer" and text != right):
                raise Wrong(f"{text!r} is not the answer {right!r}")
        if not end:
            raise Wrong("a cut stream that looks whole")
        return end

# SPDX-License-Identifier: Apache-2.0
"""An engine whose answers a test writes down, and which remembers what it was asked.

    upstream.says(Answer.json({...}), Answer.stream([...]))   # the last one again and again
    upstream.says(lambda request: Answer.json(...))           # by what was asked
    upstream.requests                                         # what came

The simulated engine is for answers as engines give them; this one is for those that it does not
make. GET /v1/models is not part of the script: the edge asks it by itself.
"""

import json
import select
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DONE = "[DONE]"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict
    body: bytes
    at: float  # monotonic seconds

    @property
    def json(self):
        return json.loads(self.body)


def event(data, name=None):
    """One event of a stream, as bytes."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\n".encode() * bool(name) + f"data: {text}\n\n".encode()


@dataclass(frozen=True)
class Answer:
    """Pieces leave one by one, `pause` seconds apart, the first after `delay`. An answer that is
    `cut` ends in the middle: its connection is closed without the last chunk."""
    status: int = 200
    pieces: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)
    delay: float = 0
    pause: float = 0
    cut: bool = False

    @property
    def is_chunked(self):
        return len(self.pieces) > 1 or self.cut

    @staticmethod
    def json(content, status=200, headers=None, **more):
        body = json.dumps(content, ensure_ascii=False).encode()
        return Answer(status, [body], {"Content-Type": "application/json", **(headers or {})},
                      **more)

    @staticmethod
    def stream(chunks, done=True, **more):
        """Chunks are objects, texts, or pairs (event name, object)."""
        pieces = [event(chunk[1], chunk[0]) if isinstance(chunk, tuple) else event(chunk)
                  for chunk in chunks]
        pieces += [event(DONE)] * done
        return Answer(200, pieces, {"Content-Type": "text/event-stream"}, **more)

    @staticmethod
    def never():
        """The head does not come until the asker leaves."""
        return Answer(delay=3600)


class Upstream:
    """Listens on a free port of the loopback interface until it is stopped."""

    def __init__(self, models=("sim",)):
        self.models = {"object": "list", "data": [
            {"id": name, "object": "model", "created": 1, "owned_by": "test"} for name in models]}
        self.requests = []
        self.open_requests = 0
        self.abandoned = 0  # requests whose asker left before the answer's end
        self.lock = threading.Lock()
        self.script = []
        self.server = Server(("127.0.0.1", 0), handler_of(self))
        self.port = self.server.server_address[1]
        self.root = f"http://127.0.0.1:{self.port}"
        self.url = self.root + "/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def says(self, *answers):
        with self.lock:
            self.script = list(answers)
            self.requests.clear()

    def answer_to(self, request):
        with self.lock:
            self.requests.append(request)
            assert self.script, f"nobody said what to answer to {request.method} {request.path}"
            answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return answer(request) if callable(answer) else answer

    def count(self, opened, abandoned=0):
        with self.lock:
            self.open_requests += opened
            self.abandoned += abandoned

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """An asker that breaks its connection is no trouble of ours; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(*_)


def chunk_of(piece):
    return b"%x\r\n%s\r\n" % (len(piece), piece)


def has_left(connection):
    readable, _, _ = select.select([connection], [], [], 0)
    if not readable:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True


def stays_for(connection, seconds):
    """Waits so long; False as soon as the asker has left."""
    end = time.monotonic() + seconds
    while not has_left(connection):
        left = end - time.monotonic()
        if left <= 0:
            return True
        select.select([connection], [], [], min(left, 0.02))
    return False


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    upstream = None

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if (self.command, self.path) == ("GET", "/v1/models"):
            self.send(Answer.json(self.upstream.models))
            return
        request = Request(self.command, self.path, headers, body, time.monotonic())
        self.upstream.count(+1)
        is_whole = False
        try:
            is_whole = self.send(self.upstream.answer_to(request))
        finally:
            self.upstream.count(-1, not is_whole)

    do_POST = do_DELETE = do_PUT = do_GET

    def send(self, answer):
        """False: the asker did not wait for the end."""
        if answer.delay and not stays_for(self.connection, answer.delay):
            self.close_connection = True
            return False
        try:
            self.send_head(answer)
            return self.send_pieces(answer)
        except OSError:
            self.close_connection = True
            return False

    def send_head(self, answer):
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif answer.status != 204:
            self.send_header("Content-Length", str(sum(map(len, answer.pieces))))
        self.end_headers()

    def send_pieces(self, answer):
        for piece in answer.pieces:
            self.wfile.write(chunk_of(piece) if answer.is_chunked else piece)
            if answer.pause and not stays_for(self.connection, answer.pause):
                self.close_connection = True
                return False
        if answer.cut:
            self.close_connection = True
        elif answer.is_chunked:
            self.wfile.write(b"0\r\n\r\n")
        return True

    def log_message(self, *_):
        pass  # the tests say what went wrong


def handler_of(upstream):
    return type("ScriptedHandler", (Handler,), {"upstream": upstream})

# SPDX-License-Identifier: Apache-2.0
"""Real processes for scenario tests: start, wait until ready, stop, look for what is left."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

BINARY = os.environ.get("ISTHMUS", "build/isthmus")
# Sanitizers slow the daemons down; what is waited for with a limit gets so much more time.
PATIENCE = float(os.environ.get("ISTHMUS_PATIENCE", "1"))
SANITIZER = re.compile(r"(?:ERROR|WARNING): \w+Sanitizer|runtime error:")
ALWAYS = 1_000_000  # of the simulated engine's faults: every request


def wait_until(is_true, seconds=5.0, every=0.005):
    """Polls; returns the seconds that it took, or None when it took too long."""
    began = time.monotonic()
    while time.monotonic() - began < seconds * PATIENCE:
        if is_true():
            return time.monotonic() - began
        time.sleep(every)
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def established(port):
    """How many connections the daemon that listens on this port holds with its clients."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = f"0100007F:{port:04X}"
    return sum(1 for row in rows if row.split()[1] == local and row.split()[3] == "01")


class Daemon:
    """One `isthmus ROLE` on a free port of the loopback interface."""

    def __init__(self, role, *arguments, folder, environment=None):
        self.role = role
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        self.url = self.root + "/v1"
        self.log_path = Path(folder, f"{role}-{self.port}.log")
        self.has_crashed = False
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [BINARY, role, "--listen", f"127.0.0.1:{self.port}", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(environment or {})})
        self.wait_ready()

    def wait_ready(self):
        ready = wait_until(lambda: self.process.poll() is not None or accepts(self.port), 10)
        if ready is None or self.process.poll() is not None:
            self.kill()
            raise AssertionError(f"{self.role} did not start:\n{self.log()}")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """Ends it without a word, as a machine that loses its power."""
        self.process.kill()
        self.process.wait()

    def crash(self):
        """The same, by the test's own will: stopping it later is no failure."""
        self.has_crashed = True
        self.kill()

    def wait(self, seconds=10):
        return self.process.wait(seconds * PATIENCE)

    def assert_idle(self):
        left = wait_until(lambda: established(self.port) == 0, 3) is None
        assert not left, f"{self.role} keeps connections of clients that left:\n{self.log()}"

    def stop(self):
        """Stops it as an operator does, and fails on whatever it left or complained about."""
        if self.has_crashed:
            return
        try:
            if self.process.poll() is None:
                self.assert_idle()
                self.signal(signal.SIGTERM)
            status = self.wait()
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.role} ignored SIGTERM:\n{self.log()}") from None
        finally:
            self.kill()  # whatever failed, nothing is left behind
        assert status == 0, f"{self.role} exited with {status}:\n{self.log()}"
        assert not SANITIZER.search(self.log()), self.log()


class Sim(Daemon):
    """A simulated engine, whose faults can be switched while it runs."""

    def __init__(self, *arguments, folder):
        super().__init__("sim", *arguments, folder=folder)

    def faults(self, **wanted):
        """Sets exactly these; no argument: none."""
        with urllib.request.urlopen(self.root + "/sim/faults", timeout=5) as answer:
            none = dict.fromkeys(json.load(answer), 0)
        request = urllib.request.Request(self.root + "/sim/faults", method="POST",
                                         data=json.dumps({**none, **wanted}).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200

    def metric(self, word):
        """The metric whose name has this word in it."""
        with urllib.request.urlopen(self.root + "/metrics", timeout=5) as answer:
            page = answer.read().decode()
        found = re.findall(rf"^[\w:]*{word}\w*(?:{{[^}}]*}})? (\d+)", page, re.MULTILINE)
        assert found, f"no metric with {word!r} in:\n{page}"
        return int(found[0])

    def open_requests(self):
        return self.metric("running") + self.metric("waiting")

    def assert_idle(self):
        idle = wait_until(lambda: self.open_requests() == 0, 3)
        assert idle is not None, f"a request still runs:\n{self.log()}"
        super().assert_idle()


class Nobody:
    """An address where nobody listens, to be taken for an engine."""

    def __init__(self):
        self.url = f"http://127.0.0.1:{free_port()}/v1"


class Edge(Daemon):
    """An edge in front of these engines."""

    def __init__(self, *engines, arguments=(), folder, environment=None):
        cores = [word for engine in engines for word in ("--core", engine.url)]
        super().__init__("edge", *cores, *arguments, folder=folder, environment=environment)

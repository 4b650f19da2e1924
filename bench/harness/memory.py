# SPDX-License-Identifier: Apache-2.0
"""Rows about the memory that is a server's own (RssAnon), by connection and by stream."""

import time
from contextlib import contextmanager
from dataclasses import dataclass

from harness.processes import anonymous_kib
from harness.servers import BenchError

SETTLE_S = 2.0
SPREAD_MS = 5000  # so that few requests stand side by side: only what stays is wanted


@dataclass
class MemoryRow:
    name: str
    text: str
    most: float
    is_ratio: bool = False

    def one(self, bench, name):
        """The figure of one server and its unit."""
        raise NotImplementedError

    def measure(self, bench, figures):
        for name in bench.servers:
            value, unit = self.one(bench, name)
            figures.add(self, name, [value], unit)


@contextmanager
def running(bench, port, **options):
    """A load in the background, which must not have failed when it is ended."""
    process = bench.load_begin(port, **options)
    try:
        yield
        if process.poll() not in (None, 0):
            raise BenchError(f"{options}: {process.stderr.read().decode().strip()}")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def watch(process, seconds):
    """The highest RssAnon within that time."""
    highest, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        highest = max(highest, anonymous_kib(process.pid))
        time.sleep(0.2)
    return highest


class StartedRow(MemoryRow):
    """Just started, with TLS, on two workers."""

    def one(self, bench, name):
        with bench.backend() as (backend, _), \
                bench.server(name, backend, tls=True, workers=2) as (_, process):
            time.sleep(SETTLE_S)
            return anonymous_kib(process.pid) / 1024, "MiB"


class ConnectionsRow(MemoryRow):
    """What each of many connections adds while it lives: idle ones, or streams."""

    connections = 5000
    engine = ()
    load = {"mode": "idle", "tokens": 8}

    def one(self, bench, name):
        with bench.backend(*self.engine) as (backend, _), \
                bench.server(name, backend) as (port, process):
            bench.load(port, connections=16, duration_ms=300)
            before = anonymous_kib(process.pid)
            with running(bench, port, connections=self.connections, duration_ms=60000,
                         spread_ms=SPREAD_MS, **self.load):
                time.sleep(SPREAD_MS / 1000 + SETTLE_S)
                after = anonymous_kib(process.pid)
        return (after - before) / self.connections, "KiB"


class StreamsRow(ConnectionsRow):
    connections = 1000
    engine = ("--itl", "1s")
    load = {"mode": "stream", "tokens": 30}


class SlowRow(MemoryRow):
    """100 streams of 100 MB whose readers take 64 KB/s: the peak above the start for each of
    them, and what is left of it all 30 s after they have left."""

    streams, tokens = 100, 400000

    def measure(self, bench, figures):
        for name in bench.servers:
            peak, left = self.one(bench, name)
            figures.add(self, name, [peak / self.streams], "KiB")
            figures.add(SLOW_LEFT, name, [left / 1024], "MiB")

    def one(self, bench, name):
        with bench.backend() as (backend, _), \
                bench.server(name, backend) as (port, process):
            bench.load(port, connections=16, duration_ms=300)
            before = anonymous_kib(process.pid)
            with running(bench, port, mode="slow", connections=self.streams, tokens=self.tokens,
                         duration_ms=60000):
                highest = watch(process, 20)
            time.sleep(30)
            return highest - before, anonymous_kib(process.pid) - before


SLOW_LEFT = MemoryRow("rss_slow_left", "RssAnon 30 s after the slow readers left", 2)
ROWS = [
    StartedRow("rss_started", "RssAnon when started, TLS, 2 workers", 8),
    ConnectionsRow("rss_idle", "RssAnon of an idle plain connection", 0.5),
    StreamsRow("rss_stream", "RssAnon of a live stream and its log", 32),
    SlowRow("rss_slow", "RssAnon of a slow reader's stream, at the peak", 80),
]

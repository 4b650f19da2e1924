# SPDX-License-Identifier: Apache-2.0
"""Rows that compare processor time and latency, in alternating rounds."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass

from harness.processes import HostWatch, cpu_ns
from harness.servers import free_port

STEAL_MOST = 0.03  # more, and a run is dropped
OTHERS_MOST = 0.10  # more, and it is said: latencies suffer, processor time hardly


@dataclass
class Row:
    name: str
    text: str
    most: float  # the wanted ratio to the peer; None: just told
    load: dict
    per: str = "answers"  # of the load's figures: processor time is told for one of these
    tls: bool = False
    is_ratio: bool = True
    stretch: int = 1  # runs are so many times longer
    peer: str = "nginx"  # what the edge is compared with

    def options(self, bench, backend):
        seconds = bench.arguments.seconds * self.stretch
        return {"duration_ms": int(seconds * 1000), **self.load, "tls": int(self.tls),
                "backend": f"127.0.0.1:{backend}"}

    def run_once(self, bench, options, port, process):
        """One run: (processor us for each unit, p50 us), or None if the host was too busy."""
        watch, before = HostWatch(bench.pids()), self.used_ns(process)
        figures = bench.load(port, **options)
        used_us = (self.used_ns(process) - before) / 1000
        steal, others = watch.shares()
        if others > OTHERS_MOST:
            print(f"crowded: {self.name}, others used {others:.0%}", file=sys.stderr)
        if steal > STEAL_MOST:
            print(f"dropped: {self.name}, steal {steal:.1%}", file=sys.stderr)
            return None
        return used_us / self.units(figures), figures["latency_p50"]

    @staticmethod
    def used_ns(process):
        return cpu_ns(process.pid) if process else 0

    def units(self, figures):
        """What the processor time is divided by; KiB, both ways together, where it is bytes."""
        if self.per != "body_bytes":
            return figures[self.per]
        return (figures["body_bytes"] + figures["answers"] * self.load["request_bytes"]) / 1024

    def rounds(self, bench, servers, options):
        """Runs each server once a round, in an order that is reversed each round."""
        results = {name: [] for name in servers}
        for port, _ in servers.values():
            bench.load(port, **{**options, "duration_ms": 300})
        for i in range(bench.arguments.rounds):
            for name in list(servers)[:: -1 if i % 2 else 1]:
                results[name].append(self.run_once(bench, options, *servers[name]))
        return results

    def compare(self, bench, with_direct):
        """The results of all servers, and of the load's own engine alone as "direct" if that is
        wanted."""
        backend = free_port()
        with ExitStack() as stack:
            servers = {"direct": (backend, None)} if with_direct else {}
            for name in bench.servers:
                servers[name] = stack.enter_context(bench.server(name, backend, self.tls))
            return self.rounds(bench, servers, self.options(bench, backend))

    def measure(self, bench, figures):
        results = self.compare(bench, with_direct=False)
        unit = "us/KiB" if self.per == "body_bytes" else "us"
        for name, values in results.items():
            figures.add(self, name, [value and value[0] for value in values], unit)


class LatencyRow(Row):
    """What a server adds to the median latency that the backend has alone."""

    def measure(self, bench, figures):
        results = self.compare(bench, with_direct=True)
        direct = results.pop("direct")
        for name, values in results.items():
            added = [value[1] - base[1] if value and base else None
                     for value, base in zip(values, direct)]
            figures.add(self, name, added, "us")


PLAIN = {"connections": 16, "request_bytes": 1024, "tokens": 64}


def body_row(kib, connections):
    size = kib * 1024
    load = {"connections": connections, "request_bytes": size, "tokens": size // 10}
    return Row(f"body_{kib}k", f"processor, {kib} KiB each way", 1.00, load, per="body_bytes")


ROWS = [
    Row("plain", "processor, proxied 1 KiB request, 16 connections", 0.80, PLAIN),
    LatencyRow("latency", "added p50, 16 connections", 80, PLAIN, is_ratio=False),
    Row("sse", "processor, one event of 600 streams at 50/s", 0.90,
        {"mode": "stream", "connections": 600, "spread_ms": 1000, "tokens": 200, "itl_ms": 20},
        per="events", stretch=4),
    body_row(16, 8),
    body_row(64, 8),
    body_row(200, 8),
    Row("tls", "processor, proxied 1 KiB request over TLS 1.3", 0.85, PLAIN, tls=True),
]

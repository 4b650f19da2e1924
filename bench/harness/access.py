# SPDX-License-Identifier: Apache-2.0
"""Rows about who may ask: what a key costs a request, and what refusing one costs."""

import json
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass

from harness.scenarios import PLAIN, Row
from harness.servers import CONNECTIONS, SERVER_CPU, free_port

KEYS = 100_000
TENANTS = 1000

HAPROXY = """
global
    nbthread 1
    maxconn {connections}
defaults
    mode http
    option http-no-delay
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend clients
    bind 127.0.0.1:{port}
    acl is_known req.hdr(authorization) -f {folder}/known
    http-request deny deny_status 401 unless is_known
    default_backend engines
backend engines
    server engine 127.0.0.1:{backend}
"""

EDGE = """
listen: 127.0.0.1:{port}
cores: {{engine: "http://127.0.0.1:{backend}"}}
workers: 1
auth: keys
data_dir: {folder}/data
keys: {{bad_per_minute: 1000000, bad_burst: 1000000}}
prices: {{"*": {{in: 0.1, out: 0.3}}}}
core_keep_idle: 1024
timeouts: {{idle: 1h}}
limits: {{connections: {connections}}}
log: {{level: warn}}
"""


def secret(number):
    return f"ist_{number:043d}"


def keys_make(bench):
    """Once: a store with all keys, each with every limit, and a file of them for HAProxy."""
    if (bench.folder / "known").exists():
        return
    lines = bench.folder / "keys.jsonl"
    with open(lines, "w", encoding="ascii") as out:
        for i in range(KEYS):
            out.write(json.dumps({
                "name": f"key{i}", "key": secret(i), "tenant": f"tenant{i % TENANTS}",
                "rpm": 100_000_000, "tpm": 100_000_000, "concurrency": 1000,
                "budget_usd_day": 100_000, "budget_usd_month": 1_000_000}) + "\n")
    subprocess.run([bench.arguments.build / "isthmus", "keys", "import", lines,
                    "--data-dir", bench.folder / "data"], check=True, capture_output=True)
    (bench.folder / "known").write_text("".join(f"Bearer {secret(i)}\n" for i in range(KEYS)))


def write(bench, name, text, port, backend):
    path = bench.folder / name
    path.write_text(text.format(folder=bench.folder, port=port, backend=backend,
                                connections=CONNECTIONS))
    return path


def haproxy(bench, port, backend):
    return ["haproxy", "-db", "-f", write(bench, "known.cfg", HAPROXY, port, backend)]


def isthmus(bench, port, backend):
    path = write(bench, "keys.yaml", EDGE, port, backend)
    return [bench.arguments.build / "isthmus", "edge", "-c", path]


@dataclass
class RefusedRow(Row):
    """A key that nobody has, in front of as many as there are."""

    def compare(self, bench, with_direct):
        keys_make(bench)
        with ExitStack() as stack:
            servers = {}
            for name, command in (("haproxy", haproxy), ("isthmus", isthmus)):
                port = free_port()
                process = bench.process(SERVER_CPU, command(bench, port, free_port()), port)
                servers[name] = port, stack.enter_context(process)
            options = {**self.options(bench, 0), "mode": "refused", "key": secret(KEYS)}
            del options["backend"]
            return self.rounds(bench, servers, options)


@dataclass
class KeyedRow(Row):
    """What a key with all limits adds to the processor time of a request."""

    def measure(self, bench, figures):
        keys_make(bench)
        backend = free_port()
        with ExitStack() as stack:
            port = free_port()
            process = bench.process(SERVER_CPU, isthmus(bench, port, backend), port)
            servers = {"open": stack.enter_context(bench.server("isthmus", backend)),
                       "keyed": (port, stack.enter_context(process))}
            options = {**self.options(bench, backend), "key": secret(KEYS // 2)}
            results = self.rounds(bench, servers, options)
        added = [keyed[0] - without[0] if keyed and without else None
                 for keyed, without in zip(results["keyed"], results["open"])]
        figures.add(self, "isthmus", added, "us")


ROWS = [
    KeyedRow("keyed", "processor added by a key with all limits", None, PLAIN, is_ratio=False),
    RefusedRow("refused", "processor, a key that is none", 1.00,
               {"connections": 16, "request_bytes": 1024}, peer="haproxy"),
]

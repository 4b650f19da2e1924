#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""compare.py BUILD_DIR echo|idle|accept [ROUNDS]

What docs/adr/0002-uv-poll.md and 0003-shared-listener.md were decided by; it alternates the
candidates, reverses their order each round, and prints medians.

  echo    1 KB back and forth on 16 connections; the server alone on CPU 0, the load on CPU 1
  idle    anonymous memory of the server for each of 4000 idle connections
  accept  connections to two workers, all well, one stuck, one leaving;
          64 at once, held
"""

import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ECHO_SECONDS, IDLE_CONNECTIONS, ACCEPT_SECONDS = 3, 4000, 4


def server(build, name):
    """The process of an echo server on CPU 0, and its port."""
    process = subprocess.Popen(["taskset", "-c", "0", f"{build}/bench/loop/{name}"],
                               stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def cpu_ns(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def anonymous_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


def steal_ticks():
    return int(Path("/proc/stat").read_text().split("\n")[0].split()[8])


def echo(build, name):
    process, port = server(build, name)
    before = cpu_ns(process.pid)
    load = subprocess.run(["taskset", "-c", "1", f"{build}/bench/loop/echo_load", str(port), "16",
                           str(ECHO_SECONDS)], stdout=subprocess.PIPE, text=True, check=True)
    trips = int(load.stdout)
    result = {"cpu_us_per_round_trip": (cpu_ns(process.pid) - before) / 1000 / trips,
              "round_trips_per_s": trips / ECHO_SECONDS}
    process.kill()
    process.wait()
    return result


def idle(build, name):
    process, port = server(build, name)
    with socket.create_connection(("127.0.0.1", port)) as first:
        first.sendall(b"x")
        first.recv(1)  # buffers that all share are touched now
        before = anonymous_bytes(process.pid)
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(IDLE_CONNECTIONS)]
        time.sleep(0.3)
        after = anonymous_bytes(process.pid)
    for client in clients:
        client.close()
    process.kill()
    process.wait()
    return {"bytes_per_idle_stream": (after - before) / IDLE_CONNECTIONS}


def accept(build, name):
    mode, fault = name.split("-")
    run = subprocess.run([f"{build}/bench/loop/accept", mode, str(ACCEPT_SECONDS), fault],
                         stdout=subprocess.PIPE, text=True, check=True)
    values = {line.split()[0]: float(line.split()[1]) for line in run.stdout.splitlines()}
    taken = [values.pop("worker_0"), values.pop("worker_1")]
    values["share_of_busier_worker"] = max(taken) / sum(taken)
    return values


CANDIDATES = {
    "echo": (echo, ["echo_poll", "echo_tcp"]),
    "idle": (idle, ["echo_poll", "echo_tcp"]),
    "accept": (accept, [f"{mode}-{fault}" for fault in ("well", "stuck", "leave", "burst")
                        for mode in ("shared", "balanced", "reuseport")]),
}


def main():
    build, what = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    measure, names = CANDIDATES[what]
    results = {name: [] for name in names}
    steal, begun = steal_ticks(), time.monotonic()
    for i in range(rounds):
        for name in names if i % 2 == 0 else reversed(names):
            results[name].append(measure(build, name))
    for name, runs in results.items():
        for key in runs[0]:
            values = sorted(run[key] for run in runs)
            print(f"{name:18} {key:26} {statistics.median(values):12.2f}"
                  f"   ({values[0]:.2f} .. {values[-1]:.2f})")
    seconds = time.monotonic() - begun
    print(f"steal {(steal_ticks() - steal) / seconds / 2:.1f} % of {rounds} rounds")


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real edge before two simulated engines, whose faults change every few seconds, under a mixed
load: does anything grow, stay open, or answer wrongly?

    ISTHMUS=build/isthmus tests/soak/soak.py [SECONDS [SEED]]      600 seconds and a fresh seed

Memory is what the program has for itself (RssAnon). It grows if, behind the first quarter of the
time, the lower end of the slope's 95 % interval is above 0.5 % an hour, and comes to more than a
mebibyte in the time measured: below that the allocator's own ups and downs look like a slope.
"""

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scenario"))
from asker import LATE_S, Asker, chat, prompts, text_of  # noqa: E402
from daemons import Edge, Sim, established, wait_until  # noqa: E402
from trend import slope  # noqa: E402

ASKERS = 16
FAULTS_EVERY_S = 5
COMPLAINTS_SHOWN = 20
RECOVERY_S = 45  # the longest ejection is 30 s
GROWTH_PER_HOUR = 0.005
GROWTH_KIB = 1024
RATES = {  # of a million requests, at most
    "refuse": 200_000, "die_mid_stream": 200_000, "end_mid_stream": 100_000, "stall": 30_000,
    "stall_before_head": 30_000, "garbage_head": 30_000, "garbage_body": 30_000,
    "error_500": 300_000, "error_503": 300_000, "error_429": 300_000, "error_in_band": 200_000,
    "wrong_length": 100_000, "slow": 100_000,
}
EDGE_OPTIONS = ("--workers=2", "--log.level=error", "--timeouts.total=10s",
                "--timeouts.first_byte=2s", "--timeouts.token_idle=1s", "--timeouts.ping=300ms",
                "--timeouts.core_keep_idle=1s")


def memory_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise AssertionError("no RssAnon")


def descriptors(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


class Watch:
    """What one daemon holds, measured now and then."""

    def __init__(self, name, daemon):
        self.name = name
        self.pid = daemon.process.pid
        self.descriptors_before = descriptors(self.pid)
        self.descriptors_most = 0
        self.memory = []  # (seconds, KiB)

    def measure(self, at_s):
        self.memory.append((at_s, memory_kib(self.pid)))
        self.descriptors_most = max(self.descriptors_most, descriptors(self.pid))

    def complaints(self):
        """Prints what was found, and returns what must not be."""
        points = self.memory[len(self.memory) // 4:]
        kib = sorted(y for _, y in points)[len(points) // 2]
        low, middle, high = slope(points)
        seconds = points[-1][0] - points[0][0]
        after = descriptors(self.pid)
        print(f"{self.name}: {kib} KiB, slope {middle * 3600:+.0f} KiB/h "
              f"({low * 3600:+.0f} to {high * 3600:+.0f}); descriptors {self.descriptors_before} "
              f"before, {self.descriptors_most} at most, {after} after")
        if low * 3600 > GROWTH_PER_HOUR * kib and low * seconds > GROWTH_KIB:
            yield f"{self.name}: memory grew by {low * seconds:.0f} KiB or more"
        if after != self.descriptors_before:
            yield f"{self.name}: {after - self.descriptors_before} descriptors were left"


def learn_answers(sim):
    """The right answers, from the engine itself while nothing is wrong with it."""
    asker = Asker(sim.port, {}, 0)
    answers = {prompt: text_of(asker.page(asker.send("POST", "/v1/chat/completions", chat(prompt))))
               for prompt in prompts()}
    asker.hang_up()
    return answers


def draw_faults(draw):
    """A few kinds at a time, as in tests/sim: most bugs need few, and many hide each other."""
    kinds = draw.sample(list(RATES), draw.randrange(0, 5))
    faults = {kind: draw.randrange(RATES[kind] // 10, RATES[kind]) for kind in kinds}
    return {**faults, "after_tokens": draw.randrange(0, 12)}


def load(sims, watches, askers, seconds, draw):
    """Keeps the askers at it, changes faults, measures once a second."""
    began = time.monotonic()
    for asker in askers:
        asker.start()
    for second in range(seconds):
        if second % FAULTS_EVERY_S == 0:
            for sim in sims:
                sim.faults(**draw_faults(draw))
        time.sleep(max(0, began + second + 1 - time.monotonic()))
        for watch in watches:
            watch.measure(time.monotonic() - began)
    for sim in sims:
        sim.faults()


def stop_askers(askers):
    for asker in askers:
        asker.is_stopping = True
    for asker in askers:
        asker.join(LATE_S + 5)
        yield from asker.complaints
        if asker.is_alive():
            yield "a question did not end"
    print(", ".join(f"{count} x {outcome}" for outcome, count in
                    sum((Counter(asker.outcomes) for asker in askers), Counter()).most_common()))


def recover(asker):
    """Without faults every question is answered again, ejected cores included."""
    def all_are_answered():
        return all(asker.ask(kind) == "answer" for kind in ["plain", "stream"] * 20)
    if wait_until(all_are_answered, RECOVERY_S, every=0.5) is None:
        yield f"not all questions are answered after the faults: {asker.outcomes}"
    asker.hang_up()
    yield from asker.complaints


def settle(watches, edge):
    """Clients are gone, and the edge has let go of its idle connections."""
    def nothing_is_open():
        return established(edge.port) == 0 and all(
            descriptors(watch.pid) == watch.descriptors_before for watch in watches)
    wait_until(nothing_is_open, 5)
    for watch in watches:
        yield from watch.complaints()


def stop(daemons):
    for daemon in daemons:
        try:
            daemon.stop()
        except AssertionError as failure:
            yield str(failure)
            daemon.kill()


def soak(seconds, seed, folder):
    draw = random.Random(seed)
    sims = [Sim("--ttft", "5ms", "--itl", "1ms", "--seed", str(seed + i), folder=folder)
            for i in range(2)]
    edge = Edge(*sims, arguments=EDGE_OPTIONS, folder=folder)
    answers = learn_answers(sims[0])
    watches = [Watch("edge", edge), Watch("sim 1", sims[0]), Watch("sim 2", sims[1])]
    askers = [Asker(edge.port, answers, seed + i) for i in range(ASKERS)]
    load(sims, watches, askers, seconds, draw)
    complaints = list(stop_askers(askers))
    complaints += recover(Asker(edge.port, answers, seed))
    complaints += settle(watches, edge)
    complaints += stop([edge, *sims])
    return complaints


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    folder = tempfile.mkdtemp(prefix="isthmus-soak-")
    print(f"soak: {seconds} s, seed {seed}", flush=True)
    try:
        complaints = soak(seconds, seed, folder)
    finally:
        shutil.rmtree(folder)
    for complaint in complaints[:COMPLAINTS_SHOWN]:
        print(f"soak: {complaint}")
    print("soak: " + (f"FAILED: {len(complaints)} x wrong" if complaints else "ok"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

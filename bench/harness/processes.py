# SPDX-License-Identifier: Apache-2.0
"""What the kernel says about processes and processors. Linux only."""

import os
import resource
from pathlib import Path


def tree(pid):
    """The process and all its descendants."""
    pids = [pid]
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (thread / "children").read_text().split()
        except FileNotFoundError:  # it ended meanwhile
            continue
        for child in children:
            pids += tree(int(child))
    return pids


def cpu_ns(pid):
    """On-processor time of every thread of the tree: to the nanosecond, unlike utime and stime."""
    total = 0
    for member in tree(pid):
        for thread in Path(f"/proc/{member}/task").glob("*"):
            try:
                total += int((thread / "schedstat").read_text().split()[0])
            except FileNotFoundError:
                continue
    return total


def anonymous_kib(pid):
    """RssAnon of the tree: memory that is the program's own."""
    total = 0
    for member in tree(pid):
        for line in Path(f"/proc/{member}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1])
    return total


class HostWatch:
    """What the processors did since the watch began, besides what they did for us."""

    def __init__(self, pids):
        self.pids = pids
        self.begin = self.read()

    def read(self):
        """Jiffies stolen, busy and all; nanoseconds of ours: these processes and ended children."""
        line = Path("/proc/stat").read_text().split("\n", maxsplit=1)[0]
        user, nice, system, idle, wait, irq, softirq, steal = map(int, line.split()[1:9])
        busy = user + nice + system + irq + softirq
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = sum(map(cpu_ns, self.pids)) + int((ended.ru_utime + ended.ru_stime) * 1e9)
        return steal, busy, busy + idle + wait + steal, ours

    def shares(self):
        """Of all processors' time: taken away by the host, used by others."""
        steal, busy, total, ours = (now - then for now, then in zip(self.read(), self.begin))
        ours_jiffies = ours * os.sysconf("SC_CLK_TCK") / 1e9
        total = max(1, total)
        return steal / total, max(0.0, (busy - ours_jiffies) / total)

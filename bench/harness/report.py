# SPDX-License-Identifier: Apache-2.0
"""Figures as lines and as a table of ratios."""

import statistics

SERVERS = ["nginx", "haproxy", "isthmus"]


def middle(values):
    """The median of the values that are there; None if none is."""
    kept = [value for value in values if value is not None]
    return statistics.median(kept) if kept else None


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0], values[0]
    return tuple(statistics.quantiles(values, n=4, method="inclusive"))


class Figures:
    """Medians by row and server; each is printed as soon as it is known."""

    def __init__(self):
        self.rows = {}

    def add(self, row, server, values, unit):
        """A value a round, None where the run was dropped. `row` has a name, a text and `most`, the
        wanted ratio or value; None: just told."""
        kept = [value for value in values if value is not None]
        if not kept:
            print(f"{row.name}_{server} none {unit} (all runs dropped)", flush=True)
            return
        low, value, high = quartiles(kept)
        print(f"{row.name}_{server} {value:.2f} {unit} {low:.2f}..{high:.2f}", flush=True)
        self.rows.setdefault(row.name, (row, {}, unit))[1][server] = values

    @staticmethod
    def judged(row, values):
        """What is compared with row.most: the value itself, or the ratio to the peer. Both stood
        side by side in each round, so the median of the rounds' ratios forgives a host whose speed
        changes from one round to the next."""
        if "isthmus" not in values:
            return None
        if not row.is_ratio:
            return middle(values["isthmus"])
        pairs = zip(values["isthmus"], values.get(row.peer, []))
        return middle([ours / theirs if ours and theirs else None for ours, theirs in pairs])

    @staticmethod
    def verdict(row, judged):
        if row.most is None or judged is None:
            return ""
        return "yes" if judged <= row.most else "NO"

    def missed(self):
        return any(self.verdict(row, self.judged(row, values)) == "NO"
                   for row, values, _ in self.rows.values())

    def print_table(self):
        print("\n| what | " + " | ".join(SERVERS) + " | ratio | wanted | met |")
        print("|---|" + "---|" * (len(SERVERS) + 3))
        for row, values, unit in self.rows.values():
            cells = [f"{middle(values[name]):.2f}" if name in values else "-" for name in SERVERS]
            judged = self.judged(row, values)
            ratio = f"{judged:.2f}" if row.is_ratio and judged is not None else "-"
            wanted = f"<= {row.most}" if row.most is not None else "-"
            print(f"| {row.text}, {unit} | " + " | ".join(cells) +
                  f" | {ratio} | {wanted} | {self.verdict(row, judged)} |")

# SPDX-License-Identifier: Apache-2.0
"""Figures as lines and as a table of ratios."""

import statistics

SERVERS = ["nginx", "haproxy", "isthmus"]


class Figures:
    """Medians by row and server; each is printed as soon as it is known."""

    def __init__(self):
        self.rows = {}

    def add(self, row, server, values, unit):
        """`row` has a name, a text and `most`, the wanted ratio or value; None: just told."""
        if not values:
            print(f"{row.name}_{server} none {unit} (all runs dropped)", flush=True)
            return
        value = statistics.median(values)
        spread = (max(values) - min(values)) / 2
        print(f"{row.name}_{server} {value:.2f} {unit} ±{spread:.2f}", flush=True)
        self.rows.setdefault(row.name, (row, {}, unit))[1][server] = value

    @staticmethod
    def judged(row, values):
        """What is compared with row.most: a ratio to nginx, or the value itself."""
        if "isthmus" not in values:
            return None
        if row.is_ratio:
            return values["isthmus"] / values["nginx"] if values.get("nginx") else None
        return values["isthmus"]

    @staticmethod
    def verdict(row, judged):
        if row.most is None or judged is None:
            return ""
        return "yes" if judged <= row.most else "NO"

    def missed(self):
        return any(self.verdict(row, self.judged(row, values)) == "NO"
                   for row, values, _ in self.rows.values())

    def print_table(self):
        print("\n| what | " + " | ".join(SERVERS) + " | isthmus / nginx | wanted | met |")
        print("|---|" + "---|" * (len(SERVERS) + 3))
        for row, values, unit in self.rows.values():
            cells = [f"{values[name]:.2f}" if name in values else "-" for name in SERVERS]
            judged = self.judged(row, values)
            ratio = f"{judged:.2f}" if row.is_ratio and judged is not None else "-"
            wanted = f"<= {row.most}" if row.most is not None else "-"
            print(f"| {row.text}, {unit} | " + " | ".join(cells) +
                  f" | {ratio} | {wanted} | {self.verdict(row, judged)} |")

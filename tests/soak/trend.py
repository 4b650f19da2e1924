# SPDX-License-Identifier: Apache-2.0
"""Does a series of measurements grow? Theil-Sen's slope with Sen's 95 % interval (Sen, 1968).

The median of all slopes between two points: up to a quarter of the points may lie anywhere.
"""

import math
import random
import sys
from itertools import combinations


def slope(points):
    """(low, middle, high) of the slope of [(x, y), ...], low and high for 95 %."""
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
    count, n = len(slopes), len(points)
    spread = 1.96 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, math.floor((count - spread) / 2))
    high = min(count - 1, math.ceil((count + spread) / 2))
    return slopes[low], slopes[count // 2], slopes[high]


def self_test():
    noise = random.Random(1)
    flat = [(x, 1000 + noise.gauss(0, 50) + (400 if x % 10 == 0 else 0)) for x in range(100)]
    rising = [(x, y + 2 * x) for x, y in flat]
    low, middle, high = slope(flat)
    assert low < 0 < high and abs(middle) < 0.5, slope(flat)
    low, middle, high = slope(rising)
    assert 0 < low < 2 < high and abs(middle - 2) < 0.5, slope(rising)
    assert slope([(0, 5), (1, 5), (2, 5)]) == (0, 0, 0)


if __name__ == "__main__" and "--self-test" in sys.argv:
    self_test()

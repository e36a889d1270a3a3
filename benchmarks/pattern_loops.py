"""Row patterns as one would write them by hand for one question: plain Python that only counts.

The rows are in lists, grouped by symbol beforehand; neither that nor reading the file is timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

MINUTE = 60_000_000
JUMP = 4.0

Rows = Sequence[tuple[Sequence[float], Sequence[int]]]
"""Prices and times in microseconds of each symbol."""


def v_shapes(rows: Rows) -> int:
    """Count `A B+ C`: prices that fall, and then rise."""
    count = 0
    for prices, _ in rows:
        falls, last = -1, 0.0
        for price in prices:
            if falls < 0:
                falls = 0
            elif price < last:
                falls += 1
            elif falls and price > last:
                count += 1
                falls = -1
            else:
                falls = 0
            last = price
    return count


def means(rows: Rows) -> int:
    """Count `A B+ C` in a minute: prices above the first, then one below the mean of these."""
    count = 0
    for prices, times in rows:
        i, n = 0, len(prices)
        while i < n:
            first, limit = prices[i], times[i] + MINUTE
            total, totals, j = 0.0, [], i + 1
            while j < n and times[j] < limit and prices[j] > first:
                total += prices[j]
                totals.append(total)
                j += 1
            found = False
            for taken in range(len(totals), 0, -1):
                if j < n and times[j] < limit and prices[j] < totals[taken - 1] / taken:
                    found = True
                    break
                j -= 1
            count += found
            i = j + 1 if found else i + 1
    return count


def absences(rows: Rows) -> int:
    """Count `A -> !B` in a minute: jumps up that no jump down follows."""
    count = 0
    for prices, times in rows:
        n = len(prices)
        for i in range(1, n):
            if prices[i] > prices[i - 1] + JUMP:
                limit, j = times[i] + MINUTE, i + 1
                while j < n and times[j] < limit:
                    if prices[j] < prices[j - 1] - JUMP:
                        break
                    j += 1
                else:
                    count += 1
    return count


LOOPS: dict[str, Callable[[Rows], int]] = {
    "v-shape": v_shapes,
    "running average": means,
    "absence": absences,
}


def measure(path: str, name: str, runs: int) -> tuple[list[float], int]:
    """Return the seconds of some runs of a loop over a file, and what it counts."""
    table = pq.read_table(path)
    grouped: dict[str, tuple[list[float], list[int]]] = {}
    symbols, prices = table["symbol"].to_pylist(), table["price"].to_pylist()
    for symbol, price, at in zip(
        symbols, prices, table["ts"].cast(pa.int64()).to_pylist(), strict=True
    ):
        own = grouped.setdefault(symbol, ([], []))
        own[0].append(price)
        own[1].append(at)
    rows, loop = list(grouped.values()), LOOPS[name]
    count, times = loop(rows), []
    for _ in range(runs):
        begun = time.process_time()
        loop(rows)
        times.append(time.process_time() - begun)
    return times, count

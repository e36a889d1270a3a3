"""One row at a time: the program inserts it, a continuous query filters it and adds it to a window.

The latency is that of `insert` and of fetching what the query says then, which is nothing but when
a window closes, every 200 rows. Two ways: as fast as it goes, and one row every millisecond,
measured from the instant at which the row was due, so that a row which waits for the one before
counts its waiting. On the wall, pinned to one core, after 2,000 rows to warm up.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

import cep
from benchmarks import process, report
from benchmarks.options import Options

STREAM = "CREATE STREAM s (k VARCHAR, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts)"
QUERY = """
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS total
FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND))
WHERE v > 0.25
GROUP BY k, window_start, window_end
"""
WARM = 2_000
LIMIT = 0.5e-3
_STEP = np.timedelta64(50, "ms")
_SIZE = np.timedelta64(10, "s")
_BEGIN = np.datetime64("2026-01-01T00:00:00.000")


def run(options: Options) -> Iterator[report.Line]:
    rows = 500 if options.smoke else 10_000
    for what, pace in (("one after the other", 0.0), ("1,000 a second", 1e-3)):
        middle, high, wrong = process.call("benchmarks.insert:measure", rows=rows, pace=pace)
        yield report.Line(
            "insert",
            f"{rows:,} rows, {what}",
            ours=f"median {report.seconds(middle)}, p99 {report.seconds(high)}",
            bar=report.bar("median < 0.5 ms", middle < LIMIT),
            answer=wrong or "right",
            wrong=wrong is not None,
        )


def measure(rows: int, pace: float) -> tuple[float, float, str | None]:
    """Return the median and the 99th percentile in seconds, and what is wrong with the answer."""
    engine = cep.Engine()
    engine.execute(STREAM)
    query = engine.query(QUERY)
    given = _rows(rows + WARM)
    said = []
    latencies = []
    begun = time.perf_counter()
    for number, row in enumerate(given):
        if number == WARM:
            begun = time.perf_counter() + pace
        due = begun + (number - WARM) * pace
        while pace and number >= WARM and (left := due - time.perf_counter()) > 0:
            if left > 2e-4:
                time.sleep(left - 1e-4)
        start = due if pace else time.perf_counter()
        engine.insert("s", row)
        said += query.fetchall()
        latencies.append(time.perf_counter() - start)
    engine.close()
    said += query.fetchall()
    middle, high = np.percentile(latencies[WARM:], [50, 99])
    return float(middle), float(high), _wrong(given, said)


def _rows(count: int) -> list[dict[str, object]]:
    random = np.random.default_rng(0)
    keys = random.integers(0, 20, count).tolist()
    values = (random.integers(2, 1000, count) / 4).tolist()
    times = (_BEGIN + np.arange(count) * _STEP).tolist()
    return [{"k": f"key {k}", "v": v, "ts": t} for k, v, t in zip(keys, values, times, strict=True)]


def _wrong(given: list[dict[str, object]], said: list[cep.Row]) -> str | None:
    """Compare the windows that closed with what a plain loop makes of the rows."""
    groups: dict[tuple[object, object], list[float]] = defaultdict(list)
    for row in given:
        instant = np.datetime64(str(row["ts"]), "ms")
        start = _BEGIN + (instant - _BEGIN) // _SIZE * _SIZE
        groups[row["k"], start.item()].append(float(str(row["v"])))
    right = {key: (len(v), sum(v)) for key, v in groups.items()}
    found = {(r.k, r.window_start): (r.n, r.total) for r in said}
    last = max(start for _, start in right)  # type: ignore[type-var]  # numpy: a time of any kind
    missing = [key for key in right if key not in found and key[1] != last]
    if missing or not found:
        return f"{len(missing)} windows were not said"
    odd = [key for key, value in found.items() if right[key] != value]
    return f"{odd[0]}: {found[odd[0]]}, and not {right[odd[0]]}" if odd else None

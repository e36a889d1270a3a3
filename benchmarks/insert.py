"""One row at a time: the program inserts it, a continuous query filters it and adds it to a window.

The latency is that of `insert` and of fetching what the query says then, which is nothing but when
a window closes: every 200 rows where windows tumble, every 20 where a hundred are open at a time.
Two ways: as fast as it goes, and one row every millisecond, measured from the instant at which the
row was due, so that a row which waits for the one before counts its waiting. On the wall, pinned to
one core, after enough rows to warm up, with compiled kernels; the garbage collector is on.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

import cep
from benchmarks import process, report
from benchmarks.options import Options
from cep.runtime.kernels import compile as kernels

STREAM = "CREATE STREAM s (k VARCHAR, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts)"
QUERY = """
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS total
FROM TABLE({window})
WHERE v > 0.25
GROUP BY k, window_start, window_end
"""
LIMIT = 0.5e-3
HIGH = 5e-3
_STEP = np.timedelta64(50, "ms")
_BEGIN = np.datetime64("2026-01-01T00:00:00.000")


@dataclass(frozen=True)
class Kind:
    """Windows of `size` seconds, one every `slide`; `warm` rows fill them before it counts."""

    name: str
    slide: int
    size: int
    warm: int

    @property
    def query(self) -> str:
        """The query over such windows."""
        slide, size = (f"INTERVAL '{n}' SECOND" for n in (self.slide, self.size))
        return QUERY.format(window=f"HOP(TABLE s, DESCRIPTOR(ts), {slide}, {size})")


TUMBLE = Kind("1 open window", 10, 10, 2_000)
HOP = Kind("100 open windows", 1, 100, 3_000)


def run(options: Options) -> Iterator[report.Line]:
    rows = 500 if options.smoke else 10_000
    for kind in (TUMBLE, HOP):
        for what, pace in (("one after the other", 0.0), ("1,000 a second", 1e-3)):
            middle, high, wrong = process.call(
                "benchmarks.insert:measure", **asdict(kind), rows=rows, pace=pace
            )
            yield report.Line(
                "insert",
                f"{rows:,} rows, {what}, {kind.name}",
                ours=f"median {report.seconds(middle)}, p99 {report.seconds(high)}",
                bar=report.bar("median < 0.5 ms, p99 < 5 ms", middle < LIMIT and high < HIGH),
                answer=wrong or "right",
                wrong=wrong is not None,
            )


def measure(
    name: str, slide: int, size: int, warm: int, rows: int, pace: float
) -> tuple[float, float, str | None]:
    """Return the median and the 99th percentile in seconds, and what is wrong with the answer."""
    kernels.use("compiled")  # by itself the engine imports numba, in 0.4 s, when it pays
    kind = Kind(name, slide, size, warm)
    engine = cep.Engine()
    engine.execute(STREAM)
    query = engine.query(kind.query)
    given = _rows(rows + warm)
    said = []
    latencies = []
    begun = time.perf_counter()
    for number, row in enumerate(given):
        if number == warm:
            begun = time.perf_counter() + pace
        due = begun + (number - warm) * pace
        while pace and number >= warm and (left := due - time.perf_counter()) > 0:
            if left > 2e-4:
                time.sleep(left - 1e-4)
        start = due if pace else time.perf_counter()
        engine.insert("s", row)
        said += query.fetchall()
        latencies.append(time.perf_counter() - start)
    engine.close()
    said += query.fetchall()
    middle, high = np.percentile(latencies[warm:], [50, 99])
    return float(middle), float(high), _wrong(kind, given, said)


def _rows(count: int) -> list[dict[str, object]]:
    random = np.random.default_rng(0)
    keys = random.integers(0, 20, count).tolist()
    values = (random.integers(2, 1000, count) / 4).tolist()
    times = (_BEGIN + np.arange(count) * _STEP).tolist()
    return [{"k": f"key {k}", "v": v, "ts": t} for k, v, t in zip(keys, values, times, strict=True)]


def _wrong(kind: Kind, given: list[dict[str, object]], said: list[cep.Row]) -> str | None:
    """Compare the windows that closed with what a plain loop makes of the rows."""
    groups: dict[tuple[object, object], list[float]] = defaultdict(list)
    slide, size = (np.timedelta64(n, "s") for n in (kind.slide, kind.size))
    for row in given:
        instant = np.datetime64(str(row["ts"]), "ms")
        start = _BEGIN + (instant - _BEGIN) // slide * slide
        while start > instant - size:
            groups[row["k"], start.item()].append(float(str(row["v"])))
            start -= slide
    right = {key: (len(v), sum(v)) for key, v in groups.items()}
    found = {(r.k, r.window_start): (r.n, r.total) for r in said}
    last = np.datetime64(str(given[-1]["ts"]), "ms")
    complete = [key for key in right if np.datetime64(str(key[1]), "ms") + size <= last]
    missing = [key for key in complete if key not in found]
    if missing or not found:
        return f"{len(missing)} windows were not said"
    odd = [key for key, value in found.items() if right[key] != value]
    return f"{odd[0]}: {found[odd[0]]}, and not {right[odd[0]]}" if odd else None

"""Every kind of window beside DuckDB: per key over 10 s, with few keys and with many.

Count, sum, mean and maximum per key and window, delivered as Arrow: tumbling, hopping by 2 s,
cumulating by 2 s, sessions of 5 s; and sliding ones, which say a row for each row. Hops also with
growing overlap: their cost may grow with what they have to say, and with nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import contest, data, ours, report, rival
from benchmarks.options import Options

PER_SECOND = 10_000
"""Rows in a second of event time."""

OVERLAPS = (25, 100)
"""How many more windows a row lies in, where the cost of that is measured."""

AGGREGATES = "count(*) AS n, sum(v) AS total, avg(v) AS mean, max(v) AS most"


@dataclass(frozen=True)
class Kind:
    """A kind of window: our query, and DuckDB's over the file `{path}`."""

    name: str
    query: str
    theirs: str


def _ours(window: str) -> str:
    return f"""
    SELECT k, window_start, window_end, {AGGREGATES}
    FROM {window}
    GROUP BY k, window_start, window_end
"""


def _over(function: str, *lengths: float) -> str:
    """Return our query over a window function of bids."""
    written = ", ".join(f"INTERVAL '{n:g}' SECOND" for n in lengths)
    table = "TABLE bids PARTITION BY (k)" if function in {"SESSION", "SLIDE"} else "TABLE bids"
    return _ours(f"{function}({table}, DESCRIPTOR(ts), {written})")


# Aggregated per slice and then put together, as a person who knows would write it.
_PUT_TOGETHER = """
    WITH slices AS (
        SELECT k, epoch_us(ts) // {slide} * {slide} AS slice,
               count(*) AS n, sum(v) AS total, max(v) AS most
        FROM '{path}' GROUP BY k, slice)
    SELECT k, make_timestamp({start}) AS window_start, make_timestamp({end}) AS window_end,
           sum(n) AS n, sum(total) AS total, sum(total) / sum(n) AS mean, max(most) AS most
    FROM slices, range({many}) AS windows (i) {where} GROUP BY k, window_start, window_end
"""


def hop(many: int) -> Kind:
    """Return windows of 10 s of which `many` overlap."""
    slide = 10_000_000 // many
    theirs = _PUT_TOGETHER.format(
        path="{path}",
        slide=slide,
        many=many,
        start=f"slice - i * {slide}",
        end=f"slice - i * {slide} + 10000000",
        where="",
    )
    return Kind(f"hop 10 s every {slide / 1e6:g} s", _over("HOP", slide / 1e6, 10), theirs)


TUMBLE = Kind(
    "tumble 10 s",
    _over("TUMBLE", 10),
    f"""
    SELECT k, time_bucket(INTERVAL '10 seconds', ts) AS window_start,
           time_bucket(INTERVAL '10 seconds', ts) + INTERVAL '10 seconds' AS window_end,
           {AGGREGATES}
    FROM '{{path}}' GROUP BY k, window_start
""",
)

CUMULATE = Kind(
    "cumulate 2 s up to 10 s",
    _over("CUMULATE", 2, 10),
    _PUT_TOGETHER.format(
        path="{path}",
        slide=2_000_000,
        many=5,
        start="slice // 10000000 * 10000000",
        end="slice // 10000000 * 10000000 + (i + 1) * 2000000",
        where="WHERE slice % 10000000 <= i * 2000000",
    ),
)

SESSION = Kind(
    "session 5 s",
    _over("SESSION", 5),
    f"""
    WITH marked AS (
        SELECT *, coalesce(ts - lag(ts) OVER (PARTITION BY k ORDER BY ts) >= INTERVAL '5' SECOND,
                           true)::INT AS begins FROM '{{path}}'),
    counted AS (
        SELECT *, sum(begins) OVER (PARTITION BY k ORDER BY ts ROWS UNBOUNDED PRECEDING) AS session
        FROM marked)
    SELECT k, min(ts) AS window_start, max(ts) + INTERVAL '5' SECOND AS window_end, {AGGREGATES}
    FROM counted GROUP BY k, session
""",
)

SLIDE = Kind(
    "slide 10 s",
    _over("SLIDE", 10),
    """
    SELECT DISTINCT k, ts - INTERVAL '9.999999' SECOND AS window_start,
           ts + INTERVAL '0.000001' SECOND AS window_end,
           count(*) OVER frame AS n, sum(v) OVER frame AS total, avg(v) OVER frame AS mean,
           max(v) OVER frame AS most
    FROM '{path}'
    WINDOW frame AS (PARTITION BY k ORDER BY ts
                     RANGE BETWEEN INTERVAL '9.999999' SECOND PRECEDING AND CURRENT ROW)
""",
)

KINDS = (TUMBLE, hop(5), CUMULATE, SESSION, SLIDE)


def run(options: Options) -> Iterator[report.Line]:
    """Measure windows of all kinds over bids; the answers must be equal."""
    for keys in (data.KEYS,) if options.smoke else (data.KEYS, data.MANY_KEYS):
        for kind in KINDS:
            path = data.bids(options.folder, options.rows, PER_SECOND, keys)
            yield _line(options, f"{kind.name}, {_many(keys)} keys", path, kind)
    path = data.bids(options.folder, options.rows, PER_SECOND)
    for many in OVERLAPS[: 1 if options.smoke else None]:
        yield _line(options, hop(many).name, path, hop(many))


def _many(keys: int) -> str:
    return f"{keys // 1_000_000} M" if keys >= 1_000_000 else f"{keys // 1_000}k"


def _line(options: Options, what: str, path: Path, kind: Kind) -> report.Line:
    contenders = {
        "ours": ours.contender(path, kind.query),
        "duckdb": rival.contender(kind.theirs.format(path=path)),
    }
    outcomes = contest.race(
        contenders, rounds=options.rounds, runs=options.runs, folder=options.folder
    )
    mine, other = (outcomes[n] for n in contenders)
    ratio = other.seconds / mine.seconds
    wrong = contest.unlike([mine, other])
    return report.Line(
        "windows",
        what,
        ours=report.rate(mine.rate(options.rows)),
        duckdb=report.rate(other.rate(options.rows)),
        ratio=report.ratio(ratio),
        bar=report.bar("≥ 0.5", ratio >= 0.5),
        answer=wrong or "equal",
        wrong=wrong is not None,
    )

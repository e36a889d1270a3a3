"""Random streams with rows that are late, and queries that correct what they have said.

The net of everything said is what the same query says over streams that wait long enough, and have
the rows alone that were not later than the bound. It is compared at the end, and at a moment before
it: then what is complete at the watermarks has been said. Queries are thrown away and restored.

    python -m tests.late.random --cases 1000 --seed 1

A case is made of its seed alone, and the seed of one that fails is printed. The test suite runs a
fixed share of them (test_late.py).
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
from collections import Counter
from dataclasses import dataclass, field

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime.batch import Batch
from cep.testing.lateness import Arrival, Definition

MILLISECOND = 1000

NEAR = (
    "a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '{low}' SECOND AND a.ts + INTERVAL '{high}' SECOND"
)
ONE_SIDED = "a.k = b.k AND b.ts >= a.ts - INTERVAL '{low}' SECOND AND b.ts < a.ts AND a.v <= b.v"
WINDOWS = """
    TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '{size}' SECOND) a {kind}
    JOIN TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '{size}' SECOND) b
    ON a.window_start = b.window_start AND a.window_end = b.window_end AND a.k = b.k
"""
COUNTS = """
    SELECT window_end, k, COUNT(*) AS many, MAX(v) AS most
    FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '{size}' SECOND) GROUP BY window_end, k
"""
KINDS = ("", "LEFT", "RIGHT", "FULL")

OVER = (
    "COUNT(*) OVER (PARTITION BY k ORDER BY ts)",
    "SUM(v) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL '{high}' SECOND PRECEDING)",
    "SUM(v) OVER (ORDER BY ts ROWS 2 PRECEDING)",
    "MAX(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING)",
    """MIN(v) OVER (PARTITION BY k ORDER BY ts
       RANGE BETWEEN CURRENT ROW AND INTERVAL '{low}' SECOND FOLLOWING)""",
    "MEDIAN(v) OVER (PARTITION BY k ORDER BY ts ROWS UNBOUNDED PRECEDING)",
    "ARRAY_AGG(v) OVER (PARTITION BY k ORDER BY ts ROWS 1 PRECEDING)",
    "STDDEV_POP(v) OVER (PARTITION BY k ORDER BY ts, v DESC)",
    "RANK() OVER (PARTITION BY k ORDER BY ts)",
    "ROW_NUMBER() OVER (ORDER BY ts, v)",
    "LAG(v) OVER (PARTITION BY k ORDER BY ts)",
    "LEAD(v, 2) OVER (PARTITION BY k ORDER BY ts)",
    "FIRST_VALUE(v) OVER (PARTITION BY k ORDER BY ts ROWS 3 PRECEDING)",
    "LAST_VALUE(v) IGNORE NULLS OVER (ORDER BY ts RANGE INTERVAL '{low}' SECOND PRECEDING)",
    "100 / (SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 1 PRECEDING) - 3)",
)

OF_ROWS = (
    *(f"SELECT a.v, b.v AS w, a.ts, b.ts AS at FROM a {kind} JOIN b ON {NEAR}" for kind in KINDS),
    *(f"SELECT a.v, b.v AS w FROM a {kind} JOIN b ON {NEAR} AND a.v < b.v" for kind in KINDS),
    *(f"SELECT a.v, b.v AS w FROM a {kind} JOIN b ON {ONE_SIDED}" for kind in KINDS),
    "SELECT k, ts FROM a INTERSECT SELECT k, ts FROM b EMIT AFTER WATERMARK",
    "SELECT k, ts FROM a INTERSECT ALL SELECT k, ts FROM b EMIT AFTER WATERMARK",
    "SELECT k, ts FROM a EXCEPT SELECT k, ts FROM b EMIT AFTER WATERMARK",
    "SELECT k, ts FROM a EXCEPT ALL SELECT k, ts FROM b EMIT AFTER WATERMARK",
    """SELECT ts, v, n FROM (
        SELECT ts, v, ROW_NUMBER() OVER (PARTITION BY ts ORDER BY v DESC) AS n FROM a)
        WHERE n <= 2""",
    """SELECT ts, v FROM (
        SELECT ts, v, RANK() OVER (PARTITION BY ts, k ORDER BY v) AS n FROM a) WHERE n <= 1""",
)
"""Queries that refuse a row by its time. `low`, `high`, `size` are seconds."""

OF_WINDOWS = (
    *(f"SELECT a.v, b.v AS w FROM {WINDOWS}".replace("{kind}", kind) for kind in KINDS),
    COUNTS,
    f"SELECT a.many, b.most FROM ({COUNTS}) a JOIN ({COUNTS}) b USING (window_end, k)",
)
"""Queries that refuse a row by the end of its window, of `size` seconds."""

OF_RESULTS = (
    f"SELECT window_end, k, SUM(many) OVER (PARTITION BY k ORDER BY window_end) FROM ({COUNTS})",
    f"SELECT window_end, k, LAG(many) OVER (ORDER BY window_end, k) FROM ({COUNTS})",
    f"""SELECT window_end, k, many FROM (
        SELECT window_end, k, many,
          ROW_NUMBER() OVER (PARTITION BY window_end ORDER BY many, k) AS n
        FROM ({COUNTS})) WHERE n <= 2""",
)
"""Queries over what windows say, whose watermark is so much behind as they may be corrected."""

Row = tuple[str, str | None, int, int]
"""Stream, key, value and time in milliseconds."""


@dataclass
class Net:
    """The net of what a query says."""

    rows: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def take(self, batch: Batch) -> None:
        """Add a batch."""
        columns = [[_hashable(v) for v in c.to_pylist()] for c in batch.columns]
        for row, weight in zip(zip(*columns, strict=True), batch.weights().tolist(), strict=True):
            self.rows[row] += weight

    def same(self) -> Counter[tuple[object, ...]]:
        """Return the rows with how often each is there."""
        return Counter({row: many for row, many in self.rows.items() if many})


@dataclass(frozen=True)
class Case:
    """Rows in order of arrival and a query over them; times are in milliseconds.

    What the query says is complete when the watermark is `behind` past it."""

    seed: int
    rows: list[Row]
    delay: int
    within: int
    size: int
    windowed: bool
    behind: int
    query: str

    @classmethod
    def of(cls, seed: int) -> Case:
        """Make the case of a seed."""
        chance = random.Random(seed)
        spread = chance.choice((5, 40, 300, 3000))
        step = chance.choice((1, 10, 50, 200))
        keys = chance.choice((("x",), ("x", "y", None)))
        now = chance.choice((0, 1_704_067_200_000, -7_200_000)) + chance.randint(-100, 100)
        rows: list[Row] = []
        for n in range(chance.choice((1, 5, 30, 100))):
            now += chance.choice((0, 0, 1, step, step, 5 * step))
            time = now - chance.choice((0, chance.randint(0, spread)))
            # Equal values and times are wanted, as set operations look for them.
            value = chance.choice((n, n % 3))
            rows.append((chance.choice("ab"), chance.choice(keys), value, time - time % step))
            if chance.random() < 0.1:
                rows.append((chance.choice("ab"), *rows[-1][1:]))
        size = chance.choice((1, 6, 37, 100, 400))
        family = chance.choices((OVER, OF_ROWS, OF_WINDOWS, OF_RESULTS), (4, 4, 2, 1))[0]
        text = chance.choice(family)
        within = chance.choice((1, 8, 60, 500, 5000))
        if family is OVER:
            # Those in one order are computed together; of one upon the other, ties would depend.
            alike = [c for c in OVER if "(PARTITION BY k ORDER BY ts)" in c]
            calls = [text] if chance.random() < 0.7 else chance.sample(alike, 3)
            text = f"SELECT k, v, ts, {', '.join(calls)} FROM a"
        low, high = chance.choice((0, 5, 60, 500)), chance.choice((0, 5, 60, 500))
        places = {"low": low / 1000, "high": high / 1000, "size": size / 1000}
        return cls(
            seed,
            rows,
            delay=chance.choice((0, 1, 7, 50, 400)),
            within=within,
            size=size,
            windowed=family in (OF_WINDOWS, OF_RESULTS),
            behind=within if family is OF_RESULTS else 0,
            query=text.format(**places),
        )

    def _timely(self, many: int) -> tuple[list[Row], dict[str, int]]:
        """Return those of the first rows that are not later than the bound, and the watermarks."""
        marks = {name: Definition(self.delay * MILLISECOND) for name in "ab"}
        timely = []
        for row in self.rows[:many]:
            name, _, _, time = row
            mark = marks[name].take(Arrival(time * MILLISECOND))
            limit = mark - self.within * MILLISECOND
            end = (time // self.size + 1) * self.size * MILLISECOND
            if end > limit if self.windowed else time * MILLISECOND >= limit:
                timely.append(row)
        return timely, {name: mark.said for name, mark in marks.items()}

    def _expected(self, many: int) -> Counter[tuple[object, ...]]:
        """Return the answer over the first rows, as far as it is complete."""
        rows, marks = self._timely(many)
        net = Net()
        engine = _engine(10**9)
        engine.start(parse_query(self.query), name="q", output=Output(net.take))
        _insert(engine, rows)
        if many == len(self.rows):
            engine.finish()
        else:
            for name, mark in marks.items():
                if mark > -(2**62):
                    engine.advance(name, mark - self.behind * MILLISECOND)
        return net.same()

    def check(self) -> str | None:
        """Return what the engine says otherwise; None where all is equal."""
        chance = random.Random(self.seed)
        query = f"{self.query} LATE ROWS CORRECT WITHIN INTERVAL '{self.within / 1000}' SECOND"
        net = Net()
        engine = _engine(self.delay)
        engine.start(parse_query(query), name="q", output=Output(net.take))
        done, looked = 0, chance.random()
        while done < len(self.rows):
            some = self.rows[done : done + chance.choice((1, 3, 20))]
            _insert(engine, some)
            done += len(some)
            if engine.queries["q"].failure is not None:
                return f"after {done} rows: {engine.queries['q'].failure}\n{query}"
            if any(many < 0 for many in net.rows.values()):
                return f"after {done} rows more is taken back than was said\n{query}"
            if done / len(self.rows) >= looked and done < len(self.rows):
                looked = 2.0
                if problem := _difference(self._expected(done), net.same()):
                    return f"after {done} rows: {problem}\n{query}\n{self.rows}"
            if chance.random() < 0.1:
                running = engine.queries["q"]
                snapshot = running.snapshot()
                running.close()
                engine.start(
                    parse_query(query), name="q", output=Output(net.take), snapshot=snapshot
                )
        engine.finish()
        running = engine.queries["q"]
        if running.failure is not None:
            return f"{running.failure}\n{query}"
        if running.graph.size().rows:
            return f"{running.graph.size()} is kept after the end\n{query}"
        problem = _difference(self._expected(len(self.rows)), net.same())
        return None if problem is None else f"at the end: {problem}\n{query}\n{self.rows}"


def _engine(delay: int) -> cep.Engine:
    engine = cep.Engine()
    for name in "ab":
        engine.execute(
            f"CREATE STREAM {name} (k VARCHAR, v INT, ts TIMESTAMP(3), "
            f"WATERMARK FOR ts AS ts - INTERVAL '{delay / 1000}' SECOND)"
        )
    return engine


def _insert(engine: cep.Engine, rows: list[Row]) -> None:
    """Insert rows in their order, those of one stream that follow each other at once."""
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i][0] != rows[start][0]:
            engine.insert(rows[start][0], [(k, v, _moment(t)) for _, k, v, t in rows[start:i]])
            start = i


def _hashable(value: object) -> object:
    """Return a value that can be counted; sums of doubles may differ in the last digits."""
    if isinstance(value, float):
        return round(value, 9)
    return tuple(value) if isinstance(value, list) else value


def _moment(time: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=time)


def _difference(
    expected: Counter[tuple[object, ...]], found: Counter[tuple[object, ...]]
) -> str | None:
    if expected == found:
        return None
    missing, more = expected - found, found - expected
    return f"missing {dict(missing)}, and there is besides {dict(more)}"


def main() -> int:
    """Run cases; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.late.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first case")
    given = parser.parse_args()
    wrong = 0
    for seed in range(given.seed, given.seed + given.cases):
        try:
            found = Case.of(seed).check()
        except Exception as error:  # a flaw of ours: the case tells which
            found = f"{error!r}\n{Case.of(seed).query}"
        if found is not None:
            wrong += 1
            print(f"seed {seed}: {found}\n", flush=True)
            if wrong > 5:
                break
    print(f"{given.cases:,} cases, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    sys.exit(main())

"""Random streams under random OVER windows, said by the engine and by an oracle.

    python -m tests.over.random --cases 10000 --seed 1

A case is made of its seed alone, and the seed of one that fails is printed. The rows come out of
order, some of them late, in batches of random sizes; the query is thrown away and restored in
between. What has been said after each batch is compared too: no row is said before its frames are
complete, and none later. In some cases the rows lie days apart, and frames are of months; by the
clock of a zone a row may be said later than it could be. The test suite runs a fixed share of them
(test_over.py).
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import sys
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import cep
from cep.grammar.parser import parse_query
from cep.running import Output
from cep.runtime.batch import Batch
from tests.over import oracle
from tests.over.oracle import DAY, UTC, Frame, Months

BASES = (0, 1_704_067_200_000, -7_200_000)
"""Where the times of a case begin, in milliseconds since 1970."""

CREATE = (
    "CREATE STREAM s (id INT, k VARCHAR, v INT, ts {}(3), "
    "WATERMARK FOR ts AS ts - INTERVAL '{}' SECOND)"
)

HOUR = DAY // 24

DATES = tuple(
    int(dt.datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)
    for year, month, day in ((2024, 1, 26), (2023, 1, 27), (1969, 12, 27), (2025, 8, 29))
)
"""Where cases of months begin: before the ends of short months, and before clocks are put back."""

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
"""The zones of such cases, one of which puts its clocks back by half an hour."""


@dataclass(frozen=True)
class Scale:
    """How the times of a case lie, in milliseconds, and how far frames reach."""

    bases: tuple[int, ...]
    steps: tuple[int, ...]
    spreads: tuple[int, ...]
    delays: tuple[int, ...]
    starts: tuple[oracle.Bound, ...]
    ends: tuple[oracle.Bound, ...]
    zone: str | None = None
    """Where times have one, it is that of the engine."""

    @classmethod
    def of(cls, chance: random.Random) -> Scale:
        """Choose one."""
        if chance.random() < 0.7:
            starts = (None, None, 0, -1, -2, -5, -15, 1)
            ends = (0, 0, 0, -2, 1, 12)
            return cls(BASES, (0, 0, 1, 3, 10, 20), (0, 3, 20), (0, 2, 10, 30), starts, ends)
        zone = chance.choice((None, None, *ZONES))
        one, two, year = (Months(n, ZoneInfo(zone or "UTC")) for n in (1, 2, 12))
        back, far = (Months(-n.many, n.zone) for n in (one, year))
        steps = (0, HOUR // 2, HOUR, 9 * HOUR, 25 * HOUR, 8 * DAY)
        spreads, delays = (0, 3 * HOUR, 2 * DAY), (0, HOUR, DAY, 3 * DAY)
        frames = (None, back, back, far, -2 * DAY, one), (0, 0, one, two, DAY, back)
        return cls(DATES, steps, spreads, delays, *frames, zone)


def place(bound: oracle.Bound) -> int:
    """Return about how far a bound is from its row."""
    return bound.many * 31 * DAY if isinstance(bound, Months) else bound or 0


@dataclass(frozen=True)
class Call:
    """A function and its frame."""

    name: str
    frame: Frame


@dataclass(frozen=True)
class Case:
    """Rows in order of arrival, cut into batches, and calls over them; times in milliseconds."""

    seed: int
    rows: list[oracle.Row]
    delay: int
    keyed: bool
    least: bool
    calls: list[Call]
    sizes: list[int]
    zone: str | None

    @classmethod
    def of(cls, seed: int) -> Case:
        """Make the case of a seed."""
        chance = random.Random(seed)
        scale = Scale.of(chance)
        base = chance.choice(scale.bases)
        step = chance.choice(scale.steps[1:])
        spread = chance.choice(scale.spreads)
        keys = chance.choice((("a",), ("a", "b", None), tuple("abcdefgh")))
        rows: list[oracle.Row] = []
        now = base
        nulls = chance.choice((0, 0.2, 0.7))
        for n in range(chance.choice((0, 1, 5, 30, 80))):
            now += chance.choice((*scale.steps[:3], step, step, scale.steps[-1]))
            value = None if chance.random() < nulls else chance.randint(-4, 9)
            rows.append((n, chance.choice(keys), value, now - chance.randint(0, spread)))
        least = chance.random() < 0.3
        calls = [_call(chance, scale, least) for _ in range(chance.randint(1, 4))]
        sizes = [chance.choice((1, 1, 2, 7, 40)) for _ in rows]
        delay = chance.choice(scale.delays)
        keyed = chance.random() < 0.8
        return cls(seed, rows, delay, keyed, least, calls, sizes, scale.zone)

    @property
    def query(self) -> str:
        """The query."""
        by = "PARTITION BY k " if self.keyed else ""
        order = f"ORDER BY ts{', v DESC' if self.least else ''}"
        shown = ", ".join(
            f"{oracle.SQL[c.name]} OVER ({by}{order}{_frame(c)}) AS c{i}"
            for i, c in enumerate(self.calls)
        )
        return f"SELECT id, {shown} FROM s"

    def expected(self, seen: int, ended: bool) -> dict[int, tuple[object, ...]]:
        """Return what is to be said of each row once so many have come."""
        # A row is in time or not by those before it, whatever comes later.
        timely, _ = oracle.timely(self.rows, self.delay)
        here, mark = oracle.timely(self.rows[:seen], self.delay)
        mark = oracle.INFINITE if ended else mark
        assert all(row in timely for row in here)
        answer = {}
        for part in oracle.partitions(here, self.keyed, self.least):
            for i, row in enumerate(part):
                if all(
                    oracle.ahead(part, i, c.name, mark) and oracle.complete(part, i, c.frame, mark)
                    for c in self.calls
                ):
                    answer[row[0]] = tuple(
                        oracle.said(part, i, c.name, c.frame, self.least) for c in self.calls
                    )
        return answer

    def check(self) -> str | None:
        """Return what the engine says otherwise; None where all is equal."""
        answer: dict[int, tuple[object, ...]] = {}

        def take(batch: Batch) -> None:
            for row in batch.to_arrow().to_pylist():
                if row["id"] in answer:
                    raise AssertionError(f"row {row['id']} is said twice")
                answer[row["id"]] = tuple(list(row.values())[1:])

        chance = random.Random(self.seed)
        kind = "TIMESTAMP" if self.zone is None else "TIMESTAMP_LTZ"
        create = CREATE.format(kind, f"{self.delay / 1000:.3f}")
        engine = cep.Engine()
        if self.zone is not None:
            engine.execute(f"SET time_zone = '{self.zone}'")
        engine.execute(create)
        engine.start(parse_query(self.query), name="q", output=Output(take))
        done = 0
        for size in self.sizes:
            part = self.rows[done : done + size]
            done += len(part)
            engine.insert("s", [(i, k, v, self._moment(t)) for i, k, v, t in part])
            expected = self.expected(done, ended=False)
            if self.zone is not None:
                expected = {i: said for i, said in expected.items() if i in answer}
            wrong = _difference(expected, answer)
            if wrong is not None:
                return f"after {done} rows: {wrong}\n{self.query}\n{self.rows}"
            if chance.random() < 0.2:
                running = engine.queries["q"]
                snapshot = running.snapshot()
                running.close()
                query = parse_query(self.query)
                engine.start(query, name="q", output=Output(take), snapshot=snapshot)
        engine.finish()
        running = engine.queries["q"]
        if running.graph.size().rows:
            return f"{running.graph.size()} is kept after the end\n{self.query}"
        late = len(self.rows) - len(oracle.timely(self.rows, self.delay)[0])
        if running.aside.late_rows.count != late:
            return f"{running.aside.late_rows.count} rows are late, and {late} should be"
        wrong = _difference(self.expected(len(self.rows), ended=True), answer)
        return None if wrong is None else f"at the end: {wrong}\n{self.query}\n{self.rows}"

    def _moment(self, time: int) -> dt.datetime:
        return dt.datetime(1970, 1, 1, tzinfo=None if self.zone is None else UTC) + dt.timedelta(
            milliseconds=time
        )


def _call(chance: random.Random, scale: Scale, least: bool) -> Call:
    name = chance.choice(list(oracle.SQL))
    if name in oracle.WITHOUT_FRAME:
        return Call(name, Frame("rows", None, 0))
    unit = chance.choice(("rows", "range"))
    starts: tuple[oracle.Bound, ...] = (None, None, 0, -1, -2, -5, -15, 1)
    ends: tuple[oracle.Bound, ...] = (0, 0, 0, -1, -3, 1, 4)
    if unit == "range":
        starts, ends = scale.starts, scale.ends
    if unit == "range" and least:
        ends = (0,)
    start = chance.choice(starts)
    if unit == "range" and least and start is not None:
        start = 0
    end = chance.choice(ends)
    if start is not None and place(start) > place(end):
        start, end = end, start
    return Call(name, Frame(unit, start, end))


def _frame(call: Call) -> str:
    if call.name in oracle.WITHOUT_FRAME:
        return ""

    def bound(by: oracle.Bound) -> str:
        if by is None:
            return "UNBOUNDED PRECEDING"
        if by == 0:
            return "CURRENT ROW"
        if isinstance(by, Months):
            size = f"INTERVAL '{abs(by.many)}' MONTH"
            return f"{size} {'PRECEDING' if by.many < 0 else 'FOLLOWING'}"
        size = str(abs(by))
        if call.frame.unit == "range":
            size = f"INTERVAL '{abs(by) / 1000:.3f}' SECOND"
        return f"{size} {'PRECEDING' if by < 0 else 'FOLLOWING'}"

    frame = call.frame
    return f" {frame.unit.upper()} BETWEEN {bound(frame.start)} AND {bound(frame.end)}"


def _difference(
    expected: dict[int, tuple[object, ...]], found: dict[int, tuple[object, ...]]
) -> str | None:
    for i in sorted(expected.keys() | found.keys()):
        if i not in found:
            return f"row {i} is not said, and it is complete"
        if i not in expected:
            return f"row {i} is said, and it is not complete"
        pairs = zip(expected[i], found[i], strict=True)
        if not all(_same(a, b) for a, b in pairs):
            return f"row {i} should be {expected[i]}, and is {found[i]}"
    return None


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and other is not None:
        return math.isclose(one, float(str(other)), rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def main() -> int:
    """Run cases; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.over.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    given = parser.parse_args()
    wrong = 0
    for seed in range(given.seed, given.seed + given.cases):
        try:
            found = Case.of(seed).check()
        except Exception as error:  # a flaw of ours: the case tells which
            found = repr(error)
        if found is not None:
            wrong += 1
            print(f"seed {seed}: {found}\n", flush=True)
            if wrong > 5:
                break
    print(f"{given.cases:,} cases, {wrong} wrong")
    return wrong


if __name__ == "__main__":
    sys.exit(main())

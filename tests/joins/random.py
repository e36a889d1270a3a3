"""Random streams, joined by the engine and by an oracle that tries all pairs.

Rows come out of order, late, twice and without keys, in batches of random sizes and with restarts;
either stream may end before the other, and either input may be sums that are taken back as rows
come, by windows or not. Rows without a partner are said once, when that is sure; without a bound on
the times, the net of what is said is the answer.

    python -m tests.joins.random --cases 10000 --seed 1

A case is made of its seed alone, and the seed of one that fails is printed. The test suite runs a
fixed share of them (test_random.py).
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

import cep
from cep.grammar.parser import parse_query
from cep.running import Output, Running
from cep.runtime.batch import Batch
from cep.runtime.operators.join import Join
from tests.joins import oracle
from tests.joins.oracle import Row, Said

KINDS = ("INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI")

BASES = (0, 1_704_067_200_000, -7_200_000, -62_000_000_000_000)
"""Where the times of a case begin, in milliseconds since 1970."""

KEYS = {
    "": (),
    "k": ("a.k = b.k",),
    "k and j": ("a.k = b.k", "b.j = a.j"),
    "k, null or not": ("a.k IS NOT DISTINCT FROM b.k",),
    "both, j null or not": ("b.k = a.k", "a.j IS NOT DISTINCT FROM b.j"),
    "computed": ("a.k + 1 = b.v",),
}
"""Conditions on keys, by what they compare."""

RESIDUALS = {"": "", "less": "a.v < b.v", "odd": "(a.v + b.v) % 2 = 1 OR a.j = 'x'"}


@dataclass(frozen=True)
class Case:
    """Rows of two streams in order of arrival, and how they are joined; times in milliseconds."""

    seed: int
    rows: dict[str, list[Row]]
    order: list[tuple[str, int]]
    """Which stream has its next rows, and how many."""
    delays: dict[str, int]
    kind: str
    keys: str
    residual: str
    bound: str
    low: int
    high: int
    slide: int
    size: int
    written: int
    """In which form the interval is written."""
    first: str | None
    """The stream that ends before the other, if one does."""
    finished: str | None
    """The input whose rows are all there from the beginning, if one's are."""
    changing: frozenset[str]
    """The inputs whose rows are sums that go up and down as rows come."""
    cut: bool
    """Whether these sums are of windows, whose times can be near those of partners."""
    restarts: float = field(default=0.2)

    @classmethod
    def of(cls, seed: int) -> Case:
        """Make the case of a seed."""
        chance = random.Random(seed)
        base, spread = chance.choice(BASES), chance.choice((0, 5, 40, 300))
        few = chance.choice(((1,), (1, 2, None), (1, 2, 3, 4, 5, None)))
        rows: dict[str, list[Row]] = {"a": [], "b": []}
        order: list[tuple[str, int]] = []
        now = base
        for _ in range(chance.choice((0, 1, 4, 12, 40))):
            stream, many = chance.choice("ab"), chance.choice((1, 1, 2, 5))
            for _ in range(many):
                now += chance.choice((0, 0, 1, 3, 10, 50))
                row = (
                    chance.choice(few),
                    chance.choice(("x", "y", None)),
                    chance.randint(0, 6),
                    now - chance.randint(0, spread),
                )
                again = rows[stream] and chance.random() < 0.1
                rows[stream].append(rows[stream][-1] if again else row)
            order.append((stream, many))
        low, high = chance.choice(
            ((0, 10), (-10, 0), (-5, 40), (0, 0), (20, 30), (-30, -20), (5, 1), (-300, 300))
        )
        return cls(
            seed,
            rows,
            order,
            {s: chance.choice((0, 1, 7, 50, 400)) for s in "ab"},
            chance.choice(KINDS),
            chance.choice(tuple(KEYS)),
            chance.choice(tuple(RESIDUALS)),
            chance.choice(("interval", "interval", "from", "until", "window", "none", "none")),
            low,
            high,
            slide=(slide := chance.choice((10, 25, 100))),
            size=slide * chance.choice((1, 1, 2, 3)),
            written=chance.randint(0, 5),
            first=chance.choice(("a", "b", None)),
            finished=chance.choice(("a", "b", None, None)),
            changing=frozenset(chance.choice(("", "", "", "a", "b", "ab"))),
            cut=chance.random() < 0.5,
        )

    def query(self) -> str:
        """Return the query."""
        conditions = [*KEYS[self.keys], *([RESIDUALS[self.residual]] if self.residual else [])]
        lengths = f"{_length(self.slide)}, {_length(self.size)}"
        sources = {s: s for s in "ab"}
        if self.bound == "window":
            sources = {s: f"{_cut(s, lengths)} AS {s}" for s in "ab"}
        if self.finished is not None and self.bound == "none" and self.rows[self.finished]:
            values = ", ".join(map(_values, self.rows[self.finished]))
            sources[self.finished] = f"(VALUES {values}) AS {self.finished} (k, j, v, ts)"
        bound = "near" if self._near else self.bound
        sources |= {s: f"({_summed(s, bound, lengths)}) AS {s}" for s in self.changing}
        if self.bound == "window":
            conditions += ["a.window_start = b.window_start", "b.window_end = a.window_end"]
        elif self.bound != "none":
            conditions += self._interval()
        shown = {"SEMI": "a", "ANTI": "a"}.get(self.kind, "ab")
        time = "window_start" if self.bound == "window" else "ts"
        items = ", ".join(f"{s}.{c}" for s in shown for c in ("k", "j", "v", time))
        on = " AND ".join(f"({c})" for c in conditions) or "TRUE"
        kind = "" if self.kind == "INNER" else f"{self.kind} "
        emit = " EMIT STREAM" if self.changing else ""
        return f"SELECT {items} FROM {sources['a']} {kind}JOIN {sources['b']} ON {on}{emit}"

    @property
    def _near(self) -> bool:
        """Whether sums of windows are joined by their times."""
        return self.cut and bool(self.changing) and self.bound not in {"window", "none"}

    def _interval(self) -> list[str]:
        """Return the conditions on times, in one of several forms that mean the same."""
        low, high = _length(self.low), _length(self.high)
        match self.written:
            case 0:
                first, last = f"b.ts >= a.ts + {low}", f"b.ts <= a.ts + {high}"
            case 1:
                first, last = f"a.ts <= b.ts - {low}", f"b.ts - {high} <= a.ts"
            case 2:
                first, last = f"b.ts - a.ts >= {low}", f"{high} >= b.ts - a.ts"
            case 3:
                first = f"b.ts > a.ts + {_length(self.low - 1)}"
                last = f"a.ts - b.ts > {_length(-self.high - 1)}"
            case 4:
                first, last = f"a.ts + {low} <= b.ts", f"a.ts + {high} + {high} >= b.ts + {high}"
            case _:
                if self.bound == "interval":
                    return [f"b.ts BETWEEN a.ts + {low} AND a.ts + {high}"]
                first, last = f"- {low} >= a.ts - b.ts", f"b.ts < a.ts + {_length(self.high + 1)}"
        return {"interval": [last, first], "from": [first], "until": [last]}[self.bound]

    def partners(self, a: Row, b: Row) -> bool:
        """Say whether two rows are partners."""
        some = a[0] is not None and b[0] is not None
        keys = {
            "": True,
            "k": some and a[0] == b[0],
            "k and j": some and a[0] == b[0] and a[1] is not None and a[1] == b[1],
            "k, null or not": a[0] == b[0],
            "both, j null or not": some and a[:2] == b[:2],
            "computed": a[0] is not None and a[0] + 1 == b[2],
        }[self.keys]
        residual = {
            "": True,
            "less": a[2] < b[2],
            "odd": (a[2] + b[2]) % 2 == 1 or a[1] == "x",
        }[self.residual]
        apart = b[3] - a[3]
        near = {
            "interval": self.low <= apart <= self.high,
            "from": self.low <= apart,
            "until": apart <= self.high,
            "window": apart == 0,
            "none": True,
        }[self.bound]
        return keys and residual and near

    def wanted(self) -> tuple[list[Said], int]:
        """Return what the oracle says, and how many rows it refuses."""
        taken: dict[str, list[Row]] = {}
        late = 0
        for s, rows in self.rows.items():
            if self.bound == "window":
                taken[s], many = oracle.in_windows(rows, self.delays[s], self.slide, self.size)
                late += many
            elif self._near and s in self.changing:
                cut, many = oracle.in_windows(rows, self.delays[s], self.slide, self.size)
                taken[s] = [(k, j, v, start + self.size - 1) for k, j, v, start in cut]
                late += many
            elif self.bound == "none" or (self.changing and not self._near):
                # Sums without windows have no event time, and so no row comes too late.
                taken[s] = list(rows)
            else:
                taken[s] = oracle.in_time(rows, self.delays[s])
                late += len(rows) - len(taken[s])
        for s in self.changing:
            taken[s] = oracle.summed(taken[s], by_time=self.bound != "none")
        return oracle.join(self.kind, taken["a"], taken["b"], self.partners), late

    def check(self) -> str | None:
        """Say what the engine says otherwise than the oracle; None where they agree."""
        said, late, left = self.answer()
        wanted, refused = self.wanted()
        net: Counter[Said] = Counter()
        for row, weight in said:
            net[row] += weight
            if weight < 0 and self.bound != "none" and not self.changing:
                return f"{row} is taken back"
            if net[row] < 0:
                return f"{row} is taken back and had not been said"
        if +net != Counter(wanted):
            return f"said {+net - Counter(wanted)} too much, {Counter(wanted) - net} too little"
        if late != refused:
            return f"{late} rows are late, and {refused} should be"
        return f"{left} rows of state are left" if left else None

    def answer(self) -> tuple[list[tuple[Said, int]], int, int]:
        """Run the query: what it says with weights, how many rows are late, how many it keeps."""
        chance = random.Random(self.seed)
        engine = cep.Engine()
        for s, delay in self.delays.items():
            engine.execute(
                f"CREATE STREAM {s} (k INT, j VARCHAR, v INT, ts TIMESTAMP(3), "
                f"WATERMARK FOR ts AS ts - {_length(delay)})"
            )
        query = parse_query(self.query())
        said: list[tuple[Said, int]] = []

        def note(batch: Batch) -> None:
            running: Running | None = engine.queries.get("q")
            mark = running.graph.watermark if running is not None else -(2**63)
            late = batch.lateness is not None  # as a stream has them that is looked up in a table
            assert late or batch.time is None or (batch.time >= mark).all(), "a row is behind"
            said.extend(zip(_rows(batch), batch.weights().tolist(), strict=True))

        engine.start(query, name="q", output=Output(note))
        done = dict.fromkeys("ab", 0)
        for stream, many in self.order:
            at = done[stream]
            done[stream] += many
            some = self.rows[stream][at : at + many]
            engine.insert(stream, [(k, j, v, _instant(t)) for k, j, v, t in some])
            if chance.random() < self.restarts:
                running = engine.queries["q"]
                snapshot = running.snapshot()
                running.close()
                engine.start(query, name="q", output=Output(note), snapshot=snapshot)
        if self.first is not None:
            engine.finish(self.first)
        engine.finish()
        running = engine.queries["q"]
        if running.failure is not None:
            raise running.failure
        operators = (n.operator for n in running.graph.nodes)
        left = sum(o.size().rows for o in operators if isinstance(o, Join))
        return said, running.aside.late_rows.count, left


def _cut(stream: str, lengths: str) -> str:
    return f"HOP(TABLE {stream}, DESCRIPTOR(ts), {lengths})"


def _values(row: Row) -> str:
    k, j, v, time = row
    text = "NULL" if j is None else f"'{j}'"
    key = "NULL" if k is None else k
    instant = _instant(time).isoformat(" ", "milliseconds")
    return f"(CAST({key} AS INT), CAST({text} AS VARCHAR), {v}, TIMESTAMP '{instant}')"


def _summed(stream: str, bound: str, lengths: str) -> str:
    """Return a query for sums by keys, also by windows or by times where a join is bounded."""
    windows = "window_start, window_end"
    by = {"window": windows, "near": f"{windows}, window_time", "none": "k"}.get(bound, "ts")
    time = {"near": ", window_time AS ts", "none": ", MAX(ts) AS ts"}.get(bound, "")
    source = _cut(stream, lengths) if bound in {"window", "near"} else stream
    keys = "k, j, " if bound != "none" else "j, "
    return f"SELECT {keys}{by}, SUM(v) AS v{time} FROM {source} GROUP BY {keys}{by}"


def _length(milliseconds: int) -> str:
    sign = "-" if milliseconds < 0 else ""
    return f"INTERVAL {sign}'{abs(milliseconds) // 1000}.{abs(milliseconds) % 1000:03}' SECOND"


def _instant(milliseconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=milliseconds)


def _rows(batch: Batch) -> list[Said]:
    columns = [
        (pc.divide(c.cast("int64"), 1000) if pa.types.is_timestamp(c.type) else c).to_pylist()
        for c in batch.columns
    ]
    return list(zip(*columns, strict=True))


def main() -> int:
    """Run cases; return 1 at the first that fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.joins.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="how many to run")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first")
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.cases):
        case = Case.of(seed)
        try:
            problem = case.check()
        except Exception as error:  # the seed is what is wanted to look into it
            problem = f"it fails: {error!r}"
        if problem is not None:
            sys.stdout.write(f"seed {seed}: {problem}\n  {case.query()}\n")
            return 1
    sys.stdout.write(f"{options.cases} cases agree\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

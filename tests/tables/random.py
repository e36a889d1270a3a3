"""Random tables and streams, joined by the engine and by an oracle that looks at all rows.

Versions come out of order, twice at a time, too late, and after deletions; so do the events that
ask for them. Both come in random batches while the clock goes on, so that a table or stream that
may be idle is, and now and then the query goes on from its snapshot.

    python -m tests.tables.random --cases 10000 --seed 1

A case is made of its seed alone, and the seed of one that fails is printed. The test suite runs a
fixed share of them (test_random.py).
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
from collections import Counter
from dataclasses import dataclass, replace

import cep
from cep import snapshots
from cep.grammar.parser import parse_query
from cep.running import Output, Running
from cep.runtime.batch import Batch
from cep.runtime.time import SECOND, VirtualClock
from tests.tables import oracle
from tests.tables.oracle import Change, Row

SIGNS = (">=", ">", "<=", "<")
BASE = dt.datetime(1969, 12, 31, 23, 59, 50)
"""Times count seconds from here, so that some are before 1970."""

CONDITIONS = {"": "", "few": " AND t.v <= 2", "less": " AND s.v < t.v"}
"""What is asked of the rows that are found in a table, besides the key."""


@dataclass(frozen=True)
class Query:
    """What is asked: a table itself, or joins of the stream s in their order, LEFT where `outer`.

    `joins` are `t`, AS OF the version of a table, and `q`, ASOF the nearest row of a stream.
    """

    joins: tuple[str, ...]
    outer: tuple[bool, ...]
    condition: str
    sign: str
    keyed: bool

    @classmethod
    def of(cls, chance: random.Random) -> Query:
        """Draw one."""
        drawn = chance.choice(((), ("t",), ("t",), ("t",), ("q",), ("q",), ("t", "q"), ("q", "t")))
        return cls(
            drawn,
            tuple(chance.random() < 0.5 for _ in drawn),
            chance.choice(tuple(CONDITIONS)),
            chance.choice(SIGNS),
            keyed=chance.random() < 0.8,
        )

    def sql(self) -> str:
        """Return the query as it is written."""
        if not self.joins:
            return "SELECT k, v, ts FROM t"
        items, source = "s.k, s.v, s.ts", "s"
        for joined, outer in zip(self.joins, self.outer, strict=True):
            items += f", {joined}.v, {joined}.ts"
            kind = "LEFT " if outer else ""
            if joined == "t":
                source += f" {kind}JOIN t FOR SYSTEM_TIME AS OF s.ts ON s.k = t.k"
                source += CONDITIONS[self.condition]
            else:
                source += f" ASOF {kind}JOIN q MATCH_CONDITION (s.ts {self.sign} q.ts)"
                source += " ON s.k = q.k" if self.keyed else ""
        return f"SELECT {items} FROM {source}"

    def allowed(self, left: Row, right: Row) -> bool:
        """Say whether the row found in the table satisfies the condition."""
        mine, theirs = left[1], right[1]
        if self.condition == "few":
            return theirs is not None and theirs <= 2
        less = mine is not None and theirs is not None and mine < theirs
        return not self.condition or less

    def answer(self, rows: dict[str, list[Change]]) -> list[Row]:
        """Return what the oracle says of rows that are in time."""
        if not self.joins:
            return oracle.current(rows["t"])
        said = [c.row for c in rows["s"]]
        for joined, outer in zip(self.joins, self.outer, strict=True):
            if joined == "t":
                said = oracle.temporal_join(said, rows["t"], self.allowed, outer=outer)
            else:
                right = [c.row for c in rows["q"]]
                said = oracle.asof_join(said, right, self.sign, outer=outer, keyed=self.keyed)
        return said


@dataclass(frozen=True)
class Case:
    """A query, and events and changes in their order of arrival: which relation, and what comes.

    Delays and `idle` are by relation; after the steps `restarts` the query goes on anew.
    """

    seed: int
    query: Query
    delays: dict[str, int]
    idle: dict[str, int | None]
    steps: tuple[tuple[str, tuple[Change, ...]], ...]
    restarts: frozenset[int]

    @classmethod
    def of(cls, seed: int) -> Case:
        """Make the case of a seed."""
        chance = random.Random(seed)
        query = Query.of(chance)
        idle = {r: chance.choice((None, None, 3, 10)) for r in "sqt"}
        keys = [*range(chance.choice((1, 2, 3, 6))), None]
        deletes = chance.choice((0, 0.1, 0.4))
        restarts = chance.choice((0, 0.2))
        now = clock = 0
        steps = []
        # Nobody is idle before its first row, of whose time nothing would be known.
        first = [r for r in "tqs" if any(idle.values())]
        for n in range(chance.choice((3, 8, 30))):
            relation = first[n] if n < len(first) else chance.choice("sstq")
            clock += chance.choice((0, 0, 0, 1, 4, 12)) if n >= len(first) else 0
            rows = []
            for _ in range(chance.choice((1, 1, 2, 5))):
                now += chance.choice((0, 0, 1, 2))
                time = now - chance.choice((0, 0, 1, 2, 5))
                key = chance.choice(keys[:-1] if relation == "t" else keys)
                gone = relation == "t" and chance.random() < deletes
                row = (key, chance.choice((None, *range(5))), time)
                rows.append(Change(row, clock, not gone))
            steps.append((relation, tuple(rows)))
            # A clock that has gone on takes the times with it, as it does the watermarks.
            now = max(now, clock - chance.choice((0, 5)))
        return cls(
            seed,
            query,
            {r: chance.choice((0, 1, 3, 20)) for r in "sqt"},
            idle,
            tuple(steps),
            frozenset(n for n in range(len(steps)) if chance.random() < restarts),
        )

    def declared(self) -> str:
        """Return the statements that declare the relations."""
        statements = []
        for name in "sqt":
            kind, key = ("TABLE", "PRIMARY KEY (k), ") if name == "t" else ("STREAM", "")
            idle = ""
            if self.idle[name] is not None:
                idle = f" IDLE AFTER INTERVAL '{self.idle[name]}' SECOND"
            statements.append(
                f"CREATE {kind} {name} (k INT, v INT, ts TIMESTAMP(0), {key}"
                f"WATERMARK FOR ts AS ts - INTERVAL '{self.delays[name]}' SECOND{idle});"
            )
        return "\n".join(statements)

    def wanted(self) -> tuple[list[Row], int]:
        """Return what the oracle says, and how many rows it refuses."""
        rows: dict[str, list[Change]] = {}
        late = 0
        for name in "sqt":
            every = [c for relation, some in self.steps if relation == name for c in some]
            rows[name] = oracle.timely(every, self.delays[name], self.idle[name])
            if name in self.query.joins or (name == "s" and self.query.joins):
                late += len(every) - len(rows[name])
        return self.query.answer(rows), late

    def check(self) -> str | None:
        """Say what the engine says otherwise than the oracle; None where they agree."""
        answer, late = self.wanted()
        wanted = Counter(answer)
        run = _Run(self)
        run.through()
        found = Counter({row: n for row, n in run.said.items() if n})
        if found != wanted:
            return f"missing {wanted - found}, surplus {found - wanted}"
        if self.query.joins and run.taken:
            return f"{run.taken} is taken back"
        if run.late != late:
            return f"{run.late} rows were refused, and {late} are late"
        return None

    def smaller(self) -> list[Case]:
        """Return the case without one of its steps, rows or restarts."""
        cases = [replace(self, restarts=self.restarts - {n}) for n in self.restarts]
        for i, (name, rows) in enumerate(self.steps):
            for j in range(len(rows)):
                rest = (name, rows[:j] + rows[j + 1 :])
                steps = (*self.steps[:i], *([rest] if rest[1] else ()), *self.steps[i + 1 :])
                cases.append(replace(self, steps=steps))
        return cases


class _Run:
    """A query being run: what it says, what it takes back, and how many rows are late."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.clock = VirtualClock(0)
        self.said: Counter[Row] = Counter()
        self.taken: list[Row] = []
        self.late = 0
        self._start(None)

    def _start(self, kept: bytes | None) -> None:
        self.engine = cep.Engine(clock=self.clock)
        self.engine.execute(self.case.declared())
        snapshot = None if kept is None else snapshots.from_bytes(kept)
        query = parse_query(self.case.query.sql())
        self.engine.start(query, name="asked", output=Output(self._take), snapshot=snapshot)

    @property
    def _running(self) -> Running:
        return self.engine.queries["asked"]

    def _take(self, batch: Batch) -> None:
        rows = zip(*(map(_plain, c.to_pylist()) for c in batch.columns), strict=True)
        for row, weight in zip(rows, batch.weights().tolist(), strict=True):
            self.said[row] += weight
            self.taken += [row] if weight < 0 else []

    def through(self) -> None:
        """Take all steps."""
        read = {name for name, _ in self._running.entries()}
        for n, (relation, changes) in enumerate(self.case.steps):
            self.clock.set(changes[0].now * SECOND)
            rows = [_written(c, relation) for c in changes]
            if relation in read:
                self.engine.insert(relation, rows)
            else:
                self.engine.tick()
            if n in self.case.restarts:
                kept = snapshots.to_bytes(self._running.snapshot())
                self.engine.close()
                self._start(kept)
        self.engine.finish()
        if self._running.failure is not None:
            raise self._running.failure
        self.late = self._running.aside.late_rows.count


def _written(change: Change, relation: str) -> dict[str, object]:
    key, value, time = change.row
    assert time is not None
    row: dict[str, object] = {"k": key, "v": value, "ts": BASE + dt.timedelta(seconds=time)}
    if relation == "t":
        row["op"] = "+I" if change.inserts else "-D"
    return row


def _plain(value: object) -> int | None:
    if isinstance(value, dt.datetime):
        return (value - BASE) // dt.timedelta(seconds=1)
    assert value is None or isinstance(value, int)
    return value


def outcome(case: Case) -> str | None:
    """Return what is wrong with a case, whatever it is."""
    try:
        return case.check()
    except Exception as error:  # the seed is what is wanted to look into it
        return f"it fails: {error!r}"


def shrunk(case: Case) -> Case:
    """Return a case that fails as well, with as few rows as can be left out one by one."""
    while True:
        smaller = next((c for c in case.smaller() if outcome(c) is not None), None)
        if smaller is None:
            return case
        case = smaller


def main() -> int:
    """Run cases until one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.tables.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="how many to run")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first")
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.cases):
        case = Case.of(seed)
        if outcome(case) is None:
            continue
        least = shrunk(case)
        print(f"seed {seed}:\n{least.declared()}\n{least.query.sql()}")
        for n, (relation, changes) in enumerate(least.steps):
            anew = ", goes on anew" if n in least.restarts else ""
            print(
                f"  {relation} at {changes[0].now}: {[(c.row, c.inserts) for c in changes]}{anew}"
            )
        print(outcome(least))
        return 1
    print(f"{options.cases} cases agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())

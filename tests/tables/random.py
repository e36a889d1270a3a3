"""Random tables and streams, joined by the engine and by an oracle that looks at all rows.

Versions come out of order, twice at a time, too late, and after deletions; so do the events that
ask for them. Both come in random batches, and now and then the query goes on from its snapshot.

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cep
from cep import snapshots
from cep.grammar.parser import parse_query
from cep.running import Output, Running
from cep.runtime.batch import Batch
from tests.tables import oracle
from tests.tables.oracle import Change, Row

SIGNS = (">=", ">", "<=", "<")
BASE = dt.datetime(1969, 12, 31, 23, 59, 50)
"""Times count seconds from here, so that some are before 1970."""

DECLARED = """
CREATE STREAM s (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '{s}' SECOND);
CREATE STREAM q (k INT, v INT, ts TIMESTAMP(0), WATERMARK FOR ts AS ts - INTERVAL '{t}' SECOND);
CREATE TABLE t (k INT, v INT, ts TIMESTAMP(0), PRIMARY KEY (k),
  WATERMARK FOR ts AS ts - INTERVAL '{t}' SECOND);
"""


@dataclass
class Case:
    """Events and changes in their order of arrival, which of them come together, and the delays."""

    seed: int
    delays: tuple[int, int] = (0, 0)
    steps: list[tuple[str, list[Change]]] = field(default_factory=list)
    restarts: set[int] = field(default_factory=set)

    def of(self, name: str) -> list[Change]:
        """Return all rows of a relation, in order of arrival."""
        return [c for relation, some in self.steps if relation == name for c in some]


def case(seed: int) -> Case:
    """Make a case."""
    chance = random.Random(seed)
    made = Case(seed, (chance.choice((0, 1, 3, 20)), chance.choice((0, 1, 3, 20))))
    keys = [*range(chance.choice((1, 2, 3, 6))), None]
    deletes = chance.choice((0, 0.1, 0.4))
    now = 0
    for n in range(chance.choice((3, 8, 30))):
        relation = chance.choice(("s", "s", "q", "t"))
        rows: list[Change] = []
        for _ in range(chance.choice((1, 1, 2, 5))):
            now += chance.choice((0, 0, 1, 2))
            time = now - chance.choice((0, 0, 1, 2, 5))
            key = chance.choice(keys[:-1] if relation == "t" else keys)
            value = chance.choice((None, *range(5)))
            gone = relation == "t" and chance.random() < deletes
            rows.append(Change((key, value, time), not gone))
        made.steps.append((relation, rows))
        if chance.random() < 0.2:
            made.restarts.add(n)
    return made


def queries(given: Case) -> Iterator[tuple[str, list[tuple[int | None, ...]], int]]:
    """Yield queries with their answers, and how many rows each refuses."""
    s, t = given.delays
    events = [c.row for c in given.of("s")]
    left = _in_time(events, s)
    changes = oracle.timely(given.of("t"), t)
    late = len(events) - len(left)
    stale = len(given.of("t")) - len(changes)
    yield "SELECT k, v, ts FROM t", list(oracle.current(changes)), 0
    for outer in (False, True):
        kind = "LEFT JOIN" if outer else "JOIN"
        for most, condition in ((None, ""), (2, " AND t.v <= 2")):
            sql = (
                f"SELECT s.k, s.v, s.ts, t.v, t.ts FROM s {kind} t FOR SYSTEM_TIME AS OF s.ts "
                f"ON s.k = t.k{condition}"
            )
            answer = oracle.temporal_join(left, changes, outer=outer, most=most)
            yield sql, answer, late + stale
        quotes = [c.row for c in given.of("q")]
        right = _in_time(quotes, t)
        for sign in SIGNS:
            sql = (
                f"SELECT s.k, s.v, s.ts, q.v, q.ts FROM s ASOF {kind} q "
                f"MATCH_CONDITION (s.ts {sign} q.ts) ON s.k = q.k"
            )
            answer = oracle.asof_join(left, right, sign, outer=outer)
            yield sql, answer, late + len(quotes) - len(right)


def _in_time(rows: Sequence[Row], delay: int) -> list[Row]:
    flags = oracle.in_time([r[2] for r in rows], delay)
    return [r for r, flag in zip(rows, flags, strict=True) if flag]


def problem(given: Case) -> str | None:
    """Run a case; return what is wrong, or None."""
    for sql, expected, late in queries(given):
        found, refused = _run(given, sql)
        wanted: Counter[tuple[object, ...]] = Counter(expected)
        if found != wanted:
            return f"{sql}\n  missing {wanted - found}\n  surplus {found - wanted}"
        if refused != late:
            return f"{sql}\n  {refused} rows were refused, and {late} are late"
    return None


def _run(given: Case, sql: str) -> tuple[Counter[tuple[object, ...]], int]:
    said: Counter[tuple[object, ...]] = Counter()

    def take(batch: Batch) -> None:
        rows = zip(*(map(_plain, c.to_pylist()) for c in batch.columns), strict=True)
        for row, weight in zip(rows, batch.weights().tolist(), strict=True):
            said[row] += weight

    engine, running = _started(given, sql, Output(take))
    for n, (relation, changes) in enumerate(given.steps):
        rows = [
            {
                "k": c.row[0],
                "v": c.row[1],
                "ts": _moment(c.row[2]),
                "op": "+I" if c.inserts else "-D",
            }
            for c in changes
        ]
        if relation != "t":
            for row in rows:
                del row["op"]
        engine.insert(relation, rows)
        if n in given.restarts:
            kept = snapshots.to_bytes(running.snapshot())
            engine.close()
            engine, running = _started(given, sql, Output(take), kept)
    engine.finish()
    net = Counter({row: n for row, n in said.items() if n})
    return net, running.aside.late_rows.count


def _started(
    given: Case, sql: str, output: Output, kept: bytes | None = None
) -> tuple[cep.Engine, Running]:
    engine = cep.Engine()
    engine.execute(DECLARED.format(s=given.delays[0], t=given.delays[1]))
    snapshot = None if kept is None else snapshots.from_bytes(kept)
    engine.start(parse_query(sql), name="asked", output=output, snapshot=snapshot)
    return engine, engine.queries["asked"]


def _moment(seconds: int) -> dt.datetime:
    return BASE + dt.timedelta(seconds=seconds)


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return (value - BASE) // dt.timedelta(seconds=1)
    return value


def main() -> int:
    """Run cases until one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for seed in range(arguments.seed, arguments.seed + arguments.cases):
        found = problem(case(seed))
        if found is not None:
            print(f"seed {seed}: {found}")
            return 1
    print(f"{arguments.cases} cases from seed {arguments.seed} on: all right")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Random queries over random changes: after every batch the result is what DuckDB says of the rows.

    python -m tests.changes.random --cases 20000 --seed 0

A case is a number: the query, which of the relations are tables and which streams, and the log of
inserts, updates and deletes follow from it.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache

import duckdb

import cep
from cep.bags import Bag, difference, plain
from cep.errors import BindError
from tests.changes.generate import COLUMNS, TABLES, Writer

Values = tuple[object, ...]
Change = tuple[str, str, Values]
"""A table, `+I` or `-D`, and a row."""

REFUSED = ("this subquery cannot be made a join", "whether a row with NULLs is in a subquery")
"""How refusals of queries begin that have no meaning in cep."""

CANNOT = (duckdb.NotImplementedException, duckdb.BinderException)
"""What DuckDB raises where it cannot answer a query."""

Log = tuple[tuple[Change, ...], ...]


@dataclass(frozen=True)
class Case:
    """A query and a log of batches; `streams` are the relations from which nothing is deleted."""

    sql: str
    streams: frozenset[str]
    log: Log

    @classmethod
    def of(cls, seed: int) -> Case:
        """Return the case of a number."""
        chance = random.Random(f"changes/{seed}")
        sql = Writer(chance).query()
        streams = frozenset(t for t in TABLES if chance.random() < 0.25)
        return cls(sql, streams, _log(chance, streams))

    def check(self) -> str:
        """Return `agree`, why the case says nothing, or raise AssertionError where cep is wrong."""
        oracle = _oracle()
        engine = cep.Engine()
        for table in TABLES:
            oracle.execute(f"DELETE FROM {table}")
            kind = "STREAM" if table in self.streams else "TABLE"
            key = "" if table in self.streams else ", PRIMARY KEY (id)"
            engine.execute(f"CREATE {kind} {table} (id INT, a INT, b INT, c VARCHAR{key})")
        try:
            query = engine.query(self.sql)
        except BindError as error:
            if error.message.startswith(REFUSED):
                return "refused"
            raise AssertionError(f"it is refused: {error}") from error
        rows: dict[str, dict[object, list[Values]]] = {t: {} for t in TABLES}
        said: Bag = Counter()
        for number, batch in enumerate(((), *self.log)):
            self._apply(batch, engine, oracle, rows)
            for row in query:
                values = tuple(row)
                sign = 1
                if query.changes:
                    sign, values = (1 if values[0] == "+" else -1), values[1:]
                said[tuple(map(plain, values))] += sign
            try:
                answer = oracle.execute(self.sql).fetchall()
            except CANNOT:
                return "not on duckdb"
            expected = Counter(tuple(map(plain, r)) for r in answer)
            self._compare(said, expected, f"after batch {number}")
        failed = [q for q in engine.queries.values() if q.aside.errors.count]
        assert not failed, "rows are in error"
        if not self.streams & _named(self.sql):
            once = Counter(tuple(map(plain, row)) for row in engine.execute(self.sql))
            self._compare(once, +said, "asked once")
        return "agree"

    @staticmethod
    def _compare(found: Bag, expected: Bag, when: str) -> None:
        taken = [row for row, n in found.items() if n < 0]
        # Sums of DOUBLE may differ in the last digit from those that are taken back.
        exact = not any(isinstance(v, float) for row in expected for v in row)
        assert not (taken and exact), f"{when}: taken back, and never said: {taken[:3]}"
        problem = difference(+found, expected)
        assert problem is None, f"{when}: {problem}"

    def _apply(
        self,
        batch: tuple[Change, ...],
        engine: cep.Engine,
        oracle: duckdb.DuckDBPyConnection,
        rows: dict[str, dict[object, list[Values]]],
    ) -> None:
        """Give changes to both, table by table."""
        for table in TABLES:
            mine = [(op, row) for name, op, row in batch if name == table]
            if not mine:
                continue
            if table in self.streams:
                engine.insert(table, [row for _, row in mine])
            else:
                names = [c for c, _ in COLUMNS]
                changes = [dict(zip(names, row, strict=True), op=op) for op, row in mine]
                engine.insert(table, changes)
            kept = rows[table]
            for op, row in mine:
                if table in self.streams:
                    kept.setdefault(None, []).append(row)
                elif op == "-D":
                    kept.pop(row[0], None)
                else:
                    kept[row[0]] = [row]
            oracle.execute(f"DELETE FROM {table}")
            every = [row for group in kept.values() for row in group]
            if every:
                text = ", ".join(f"({', '.join(map(_written, row))})" for row in every)
                oracle.execute(f"INSERT INTO {table} VALUES {text}")

    def smaller(self) -> list[Case]:
        """Return the case without one of its changes, or with batches put together."""
        cases = []
        for i, batch in enumerate(self.log):
            before, after = self.log[:i], self.log[i + 1 :]
            cases.append(Case(self.sql, self.streams, before + after))
            for j in range(len(batch)):
                rest = batch[:j] + batch[j + 1 :]
                log = (*before, rest, *after) if rest else before + after
                cases.append(Case(self.sql, self.streams, log))
        return cases


@cache
def _oracle() -> duckdb.DuckDBPyConnection:
    """Return the database that all cases share: to make one takes longer than a case."""
    oracle = duckdb.connect(config={"threads": 1})
    # DuckDB 2.0 loses rows of an outer join below an EXISTS that is not related to it.
    oracle.execute("PRAGMA disable_optimizer")
    for table in TABLES:
        oracle.execute(f"CREATE TABLE {table} (id INT, a INT, b INT, c VARCHAR)")
    return oracle


def _written(value: object) -> str:
    return "NULL" if value is None else repr(value)


def _named(sql: str) -> set[str]:
    """Return the relations that a query reads."""
    words = sql.replace("(", " ").replace(")", " ").split()
    return {w for w in words if w in TABLES}


def _log(chance: random.Random, streams: frozenset[str]) -> Log:
    batches: list[tuple[Change, ...]] = []
    keys: dict[str, list[int]] = {t: [] for t in TABLES}
    for number in range(chance.randint(2, 6)):
        batch: list[Change] = []
        for _ in range(12 if number == 0 else chance.choice((1, 2, 3, 5, 8))):
            table = chance.choice(TABLES)
            if number and keys[table] and table not in streams and chance.random() < 0.4:
                key = keys[table].pop(chance.randrange(len(keys[table])))
                batch.append((table, "-D", (key, None, None, None)))
                continue
            key = chance.randint(1, 7)
            if key not in keys[table]:
                keys[table].append(key)
            numbers = (chance.choice((None, 1, 1, 2, 2, 3)) for _ in range(2))
            word = chance.choice((None, "x", "x", "y", "y", "z"))
            batch.append((table, "+I", (key, *numbers, word)))
        batches.append(tuple(batch))
    return tuple(batches)


def outcome(case: Case) -> str:
    """Return what `check` says, and `wrong: …` where it fails."""
    try:
        return case.check()
    except Exception as error:  # a flaw of ours, whatever it is
        return f"wrong: {error if isinstance(error, AssertionError) else repr(error)}"


def shrunk(case: Case) -> Case:
    """Return a case that fails as well, with as few changes as can be left out one by one."""
    while True:
        smaller = next((c for c in case.smaller() if outcome(c).startswith("wrong")), None)
        if smaller is None:
            return case
        case = smaller


def main() -> int:
    """Run cases; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.changes.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    parser.add_argument("--most", type=int, default=5, help="how many failures are shown")
    given = parser.parse_args()
    found: Counter[str] = Counter()
    begun = time.monotonic()
    for seed in range(given.seed, given.seed + given.cases):
        case = Case.of(seed)
        said = outcome(case)
        found["wrong" if said.startswith("wrong") else said] += 1
        if not said.startswith("wrong"):
            continue
        least = shrunk(case)
        streams = f" (streams: {', '.join(sorted(least.streams))})" if least.streams else ""
        print(f"seed {seed}{streams}\n{least.sql}")
        for batch in least.log:
            print(f"  {batch}")
        print(f"{outcome(least)}\n", flush=True)
        if found["wrong"] >= given.most:
            break
    counts = ", ".join(f"{n:,} {what}" for what, n in sorted(found.items()))
    print(f"{found.total():,} cases in {time.monotonic() - begun:.0f} s: {counts}")
    return found["wrong"]


if __name__ == "__main__":
    sys.exit(main())

"""Random row patterns over random rows, matched by the engine and by the oracle.

    python -m tests.patterns.random --cases 200000 --seed 1
    python -m tests.patterns.random --cases 0 --compiled 250 --draws 8

A case is made of its seed alone. Where one fails, it is cut down to what still fails, and printed
as a script. The test suite runs a fixed share of them (test_random.py), and the seeds in seeds.txt,
which have failed once.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cep
from cep.errors import BindError, CepError
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.grammar.unparse import unparse
from cep.running import Output
from cep.runtime.batch import Batch
from cep.runtime.kernels import compile as kernels
from tests.patterns.generate import COLUMNS, OTHERS, Drawn, draw, redraw
from tests.patterns.oracle import Answer, Input, Oracle
from tests.patterns.oracle_walk import Exhausted
from tests.patterns.oracle_windows import Window, WindowOracle
from tests.patterns.shrink import simpler

BUDGET = 4_000
"""Steps of the oracle from one row on; what takes more is not compared."""

FUNCTIONS = {
    "COUNT(*)": "COUNT(*)",
    "COUNT(v)": "COUNT(v)",
    "SUM(v)": "SUM(v)",
    "FIRST_VALUE(x)": "FIRST(x)",
    "LAST_VALUE(n)": "LAST(n)",
    "NTH_VALUE(n, 2)": "FIRST(n, 1)",
    "ARRAY_AGG(n)": "ARRAY_AGG(n)",
}
"""Functions over a window, and the measures that are the same over the rows of a match."""

Said = dict[tuple[Any, ...], list[tuple[Any, ...]]]


class Differs(AssertionError):
    """The engine and the oracle do not say the same."""


@dataclass(frozen=True)
class Case:
    """A pattern and rows; what is compared, and how."""

    seed: int
    clause: ast.MatchRecognize
    drawn: Drawn

    @classmethod
    def of(cls, seed: int, again: int = 0) -> Case:
        """Make the case of a seed; `again` is another draw of its rows, for the same pattern."""
        drawn = redraw(draw(seed), again) if again else draw(seed)
        sources = "(s, t p)" if drawn.kind == "merged" else "s"
        query = parse_query(f"SELECT * FROM {sources} MATCH_RECOGNIZE ({drawn.clauses})")
        assert isinstance(query.body, ast.Select)
        assert isinstance(query.body.source, ast.MatchRecognize)
        return cls(seed, query.body.source, drawn)

    def right(self) -> Answer:
        """Return what the oracle says."""
        inputs = [Input([c for c, _ in COLUMNS], self.drawn.rows, "s", "ts")]
        if self.drawn.kind == "merged":
            inputs.append(Input([c for c, _ in OTHERS], self.drawn.others, "p", "at"))
        if self.drawn.frame:
            following = int(self.drawn.frame) if self.drawn.frame.isdigit() else None
            window = Window(following, [e.expression for e in _items(FUNCTIONS.values())])
            return WindowOracle(self.clause, inputs, window, budget=BUDGET).answer()
        return Oracle(self.clause, inputs, budget=BUDGET).answer()

    def compare(self) -> None:
        """Raise Differs where the engine says otherwise than the oracle."""
        right = self.right()
        try:
            said, failed = self.said(right)
        except BindError:
            raise
        except CepError as error:
            raise Differs(f"the engine raised: {error.message}") from None
        wanted = {key: rows for key, rows in right.rows.items() if rows}
        if failed != len(right.failed):
            raise Differs(f"{failed} errors; right are {len(right.failed)}")
        if said != wanted and not (failed and self.drawn.kind == "values"):
            raise Differs(f"said:  {_shown(said)}\nright: {_shown(wanted)}")

    def said(self, right: Answer) -> tuple[Said, int]:
        """Return what the engine says, by partition, and how many matches had an error."""
        return self._at_once(right) if self.drawn.kind == "values" else self._as_stream()

    # ------------------------------------------------------------ the engine

    def query(self) -> ast.Query:
        """Return the query; finite rows are VALUES in it."""
        clause = self.clause
        if self.drawn.kind == "values":
            rows = self.drawn.rows or (tuple(None for _ in COLUMNS),)
            body = ast.Values(tuple(tuple(map(_literal, row, _TYPES)) for row in rows))
            if not self.drawn.rows:
                nothing = ast.BooleanLiteral(False)
                star = (ast.SelectItem(ast.Star()),)
                inner = ast.DerivedTable(ast.Query(body), _ALIAS)
                relation = ast.DerivedTable(ast.Query(ast.Select(star, inner, where=nothing)), _S)
            else:
                relation = ast.DerivedTable(ast.Query(body), _ALIAS)
            clause = replace(clause, sources=(relation,))
        if self.drawn.frame:
            return ast.Query(self._windowed(clause))
        return ast.Query(ast.Select((ast.SelectItem(ast.Star()),), clause))

    def _windowed(self, clause: ast.MatchRecognize) -> ast.Select:
        """Return the SELECT of the clauses of a window."""
        end = f"ROWS BETWEEN CURRENT ROW AND {self.drawn.frame} FOLLOWING"
        (shape,) = _items([f"COUNT(*) OVER ({end})"])
        assert isinstance(shape.expression, ast.Call)
        assert isinstance(shape.expression.over, ast.WindowSpecification)
        window = replace(
            shape.expression.over,
            partition_by=clause.partition_by,
            order_by=clause.order_by,
            row_pattern=clause.row_pattern,
        )
        keys = [c.parts[0].value for c in clause.partition_by if isinstance(c, ast.ColumnReference)]
        columns = [*keys, *(c for c, _ in COLUMNS if c not in keys)]
        measures = [f"{m.name.value} OVER w" for m in clause.row_pattern.measures]
        functions = [f"{f} OVER w AS f{i}" for i, f in enumerate(FUNCTIONS)]
        return ast.Select(
            tuple(_items([*columns, *measures, *functions])),
            clause.sources[0],
            windows=(ast.NamedWindow(ast.Name("w"), window),),
        )

    def _at_once(self, right: Answer) -> tuple[Said, int]:
        """Run it over VALUES; the first error of a match ends it."""
        engine = cep.Engine()
        query = self.query()
        try:
            batches = list(engine.once(query).batches())
        except BindError:
            raise
        except CepError:
            if right.failed:
                return {}, len(right.failed)
            raise
        return self._by_partition([tuple(r.values()) for b in batches for r in b.to_pylist()]), 0

    def _as_stream(self) -> tuple[Said, int]:
        """Insert the rows in random batches, sometimes with a restart between two of them."""
        chance = random.Random(self.seed)
        engine = cep.Engine()
        for name, columns, at in (("s", COLUMNS, "ts"), ("t", OTHERS, "at")):
            if name == "s" or self.drawn.kind == "merged":
                declared = ", ".join(f"{c} {t}" for c, t in columns)
                engine.execute(
                    f"CREATE STREAM {name} ({declared}, "
                    f"WATERMARK FOR {at} AS {at} - INTERVAL '{self.drawn.delay}' SECOND)"
                )
        said: list[Batch] = []
        query = self.query()
        engine.start(query, name="q", output=Output(said.append))
        restarts = chance.random() < 0.2
        left = {"s": list(self.drawn.rows), "t": list(self.drawn.others)}
        while any(left.values()):
            name = chance.choice([n for n, rows in left.items() if rows])
            size = chance.choice((1, 1, 2, 3, 12))
            engine.insert(name, left[name][:size])
            del left[name][:size]
            if restarts and chance.random() < 0.4:
                running = engine.queries["q"]
                snapshot = running.snapshot()
                running.close()
                engine.start(query, name="q", output=Output(said.append), snapshot=snapshot)
        engine.finish()
        running = engine.queries["q"]
        if running.failure is not None:
            raise running.failure
        if running.aside.late_rows.count:
            raise Differs(f"{running.aside.late_rows.count} late rows")
        batches = [[c.to_pylist() for c in batch.columns] for batch in said]
        rows = [row for values in batches for row in zip(*values, strict=True)]
        return self._by_partition(rows), running.aside.errors.count

    def _by_partition(self, rows: Sequence[tuple[Any, ...]]) -> Said:
        count = len(self.clause.partition_by)
        said: Said = {}
        for row in rows:
            said.setdefault(row[:count], []).append(row)
        return said

    # ------------------------------------------------------------ failures

    def shrunk(self, fails: Callable[[Case], bool]) -> Case:
        """Return a simpler case that fails too."""
        case = self
        while True:
            for clause, rows, others in simpler(case.clause, case.drawn.rows, case.drawn.others):
                drawn = replace(case.drawn, rows=rows, others=others)
                one = replace(case, clause=clause, drawn=drawn)
                if fails(one):
                    case = one
                    break
            else:
                return case

    def script(self) -> str:
        """Return the case as SQL."""
        lines = []
        if self.drawn.kind != "values":
            for name, columns, at, rows in (
                ("s", COLUMNS, "ts", self.drawn.rows),
                ("t", OTHERS, "at", self.drawn.others),
            ):
                declared = ", ".join(f"{c} {t}" for c, t in columns)
                if name == "s" or self.drawn.kind == "merged":
                    lines.append(
                        f"CREATE STREAM {name} ({declared},\n"
                        f"  WATERMARK FOR {at} AS {at} - INTERVAL '{self.drawn.delay}' SECOND);"
                    )
                if rows:
                    texts = ",\n  ".join(f"({', '.join(map(_sql, row))})" for row in rows)
                    lines.append(f"INSERT INTO {name} VALUES\n  {texts};")
        text = unparse(self.query())
        for word in ("MEASURES", "ONE ROW PER", "ALL ROWS PER", "AFTER MATCH", "PATTERN", "DEFINE"):
            text = text.replace(f" {word} ", f"\n  {word} ")
        return "\n".join([*lines, text + ";"])


_NAMES = tuple(ast.Name(c) for c, _ in COLUMNS)
_ALIAS = ast.Alias(ast.Name("s"), _NAMES)
_S = ast.Alias(ast.Name("s"))
_TYPES = tuple(
    ast.TypeName("TIMESTAMP", (3,)) if t.startswith("TIMESTAMP") else ast.TypeName(t)
    for _, t in COLUMNS
)


def _items(expressions: Iterable[str]) -> Sequence[ast.SelectItem]:
    body = parse_query(f"SELECT {', '.join(expressions)} FROM s").body
    assert isinstance(body, ast.Select)
    return body.items


def _literal(value: Any, type_: ast.TypeName) -> ast.Expression:
    if value is None:
        return ast.Cast(ast.NullLiteral(), type_)
    if isinstance(value, int):
        return ast.NumberLiteral(str(value))
    if isinstance(value, str):
        return ast.StringLiteral(value)
    return ast.TypedLiteral("TIMESTAMP", value.isoformat(" ", "milliseconds"))


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else f"'{value}'"


def _shown(said: Said) -> str:
    lines = [f"\n    {row}" for key in sorted(said, key=str) for row in said[key]]
    return "".join(lines).replace("datetime.datetime(2026, 1, 1, ", "(") or "nothing"


def outcome(case: Case) -> str:
    """Return `agree`, why a case was not compared, or raise Differs."""
    try:
        case.compare()
    except Exhausted:
        return "too long for the oracle"
    except BindError as error:
        return f"refused: {error.message[:70]}"
    return "agree"


def fails(case: Case) -> bool:
    """Say whether the engine breaks, or differs from the oracle; not if a case has no meaning."""
    try:
        case.right()
    except Exception:  # a simpler case may lack what another part of it names
        return False
    try:
        outcome(case)
    except Exception:  # whatever it is, it is a flaw
        return True
    return False


def report(case: Case) -> str:
    """Return a failed case cut down, with what differs."""
    small = case.shrunk(fails)
    try:
        outcome(small)
        what = "it does not fail when it is run again"
    except Differs as error:
        what = str(error)
    except Exception as error:
        what = f"{error!r}"
    return f"seed {case.seed}\n{small.script()}\n{what}\n{'-' * 80}"


def _numbers(cases: int, compiled: int, draws: int) -> Iterator[tuple[int, int]]:
    """Yield the numbers of cases, and of the draws of their rows: several for those compiled."""
    yield from ((n, 0) for n in range(cases))
    for n in range(cases, cases + compiled):
        yield from ((n, again) for again in range(draws))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run random cases; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.patterns.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    parser.add_argument("--compiled", type=int, default=0, help="so many more patterns, compiled")
    parser.add_argument("--draws", type=int, default=1, help="so often other rows for each of them")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at a failure")
    given = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    began = time.perf_counter()
    for n, again in _numbers(given.cases, given.compiled, given.draws):
        compiled = n >= given.cases
        kernels.use("compiled" if compiled else "python")
        case = Case.of(given.seed + n, again)
        try:
            counts[outcome(case) + (", compiled" if compiled else "")] += 1
        except Exception:  # a flaw of ours: the case tells which
            counts["FAILED"] += 1
            print(report(case), flush=True)
            if not given.keep_going:
                break
    for what, n in counts.most_common():
        print(f"{n:7,} {what}")
    print(f"{time.perf_counter() - began:7.0f} seconds")
    return counts["FAILED"]


if __name__ == "__main__":
    sys.exit(main())

"""Random queries over random events, compared with DuckDB and among all variants.

    python -m tests.law.random --cases 1000 --seed 1

A case is made of its seed alone. Where one fails, its script is printed and can be kept as a golden
script. The test suite runs a fixed share of them (test_random.py).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cep.bags import shown
from cep.errors import AssertionFailed, CepError
from cep.grammar.parser import parse_query
from cep.testing import duckdb_oracle, replay
from cep.testing.script import read
from cep.testing.stage import Stage, traits
from cep.testing.variants import VARIANTS, Question, Skip

COLUMNS = (
    ("k", "VARCHAR"),
    ("i", "INT"),
    ("b", "BIGINT"),
    ("d", "DOUBLE"),
    ("x", "DECIMAL"),
    ("f", "BOOLEAN"),
    ("ts", "TIMESTAMP"),
)
DECLARED = {"DECIMAL": "DECIMAL(8, 2)", "TIMESTAMP": "TIMESTAMP(3)"}
NUMBERS = ("INT", "BIGINT", "DOUBLE", "DECIMAL")
TYPES = tuple(t for _, t in COLUMNS)

Columns = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Relation:
    """Something to select from: its SQL, its columns, and its event time if windows can be cut."""

    sql: str
    columns: Columns
    time: str | None = None


class Generator:
    """Makes one case of a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.risky = seed % 4 == 0
        """Whether rows may fail; then DuckDB has no answer, and the variants are compared."""

    # ------------------------------------------------------------ events

    def setup(self) -> str:
        """Return the statements that declare two streams and insert events."""
        parts = []
        for name in ("s", "t"):
            delay = self.chance.choice((0, 2, 10, 60))
            columns = ", ".join(f"{c} {DECLARED.get(t, t)}" for c, t in COLUMNS)
            parts.append(
                f"CREATE STREAM {name} ({columns}, "
                f"WATERMARK FOR ts AS ts - INTERVAL '{delay}' SECOND);"
            )
        for _ in range(self.chance.randint(0, 4)):
            name = self.chance.choice("sst")
            rows = [self.row() for _ in range(self.chance.randint(1, 12))]
            parts.append(f"INSERT INTO {name} VALUES\n  " + ",\n  ".join(rows) + ";")
        return "\n".join(parts)

    def row(self) -> str:
        """Return a row; times are spread over two minutes around 1970 or in 2024."""
        chance = self.chance
        second = chance.randint(0, 100)
        fraction = chance.choice((0, 0, 500, 999))
        ts = f"'2024-01-01 00:{second // 60:02}:{second % 60:02}.{fraction:03}'"
        if chance.random() < 0.05:
            ts = f"'1969-12-31 23:59:{chance.randint(0, 59):02}'"
        values = [
            chance.choice(("'a'", "'b'", "'7'", "''", "'Ab'")),
            str(chance.choice((0, 1, 2, -3, 7, 100))),
            str(chance.choice((0, 1, -1, 5_000_000_000, 12))),
            chance.choice(("0.5", "-1.25", "1e3", "3.0", "0.1")),
            chance.choice(("0.00", "1.25", "-7.50", "1000.01")),
            chance.choice(("TRUE", "FALSE")),
        ]
        values = ["NULL" if chance.random() < 0.15 else v for v in values]
        return f"({', '.join([*values, ts])})"

    # ------------------------------------------------------------ expressions

    def expression(self, t: str, columns: Columns, depth: int = 2) -> str:
        """Return an expression of a type over columns."""
        own = [name for name, kind in columns if kind == t]
        if own and (depth <= 0 or self.chance.random() < 0.45):
            return self.chance.choice(own)
        if depth <= 0:
            return self.literal(t)
        makers: dict[str, Sequence[Callable[[], str]]] = self._makers(columns, depth - 1)
        risks: Sequence[Callable[[], str]] = ()
        if self.risky:
            risks = self._risks(columns, depth - 1).get(t, ())
        constant: Callable[[], str] = lambda: self.literal(t)  # noqa: E731 - one of many makers
        return self.chance.choice((*makers[t], *risks, constant))()

    def _risks(self, columns: Columns, depth: int) -> dict[str, Sequence[Callable[[], str]]]:
        """Return expressions that fail for some rows."""

        def e(t: str) -> str:
            return self.expression(t, columns, depth)

        return {
            "INT": (
                lambda: f"({e('INT')} / {e('INT')})",
                lambda: f"CAST({e('VARCHAR')} AS INT)",
                lambda: f"({e('INT')} * 1000000000)",
            ),
            "BIGINT": (lambda: f"({e('BIGINT')} % {e('INT')})",),
            "DOUBLE": (lambda: f"({e('DOUBLE')} / {e('DOUBLE')})",),
            "BOOLEAN": (lambda: f"(10 / {e('INT')} > 1)",),
        }

    def literal(self, t: str) -> str:
        """Return a constant of a type."""
        choices = {
            "VARCHAR": ("'a'", "'zz'", "''"),
            "INT": ("0", "1", "-2", "10"),
            "BIGINT": ("CAST(3 AS BIGINT)", "4000000000"),
            "DOUBLE": ("1.5e0", "-2e0", "0e0"),
            "DECIMAL": ("1.25", "-0.5", "100.00"),
            "BOOLEAN": ("TRUE", "FALSE"),
            "TIMESTAMP": ("TIMESTAMP '2024-01-01 00:00:30'",),
        }
        return self.chance.choice(choices[t])

    def _makers(self, columns: Columns, depth: int) -> dict[str, Sequence[Callable[[], str]]]:
        chance = self.chance

        def e(t: str) -> str:
            return self.expression(t, columns, depth)

        def arithmetic(t: str, *others: str) -> Callable[[], str]:
            def make() -> str:
                sides = [e(t), e(chance.choice((t, *others)))]
                chance.shuffle(sides)
                return f"({sides[0]} {chance.choice('+-*')} {sides[1]})"

            return make

        def choice(t: str) -> Callable[[], str]:
            return lambda: chance.choice(
                (
                    f"CASE WHEN {e('BOOLEAN')} THEN {e(t)} ELSE {e(t)} END",
                    f"CASE WHEN {e('BOOLEAN')} THEN {e(t)} END",
                    f"COALESCE({e(t)}, {e(t)})",
                    f"NULLIF({e(t)}, {e(t)})",
                )
            )

        return {
            "VARCHAR": (
                choice("VARCHAR"),
                lambda: f"({e('VARCHAR')} || {e('VARCHAR')})",
                lambda: f"UPPER({e('VARCHAR')})",
                lambda: f"SUBSTRING({e('VARCHAR')}, 1, 2)",
                lambda: f"CAST({e('INT')} AS VARCHAR)",
            ),
            "INT": (
                arithmetic("INT"),
                choice("INT"),
                lambda: f"({e('INT')} / {chance.choice(('2', '-3', '7'))})",
                lambda: f"({e('INT')} % {chance.choice(('2', '-3', '7'))})",
                lambda: f"CHAR_LENGTH({e('VARCHAR')})",
                lambda: f"ABS({e('INT')})",
                lambda: f"(- {e('INT')})",
                lambda: f"TRY_CAST({e('VARCHAR')} AS INT)",
            ),
            "BIGINT": (
                arithmetic("BIGINT", "INT"),
                choice("BIGINT"),
                lambda: f"CAST({e('INT')} AS BIGINT)",
            ),
            "DOUBLE": (
                arithmetic("DOUBLE", "INT", "DECIMAL"),
                choice("DOUBLE"),
                lambda: f"CAST({e('INT')} AS DOUBLE)",
            ),
            "DECIMAL": (choice("DECIMAL"), lambda: f"({e('DECIMAL')} + {e('INT')})"),
            "BOOLEAN": (
                choice("BOOLEAN"),
                lambda: f"({e('BOOLEAN')} {chance.choice(('AND', 'OR'))} {e('BOOLEAN')})",
                lambda: f"(NOT {e('BOOLEAN')})",
                lambda: self.comparison(e),
                lambda: self.comparison(e),
                lambda: self.comparison(e),
                lambda: f"({e(chance.choice(TYPES))} IS {chance.choice(('', 'NOT '))}NULL)",
                lambda: f"({e('BOOLEAN')} IS {chance.choice(('TRUE', 'NOT FALSE', 'UNKNOWN'))})",
                lambda: (
                    f"({e('VARCHAR')} {chance.choice(('', 'NOT '))}LIKE "
                    f"'{chance.choice(('a%', '_', '%b'))}')"
                ),
            ),
            "TIMESTAMP": (
                choice("TIMESTAMP"),
                lambda: (
                    f"({e('TIMESTAMP')} {chance.choice('+-')} "
                    f"INTERVAL '{chance.randint(0, 90)}' SECOND)"
                ),
                lambda: f"FLOOR({e('TIMESTAMP')} TO MINUTE)",
            ),
        }

    def comparison(self, e: Callable[[str], str]) -> str:
        """Return a comparison of two values that can be compared."""
        chance = self.chance
        left = chance.choice(TYPES)
        right = chance.choice(NUMBERS) if left in NUMBERS else left
        kind = chance.randint(0, 5)
        if kind == 0:
            return f"({e(left)} {chance.choice(('', 'NOT '))}BETWEEN {e(left)} AND {e(left)})"
        if kind == 1:
            items = ", ".join(e(left) for _ in range(chance.randint(1, 3)))
            return f"({e(left)} {chance.choice(('', 'NOT '))}IN ({items}))"
        if kind == 2:
            return f"({e(left)} IS {chance.choice(('', 'NOT '))}DISTINCT FROM {e(right)})"
        return f"({e(left)} {chance.choice(('=', '<>', '<', '<=', '>', '>='))} {e(right)})"

    def aggregate(self, columns: Columns) -> tuple[str, str]:
        """Return the call of an aggregate, and its type."""
        chance = self.chance
        name = chance.choice(("COUNT", "COUNT", "SUM", "MIN", "MAX", "AVG", "BOOL_AND", "BOOL_OR"))
        t = chance.choice(TYPES)
        if name in ("SUM", "AVG"):
            t = chance.choice(NUMBERS if name == "SUM" else ("INT", "BIGINT", "DOUBLE"))
        elif name.startswith("BOOL"):
            t = "BOOLEAN"
        argument = self.expression(t, columns, 1)
        if name == "COUNT" and chance.random() < 0.5:
            call = "COUNT(*)"
        else:
            distinct = "DISTINCT " if chance.random() < 0.2 else ""
            call = f"{name}({distinct}{argument})"
        if chance.random() < 0.2:
            call += f" FILTER (WHERE {self.expression('BOOLEAN', columns, 1)})"
        result = {"COUNT": "BIGINT", "AVG": "DOUBLE"}.get(name, t)
        return call, "BIGINT" if name == "SUM" and t == "INT" else result

    # ------------------------------------------------------------ queries

    def source(self, depth: int) -> Relation:
        """Return something to select from."""
        if depth <= 0 or self.chance.random() < 0.5:
            return Relation(self.chance.choice(("s", "s", "t")), COLUMNS, "ts")
        kind = self.chance.randint(0, 4)
        if kind == 4:
            return self.windows()
        if kind == 0:
            names = ", ".join(name for name, _ in COLUMNS)
            where = f" WHERE {self.expression('BOOLEAN', COLUMNS)}"
            return Relation(f"(SELECT {names} FROM s{where})", COLUMNS, "ts")
        if kind == 1:
            return Relation("(SELECT * FROM s UNION ALL SELECT * FROM t)", COLUMNS, "ts")
        inner = self.query(depth - 1)
        return Relation(f"({inner.sql})", inner.columns)

    def windows(self) -> Relation:
        """Return the results of windows, of which windows can be cut again."""
        size = self.chance.choice((5, 10, 20))
        call, t = self.aggregate(COLUMNS)
        sql = (
            f"(SELECT window_time AS ts, k, {call} AS n, COUNT(*) AS m "
            f"FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '{size}' SECOND) "
            "GROUP BY window_start, window_end, window_time, k)"
        )
        return Relation(
            sql, (("ts", "TIMESTAMP"), ("k", "VARCHAR"), ("n", t), ("m", "BIGINT")), "ts"
        )

    def query(self, depth: int) -> Relation:
        """Return a query; its columns are called c1, c2, ….."""
        chance = self.chance
        source = self.source(depth)
        kind = chance.randint(0, 6)
        if kind == 0 and source.time is not None:
            return self.windowed(source)
        if kind == 6 and source.time is not None:
            return self.over(source)
        if kind in (1, 2):
            return self.grouped(source.sql, source.columns, [])
        if kind == 3:
            left = self.plain(source)
            right = self.plain(self.source(0), [t for _, t in left.columns])
            word = chance.choice(("UNION ALL", "UNION ALL", "UNION"))
            return Relation(f"{left.sql} {word} {right.sql}", left.columns)
        return self.plain(source)

    def plain(self, source: Relation, types: Sequence[str] | None = None) -> Relation:
        """Return a SELECT of expressions."""
        chance = self.chance
        types = types or [chance.choice(TYPES) for _ in range(chance.randint(1, 4))]
        columns = [(f"c{n}", t) for n, t in enumerate(types, 1)]
        items = [f"{self.expression(t, source.columns)} AS {name}" for name, t in columns]
        distinct = "DISTINCT " if chance.random() < 0.2 else ""
        return Relation(
            f"SELECT {distinct}{', '.join(items)} FROM {source.sql} AS q"
            f"{self.where(source.columns)}",
            columns,
        )

    def where(self, columns: Columns) -> str:
        """Return a WHERE, or nothing."""
        if self.chance.random() < 0.5:
            return ""
        return f" WHERE {self.expression('BOOLEAN', columns)}"

    def windowed(self, source: Relation) -> Relation:
        """Return an aggregation per window."""
        chance = self.chance
        size = chance.choice((1, 10, 30, 60))
        offset = (
            f", INTERVAL '{chance.choice((3, -4, 70))}' SECOND" if chance.random() < 0.3 else ""
        )
        table = f"TABLE {source.sql}, DESCRIPTOR(ts)"
        lengths = f"INTERVAL '{size}' SECOND{offset}"
        step = f"INTERVAL '{chance.choice((1, 7, 10, 20))}' SECOND"
        part = f"INTERVAL '{chance.choice((size / 5, size))}' SECOND"
        window = chance.choice(
            (
                f"TUMBLE({table}, {lengths})",
                f"HOP({table}, {step}, {lengths})",
                f"CUMULATE({table}, {part}, {lengths})",
            )
        )
        named = (["window_end"], ["window_start", "window_end"], ["window_time"])
        keys = chance.choice(named if "CUMULATE" in window else (["window_start"], *named))
        return self.grouped(window, source.columns, keys)

    def over(self, source: Relation) -> Relation:
        """Return functions over the rows around each row."""
        chance = self.chance
        items = [self.choose(source.columns) for _ in range(chance.randint(0, 2))]
        for _ in range(chance.randint(1, 3)):
            keys = [self.choose(source.columns)[0] for _ in range(chance.choice((0, 1, 1, 2)))]
            partition = f"PARTITION BY {', '.join(dict.fromkeys(keys))} " if keys else ""
            call, t, frame = self.over_call(source.columns)
            # Where rows are counted, only rows that are alike may be of one place.
            counted = frame is None or frame.startswith("ROWS")
            others = [n for n, _ in source.columns if n != "ts"] if counted else []
            order = ", ".join(["ts", *(n + chance.choice(("", " DESC")) for n in others)])
            items.append((f"{call} OVER ({partition}ORDER BY {order} {frame or ''})", t))
        named = [(f"c{n}", t) for n, (_, t) in enumerate(items, 1)]
        selected = ", ".join(f"{e} AS {n}" for (e, _), (n, _) in zip(items, named, strict=True))
        where = self.where(source.columns)
        text = f"SELECT {selected} FROM {source.sql} AS q{where}"
        if chance.random() < 0.2:
            text += f" QUALIFY {items[-1][0]} IS NOT NULL"
        return Relation(text, named)

    def choose(self, columns: Columns) -> tuple[str, str]:
        """Return one of the columns."""
        return self.chance.choice(columns)

    def over_call(self, columns: Columns) -> tuple[str, str, str | None]:
        """Return the call of a function of a window, its type, and its frame, if it takes one."""
        chance = self.chance
        name, t = self.choose(columns)
        kind = chance.randint(0, 5)
        if kind == 0:
            call = chance.choice(("ROW_NUMBER()", "RANK()", "DENSE_RANK()"))
            return call, "BIGINT", None
        if kind == 1:
            by = chance.choice(("", ", 2", f", 1, {self.literal(t)}"))
            return f"{chance.choice(('LAG', 'LEAD'))}({name}{by})", t, None
        start, end = chance.choice(
            (
                ("UNBOUNDED PRECEDING", "CURRENT ROW"),
                ("{} PRECEDING", "CURRENT ROW"),
                ("CURRENT ROW", "CURRENT ROW"),
                ("{} PRECEDING", "{} FOLLOWING"),
                ("UNBOUNDED PRECEDING", "{} FOLLOWING"),
                ("CURRENT ROW", "{} FOLLOWING"),
            )
        )
        unit = chance.choice(("ROWS", "RANGE"))
        sizes = (
            ("1", "2", "5") if unit == "ROWS" else ("INTERVAL '3' SECOND", "INTERVAL '20' SECOND")
        )
        bounds = " AND ".join(b.format(chance.choice(sizes)) for b in (start, end))
        frame = f"{unit} BETWEEN {bounds}"
        if kind == 2 and unit == "ROWS":
            call = chance.choice(("FIRST_VALUE({})", "LAST_VALUE({})", "NTH_VALUE({}, 2)"))
            nulls = chance.choice(("", " IGNORE NULLS"))
            return call.format(name) + nulls, t, frame
        call, t = self.aggregate(columns)
        return call, t, frame

    def grouped(self, sql: str, columns: Columns, window: Sequence[str]) -> Relation:
        """Return an aggregation by some keys, and by the columns of a window."""
        chance = self.chance
        keys = [(name, "TIMESTAMP") for name in window]
        for _ in range(chance.choice((0, 1, 1, 2))):
            t = chance.choice(TYPES)
            keys.append((self.expression(t, columns, 1), t))
        if any(
            not any(f" {n}" in f" {k}" or n in k for n, _ in columns)
            for k, _ in keys
            if k not in window
        ):
            # A constant is no key, and a number would be a position.
            keys = [k for k in keys if any(n in k[0] for n, _ in columns) or k[0] in window]
        calls = [self.aggregate(columns) for _ in range(chance.randint(1, 3))]
        items = [*keys, *calls]
        named = [(f"c{n}", t) for n, (_, t) in enumerate(items, 1)]
        selected = ", ".join(f"{e} AS {n}" for (e, _), (n, _) in zip(items, named, strict=True))
        text = f"SELECT {selected} FROM {sql} AS q{self.where(columns)}"
        if keys:
            text += f" GROUP BY {', '.join(k for k, _ in keys)}"
        if chance.random() < 0.3:
            call, t = self.aggregate(columns)
            text += f" HAVING {call} {chance.choice(('=', '<>', '<', '>='))} {self.literal(t)}"
        return Relation(text, named)


@dataclass(frozen=True)
class Case:
    """One random script: what it declares and inserts, and the query."""

    seed: int
    setup: str
    query: str

    @classmethod
    def of(cls, seed: int) -> Case:
        """Make the case of a seed."""
        generator = Generator(seed)
        setup = generator.setup()
        query = generator.query(generator.chance.randint(0, 2)).sql
        if generator.chance.random() < 0.2 and " OVER " not in query:
            query += " EMIT STREAM"
        return cls(seed, setup, query)

    def run(self) -> str:
        """Compare all variants; return `duckdb`, `variants` (no oracle) or `refused`."""
        stage = Stage()
        for step in read(self.setup).steps:
            assert step.statement is not None
            stage.perform(step.statement)
        query = parse_query(self.query)
        kind = traits(stage, query)
        reference = replay.in_batches(stage, query, 1)
        outcome = "duckdb"
        try:
            expected = duckdb_oracle.answer(stage, query)
        except duckdb_oracle.Untranslatable:
            outcome, expected = "variants", reference.rows()
        if any(where == replay.NAME for where, _ in reference.errors):
            outcome, expected = "variants", reference.rows()
        question = Question(stage, query, kind, expected, reference)
        for variant in VARIANTS:
            if variant.name == "duckdb":
                continue
            try:
                variant.test(question, self.seed)
            except Skip:
                continue
            except AssertionFailed as failure:
                what = f"against {'DuckDB' if outcome == 'duckdb' else 'one event at a time'}"
                rows = ",\n  ".join(map(shown, expected))
                raise AssertionFailed(
                    f"case {self.seed}, {variant.name}, {what}: {failure.message}\n\n"
                    f"{self.setup}\n\nASSERT ROWS\n{self.query}\nVALUES\n  {rows};"
                ) from None
        return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Run random cases; return how many failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.law.random", description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="the first case's number")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at a failure")
    given = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    for seed in range(given.seed, given.seed + given.cases):
        case = Case.of(seed)
        try:
            counts[case.run()] += 1
        except AssertionFailed as failure:
            counts["FAILED"] += 1
            print(failure.message, "\n" + "-" * 80, flush=True)
        except CepError as error:
            counts["refused"] += 1
            counts[f"refused: {error.message[:60]}"] += 1
        except Exception as error:  # a flaw of ours: the case tells which
            counts["FAILED"] += 1
            print(
                f"case {seed}: {error!r}\n\n{case.setup}\n\n{case.query}\n" + "-" * 80, flush=True
            )
        if counts["FAILED"] and not given.keep_going:
            break
    for what, n in counts.most_common():
        print(f"{n:7,} {what}")
    return counts["FAILED"]


if __name__ == "__main__":
    sys.exit(main())

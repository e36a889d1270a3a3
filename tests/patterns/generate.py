"""Random row patterns over random rows, as text; `python -m tests.patterns.random` runs them."""

from __future__ import annotations

import datetime as dt
import random
import re
from dataclasses import dataclass, replace
from typing import Any

from tests.patterns.generate_expressions import Expressions
from tests.patterns.generate_patterns import ABSENT, Patterns

START = dt.datetime(2026, 1, 1)

COLUMNS = (
    ("k", "VARCHAR"),
    ("n", "INT"),
    ("v", "INT"),
    ("x", "INT"),
    ("s", "VARCHAR"),
    ("ts", "TIMESTAMP(3)"),
)
OTHERS = (
    ("k", "VARCHAR"),
    ("n", "INT"),
    ("v", "INT"),
    ("w", "INT"),
    ("at", "TIMESTAMP(3)"),
)
"""Of the second input, where there are two: `FROM (s, t AS p)`."""

Row = tuple[Any, ...]


def times(chance: random.Random, count: int) -> list[dt.datetime]:
    """Return times in order, with ties; the whole is as long as some WITHIN of a pattern."""
    step = chance.choice((0, 1, 1, 2))
    now, found = 0, []
    for _ in range(count):
        now += chance.choice((0, step, 1, 1))
        found.append(START + dt.timedelta(seconds=now))
    return found


def arrival(chance: random.Random, rows: list[Row], time: int, delay: int) -> list[Row]:
    """Shuffle rows so that none is late; rows of one time keep their order."""
    jitter = {row[time]: chance.uniform(0, delay) for row in rows}
    return sorted(rows, key=lambda row: (row[time].timestamp() + jitter[row[time]], row[time]))


@dataclass(frozen=True)
class Drawn:
    """What a seed stands for: the clauses in the parentheses of MATCH_RECOGNIZE, and the rows.

    `kind` is `values` (a finite relation), `stream`, or `merged` (two streams, `s` and `t AS p`).
    Rows come in the order of arrival, `delay` seconds behind at most. With `frame`, which says how
    many rows follow (a text), they are the clauses of a window.
    """

    kind: str
    clauses: str
    rows: tuple[Row, ...]
    others: tuple[Row, ...]
    delay: int
    frame: str = ""


def draw(seed: int) -> Drawn:
    """Return the case of a seed; one of ten is a window."""
    chance = random.Random(seed)
    kind = chance.choices(("values", "stream", "merged"), (40, 50, 10))[0]
    framed = seed % 10 == 2
    if framed and kind == "merged":
        kind = "stream"
    timed = kind != "values" or chance.random() < 0.6
    patterns = Patterns(chance)
    patterns.ending = patterns.ending and kind == "values"
    patterns.timed = timed
    patterns.anchored = not framed
    within = timed and chance.random() < (0.6 if patterns.arrows else 0.35)
    while True:
        patterns.absent = False
        pattern = patterns.whole(within).text
        used = [v for v in patterns.variables if v in re.findall(r"\b[A-D]\b", pattern)]
        if len(pattern) < 120 and len(used) > (chance.random() < 0.7):
            break
    clauses = _clauses(chance, kind, timed, within, framed, pattern, used, patterns.absent)
    delay = chance.choice((0, 0, 2, 5))
    rows, others = _arriving(chance, kind, delay)
    frame = chance.choice(("UNBOUNDED", "UNBOUNDED", "0", "1", "2", "3", "6")) if framed else ""
    return Drawn(kind, clauses, rows, others, delay, frame)


def redraw(drawn: Drawn, seed: int) -> Drawn:
    """Return the same pattern over other rows."""
    rows, others = _arriving(random.Random(seed), drawn.kind, drawn.delay)
    return replace(drawn, rows=rows, others=others)


def _arriving(
    chance: random.Random, kind: str, delay: int
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return the rows of the inputs, in the order in which they come."""
    rows, others = _rows(chance, kind)
    if kind != "values":
        rows, others = arrival(chance, rows, 5, delay), arrival(chance, others, 4, delay)
    return tuple(rows), tuple(others)


def _clauses(
    chance: random.Random,
    kind: str,
    timed: bool,
    within: bool,
    framed: bool,
    pattern: str,
    used: list[str],
    absent: bool,
) -> str:
    """Return the clauses of a pattern."""
    merged = kind == "merged"
    subset = chance.sample(used, chance.randint(1, len(used))) if chance.random() < 0.25 else []
    names = [*used, *(["U"] if subset else [])]
    columns = ("v", "x", "n", "w") if merged else ("v", "x", "n")
    make = Expressions(chance, names, columns, ("s", "p") if merged else ())
    make.numbered = not framed
    parts = ["PARTITION BY k"] if chance.random() < 0.7 else []
    order = chance.choice(("n", "x", "v DESC", "x NULLS FIRST, n DESC", "s, v DESC NULLS FIRST"))
    if merged:
        order = "rowtime"
    elif timed:
        order = chance.choice(("ts", "ts", "ts, n DESC", "ts, x"))
    parts.append(f"ORDER BY {order}")
    measures = ["MATCH_NUMBER()", "COUNT(*)", "CLASSIFIER()", "ARRAY_AGG(n)", "MATCH_STATUS()"]
    measures = [m for m in measures[1 if framed else 0 :] if chance.random() < 0.4]
    measures += [make.measure() for _ in range(chance.choice((1, 1, 2)))]
    if timed and chance.random() < 0.3:
        measures.append("MATCH_ROWTIME()")
    parts.append(f"MEASURES {', '.join(f'{m} AS m{i}' for i, m in enumerate(measures))}")
    every = "ALL ROWS PER MATCH"
    modes = ["", every, f"{every} SHOW EMPTY MATCHES", f"{every} OMIT EMPTY MATCHES"]
    if "{-" not in pattern:
        modes += [f"{every} WITH UNMATCHED ROWS"] * 2
    if within:
        modes += ["ONE ROW PER MATCH WITH TIMEOUT ROWS"] * 3
    parts.append("" if framed else chance.choice(modes))
    target = chance.choice(names)
    skips = ["", "", "SKIP PAST LAST ROW", "SKIP TO NEXT ROW", "SKIP TO NEXT ROW"]
    if chance.random() < 0.5:
        skips += [f"SKIP TO {target}", f"SKIP TO FIRST {target}", f"SKIP TO LAST {target}"]
    if within and not framed:
        skips += ["NO SKIP"] * 2
    skip = chance.choice(skips)
    parts.append(f"AFTER MATCH {skip}" if skip else "")
    parts.append(chance.choice(("", "INITIAL", "SEEK", "SEEK")) if framed else "")
    parts.append(f"PATTERN ({pattern})")
    if within:
        parts.append(f"WITHIN INTERVAL '{chance.choice((1, 2, 3, 4, 6, 9, 30))}' SECOND")
    if subset:
        parts.append(f"SUBSET U = ({', '.join(subset)})")
    defined = [v for v in used if chance.random() < 0.65] + ([ABSENT] if absent else [])
    if defined:
        parts.append(f"DEFINE {', '.join(f'{v} AS {make.condition(v)}' for v in defined)}")
    return " ".join(p for p in parts if p)


def _rows(chance: random.Random, kind: str) -> tuple[list[Row], list[Row]]:
    """Return the rows of one or of two inputs, in the order of their times."""
    count = chance.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 12))
    keys = chance.choice((("a",), ("a",), ("a",), ("a", None), ("a", "b", None)))
    gaps = chance.choice((0.0, 0.1, 0.3))
    high = chance.choice((1, 1, 2, 3))

    def number() -> int | None:
        return None if chance.random() < gaps else chance.randint(0, high)

    rows: list[Row] = []
    others: list[Row] = []
    for n, time in enumerate(times(chance, count)):
        key = chance.choice(keys)
        if kind == "merged" and chance.random() < 0.5:
            others.append((key, n, number(), number(), time))
        else:
            rows.append((key, n, number(), number(), chance.choice(("a", "b", None)), time))
    if kind == "values":
        chance.shuffle(rows)
    return rows, others

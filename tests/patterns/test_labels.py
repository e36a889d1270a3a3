"""Pattern and letters to labels, through the machine: the oracle's table by hand (test_oracle.py).

The oracle says which rows get which labels; here the engine is asked, of a stream or of rows that
end, with measures that tell the same.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from typing import Any

import pytest

import cep
from cep.grammar.parser import parse_query
from tests.patterns.test_oracle import (
    ARROWS,
    CONDITIONS,
    MEASURES,
    NO_SKIP,
    PREFERENCE,
    SKIPPING,
    START,
    TIMEOUTS,
    UNMATCHED,
    WITHIN,
    letters,
)

COLUMNS = "k VARCHAR, n INT, v VARCHAR, x INT, ts TIMESTAMP(0)"
TOLD = (
    "MEASURES MATCH_NUMBER() AS m, MATCH_STATUS() AS status, MATCH_ROWTIME() AS at, "
    "ARRAY_AGG(n) AS rows, ARRAY_AGG(CLASSIFIER()) AS labels"
)


def rows_of(clauses: str, rows: str, values: str = "") -> tuple[list[tuple[Any, ...]], list[int]]:
    """Return the rows that a pattern says, and the first rows of the matches in error."""
    given = letters(rows, values).rows
    if "$" in clauses:
        literals = ", ".join(
            f"('k', {n}, {'NULL' if v is None else repr(v)}, NULL, TIMESTAMP '{ts}')"
            for _, n, v, _, ts in given
        )
        source = f"(VALUES {literals}) AS s (k, n, v, x, ts)"
        with cep.Engine() as engine:
            query = f"SELECT * FROM {source} MATCH_RECOGNIZE (ORDER BY ts {clauses})"
            return [tuple(row) for row in engine.execute(query).fetchall()], []
    with cep.Engine() as engine:
        engine.execute(f"CREATE STREAM s ({COLUMNS}, WATERMARK FOR ts)")
        text = f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY ts {clauses})"
        result = engine.start(parse_query(text), name="q")
        for row in given:
            engine.insert("s", [row])
        engine.finish()
        said = [tuple(row) for row in result.fetchall()]
        failed = engine.execute("SELECT row FROM errors.q").fetchall()
        return said, [json.loads(row[0])["n"] for row in failed]


def matched(pattern: str, rows: str, *, mode: str = "", rest: str = "") -> str:
    """Return what a pattern matches, in the notation of test_oracle.py.

    Of a match in error only its start is known: `2:!`.
    """
    used = sorted(set(re.findall(r"\b[A-F]\b", pattern)))
    define = "DEFINE " + ", ".join(f"{v} AS v = '{v}'" for v in used) if used else ""
    after = re.sub(r"(ONE|ALL) ROWS? PER MATCH( WITH (TIMEOUT|UNMATCHED) ROWS)?", "", mode)
    one = "ONE ROW PER MATCH WITH TIMEOUT ROWS" if "TIMEOUT" in mode else ""
    body = f"PATTERN ({pattern}) {rest} {define}"
    said, failed = rows_of(f"{TOLD} {one} {after} {body}", rows)
    hidden: set[tuple[int, int]] = set()
    if "{-" in pattern:
        every, _ = rows_of(f"{TOLD} ALL ROWS PER MATCH {after} {body}", rows)
        hidden = {(row[0], n) for row in said for n in row[3]} - {(r[1], r[7]) for r in every}
    found = [(_start(row), _labelled(row, hidden)) for row in said]
    found += [(n, f"{n}:!") for n in failed]
    if "UNMATCHED" in mode:
        every, _ = rows_of(f"{TOLD} {mode} {body}", rows)
        found += [(_second(row[0]), f"{_second(row[0])}:.") for row in every if row[1] is None]
    return " ".join(text for _, text in sorted(found, key=lambda f: f[0]))


def _second(time: dt.datetime) -> int:
    return (time - START) // dt.timedelta(seconds=1)


def _start(row: Sequence[Any]) -> int:
    _, _, at, rows, _ = row
    return int(rows[0]) if rows else _second(at)


def _labelled(row: Sequence[Any], hidden: set[tuple[int, int]]) -> str:
    number, status, _, rows, labels = row
    start = _start(row)
    if not rows:
        return f"{start}:()"
    text = dict(zip(rows, labels, strict=True))
    mark = "~" if status == "timeout" else ""
    letters = (
        "-" if n not in text else text[n] if (number, n) in hidden else text[n].upper()
        for n in range(start, max(text) + 1)
    )
    return f"{start}:{''.join(letters)}{mark}"


@pytest.mark.parametrize(("pattern", "rows", "expected"), PREFERENCE + ARROWS)
def test_labels(pattern: str, rows: str, expected: str) -> None:
    assert matched(pattern, rows) == expected


@pytest.mark.parametrize(("pattern", "rows", "seconds", "expected"), WITHIN)
def test_within(pattern: str, rows: str, seconds: int, expected: str) -> None:
    assert matched(pattern, rows, rest=f"WITHIN INTERVAL '{seconds}' SECOND") == expected


@pytest.mark.parametrize(("skip", "pattern", "rows", "expected"), SKIPPING)
def test_skipping(skip: str, pattern: str, rows: str, expected: str) -> None:
    subset = "SUBSET U = (B, C)" if "U" in skip else ""
    told = re.sub(r"[A-Z]+!", "!", expected)
    if told and all(m.endswith("!") for m in told.split()):
        # No match could go on from there, which is known without any row.
        with pytest.raises(cep.CepError, match="is the first row of each match"):
            matched(pattern, rows, mode=f"AFTER MATCH {skip}", rest=subset)
        return
    assert matched(pattern, rows, mode=f"AFTER MATCH {skip}", rest=subset) == told


@pytest.mark.parametrize(("pattern", "rows", "expected"), NO_SKIP)
def test_no_skip(pattern: str, rows: str, expected: str) -> None:
    bound = "WITHIN INTERVAL '1' HOUR"
    assert matched(pattern, rows, mode="AFTER MATCH NO SKIP", rest=bound) == expected


@pytest.mark.parametrize(("pattern", "rows", "expected"), TIMEOUTS)
def test_timeout_rows(pattern: str, rows: str, expected: str) -> None:
    mode, bound = "ONE ROW PER MATCH WITH TIMEOUT ROWS", "WITHIN INTERVAL '4' SECOND"
    assert matched(pattern, rows, mode=mode, rest=bound) == expected


@pytest.mark.parametrize(("skip", "pattern", "rows", "expected"), UNMATCHED)
def test_unmatched_rows(skip: str, pattern: str, rows: str, expected: str) -> None:
    mode = f"ALL ROWS PER MATCH WITH UNMATCHED ROWS AFTER MATCH SKIP {skip}"
    assert matched(pattern, rows, mode=mode) == re.sub(r"[A-Z]+!", "!", expected)


@pytest.mark.parametrize(("measure", "values"), MEASURES)
def test_measures(measure: str, values: list[Any]) -> None:
    rest = "PATTERN (A+ B+ C) SUBSET U = (A, B) DEFINE A AS v = 'A', B AS v = 'B', C AS v = 'C'"
    every, _ = rows_of(f"MEASURES {measure} AS m ALL ROWS PER MATCH {rest}", "AABBC", "132_5")
    one, _ = rows_of(f"MEASURES {measure} AS m {rest}", "AABBC", "132_5")
    assert [row[1] for row in every] == values
    assert one == [(values[-1],)]


@pytest.mark.parametrize(("pattern", "condition", "values", "expected"), CONDITIONS)
def test_conditions(pattern: str, condition: str, values: str, expected: str) -> None:
    measures = "MEASURES ARRAY_AGG(n) AS rows, ARRAY_AGG(CLASSIFIER()) AS labels"
    clauses = f"{measures} PATTERN ({pattern}) DEFINE A AS {condition}"
    said, _ = rows_of(clauses, "X" * len(values), values)
    shown = (f"{rows[0]}:{''.join(labels).upper()}" for rows, labels in said if rows)
    assert " ".join(shown) == " ".join(m for m in expected.split() if "()" not in m)

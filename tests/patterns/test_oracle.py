"""The oracle by hand: small patterns over letters, and what each clause says of a few rows.

A case reads: pattern, letters, what is matched. Row n has the n-th letter and comes at second n; a
variable X is a row with the letter X, and Z is any row. A match is written as its first row and its
labels: `0:ABB`; `-` is a row passed over, small letters are rows hidden by an exclusion, `()` is
the empty match, `~` marks a timeout, `!` an error of skipping, and `.` an unmatched row.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cep.grammar import ast
from cep.grammar.parser import parse_query
from tests.patterns.oracle import Answer, Input, Match, Oracle
from tests.patterns.oracle_expressions import Refused
from tests.patterns.oracle_walk import Exhausted

START = dt.datetime(2026, 1, 1)
COLUMNS = ("k", "n", "v", "x", "ts")


def clause(text: str) -> ast.MatchRecognize:
    """Return the MATCH_RECOGNIZE of a query."""
    body = parse_query(text).body
    assert isinstance(body, ast.Select)
    assert isinstance(body.source, ast.MatchRecognize)
    return body.source


def letters(text: str, values: str = "") -> Input:
    """Return rows: their number, a letter each (`_` is NULL), a digit each, and a second each."""
    digits = [None if d in "_ " else int(d) for d in values] or [None] * len(text)
    return Input(
        COLUMNS,
        [
            ("k", n, None if letter == "_" else letter, x, START + dt.timedelta(seconds=n))
            for n, (letter, x) in enumerate(zip(text, digits, strict=True))
        ],
    )


def matched(text: str, rows: str, pattern: str, rest: str = "", define: str = "") -> str:
    """Return what a pattern matches, in the notation of this file; `text` stands before PATTERN."""
    conditions = ", ".join(f"{v} AS v = '{v}'" for v in "ABCDEF" if v in pattern)
    define = define or (f"DEFINE {conditions}" if conditions else "")
    query = (
        f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY n {text} PATTERN ({pattern}) {rest} {define})"
    )
    if "WITHIN" in query:
        query = query.replace("ORDER BY n", "ORDER BY ts")
    oracle = Oracle(clause(query), [letters(rows)])
    (partition,) = oracle._partitions().values() or [[]]
    return " ".join(_shown(match) for match in oracle._matches(partition) if _said(oracle, match))


def _said(oracle: Oracle, match: Match) -> bool:
    return match.number is not None or oracle.mode.empty == "unmatched"


def _shown(match: Match) -> str:
    labels = {t.row: t.label.upper() if t.shown else t.label for t in match.taken}
    last = max(labels, default=match.start)
    text = "".join(labels.get(row, "-") for row in range(match.start, last + 1))
    mark = {"timeout": "~", "failed": "!"}.get(match.status, "")
    if match.number is None:
        return f"{match.start}:."
    return f"{match.start}:{text if labels else '()'}{mark}"


PREFERENCE = [
    # Concatenation, alternation, quantifiers.
    ("A B", "ABAB", "0:AB 2:AB"),
    ("A B", "AAB", "1:AB"),
    ("A B+ C", "ABBCD", "0:ABBC"),
    ("A B* C", "ACABC", "0:AC 2:ABC"),
    ("A | B", "ABC", "0:A 1:B"),
    ("(A | B)* C", "ABBCD", "0:ABBC"),
    ("A | A B", "AB", "0:A"),
    ("A B | A", "AB", "0:AB"),
    ("(A | A B) C", "ABC", "0:ABC"),
    ("(Z | A) B", "AB", "0:ZB"),
    ("(A | Z) B", "AB", "0:AB"),
    ("A?", "AB", "0:A 1:()"),
    ("A+", "AAABA", "0:AAA 4:A"),
    ("A+?", "AAA", "0:A 1:A 2:A"),
    ("A*?", "AA", "0:() 1:()"),
    ("A??", "A", "0:()"),
    ("A+? B", "AAB", "0:AAB"),
    ("A{2}", "AAAAA", "0:AA 2:AA"),
    ("A{2,}", "AAAAA", "0:AAAAA"),
    ("A{2,3}", "AAAAA", "0:AAA 3:AA"),
    ("A{2,3}?", "AAAAA", "0:AA 2:AA"),
    ("A{,2}", "AAAB", "0:AA 2:A 3:()"),
    ("A{2} B", "AB", ""),
    # The whole is lexicographic: the first part decides, not the length of the match.
    ("Z* B", "ABAB", "0:ZZZB"),
    ("Z*? B", "ABAB", "0:ZB 2:ZB"),
    ("A? Z?", "AB", "0:AZ"),
    ("(A | A A) Z*?", "AA", "0:A 1:A"),
    ("(A?? | B) Z", "AA", "0:Z 1:Z"),
    ("Z{1,2} Z{1,2}", "ABC", "0:ZZZ"),
    ("(A+ | Z) Z+", "AAB", "0:AAZ"),
    ("A* Z B", "AAAB", "0:AAZB"),
    ("(A B?)+ C", "ABAABC", "0:ABAABC"),
    ("((A+)+ B)", "AAAAB", "0:AAAAB"),
    ("(A | A)* B", "AAB", "0:AAB"),
    # PERMUTE prefers the order written.
    ("PERMUTE(A, B)", "BAAB", "0:BA 2:AB"),
    ("PERMUTE(A, B, C)", "CABACB", "0:CAB 3:ACB"),
    ("PERMUTE(Z, A)", "AA", "0:ZA"),
    ("PERMUTE(A, Z)", "AA", "0:AZ"),
    ("PERMUTE(A?, Z)", "BA", "0:Z 1:Z"),
    ("PERMUTE(A B, C)", "CABABC", "0:CAB 3:ABC"),
    ("PERMUTE(A+, B) C", "BAAC", "0:BAAC"),
    # Anchors.
    ("^ A", "AA", "0:A"),
    ("A $", "AA", "1:A"),
    ("^ Z+ $", "ABC", "0:ZZZ"),
    ("A ^ A", "AA", ""),
    ("$ A", "AA", ""),
    ("^*  A", "AA", "0:A 1:A"),
    ("(^ | A) B", "BAB", "0:B 1:AB"),
    ("A | $", "AB", "0:A"),
    # Empty matches, and iterations that take nothing.
    ("()", "AB", "0:() 1:()"),
    ("()*", "A", "0:()"),
    ("()+", "A", "0:()"),
    ("(){5,}", "A", "0:()"),
    ("(B ()*)*", "BBA", "0:BB 2:()"),
    ("() A ()", "A", "0:A"),
    ("A | ()", "BA", "0:() 1:A"),
    ("() | A", "BA", "0:() 1:()"),
    ("(A?)*", "AAB", "0:AA 2:()"),
    ("(A??)*", "A", "0:()"),
    ("(A??)* B", "AAB", "0:AAB"),
    ("(A??){2,}", "A", "0:()"),
    ("(A??){2,} B", "AB", "0:AB"),
    ("(A*){3,}", "AAB", "0:AA 2:()"),
    ("(A?){2,3}", "AAAAB", "0:AAA 3:A 4:()"),
    ("(A? B?){2,3}", "ABABC", "0:ABAB 4:()"),
    ("(A*)*?", "AA", "0:() 1:()"),
    ("(A*)+?", "AAB", "0:AA 2:()"),
    # Exclusion: hidden rows are in the match as any others.
    ("A {- B+ -} C", "ABBC", "0:AbbC"),
    ("{- A -} B", "AB", "0:aB"),
    ("{- A {- B -} C -}", "ABC", "0:abc"),
    ("(A {- B -})+", "ABAB", "0:AbAb"),
    ("A {- B* -} Z", "ABBC", "0:AbbZ"),
    # NULL satisfies nothing; an undefined variable is always true.
    ("A Z", "A_", "0:AZ"),
    ("Z A", "_A", "0:ZA"),
]


@pytest.mark.parametrize(("pattern", "rows", "expected"), PREFERENCE)
def test_preference(pattern: str, rows: str, expected: str) -> None:
    assert matched("", rows, pattern) == expected


ARROWS = [
    ("A -> B", "ACCBB", "0:A--B"),
    ("A -> B", "AABAB", "0:A-B 3:AB"),
    ("A -> B C", "ABBC", ""),
    ("A ->> B C", "ABBC", "0:A-BC"),
    ("A -> B+", "ACBBCB", "0:A-BB"),
    ("A+ -> B", "AACB", "0:AA-B"),
    ("A+ -> A B", "AAAB", "0:AAAB"),
    ("A -> (B | C)", "ADCB", "0:A-C"),
    ("A -> (Z | B) C", "ABC", "0:AZC"),
    ("A -> (Z B | Z C)", "ADC", "0:AZC"),
    ("A -> B | C", "CAB", "0:C 1:AB"),
    ("A -> B -> C", "AXBXCX", "0:A-B-C"),
    ("A -> (B -> C)", "AXBXCX", "0:A-B-C"),
    ("A ->> B -> C D", "ABXCBCD", "0:A---BCD"),
    ("A -> B -> C D", "ABXCBCD", ""),
    ("(A -> B)+", "AXBAXB", "0:A-BA-B"),
    ("(A -> B){2}", "AXBCAXB", ""),
    ("A -> PERMUTE(B, C)", "AXCB", "0:A-CB"),
    ("A -> {- B -} -> C", "AXBXC", "0:A-b-C"),
    ("A (B? C -> D)", "ACXD", "0:AC-D"),
    # Absence between.
    ("A -> !B -> C", "AXC", "0:A-C"),
    ("A -> !B -> C", "ABC", ""),
    ("A -> !B -> C", "ABAXC", "2:A-C"),
    ("A -> !Z -> C", "AC", "0:AC"),
    ("A -> !Z -> C", "AXC", ""),
    ("A -> !B -> B", "AXB", "0:A-B"),
    ("A -> !B -> !D -> C", "AXC ADC ABC", "0:A-C"),
    ("A -> !B ->> C D", "ACXCD", "0:A--CD"),
    ("A -> !B ->> C D", "ACBCD", ""),
]


@pytest.mark.parametrize(("pattern", "rows", "expected"), ARROWS)
def test_arrows(pattern: str, rows: str, expected: str) -> None:
    assert matched("", rows, pattern) == expected


WITHIN = [
    ("A B* C", "ABBC", 4, "0:ABBC"),
    ("A B* C", "ABBC", 3, ""),
    ("Z* B", "AABAB", 3, "0:ZZB 3:ZB"),
    ("A -> B", "AXB", 3, "0:A-B"),
    ("A -> B", "AXB", 2, ""),
    ("A+", "AAAA", 3, "0:AAA 3:A"),
    # The step's bound runs from the last row on the left.
    ("A+ -> B WITHIN INTERVAL '2' SECOND", "AAXB", 9, ""),
    ("A+ -> B WITHIN INTERVAL '3' SECOND", "AAXB", 9, "0:AA-B"),
    ("A -> B WITHIN INTERVAL '2' SECOND -> C", "ABXXXC", 9, "0:AB---C"),
    # Absence at the end holds when its time has passed, also at the end of the input.
    ("A -> !B", "AXXB", 3, "0:A"),
    ("A -> !B", "AXB", 3, ""),
    ("A -> !B", "A", 3, "0:A"),
    ("A -> !B", "AAXXB", 3, "0:A 1:A"),
    ("A+ -> !B", "AAXXB", 3, "0:AA"),
    ("A -> !B WITHIN INTERVAL '2' SECOND", "AXB", 9, "0:A"),
    ("A -> !B | A -> C", "ABC", 5, "0:A-C"),
    ("A (C -> !B)", "ACX", 5, "0:AC"),
]


@pytest.mark.parametrize(("pattern", "rows", "seconds", "expected"), WITHIN)
def test_within(pattern: str, rows: str, seconds: int, expected: str) -> None:
    assert matched("", rows, pattern, f"WITHIN INTERVAL '{seconds}' SECOND") == expected


SKIPPING = [
    ("SKIP PAST LAST ROW", "A B A", "ABABA", "0:ABA"),
    ("SKIP TO NEXT ROW", "A B A", "ABABA", "0:ABA 2:ABA"),
    ("SKIP TO NEXT ROW", "A+", "AAA", "0:AAA 1:AA 2:A"),
    ("SKIP TO NEXT ROW", "A*", "AAB", "0:AA 1:A 2:()"),
    ("SKIP TO FIRST B", "A B+", "ABBAB", "0:ABB 3:AB"),
    ("SKIP TO LAST B", "Z? B+ Z", "ABBAB", "0:ZBBZ 2:BZ!"),
    ("SKIP TO B", "Z B+", "ABBB", "0:ZBBB"),
    ("SKIP TO FIRST B", "Z B+", "ABBB", "0:ZBBB 1:ZBB 2:ZB"),
    ("SKIP TO U", "A B C", "ABCABC", "0:ABC 3:ABC"),
    ("SKIP TO FIRST U", "A B* C", "ABC", "0:ABC"),
    # To a variable without a row, or to the first row, is an error of the match.
    ("SKIP TO B", "A B? C", "ACABC", "0:AC! 2:ABC"),
    ("SKIP TO FIRST A", "A A+", "AAA", "0:AAA! 1:AA!"),
    ("SKIP TO LAST A", "A A+", "AAA", "0:AAA"),
    ("SKIP TO A", "A*", "BAA", "0:() 1:AA 2:A!"),
    ("SKIP PAST LAST ROW", "A -> B", "AAB", "0:A-B"),
    ("SKIP TO NEXT ROW", "A -> B", "AAB", "0:A-B 1:AB"),
    ("SKIP TO B", "A -> B", "AABB", "0:A-B"),
]


@pytest.mark.parametrize(("skip", "pattern", "rows", "expected"), SKIPPING)
def test_skipping(skip: str, pattern: str, rows: str, expected: str) -> None:
    subset = "SUBSET U = (B, C)" if "U" in skip else ""
    assert matched(f"AFTER MATCH {skip}", rows, pattern, subset) == expected


NO_SKIP = [
    ("A+", "AA", "0:AA 0:A 1:A"),
    ("A+?", "AA", "0:A 0:AA 1:A"),
    ("A*", "A", "0:A 0:()"),
    ("A -> B", "ABB", "0:AB"),
    ("A ->> B", "ABB", "0:AB 0:A-B"),
    ("(A | Z) B", "AB", "0:AB 0:ZB"),
    ("(A | A) B", "AB", "0:AB"),
    ("(A* A*)*", "AA", "0:AA 0:A 0:() 1:A 1:()"),
    ("PERMUTE(A, Z)", "AA", "0:AZ 0:ZA"),
    # An empty iteration that leaves none owed ends the loop: Z alone is not an empty one and a Z.
    ("^ (() | A | Z){1,2}", "AA", "0:() 0:A 0:AA 0:AZ 0:Z 0:ZA 0:ZZ"),
]


@pytest.mark.parametrize(("pattern", "rows", "expected"), NO_SKIP)
def test_no_skip(pattern: str, rows: str, expected: str) -> None:
    assert matched("AFTER MATCH NO SKIP", rows, pattern) == expected


TIMEOUTS = [
    ("A B C", "ABXABC", "3:ABC"),
    ("A B+ C", "ABBBB", "0:ABBB~"),
    ("A -> B", "AXXXXB", "0:A~"),
    ("A -> B", "AX", "0:A~"),
    ("A -> B -> C", "ABXXXXC", "0:AB~"),
    ("A ->> B -> C", "ABBXXXC", "0:AB~"),
    ("A (B -> C | B+ D)", "ABBB", "0:ABBB~"),
    ("A B* Z C", "ABBB", "0:ABBB~"),
    ("A (B B | B) C", "AB", "0:AB~"),
    ("A -> B", "AAXXXX", "0:A~ 1:A~"),
    ("A -> !B -> C", "AXXXX", "0:A~"),
    ("A -> !B -> C", "AXBXX", ""),
    ("A B*", "ABBBB", "0:ABBB"),
]


@pytest.mark.parametrize(("pattern", "rows", "expected"), TIMEOUTS)
def test_timeout_rows(pattern: str, rows: str, expected: str) -> None:
    mode, bound = "ONE ROW PER MATCH WITH TIMEOUT ROWS", "WITHIN INTERVAL '4' SECOND"
    assert matched(mode, rows, pattern, bound) == expected


UNMATCHED = [
    ("PAST LAST ROW", "A B", "CABCA", "0:. 1:AB 3:. 4:."),
    ("PAST LAST ROW", "A*", "BAA", "0:() 1:AA"),
    ("TO NEXT ROW", "A B A", "ABABAC", "0:ABA 2:ABA 5:."),
    ("TO NEXT ROW", "A -> B", "ACBC", "0:A-B 3:."),
    ("TO NEXT ROW", "A | B? C", "ABC", "0:A 1:BC 2:C"),
    ("TO FIRST C", "A B C?", "ABAC", "0:AB! 2:. 3:."),
]


@pytest.mark.parametrize(("skip", "pattern", "rows", "expected"), UNMATCHED)
def test_unmatched_rows(skip: str, pattern: str, rows: str, expected: str) -> None:
    text = f"ALL ROWS PER MATCH WITH UNMATCHED ROWS AFTER MATCH SKIP {skip}"
    assert matched(text, rows, pattern) == expected


ROWS = letters("AABBC", "132_5")


def said(text: str, rows: Input = ROWS) -> Answer:
    """Return the answer of the clauses after ORDER BY."""
    return Oracle(clause(f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY n {text})"), [rows]).answer()


def measured(measure: str, pattern: str = "A+ B+ C", rows: Input = ROWS) -> list[Any]:
    """Return what a measure is in each row of the one match; the last is also that of ONE ROW."""
    measures = f"MEASURES {measure} AS m"
    define = "DEFINE A AS v = 'A', B AS v = 'B', C AS v = 'C'"
    rest = f"PATTERN ({pattern}) SUBSET U = (A, B) {define}"
    (every,) = said(f"{measures} ALL ROWS PER MATCH {rest}", rows).rows.values()
    (one,) = said(f"{measures} {rest}", rows).rows.values()
    values = [row[1] for row in every]
    assert [values[-1]] == [row[0] for row in one]
    return values


MEASURES = [
    ("x", [1, 3, 2, None, 5]),
    ("A.x", [1, 3, 3, 3, 3]),
    ("B.x", [None, None, 2, None, None]),
    ("U.n", [0, 1, 2, 3, 3]),
    ("LAST(A.x)", [1, 3, 3, 3, 3]),
    ("FINAL LAST(A.x)", [3, 3, 3, 3, 3]),
    ("FIRST(A.x)", [1, 1, 1, 1, 1]),
    ("FIRST(A.x, 1)", [None, 3, 3, 3, 3]),
    ("FINAL FIRST(A.x, 1)", [3, 3, 3, 3, 3]),
    ("LAST(n, 1)", [None, 0, 1, 2, 3]),
    ("LAST(B.n, 1)", [None, None, None, 2, 2]),
    ("PREV(n)", [None, 0, 1, 2, 3]),
    ("NEXT(n, 2)", [2, 3, 4, None, None]),
    ("NEXT(A.n)", [1, 2, 2, 2, 2]),
    ("PREV(FIRST(B.n), 1)", [None, None, 1, 1, 1]),
    ("NEXT(FINAL LAST(A.n), 1)", [2, 2, 2, 2, 2]),
    ("PREV(LAST(A.n, 1), 1)", [None, None, None, None, None]),
    ("LAST(A.n + A.x)", [1, 4, 4, 4, 4]),
    ("CLASSIFIER()", ["a", "a", "b", "b", "c"]),
    ("CLASSIFIER(U)", ["a", "a", "b", "b", "b"]),
    ("FINAL LAST(CLASSIFIER())", ["c", "c", "c", "c", "c"]),
    ("PREV(CLASSIFIER())", [None, "a", "a", "b", "b"]),
    ("NEXT(CLASSIFIER())", ["a", "b", "b", "c", None]),
    ("FIRST(CLASSIFIER(B))", [None, None, "b", "b", "b"]),
    ("MATCH_NUMBER()", [1, 1, 1, 1, 1]),
    ("MATCH_STATUS()", ["complete"] * 5),
    ("COUNT(*)", [1, 2, 3, 4, 5]),
    ("FINAL COUNT(*)", [5, 5, 5, 5, 5]),
    ("COUNT(B.*)", [0, 0, 1, 2, 2]),
    ("COUNT(B.x)", [0, 0, 1, 1, 1]),
    ("COUNT(x)", [1, 2, 3, 3, 4]),
    ("COUNT(U.*)", [1, 2, 3, 4, 4]),
    ("SUM(x)", [1, 4, 6, 6, 11]),
    ("SUM(B.x)", [None, None, 2, 2, 2]),
    ("SUM(U.x * 2)", [2, 8, 12, 12, 12]),
    ("FINAL SUM(A.x)", [4, 4, 4, 4, 4]),
    ("AVG(U.x)", [1.0, 2.0, 2.0, 2.0, 2.0]),
    ("MIN(A.x) + MAX(B.x)", [None, None, 3, 3, 3]),
    ("COUNT(DISTINCT v)", [1, 1, 2, 2, 3]),
    ("ARRAY_AGG(CLASSIFIER())", [list("aabbc"[:n]) for n in range(1, 6)]),
    ("FINAL ARRAY_AGG(B.x)", [[2, None]] * 5),
    ("COALESCE(B.x, -1)", [-1, -1, 2, -1, -1]),
    ("CASE WHEN COUNT(B.*) > 0 THEN 'b' ELSE v END", ["A", "A", "b", "b", "b"]),
    ("A.x > B.x OR x = 5", [None, None, True, None, True]),
]


@pytest.mark.parametrize(("measure", "values"), MEASURES)
def test_measures(measure: str, values: list[Any]) -> None:
    assert measured(measure) == values


def test_what_an_arrow_passes_over_is_no_row_of_the_match_but_next_sees_it() -> None:
    rows = letters("AXBC", "1234")
    assert measured("COUNT(*)", "A -> B C", rows) == [1, 2, 3]
    assert measured("PREV(B.x)", "A -> B C", rows) == [None, 2, 2]
    assert measured("LAST(x, 1)", "A -> B C", rows) == [None, 1, 3]


CONDITIONS = [
    ("A+", "x > PREV(x)", "12321", "1:AA"),
    ("A+", "PREV(x) IS NULL OR x > PREV(x)", "12321", "0:AAA"),
    ("A+", "x < NEXT(x)", "12321", "0:AA"),
    ("A+", "SUM(x) < 6", "12321", "0:AA 2:AA 4:A"),
    ("A+", "COUNT(*) <= 2", "12321", "0:AA 2:AA 4:A"),
    ("Z A+", "x > Z.x", "12321", "0:ZAAA"),
    ("Z A+", "x > LAST(A.x, 1) OR COUNT(A.*) = 1", "12321", "0:ZAA 3:ZA"),
    ("Z+ A", "x > AVG(Z.x)", "12321", "0:ZZA"),
    ("Z+ A", "x > FIRST(Z.x) + 1", "12321", "0:ZZA"),
    ("Z A B?", "A.x = 2", "12321", "0:ZAB"),
    ("(A | Z)*", "CLASSIFIER() = 'a' AND PREV(CLASSIFIER()) = 'z'", "111", "0:ZAZ"),
    ("A Z", "MATCH_NUMBER() = x", "12321", "0:AZ 3:AZ"),
    ("(A | Z)+", "COUNT(Z.*) = 1 AND SUM(x) < 9", "12321", "0:ZAAAZ"),
    ("A B? Z", "x IS NOT NULL AND (x > 1 OR NULL)", "1_2_32", "2:ABZ"),
]


@pytest.mark.parametrize(("pattern", "condition", "values", "expected"), CONDITIONS)
def test_conditions(pattern: str, condition: str, values: str, expected: str) -> None:
    define = f"DEFINE A AS {condition}"
    query = f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY n PATTERN ({pattern}) {define})"
    oracle = Oracle(clause(query), [letters("X" * len(values), values)])
    (partition,) = oracle._partitions().values()
    matches = [m for m in oracle._matches(partition) if m.number is not None]
    assert " ".join(map(_shown, matches)) == expected


def test_columns_and_rows_of_every_mode() -> None:
    rows = letters("BAAC", "1234")
    measures = "MEASURES COUNT(*) AS c, COALESCE(A.x, 0) AS a"
    text = measures + " {} PATTERN ({}) DEFINE A AS v = 'A', B AS FALSE"
    one = said(text.format("", "A*"), rows)
    assert one.columns == ("c", "a")
    assert one.rows[()] == [(0, 0), (2, 3), (0, 0)]
    show = said(text.format("ALL ROWS PER MATCH", "A*"), rows)
    assert show.columns == ("n", "c", "a", "k", "v", "x", "ts")
    assert [r[:3] for r in show.rows[()]] == [(0, 0, 0), (1, 1, 2), (2, 2, 3), (3, 0, 0)]
    omit = said(text.format("ALL ROWS PER MATCH OMIT EMPTY MATCHES", "A*"), rows)
    assert [r[:3] for r in omit.rows[()]] == [(1, 1, 2), (2, 2, 3)]
    every = said(text.format("ALL ROWS PER MATCH WITH UNMATCHED ROWS", "A+ | B*?  B"), rows)
    assert [r[:3] for r in every.rows[()]] == [
        (0, None, None),
        (1, 1, 2),
        (2, 2, 3),
        (3, None, None),
    ]
    hidden = said(text.format("ALL ROWS PER MATCH", "{- A -} A"), rows)
    assert [r[:3] for r in hidden.rows[()]] == [(2, 2, 3)]


def test_numbers_and_status_of_timeouts_and_errors() -> None:
    measures = "MEASURES MATCH_NUMBER() AS m, MATCH_STATUS() AS s, MATCH_ROWTIME() AS t, n AS n"
    define = "DEFINE A AS v = 'A', B AS v = 'B', C AS v = 'C'"
    text = (
        f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY ts {measures} "
        "ONE ROW PER MATCH WITH TIMEOUT ROWS "
        f"AFTER MATCH SKIP TO B PATTERN (A B? -> C) WITHIN INTERVAL '3' SECOND {define})"
    )
    answer = Oracle(clause(text), [letters("ABXXABCAC")]).answer()
    seconds = [(m, s, (t - START).seconds, n) for m, s, t, n in answer.rows[()]]
    assert seconds == [(1, "timeout", 3, 1), (2, "complete", 6, 6)]
    assert [(m.number, m.start) for _, m in answer.failed] == [(3, 7)]
    text = (
        f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY ts {measures} AFTER MATCH NO SKIP "
        f"PATTERN (A ->> B | A -> !C) WITHIN INTERVAL '3' SECOND {define})"
    )
    answer = Oracle(clause(text), [letters("ABBA")]).answer()
    seconds = [(m, s, (t - START).seconds, n) for m, s, t, n in answer.rows[()]]
    assert seconds == [
        (1, "complete", 1, 1),
        (2, "complete", 2, 2),
        (3, "complete", 3, 0),
        (4, "complete", 6, 3),
    ]


def test_partitions_order_and_ties() -> None:
    columns = ("k", "a", "n")
    rows = [(1, 2, 0), (None, 1, 1), (1, 1, 2), (1, None, 3), (None, 1, 4), (1, 2, 5)]
    text = (
        "SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY k ORDER BY a{} "
        "MEASURES ARRAY_AGG(n) AS n PATTERN (Z+))"
    )
    for order, expected in [
        ("", [2, 0, 5, 3]),
        (" DESC", [0, 5, 2, 3]),
        (" NULLS FIRST", [3, 2, 0, 5]),
        (" DESC NULLS FIRST, n DESC", [3, 5, 0, 2]),
    ]:
        answer = Oracle(clause(text.format(order)), [Input(columns, rows)]).answer()
        assert answer.rows[1,] == [(1, expected)]
        assert answer.rows[None,][0][1] in ([1, 4], [4, 1])


def test_several_inputs_are_merged_by_time() -> None:
    orders = Input(("k", "item", "at"), [(1, "x", 2), (1, "y", 5)], name="orders", time="at")
    paid = Input(("k", "amount", "at"), [(1, 3, 2), (1, 4, 6)], name="p", time="at")
    text = (
        "SELECT * FROM (orders, payments p) MATCH_RECOGNIZE (PARTITION BY k ORDER BY rowtime "
        "MEASURES A.item AS i, B.amount AS m {} PATTERN (A B) "
        "DEFINE A AS orders.item IS NOT NULL, B AS p.amount IS NULL OR p.amount > 3)"
    )
    one = Oracle(clause(text.format("")), [orders, paid]).answer()
    assert one.rows == {(1,): [(1, "y", 4)]}
    every = Oracle(clause(text.format("ALL ROWS PER MATCH")), [orders, paid]).answer()
    assert every.columns == ("k", "rowtime", "i", "m", "item", "at", "amount")
    assert every.rows == {(1,): [(1, 5, "y", None, "y", 5, None), (1, 6, "y", 4, None, 6, 4)]}


@pytest.mark.parametrize(
    "pattern",
    ["A* -> B", "A -> B?", "(A -> !B) C", "A -> !B WITHIN INTERVAL '1' SECOND -> C", "A -> !B"],
)
def test_what_is_refused(pattern: str) -> None:
    with pytest.raises(Refused):
        matched("", "ABC", pattern)


def test_a_walk_that_is_too_long_is_given_up() -> None:
    text = "SELECT * FROM s MATCH_RECOGNIZE (ORDER BY n PATTERN (((A+)+)+ B) DEFINE B AS FALSE)"
    with pytest.raises(Exhausted):
        Oracle(clause(text), [letters("A" * 20)], budget=10_000).answer()

"""A fixed share of the random changes; `python -m tests.changes.random` runs many more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cep.runtime.kernels import compile as kernels
from tests.changes.random import BAG, KEYED, STREAM, Case, outcome

BLOCK = 20

SEEDS = [
    int(line.split("#")[0])
    for line in Path(__file__).with_name("seeds.txt").read_text().splitlines()
    if line.split("#")[0].strip()
]
"""The cases that have failed once."""


WORDS = (
    *(f" {kind}JOIN " for kind in ("", "LEFT ", "RIGHT ", "FULL ", "CROSS ", "SEMI ", "ANTI ")),
    *("NATURAL ", r" USING \(", r"JOIN \(.* JOIN ", r"(JOIN .*){3}"),
    *("UNION ALL", "UNION [^A]", "INTERSECT", "EXCEPT ALL", "EXCEPT [^A]", "SELECT DISTINCT"),
    *("GROUP BY", "ROLLUP|CUBE|GROUPING SETS", "HAVING", r"COUNT\(DISTINCT", "FILTER"),
    *(
        " EXISTS ",
        "NOT EXISTS",
        r" IN \(SELECT",
        r"NOT IN \(SELECT",
        r"[=<] \(SELECT",
        r", \(SELECT",
    ),
    *("LIMIT", "LIMIT . OFFSET", "ROW_NUMBER", "DENSE_RANK", "QUALIFY", "VALUES", "WITH w0", "w1 "),
    "FROM w0 .*(FROM|JOIN) w0 ",
)
"""What random queries are made of."""

BLOCKS = [tuple(range(first, first + BLOCK)) for first in range(0, 200, BLOCK)]


@pytest.mark.parametrize("seeds", [*BLOCKS, *([tuple(SEEDS)] if SEEDS else [])])
def test_random_changes(seeds: tuple[int, ...]) -> None:
    said = {seed: outcome(Case.of(seed)) for seed in seeds}
    assert not {seed: what for seed, what in said.items() if what.startswith("wrong")}
    assert list(said.values()).count("agree") >= 0.9 * len(seeds)


def test_drawn() -> None:
    """What the fixed share has of everything that is random."""
    cases = [Case.of(seed) for seed in range(500)]
    for word in WORDS:
        assert sum(bool(re.search(word, c.sql)) for c in cases) >= 5, word
    for kind in (KEYED, BAG, STREAM):
        assert sum(kind in c.kinds for c in cases) >= 50
    for of in ("+I", "-D"):
        assert sum(change[1] == of for c in cases for b in c.log for change in b) > 500
    assert sum(c.restart is not None for c in cases) > 50


@pytest.mark.parametrize(
    "value",
    [
        "SELECT MAX(v) FROM (VALUES (1), (2)) AS b (v) WHERE v <= q1.a",
        "SELECT v FROM (VALUES (1), (2)) AS b (v) WHERE v <= q1.a ORDER BY v DESC LIMIT 1",
        """
        SELECT COUNT(*) FROM (
          SELECT v FROM (VALUES (1), (2)) AS b (v) WHERE v <= q1.a
          EXCEPT SELECT v FROM (VALUES (2)) AS c (v) WHERE v <> q1.b) AS d
        """,
    ],
)
def test_finished_beside_what_goes_on(value: str) -> None:
    """What a subquery says of rows that are all there is said for each row around as that comes."""
    rows = ((1, 2, 1, "x"), (2, 1, None, None), (3, None, 2, "y"), (4, 3, 3, "z"))
    log = tuple((("r", "+I", row),) for row in rows)
    case = Case(f"SELECT q1.id, ({value}) FROM r AS q1", (STREAM, KEYED, KEYED), log)
    assert outcome(case) == "agree"


def test_compiled() -> None:
    before = kernels.use("compiled")
    try:
        assert {outcome(Case.of(seed)) for seed in range(3)} <= {"agree", "refused"}
    finally:
        kernels.use(before)

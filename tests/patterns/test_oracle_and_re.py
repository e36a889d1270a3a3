"""The oracle's order of preference against Python's `re`, which backtracks in the same order."""

from __future__ import annotations

import random
import re

import pytest

from tests.patterns.generate_patterns import Patterns
from tests.patterns.oracle import Oracle
from tests.patterns.oracle_walk import Exhausted, Walk
from tests.patterns.test_oracle import clause, letters

LETTERS = {"A": "a", "B": "b", "C": "[ab]", "D": "."}
DEFINE = "DEFINE A AS v = 'a', B AS v = 'b', C AS v IN ('a', 'b')"


def as_regular_expression(pattern: str) -> str:
    """Return a pattern of variables as one over letters; groups do not capture."""
    text = pattern.replace(" ", "").replace("(", "(?:").replace("^", "(?:^)")
    return re.sub(r"[A-D]", lambda found: LETTERS[found[0]], text)


@pytest.mark.parametrize("first", range(0, 2000, 250))
def test_the_first_match_is_as_long_as_that_of_re(first: int) -> None:
    compared = 0
    for seed in range(first, first + 250):
        chance = random.Random(seed)
        patterns = Patterns(chance)
        patterns.arrows = patterns.excluding = patterns.ending = False
        pattern = patterns.part(4).text
        if "PERMUTE" in pattern:
            continue
        text = "".join(chance.choice("abc") for _ in range(chance.randint(0, 8)))
        tree = clause(f"SELECT * FROM s MATCH_RECOGNIZE (ORDER BY n PATTERN ({pattern}) {DEFINE})")
        oracle = Oracle(tree, [letters(text)])
        rows = next(iter(oracle._partitions().values()), [])
        walk = Walk(rows, [], oracle.conditions, None, 1, 20_000, len(rows))
        expression = re.compile(as_regular_expression(pattern))
        for start in range(len(text)):
            try:
                mine = next(iter(walk.labellings(tree.row_pattern.pattern, start)), None)
            except Exhausted:
                break
            theirs = expression.match(text, start)
            length = None if mine is None else len(mine.taken)
            assert length == (None if theirs is None else theirs.end() - start), (pattern, text)
            compared += 1
    assert compared > 500

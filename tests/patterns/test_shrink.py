"""A case that fails is cut down to what still fails."""

from __future__ import annotations

import pytest

from tests.patterns.oracle import Answer
from tests.patterns.random import Case, Said, fails


def forgetful(case: Case, right: Answer) -> tuple[Said, int]:
    """Answer as an engine that forgets the second row of each partition."""
    said = {key: rows[:1] + rows[2:] for key, rows in right.rows.items() if rows}
    return said, len(right.failed)


@pytest.mark.parametrize("seed", [3, 4, 5, 8, 14])
def test_a_failure_is_cut_down(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "said", forgetful)
    case = Case.of(seed)
    assert fails(case)
    small = case.shrunk(fails)
    assert fails(small)
    assert len(small.drawn.rows) + len(small.drawn.others) <= 2
    assert len(small.clause.row_pattern.measures) == 1
    assert small.clause.row_pattern.definitions == ()
    assert "PATTERN" in small.script()

"""Values that are gathered and put in order later, against plain lists of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.aggregates import gathered
from cep.runtime.aggregates.accumulator import Rows
from cep.runtime.aggregates.gathered import Gathered
from cep.types import DOUBLE

GROUPS = 12


def values_of(kept: Gathered, groups: list[int]) -> list[list[float]]:
    """Return all values of each group, in the order in which they are kept."""
    entries = kept.entries(np.array(groups, np.int64))
    found: list[list[float]] = [[] for _ in groups]
    values = kept.codec.decode([entries.codes], None).to_pylist()
    for owner, value, count in zip(entries.owners, values, entries.counts, strict=True):
        found[owner] += [value] * int(count)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_any_course_of_events(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "_FEW", 8)
    random = np.random.default_rng(seed)
    kept, right = Gathered([DOUBLE]), [[] for _ in range(GROUPS)]  # type: ignore[var-annotated]
    kept.reserve(GROUPS)
    for _ in range(60):
        groups = np.flatnonzero(random.random(GROUPS) < 0.5)
        if not len(groups):
            continue
        match random.integers(0, 6):
            case 0:
                kept.clear(groups)
                for group in groups:
                    right[group] = []
            case 1:
                others = random.integers(0, GROUPS, len(groups))
                kept.merge(groups[::-1], kept, others)
                grown = [list(right[o]) for o in others]
                for group, more in zip(groups[::-1], grown, strict=True):
                    right[group] += more
            case 2:
                tables = kept.snapshot(np.arange(GROUPS))
                kept = Gathered([DOUBLE])
                kept.reserve(GROUPS)
                kept.restore(np.arange(GROUPS), tables)
            case _:
                local = random.integers(0, len(groups), random.integers(1, 15))
                values = random.integers(-3, 4, len(local)) / 2
                kept.add(Rows(groups, local), [pa.array(values)])
                for one, value in zip(local, values, strict=True):
                    right[groups[one]].append(float(value))
        asked = random.permutation(GROUPS)[: random.integers(0, GROUPS + 1)].tolist()
        assert values_of(kept, asked) == [sorted(right[g]) for g in asked]


def test_equal_values_take_no_room() -> None:
    kept = Gathered([DOUBLE])
    kept.reserve(1)
    for _ in range(100):
        kept.add(Rows(np.zeros(1, np.int64), np.zeros(1000, np.int64)), [pa.array(np.ones(1000))])
    assert kept.nbytes < 200_000
    assert values_of(kept, [0]) == [[1.0] * 100_000]


def test_cleared_groups_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "_FEW", 8)
    kept = Gathered([DOUBLE])
    kept.reserve(2)
    for round_ in range(50):
        rows = Rows(np.array([round_ % 2]), np.zeros(100, np.int64))
        kept.add(rows, [pa.array(np.arange(100.0))])
        kept.clear(np.array([1 - round_ % 2]))
    assert kept.nbytes < 20_000

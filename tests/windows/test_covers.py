"""Ranges as a tree: every place finds the ranges that it lies in, in few nodes."""

from __future__ import annotations

import numpy as np
import pytest

from cep.runtime.state.covers import cover


@pytest.mark.parametrize("seed", range(60))
def test_a_place_lies_in_the_ranges_above_its_leaf(seed: int) -> None:
    chance = np.random.default_rng(seed)
    many = int(chance.integers(0, 40))
    first = chance.integers(0, 100, many)
    end = first + chance.integers(-1, 30, many)
    found = cover(first, end)
    wanted: dict[int, list[int]] = {}
    for i, (start, stop) in enumerate(zip(first.tolist(), end.tolist(), strict=True)):
        for place in range(start, stop):
            wanted.setdefault(place, []).append(i)
    at: dict[int, set[int]] = {n: set() for n in range(1, 2 * found.size)}
    for i, node in zip(found.ranges.tolist(), found.nodes.tolist(), strict=True):
        assert i not in at[node]
        at[node].add(i)
    for below, above in found.levels():
        for child, parent in zip(below.tolist(), above.tolist(), strict=True):
            assert child // 2 == parent
            # A range is at one node on the way to a leaf, so that nothing is added twice.
            assert not at[child] & at[parent]
            at[child] |= at[parent]
    answer = {
        place: sorted(at[leaf])
        for place, leaf in zip(found.places.tolist(), found.leaves.tolist(), strict=True)
    }
    assert answer == wanted
    assert len(found.places) == len(wanted)


def test_a_range_is_at_few_nodes() -> None:
    chance = np.random.default_rng(0)
    first = chance.integers(0, 1_000_000, 4096)
    found = cover(first, first + chance.integers(1, 500_000, 4096))
    assert found.size < 2 * 4096
    assert np.bincount(found.ranges).max() <= 2 * 13

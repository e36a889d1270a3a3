"""Columns in blocks: rows at any positions, as if they stood in one."""

import numpy as np
import pyarrow as pa

from cep.runtime.state.payload import Payload
from cep.runtime.state.shelf import Shelf
from cep.types import BIGINT, VARCHAR


def test_rows_are_found_in_whichever_block_they_stand() -> None:
    chance = np.random.default_rng(0)
    shelf = Shelf([VARCHAR])
    every: list[str | None] = []
    for rows in (500, 100, 20, 4, 1):
        new = [None if i % 7 == 3 else f"{rows}-{i}" for i in range(rows)]
        shelf.append([pa.array(new, pa.string())], rows)
        every += new
    for some in (
        np.array([624]),
        np.array([0, -1, 624]),
        np.array([-1]),
        np.empty(0, np.int64),
        chance.integers(-1, len(every), 300),
    ):
        wanted = [None if p < 0 else every[p] for p in some.tolist()]
        assert shelf.take(0, some).to_pylist() == wanted


def test_nothing_is_found_on_an_empty_shelf() -> None:
    assert Shelf([VARCHAR]).take(0, np.array([-1, -1])).to_pylist() == [None, None]


def test_what_rows_carry_stays_theirs_when_others_go() -> None:
    chance = np.random.default_rng(1)
    payload = Payload([VARCHAR, BIGINT])
    known: dict[int, tuple[str, int]] = {}
    for turn in range(30):
        ids = np.setdiff1d(np.arange(4000), list(known))[:1000]
        rows = [(f"{turn}-{i}", i * turn) for i in ids.tolist()]
        text, numbers = zip(*rows, strict=True)
        payload.put(ids, [pa.array(text), pa.array(numbers, pa.int64())], 4096)
        known |= dict(zip(ids.tolist(), rows, strict=True))
        gone = chance.choice(list(known), len(known) * 3 // 4, replace=False)
        payload.drop(gone)
        for i in gone.tolist():
            del known[i]
        asked = np.array([-1, *known])
        found = zip(*(c.to_pylist() for c in payload.columns(asked)), strict=True)
        assert list(found) == [(None, None), *known.values()]

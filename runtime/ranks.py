"""Numbers that rows get by their order: ROW_NUMBER, RANK and DENSE_RANK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from cep.runtime.batch import Batch, Indices
from cep.runtime.ordering import Key, begins, ordered
from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes


class Ranks(Enum):
    """How rows are numbered: each, by the rows before it and its equals, or by the places."""

    ROW_NUMBER = 0
    RANK = 1
    DENSE_RANK = 2


@dataclass(frozen=True)
class Top:
    """Which rows of a partition are wanted: those with a number from `first` to `last`.

    `keys` are what rows are ranked by and `ties` what decides between equals, before event time and
    arrival. `last` is None where there is no end.
    """

    ranks: Ranks
    keys: tuple[Key, ...]
    ties: tuple[Key, ...] = ()
    first: int = 1
    last: int | None = None

    @property
    def order(self) -> tuple[Key, ...]:
        """All that rows are ordered by."""
        return (*self.keys, *self.ties)


def best(batch: Batch, owners: Ids, top: Top) -> tuple[Indices, Codes]:
    """Return the wanted rows of a batch of inserts, owner by owner in order, and their numbers.

    `owners`: int64[rows] are the partitions; they come in the order of their numbers.
    """
    order = ordered(batch, top.order)
    order = order[np.argsort(owners[order], kind="stable")]
    mine = owners[order]
    place = np.arange(len(order))
    head = np.ones(len(order), np.bool_)
    head[1:] = mine[1:] != mine[:-1]
    start = np.maximum.accumulate(np.where(head, place, 0))
    numbers = place - start + 1
    if top.ranks is not Ranks.ROW_NUMBER:
        new = head | _differ(batch, order, top.keys)
        if top.ranks is Ranks.RANK:
            numbers = numbers[np.maximum.accumulate(np.where(new, place, 0))]
        else:
            many = np.cumsum(new)
            numbers = many - many[start] + 1
    wanted = numbers >= top.first
    if top.last is not None:
        wanted &= numbers <= top.last
    return order[wanted], numbers[wanted]


def _differ(batch: Batch, order: Indices, keys: Sequence[Key]) -> np.ndarray:
    """Return which rows differ from those before them in what they are ranked by."""
    rows = batch.take(order)
    return begins([rows.columns[k.index] for k in keys], rows.rows)

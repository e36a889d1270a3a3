"""What is to be done with rows, and when."""

from __future__ import annotations

import numpy as np

from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes

_FEW = 64
"""Entries that are put together with what was noted before them, whatever that is."""


class Agenda:
    """Dense ids, each with an instant; those before a time are taken, by instant and then as noted.

    They are kept in runs, each of them in order and noted after those of the run before it. Runs of
    about one size are put together, so an entry is copied about as often as the logarithm of their
    number; 16 bytes for each.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._fresh: list[tuple[Codes, Ids]] = []
        self._runs: list[tuple[Codes, Ids]] = []

    @property
    def nbytes(self) -> int:
        """The bytes of all entries."""
        return sum(due.nbytes + ids.nbytes for due, ids in (*self._runs, *self._fresh))

    def add(self, due: Codes, ids: Ids) -> None:
        """Note `ids` for the instants `due`: int64[n] each."""
        if len(ids):
            self._fresh.append((due, ids))

    def take(self, limit: int) -> Ids:
        """Return the ids due before `limit`, which are no longer noted; O(result log n)."""
        self._settle()
        parts: list[tuple[Codes, Ids]] = []
        kept: list[tuple[Codes, Ids]] = []
        for due, ids in self._runs:
            n = int(np.searchsorted(due, limit))
            if n:
                parts.append((due[:n], ids[:n]))
            if n < len(due):
                # A slice keeps all of its run alive, so what is small is copied.
                rest = slice(n, None)
                copied = 2 * n > len(due)
                kept.append(
                    (due[rest].copy(), ids[rest].copy()) if copied else (due[rest], ids[rest])
                )
        self._runs = kept
        if not parts:
            return np.empty(0, np.int64)
        return _ordered(parts)[1]

    def renumber(self, numbers: Ids) -> None:
        """Give the ids their new `numbers`: int64[ids]; those that become -1 are forgotten."""
        self._settle()
        runs = []
        for due, ids in self._runs:
            new = numbers[ids]
            there = new >= 0
            if there.any():
                runs.append((due[there], new[there]))
        self._runs = runs

    def _settle(self) -> None:
        """Make a run of what was noted since, and put runs of about one size together."""
        if not self._fresh:
            return
        parts, self._fresh = self._fresh, []
        entries = sum(len(ids) for _, ids in parts)
        while self._runs and (
            len(self._runs[-1][1]) < 2 * entries or len(self._runs[-1][1]) < _FEW
        ):
            before = self._runs.pop()
            parts.insert(0, before)
            entries += len(before[1])
        self._runs.append(_ordered(parts))


def _ordered(parts: list[tuple[Codes, Ids]]) -> tuple[Codes, Ids]:
    due = np.concatenate([d for d, _ in parts]) if len(parts) > 1 else parts[0][0]
    ids = np.concatenate([i for _, i in parts]) if len(parts) > 1 else parts[0][1]
    if (due[1:] >= due[:-1]).all():
        return due, ids
    order = np.argsort(due, kind="stable")
    return due[order], ids[order]

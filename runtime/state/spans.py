"""Pairs of a row and a window of its owner, where windows hold the rows between two times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cep.runtime.state.column import Ids
from cep.runtime.state.vectors import Codes, stretches

_MOST = 1 << 20
"""Pairs that are made at once, about."""


def spans(owner: Ids, times: Codes, head: Ids, after: Codes, until: Codes) -> tuple[Codes, Codes]:
    """Return for each head the first of its owner's rows after a time, and the end of those until.

    The rows are by owner and time; an owner's rows with times in (after, until] are those from the
    first to the end.
    """
    ranks = np.unique(np.concatenate([times, after, until]), return_inverse=True)[1]
    base = int(ranks.max()) + 1 if len(ranks) else 1
    n, m = len(times), len(head)
    place = owner * base + ranks[:n]
    first = np.searchsorted(place, head * base + ranks[n : n + m], side="right")
    return first, np.searchsorted(place, head * base + ranks[n + m :], side="right")


def pairs(first: Codes, end: Codes) -> Iterator[tuple[Ids, Ids]]:
    """Yield the pairs of i and the positions in [first[i], end[i]), a bounded number at a time."""
    sizes = np.maximum(end - first, 0)
    done = 0
    while done < len(sizes):
        total = np.cumsum(sizes[done:])
        step = max(1, int(np.searchsorted(total, _MOST)))
        some = slice(done, done + step)
        position, which = stretches(sizes[some], np.arange(len(sizes[some])))
        begins = np.cumsum(sizes[some]) - sizes[some]
        yield which + done, position + (first[some] - begins)[which]
        done += step

"""Chains of rows by slot: which are alive, and from where on they are still needed."""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel


@kernel
def advance(steps: int, n: int, heads: Ints, until: Ints, nxt: Ints, seq: Ints) -> None:
    """Move each of n heads along its chain to the first row with a number of at least `until`.

    `heads`, `until`: int64[n]; `nxt`, `seq` by slot. A head may be -1. O(rows passed).
    """
    for i in range(n):
        slot = heads[i]
        while slot >= 0 and seq[slot] < until[i]:
            slot = nxt[slot]
        heads[i] = slot


@kernel
def chains(steps: int, n: int, heads: Ints, nxt: Ints, slots: Ints) -> int:
    """List the rows of n chains in order into `slots` and return how many; O(rows)."""
    count = 0
    for i in range(n):
        slot = heads[i]
        while slot >= 0:
            slots[count] = slot
            count += 1
            slot = nxt[slot]
    return count

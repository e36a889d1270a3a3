"""Changes of a bag of rows, one after the other."""

from __future__ import annotations

from cep.runtime.kernels.compile import Flags, Ints, kernel


@kernel
def take_in(count: int, ids: Ints, weights: Ints, many: Ints, refused: Flags) -> None:
    """Count rows in and out, and refuse to take out what is not there; O(count).

    `ids`, `weights`: int64[count]; `many`: int64[ids] is how many rows there are of each;
    `refused`: bool[count] is written.
    """
    for i in range(count):
        left = many[ids[i]] + weights[i]
        refused[i] = left < 0
        if left >= 0:
            many[ids[i]] = left

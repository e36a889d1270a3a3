"""Groups of slices put together to groups of windows, by the numbers of their keys."""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel


@kernel
def number(count: int, keys: Ints, windows: Ints, marks: Ints, local: Ints, first: Ints) -> int:
    """Give numbers to the pairs of `windows`, ascending, and `keys`: int64[count] each; O(count).

    Writes the number of each pair to `local`: int64[count], and to `first`: int64[count] where each
    number appears first. Returns how many there are. `marks`: int64[keys] is -1 between calls.
    """
    n = 0
    window = -1
    base = 0
    for i in range(count):
        if windows[i] != window:
            window = windows[i]
            base = n
        key = keys[i]
        m = marks[key]
        if m < base:
            m = n
            marks[key] = m
            first[n] = i
            n += 1
        local[i] = m
    for i in range(n):
        marks[keys[first[i]]] = -1
    return n

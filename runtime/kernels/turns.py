"""Rows that come and go one after the other, and what that changes."""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel


@kernel
def slide(count: int, steps: Ints, after: Ints, rows: Ints, weights: Ints, ends: Ints) -> int:
    """Write which rows enter frames (1), and which leave them (-1), frame by frame; O(rows).

    `steps`: int64[5, count] is as `sequences.bound` writes it. Rows of frame i end at `ends[i]`,
    where those of the next begin. `rows`, `weights`: int64[n] have room for every row twice.
    Returns how many were written.
    """
    n = 0
    for i in range(count):
        now = steps[1, i]
        end = steps[2, i]
        stop = steps[3, i]
        g = end
        # What lies before the frame is left out.
        if now != -2:
            if now < 0 or (stop >= 0 and now >= stop):
                g = stop
            elif 0 <= end < now:
                g = now
        while g != stop:
            rows[n] = g
            weights[n] = 1
            n += 1
            g = after[g]
        g = steps[0, i]
        while g != now and (end < 0 or g < end):
            rows[n] = g
            weights[n] = -1
            n += 1
            g = after[g]
        ends[i] = n
    return n


@kernel
def tell(count: int, ids: Ints, weights: Ints, counts: Ints, told: Ints) -> None:
    """Count rows, and write which of them is the first of its kind (1), or the last (-1); O(count).

    `ids`: int64[count] are equal for equal rows, `counts`: int64[ids] how many there are of each.
    Of all others `told`: int64[count] is 0.
    """
    for i in range(count):
        one = ids[i]
        was = counts[one]
        now = was + weights[i]
        counts[one] = now
        told[i] = 0
        if was <= 0 < now:
            told[i] = 1
        elif now <= 0 < was:
            told[i] = -1

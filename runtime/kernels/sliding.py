"""What frames hold, kept while they slide: sums, counts, and the least value.

All take `owners`: int64[count], the partition of each row, rows of one partition in its order, and
`steps`: int64[5, count], as `sequences.bound` writes them. A row that has no flag does not count.
What is kept of a frame is forgotten where the next one is found anew.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Flags, Floats, Ints, kernel

_LOW = 0xFFFFFFFF

_ANEW = -3
"""`sequences.ANEW`: what is compiled is made anew when its own file changes, not another."""


@kernel
def count(
    many: int, owners: Ints, steps: Ints, after: Ints, flags: Flags, state: Ints, found: Ints
) -> None:
    """Count the rows with a flag: int64[many]. `state`: int64[partitions]."""
    for i in range(many):
        p = owners[i]
        n = state[p]
        now = steps[1, i]
        end = steps[2, i]
        if end == _ANEW:
            n = 0
        g = steps[0, i]
        while g != now and (end < 0 or g < end):
            if flags[g]:
                n -= 1
            g = after[g]
        stop = steps[3, i]
        g = _first(end, now, stop)
        while g != stop:
            if flags[g]:
                n += 1
            g = after[g]
        state[p] = n
        found[i] = n


def _first(end: int, now: int, stop: int) -> int:
    """Return the first row to be added: those before the frame are left out."""
    if now == -2:
        return end
    if end == _ANEW and (now < stop or stop < 0):
        return now
    if now < 0 or (stop >= 0 and now >= stop):
        return stop
    if 0 <= end < now:
        return now
    return end


@kernel
def whole(
    many: int, owners: Ints, steps: Ints, after: Ints, values: Ints, flags: Flags, state: Ints,
    found: Ints,
) -> None:  # fmt: skip
    """Sum whole numbers exactly.

    `values`: int64[positions, 1] or, of 128 bits, [positions, 2]. `state`: int64[partitions, k] and
    `found`: int64[many, k] are the number of rows and the limbs of 32 bits, two or four; the last
    has the sign.
    """
    wide = values.shape[1] == 2
    for i in range(many):
        p = owners[i]
        now = steps[1, i]
        end = steps[2, i]
        stop = steps[3, i]
        if end == _ANEW:
            for k in range(state.shape[1]):
                state[p, k] = 0
        g = steps[0, i]
        gone = True
        while True:
            if gone and not (g != now and (end < 0 or g < end)):
                gone = False
                g = _first(end, now, stop)
            if not gone and g == stop:
                break
            if flags[g]:
                sign = -1 if gone else 1
                v = values[g, 0]
                state[p, 0] += sign
                total = state[p, 1] + sign * (v & _LOW)
                state[p, 1] = total & _LOW
                if wide:
                    total = state[p, 2] + sign * ((v >> 32) & _LOW) + (total >> 32)
                    state[p, 2] = total & _LOW
                    v = values[g, 1]
                    total = state[p, 3] + sign * (v & _LOW) + (total >> 32)
                    state[p, 3] = total & _LOW
                    state[p, 4] += sign * (v >> 32) + (total >> 32)
                else:
                    state[p, 2] += sign * (v >> 32) + (total >> 32)
            g = after[g]
        for k in range(state.shape[1]):
            found[i, k] = state[p, k]


@kernel
def floats(
    many: int, owners: Ints, steps: Ints, after: Ints, values: Floats, flags: Flags, counts: Ints,
    sums: Floats, found_counts: Ints, found_sums: Floats,
) -> None:  # fmt: skip
    """Sum doubles, compensated.

    `counts`: int64[partitions, 4] are the rows, the NaNs and the infinities; `sums`:
    float64[partitions, 3] the sum of the others as three doubles that are not added up, so that
    what has left leaves no trace. A sum that has overflowed is taken anew from the rows.
    """
    for i in range(many):
        p = owners[i]
        now = steps[1, i]
        end = steps[2, i]
        stop = steps[3, i]
        if end == _ANEW:
            for k in range(4):
                counts[p, k] = 0
        s = sums[p, 0]
        low = sums[p, 1]
        lower = sums[p, 2]
        g = steps[0, i]
        while g != now and (end < 0 or g < end):
            if flags[g]:
                counts[p, 0] -= 1
                x = values[g]
                if x - x == 0.0:
                    t = s - x
                    b = t - s
                    e = (s - (t - b)) + (-x - b)
                    s = t
                    t = low + e
                    b = t - low
                    lower += (low - (t - b)) + (e - b)
                    low = t
                else:
                    counts[p, _odd(x)] -= 1
            g = after[g]
        if counts[p, 0] == 0:
            s = 0.0
            low = 0.0
            lower = 0.0
        g = _first(end, now, stop)
        while g != stop:
            if flags[g]:
                counts[p, 0] += 1
                x = values[g]
                if x - x == 0.0:
                    t = s + x
                    b = t - s
                    e = (s - (t - b)) + (x - b)
                    s = t
                    t = low + e
                    b = t - low
                    lower += (low - (t - b)) + (e - b)
                    low = t
                else:
                    counts[p, _odd(x)] += 1
            g = after[g]
        if not (s - s == 0.0 and low - low == 0.0):
            low = 0.0
            lower = 0.0
            if now != -2:
                s = 0.0
                g = now
                while g >= 0 and g != stop:
                    x = values[g]
                    if flags[g] and x - x == 0.0:
                        t = s + x
                        b = t - s
                        e = (s - (t - b)) + (x - b)
                        s = t
                        t = low + e
                        b = t - low
                        lower += (low - (t - b)) + (e - b)
                        low = t
                    g = after[g]
            if not (s - s == 0.0 and low - low == 0.0):
                low = 0.0
                lower = 0.0
        sums[p, 0] = s
        sums[p, 1] = low
        sums[p, 2] = lower
        for k in range(4):
            found_counts[i, k] = counts[p, k]
        found_sums[i, 0] = s
        found_sums[i, 1] = low + lower


def _odd(x: float) -> int:
    """Return where a number that is not finite is counted."""
    if x > 0.0:
        return 2
    if x < 0.0:
        return 3
    return 1


@kernel
def least(  # noqa: PLR0917
    many: int, owners: Ints, steps: Ints, after: Ints, codes: Ints, flip: int, flags: Flags,
    ends: Ints, behind: Ints, before: Ints, found: Ints, some: Flags,
) -> None:  # fmt: skip
    """Find the least code, or with `flip` = -1 the greatest: int64[many], and where there is one.

    The rows that may yet be the least stand in a list of each partition, in order and rising:
    `ends`: int64[partitions, 2] are the first and the last of it, `behind` and `before`:
    int64[positions] the links. So each row comes and goes once.
    """
    for i in range(many):
        p = owners[i]
        now = steps[1, i]
        stop = steps[3, i]
        head = ends[p, 0]
        tail = ends[p, 1]
        if steps[2, i] == _ANEW:
            head = -1
        if now != -2:
            while head >= 0 and (now < 0 or head < now):
                head = behind[head]
            if head < 0:
                tail = -1
            else:
                before[head] = -1
        g = _first(steps[2, i], now, stop)
        while g != stop:
            if flags[g]:
                c = codes[g] ^ flip
                while tail >= 0 and codes[tail] ^ flip >= c:
                    tail = before[tail]
                if tail >= 0:
                    behind[tail] = g
                else:
                    head = g
                before[g] = tail
                behind[g] = -1
                tail = g
            g = after[g]
        ends[p, 0] = head
        ends[p, 1] = tail
        some[i] = head >= 0
        if head >= 0:
            found[i] = codes[head]


@kernel
def least_ever(
    many: int, owners: Ints, steps: Ints, after: Ints, codes: Ints, flip: int, flags: Flags,
    state: Ints, found: Ints, some: Flags,
) -> None:  # fmt: skip
    """Find the least code where no row leaves; `state`: int64[partitions, 2], code and flag."""
    for i in range(many):
        p = owners[i]
        stop = steps[3, i]
        g = steps[2, i]
        while g != stop:
            if flags[g] and (state[p, 1] == 0 or codes[g] ^ flip < state[p, 0] ^ flip):
                state[p, 0] = codes[g]
                state[p, 1] = 1
            g = after[g]
        some[i] = state[p, 1] == 1
        if some[i]:
            found[i] = state[p, 0]

"""What is kept for some groups, added to what is kept for others: one pair after the other.

So the group of a later pair may stand among the `others`, to be read as it has become. All take
`groups` and `others`: int64[count]; O(count).
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Flags, Floats, Ints, kernel

_LOW = 0xFFFFFFFF


@kernel
def numbers(count: int, groups: Ints, others: Ints, theirs: Ints, mine: Ints) -> None:
    """Add whole numbers: int64[groups] each."""
    for i in range(count):
        mine[groups[i]] += theirs[others[i]]


@kernel
def floats(
    count: int,
    groups: Ints,
    others: Ints,
    their_sum: Floats,
    their_lost: Floats,
    total: Floats,
    lost: Floats,
) -> None:
    """Add sums and what rounding took from them, with what it takes now (Knuth's two-sum)."""
    for i in range(count):
        g = groups[i]
        o = others[i]
        a = total[g]
        b = their_sum[o]
        s = a + b
        t = s - a
        e = (a - (s - t)) + (b - t)
        total[g] = s
        # Where the sum is too large for a DOUBLE, the rest means nothing.
        if s - s == 0.0:
            lost[g] += e + their_lost[o]


@kernel
def limbs(
    count: int,
    groups: Ints,
    others: Ints,
    their_low: Ints,
    their_high: Ints,
    low: Ints,
    high: Ints,
) -> None:
    """Add numbers of two limbs: the low one has 32 bits, the high one the rest and the sign."""
    for i in range(count):
        g = groups[i]
        o = others[i]
        total = low[g] + their_low[o]
        low[g] = total & _LOW
        high[g] += their_high[o] + (total >> 32)


@kernel
def wide_limbs(  # noqa: PLR0917
    count: int,
    groups: Ints,
    others: Ints,
    theirs_0: Ints,
    theirs_1: Ints,
    theirs_2: Ints,
    theirs_3: Ints,
    mine_0: Ints,
    mine_1: Ints,
    mine_2: Ints,
    mine_3: Ints,
) -> None:
    """Add numbers of four limbs: all but the last have 32 bits, and that has the sign."""
    for i in range(count):
        g = groups[i]
        o = others[i]
        total = mine_0[g] + theirs_0[o]
        mine_0[g] = total & _LOW
        total = mine_1[g] + theirs_1[o] + (total >> 32)
        mine_1[g] = total & _LOW
        total = mine_2[g] + theirs_2[o] + (total >> 32)
        mine_2[g] = total & _LOW
        mine_3[g] += theirs_3[o] + (total >> 32)


@kernel
def least(
    count: int,
    groups: Ints,
    others: Ints,
    theirs: Ints,
    their_some: Flags,
    mine: Ints,
    some: Flags,
) -> None:
    """Keep the lesser of two values, where both have one."""
    for i in range(count):
        g = groups[i]
        o = others[i]
        if their_some[o]:
            some[g] = True
            mine[g] = min(mine[g], theirs[o])

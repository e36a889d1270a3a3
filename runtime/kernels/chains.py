"""Doubly linked lists of members per owner, as arrays.

`head` and `tail`: int64[owners], `after` and `before`: int64[members], all -1 where there is
nobody.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel


@kernel
def append(
    count: int, owners: Ints, members: Ints, head: Ints, tail: Ints, after: Ints, before: Ints
) -> None:
    """Put `members`: int64[count], in no list yet, at the ends of those of `owners`; O(count)."""
    for i in range(count):
        owner = owners[i]
        member = members[i]
        last = tail[owner]
        before[member] = last
        after[member] = -1
        if last >= 0:
            after[last] = member
        else:
            head[owner] = member
        tail[owner] = member


@kernel
def remove(
    count: int, owners: Ints, members: Ints, head: Ints, tail: Ints, after: Ints, before: Ints
) -> None:
    """Take `members`: int64[count] out of the lists of `owners`; O(count)."""
    for i in range(count):
        owner = owners[i]
        member = members[i]
        a = after[member]
        b = before[member]
        if b >= 0:
            after[b] = a
        else:
            head[owner] = a
        if a >= 0:
            before[a] = b
        else:
            tail[owner] = b


@kernel
def walk(count: int, owners: Ints, head: Ints, after: Ints, sizes: Ints, members: Ints) -> int:
    """Write the members of each of `owners`: int64[count] to `members`, in order, O(members).

    `sizes`: int64[count] gets how many each one has. Returns how many there are in all.
    """
    n = 0
    for i in range(count):
        first = n
        m = head[owners[i]]
        while m >= 0:
            members[n] = m
            n += 1
            m = after[m]
        sizes[i] = n - first
    return n


@kernel
def until(count: int, owner: int, head: Ints, after: Ints, stamps: Ints, limit: int) -> int:
    """Return how many members at the head of a list have `stamps`: int64[members] ≤ limit.

    `count` is how many the list has at most; O(result).
    """
    n = 0
    m = head[owner]
    while m >= 0 and n < count and stamps[m] <= limit:
        n += 1
        m = after[m]
    return n

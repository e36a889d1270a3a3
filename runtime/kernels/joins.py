"""Lists of rows per key, in the order of their times, and the search for partners in them.

`head` and `tail`: int64[keys], `after` and `before`: int64[rows], all -1 where there is nobody;
`time`: int64[rows].
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel


@kernel
def link(
    count: int,
    owners: Ints,
    rows: Ints,
    head: Ints,
    tail: Ints,
    after: Ints,
    before: Ints,
    time: Ints,
) -> None:
    """Put `rows`: int64[count] into the lists of `owners`, behind those of no later time.

    O(count), and for each row the later ones of its list that are there already: rows in the order
    of their times do not pass each other. A row whose owner is -1 goes into no list.
    """
    for i in range(count):
        owner = owners[i]
        if owner < 0:
            continue
        row = rows[i]
        t = time[row]
        last = tail[owner]
        following = -1
        while last >= 0 and time[last] > t:
            following = last
            last = before[last]
        before[row] = last
        after[row] = following
        if last >= 0:
            after[last] = row
        else:
            head[owner] = row
        if following >= 0:
            before[following] = row
        else:
            tail[owner] = row


@kernel
def unlink(
    count: int,
    rows: Ints,
    owner: Ints,
    head: Ints,
    tail: Ints,
    after: Ints,
    before: Ints,
    others: Ints,
    idle: Ints,
) -> int:
    """Take `rows`: int64[count] out of the lists of their `owner`: int64[rows]; O(count).

    Writes to `idle` the owners whose lists are empty now, as they are in `others`, the heads of
    other lists of the same owners; returns how many.
    """
    n = 0
    for i in range(count):
        row = rows[i]
        one = owner[row]
        if one < 0:
            continue
        a = after[row]
        b = before[row]
        if b >= 0:
            after[b] = a
        else:
            head[one] = a
        if a >= 0:
            before[a] = b
        else:
            tail[one] = b
        if a < 0 and b < 0 and others[one] < 0:
            idle[n] = one
            n += 1
    return n


@kernel
def pair(count: int, at: Ints, owners: Ints, head: Ints, after: Ints, found: Ints) -> int:
    """Pair `owners`: int64[n] from `at[0]` on with all rows of their lists; O(count + pairs).

    Writes the positions in `owners` and the rows to `found`: int64[2, room], and returns how many
    pairs there are. When it is full, it stops: `at`: int64[2] says where, and it is called again.
    `count` is how many owners are left.
    """
    n = 0
    most = found.shape[1]
    i = at[0]
    end = i + count
    row = at[1]
    while i < end:
        if row < 0 and owners[i] >= 0:
            row = head[owners[i]]
        while row >= 0 and n < most:
            found[0, n] = i
            found[1, n] = row
            n += 1
            row = after[row]
        if row >= 0:
            break
        i += 1
    at[0] = i
    at[1] = row
    return n


@kernel
def pair_near(
    count: int,
    at: Ints,
    owners: Ints,
    span: Ints,
    head: Ints,
    tail: Ints,
    after: Ints,
    before: Ints,
    time: Ints,
    found: Ints,
) -> int:
    """As `pair`, but only with rows whose time is in the `span`: int64[2, n].

    The first of them is looked for from both ends of the list at once, so what is passed over is at
    most twice what is at the nearer end; O(count + pairs + rows passed over).
    """
    n = 0
    most = found.shape[1]
    i = at[0]
    end = i + count
    row = at[1]
    while i < end:
        latest = span[1, i]
        if row < 0 and owners[i] >= 0:
            earliest = span[0, i]
            row = head[owners[i]]
            last = tail[owners[i]]
            while row >= 0 and time[row] < earliest:
                if time[last] < earliest:
                    row = -1
                elif time[last] <= latest:
                    # The last one that is near: go to the first of them.
                    row = before[last]
                    while time[row] >= earliest:
                        row = before[row]
                    row = after[row]
                else:
                    row = after[row]
                    last = before[last]
        while row >= 0 and n < most and time[row] <= latest:
            found[0, n] = i
            found[1, n] = row
            n += 1
            row = after[row]
        if row >= 0 and time[row] <= latest:
            break
        row = -1
        i += 1
    at[0] = i
    at[1] = row
    return n

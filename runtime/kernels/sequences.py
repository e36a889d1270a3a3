"""Rows in order, and through them the list of each partition.

A row is a position: int64, rising in the order of rows. `after`: int64[positions] is the next row
of its partition, -1 at the end. `pointers`: int64[partitions, slots] stand at rows; -1 is behind
the last one, which is where the next row of the partition will be.

A frame is found by two pointers that only go forward, since what bounds it does: `keys`:
int64[positions] rise within a partition, and the frame of a row holds the rows whose key is between
two bounds. `steps`: int64[5, count] says of each row where the pointer to the first row of its
frame was before and is now, where that behind its last row was and is, and the last row that the
latter has passed. Frames without a first row have -2 in the first two. A frame that is found anew,
since a pointer would have to go back, has `ANEW` where that behind its last row was.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Flags, Ints, kernel

ANEW = -3
"""Stands in the steps of a frame that owes nothing to the one before it."""


@kernel
def link(
    count: int, first: int, owners: Ints, after: Ints, number: Ints, tail: Ints, many: Ints,
    pointers: Ints,
) -> None:  # fmt: skip
    """Append rows at `first`, `first` + 1, …, to the lists of `owners`: int64[count]; O(count).

    Writes to `number`: int64[positions] how many rows the partition had before; `many`:
    int64[partitions] counts them.
    """
    slots = pointers.shape[1]
    for i in range(count):
        p = owners[i]
        g = first + i
        after[g] = -1
        t = tail[p]
        if t >= 0:
            after[t] = g
        tail[p] = g
        number[g] = many[p]
        many[p] += 1
        for s in range(slots):
            if pointers[p, s] < 0:
                pointers[p, s] = g


@kernel
def rank(
    count: int, first: int, owners: Ints, classes: Ints, number: Ints, latest: Ints, groups: Ints,
    begun: Ints, peer: Ints, begin: Ints,
) -> None:  # fmt: skip
    """Give numbers to the groups of peers in each partition; O(count).

    `classes`: int64[count] are equal for rows that are equal in the order. Of each partition,
    `latest`: the class of its last row, `groups`: how many groups it has, `begun`: the number of
    the first row of the last one. Writes `peer`: the number of a row's group, and `begin`: that of
    its first row, at positions from `first` on.
    """
    for i in range(count):
        p = owners[i]
        g = first + i
        if classes[i] != latest[p]:
            latest[p] = classes[i]
            groups[p] += 1
            begun[p] = number[g]
        peer[g] = groups[p] - 1
        begin[g] = begun[p]


@kernel
def count_valid(
    count: int, first: int, owners: Ints, flags: Flags, many: Ints, valid: Ints
) -> None:
    """Write to `valid`: int64[positions] how many rows of the partition up to each have a flag."""
    for i in range(count):
        p = owners[i]
        g = first + i
        if flags[g]:
            many[p] += 1
        valid[g] = many[p]


@kernel
def bound(  # noqa: PLR0917
    count: int, owners: Ints, keys: Ints, low: Ints, high: Ints, after: Ints, pointers: Ints,
    low_slot: int, high_slot: int, passed: Ints, steps: Ints,
) -> None:  # fmt: skip
    """Find the frames of rows that hold keys from `low` to `high`: int64[count]; O(count + moves).

    Rows of one partition come in its order. `low_slot` is -1 where frames have no first row.
    `passed`: int64[partitions] is the last row that the pointer at `high_slot` has passed.
    """
    for i in range(count):
        p = owners[i]
        least = low[i]
        if low_slot >= 0:
            g = pointers[p, low_slot]
            steps[0, i] = g
            while g >= 0 and keys[g] < least:
                g = after[g]
            pointers[p, low_slot] = g
            steps[1, i] = g
        else:
            steps[0, i] = -2
            steps[1, i] = -2
        most = high[i]
        g = pointers[p, high_slot]
        steps[2, i] = g
        last = passed[p]
        # What is before the frame can be in no later one, so it is passed too.
        while g >= 0 and (keys[g] <= most or (low_slot >= 0 and keys[g] < least)):
            last = g
            g = after[g]
        pointers[p, high_slot] = g
        passed[p] = last
        steps[3, i] = g
        steps[4, i] = last


@kernel
def bound_anew(  # noqa: PLR0917
    count: int, owners: Ints, keys: Ints, low: Ints, high: Ints, after: Ints, pointers: Ints,
    low_slot: int, high_slot: int, anchor: int, least: Ints, latest: Ints, passed: Ints,
    steps: Ints,
) -> None:  # fmt: skip
    """Find frames as `bound` does, of which some begin or end before the one before them.

    These are found from the pointer in the slot `anchor` on, which is at the first row that is not
    below `least`: int64[count], rising. `latest`: int64[partitions, 2] are the bounds of the frame
    before. O(count + moves + rows of the frames that are found anew).
    """
    for i in range(count):
        p = owners[i]
        g = pointers[p, anchor]
        while g >= 0 and keys[g] < least[i]:
            g = after[g]
        pointers[p, anchor] = g
        first = low[i]
        most = high[i]
        anew = first < latest[p, 0] or most < latest[p, 1]
        latest[p, 0] = first
        latest[p, 1] = most
        if not anew:
            g = pointers[p, low_slot]
        steps[0, i] = g
        while g >= 0 and keys[g] < first:
            g = after[g]
        pointers[p, low_slot] = g
        steps[1, i] = g
        last = -1
        if anew:
            steps[0, i] = g
            steps[2, i] = ANEW
        else:
            last = passed[p]
            g = pointers[p, high_slot]
            steps[2, i] = g
        while g >= 0 and (keys[g] <= most or keys[g] < first):
            last = g
            g = after[g]
        pointers[p, high_slot] = g
        passed[p] = last
        steps[3, i] = g
        steps[4, i] = last


@kernel
def seek(
    count: int, owners: Ints, keys: Ints, wanted: Ints, after: Ints, steps: Ints, pointers: Ints,
    slot: int, found: Ints,
) -> None:  # fmt: skip
    """Find for each row the first whose key is at least `wanted`: int64[count], or -1.

    `wanted` rise in a partition, except where frames are found anew: from their first row on.
    """
    for i in range(count):
        p = owners[i]
        least = wanted[i]
        g = pointers[p, slot]
        if steps[2, i] == ANEW:
            g = steps[1, i]
        while g >= 0 and keys[g] < least:
            g = after[g]
        pointers[p, slot] = g
        found[i] = g


@kernel
def ready(
    count: int, partitions: Ints, keys: Ints, ahead: int, tail: Ints, after: Ints, pointers: Ints,
    slot: int,
) -> None:  # fmt: skip
    """Move a pointer over the rows whose key is at most that of the last row less `ahead`."""
    for i in range(count):
        p = partitions[i]
        t = tail[p]
        if t < 0:
            continue
        most = keys[t] - ahead
        g = pointers[p, slot]
        while g >= 0 and keys[g] <= most:
            g = after[g]
        pointers[p, slot] = g


@kernel
def passing(
    count: int, partitions: Ints, keys: Ints, limit: int, after: Ints, pointers: Ints, slot: int
) -> None:
    """Move a pointer over the rows whose key is below `limit`."""
    for i in range(count):
        p = partitions[i]
        g = pointers[p, slot]
        while g >= 0 and keys[g] < limit:
            g = after[g]
        pointers[p, slot] = g


@kernel
def collect(
    count: int, partitions: Ints, after: Ints, pointers: Ints, slot: int, gates: int, rows: Ints
) -> int:
    """Write the rows from the pointer at `slot` up to the first of the `gates` slots behind it.

    Moves the pointer, and returns how many there are.
    """
    n = 0
    for i in range(count):
        p = partitions[i]
        g = pointers[p, slot]
        while g >= 0:
            waits = False
            for s in range(slot + 1, slot + 1 + gates):
                if pointers[p, s] == g:
                    waits = True
            if waits:
                break
            rows[n] = g
            n += 1
            g = after[g]
        pointers[p, slot] = g
    return n


@kernel
def stretch(count: int, firsts: Ints, sizes: Ints, after: Ints, rows: Ints) -> None:
    """Write `sizes` rows from each of `firsts`: int64[count] on, along the lists; O(rows)."""
    n = 0
    for i in range(count):
        g = firsts[i]
        for _ in range(sizes[i]):
            rows[n] = g
            n += 1
            g = after[g]


@kernel
def renumber(count: int, owners: Ints, live: Flags, following: Ints, numbers: Ints) -> int:
    """Give the rows that live new positions: `numbers`: int64[count]; O(count).

    A row that does not live gets that of the next one of its partition that does, or -1.
    `following`: int64[partitions] is -1 before. Returns how many live.
    """
    n = 0
    for g in range(count):
        if live[g]:
            n += 1
    top = n
    for i in range(count):
        g = count - 1 - i
        p = owners[g]
        if live[g]:
            top -= 1
            following[p] = top
        numbers[g] = following[p]
    return n

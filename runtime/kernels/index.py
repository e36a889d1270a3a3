"""A hash index from rows of int64 codes to dense ids: open addressing with linear probing.

The index is `slots`: int64[size], size a power of two; -1 where empty, else `hash << 32 | id` with
a hash of 31 bits, so that most probes and all moves need not look at the rows. `rows`:
int64[capacity, width + 1] holds the codes of each id and, last, -1 between calls; of a free id,
`rows[id, 0]` is the next free one. `state` is int64[5]: how many ids live, the end of the ids ever
used, the first free id or -1, and of the call at hand how many different ids were met and how many
are new.

Deleting moves the entries behind the hole back (Knuth, The Art of Computer Programming 3, 6.4,
algorithm R), so there are no tombstones and an index never decays.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Flags, Ints, kernel

LIVE, TOP, FREE, MET, NEW = range(5)

_LOW = 0xFFFFFFFF


def _hash(codes: Ints, row: int, width: int) -> int:
    """Mix the codes of a row into 31 bits; every product stays below 2**63."""
    h = 0
    for j in range(width):
        c = codes[row, j]
        h = ((h ^ c ^ ((c >> 32) * 0x9E3B)) & _LOW) * 0x6C8E9CF5
        h ^= h >> 31
    return h & 0x7FFFFFFF


def _hashes(start: int, end: int, codes: Ints, hashes: Ints) -> None:
    """Write the hashes of rows; O(end - start).

    In a loop of its own, so that hashing does not wait for memory. That of one code, which most
    rows have, and that of two are without an inner loop: a third of the time.
    """
    width = codes.shape[1]
    if width == 1:
        for i in range(start, end):
            c = codes[i, 0]
            h = ((c ^ ((c >> 32) * 0x9E3B)) & _LOW) * 0x6C8E9CF5
            hashes[i] = (h ^ (h >> 31)) & 0x7FFFFFFF
    elif width == 2:
        for i in range(start, end):
            c = codes[i, 0]
            h = ((c ^ ((c >> 32) * 0x9E3B)) & _LOW) * 0x6C8E9CF5
            h ^= h >> 31
            c = codes[i, 1]
            h = ((h ^ c ^ ((c >> 32) * 0x9E3B)) & _LOW) * 0x6C8E9CF5
            hashes[i] = (h ^ (h >> 31)) & 0x7FFFFFFF
    else:
        for i in range(start, end):
            hashes[i] = _hash(codes, i, width)


@kernel
def intern(
    count: int,
    start: int,
    codes: Ints,
    slots: Ints,
    rows: Ints,
    state: Ints,
    local: Ints,
    met: Ints,
    new: Ints,
) -> int:
    """Find or make the ids of `codes[start : start + count]`: int64[n, width]; O(count).

    Writes for each row `local`: int64[n], its position in `met`: int64[n], the different ids in the
    order of their first row; and to `new`: int64[n] the ids that were made. Returns the row at
    which it stopped because `slots` or `rows` are full, to be called again from there once they
    have been enlarged, or the end.
    """
    mask = len(slots) - 1
    most = len(slots) // 8 * 5
    capacity = len(rows)
    width = codes.shape[1]
    live = state[0]
    top = state[1]
    free = state[2]
    n_met = state[3]
    n_new = state[4]
    end = start + count
    _hashes(start, end, codes, local)
    i = start
    while i < end:
        h = local[i]
        s = h & mask
        found = -1
        e = slots[s]
        while e >= 0:
            if e >> 32 == h:
                one = e & _LOW
                j = 0
                while j < width and rows[one, j] == codes[i, j]:
                    j += 1
                if j == width:
                    found = one
                    break
            s = (s + 1) & mask
            e = slots[s]
        if found < 0:
            if live >= most or (free < 0 and top >= capacity):
                break
            if free >= 0:
                found = free
                free = rows[found, 0]
            else:
                found = top
                top += 1
            for j in range(width):
                rows[found, j] = codes[i, j]
            slots[s] = (h << 32) | found
            live += 1
            new[n_new] = found
            n_new += 1
        m = rows[found, width]
        if m < 0:
            m = n_met
            rows[found, width] = m
            met[m] = found
            n_met += 1
        local[i] = m
        i += 1
    state[0] = live
    state[1] = top
    state[2] = free
    state[3] = n_met
    state[4] = n_new
    if i == end:
        for j in range(n_met):
            rows[met[j], width] = -1
    return i


@kernel
def find(count: int, codes: Ints, slots: Ints, rows: Ints, ids: Ints) -> None:
    """Write to `ids`: int64[count] the id of each row of `codes`, or -1; O(count)."""
    mask = len(slots) - 1
    width = codes.shape[1]
    _hashes(0, count, codes, ids)
    for i in range(count):
        h = ids[i]
        s = h & mask
        found = -1
        e = slots[s]
        while e >= 0:
            if e >> 32 == h:
                one = e & _LOW
                j = 0
                while j < width and rows[one, j] == codes[i, j]:
                    j += 1
                if j == width:
                    found = one
                    break
            s = (s + 1) & mask
            e = slots[s]
        ids[i] = found


@kernel
def remove(count: int, ids: Ints, slots: Ints, rows: Ints, state: Ints) -> None:
    """Forget `ids`: int64[count], each of them live and named once; O(count)."""
    mask = len(slots) - 1
    width = rows.shape[1] - 1
    free = state[2]
    for i in range(count):
        one = ids[i]
        h = _hash(rows, one, width)
        entry = (h << 32) | one
        hole = h & mask
        while slots[hole] != entry:
            hole = (hole + 1) & mask
        s = (hole + 1) & mask
        e = slots[s]
        while e >= 0:
            # An entry may move back to the hole unless its home lies between the hole and itself.
            if ((s - (e >> 32)) & mask) >= ((s - hole) & mask):
                slots[hole] = e
                hole = s
            s = (s + 1) & mask
            e = slots[s]
        slots[hole] = -1
        rows[one, 0] = free
        free = one
    state[2] = free
    state[0] -= count


@kernel
def rebuild(count: int, old: Ints, slots: Ints) -> None:
    """Put the entries of `old`: int64[count] into `slots`, all -1 and large enough; O(count)."""
    mask = len(slots) - 1
    for i in range(count):
        e = old[i]
        if e >= 0:
            s = (e >> 32) & mask
            while slots[s] >= 0:
                s = (s + 1) & mask
            slots[s] = e


@kernel
def purge(count: int, old: Ints, gone: Flags, slots: Ints) -> None:
    """Put the entries of `old`: int64[count] into `slots`, all -1, but for ids that are `gone`.

    `gone`: bool[top]; O(count). It goes through memory in order, so a slot costs a tenth of what
    `remove` does.
    """
    mask = len(slots) - 1
    for i in range(count):
        e = old[i]
        if e >= 0 and not gone[e & _LOW]:
            s = (e >> 32) & mask
            while slots[s] >= 0:
                s = (s + 1) & mask
            slots[s] = e


@kernel
def renumber(count: int, slots: Ints, numbers: Ints) -> None:
    """Give the ids in `slots`: int64[count] their new `numbers`: int64[top]; O(count)."""
    for i in range(count):
        e = slots[i]
        if e >= 0:
            slots[i] = (e >> 32 << 32) | numbers[e & _LOW]

"""A hash index from strings of bytes to dense ids, the text of all of them in one arena.

As in `cep.runtime.kernels.index`, `slots` hold `hash << 32 | id` or -1. Id i is `arena[begin[i] :
begin[i] + length[i]]`; of a free id, `begin` is the next free one. `state` is int64[5]: how many
ids live, the end of the ids ever used, the first free id or -1, the end of the arena, and how many
bytes in it belong to nobody.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, Octets, kernel

LIVE, TOP, FREE, END, DEAD = range(5)

_LOW = 0xFFFFFFFF


def _hash(data: Octets, first: int, end: int) -> int:
    """Mix bytes into 31 bits (FNV-1a and a final shuffle); products stay below 2**63."""
    h = 0x811C9DC5
    for i in range(first, end):
        h = ((h ^ data[i]) * 0x01000193) & _LOW
    h = (h ^ (h >> 15)) * 0x6C8E9CF5
    return (h ^ (h >> 31)) & 0x7FFFFFFF


@kernel
def intern(
    count: int,
    start: int,
    offsets: Ints,
    data: Octets,
    slots: Ints,
    begin: Ints,
    length: Ints,
    arena: Octets,
    state: Ints,
    ids: Ints,
) -> int:
    """Write to `ids`: int64[n] the ids of the strings start … start + count, made where new.

    String i is `data[offsets[i] : offsets[i + 1]]`. Returns the row at which it stopped because
    `slots`, `begin` or `arena` are full, or the end. O(bytes).
    """
    mask = len(slots) - 1
    most = len(slots) // 8 * 5
    capacity = len(begin)
    i = start
    stop = start + count
    while i < stop:
        first = offsets[i]
        size = offsets[i + 1] - first
        h = _hash(data, first, first + size)
        s = h & mask
        found = -1
        e = slots[s]
        while e >= 0:
            if e >> 32 == h:
                one = e & _LOW
                if length[one] == size:
                    at = begin[one]
                    j = 0
                    while j < size and arena[at + j] == data[first + j]:
                        j += 1
                    if j == size:
                        found = one
                        break
            s = (s + 1) & mask
            e = slots[s]
        if found < 0:
            at = state[3]
            if state[0] >= most or at + size > len(arena):
                break
            if state[2] >= 0:
                found = state[2]
                state[2] = begin[found]
            elif state[1] < capacity:
                found = state[1]
                state[1] = found + 1
            else:
                break
            for j in range(size):
                arena[at + j] = data[first + j]
            begin[found] = at
            length[found] = size
            slots[s] = (h << 32) | found
            state[3] = at + size
            state[0] += 1
        ids[i] = found
        i += 1
    return i


@kernel
def remove(
    count: int, ids: Ints, slots: Ints, begin: Ints, length: Ints, arena: Octets, state: Ints
) -> None:
    """Forget `ids`: int64[count], each of them live and named once; O(bytes)."""
    mask = len(slots) - 1
    for i in range(count):
        one = ids[i]
        h = _hash(arena, begin[one], begin[one] + length[one])
        entry = (h << 32) | one
        hole = h & mask
        while slots[hole] != entry:
            hole = (hole + 1) & mask
        s = (hole + 1) & mask
        e = slots[s]
        while e >= 0:
            if ((s - (e >> 32)) & mask) >= ((s - hole) & mask):
                slots[hole] = e
                hole = s
            s = (s + 1) & mask
            e = slots[s]
        slots[hole] = -1
        state[4] += length[one]
        length[one] = -1
        begin[one] = state[2]
        state[2] = one
    state[0] -= count

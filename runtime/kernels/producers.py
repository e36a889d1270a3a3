"""Watermarks of many producers: who is furthest behind, kept up row by row.

The producers that take part stand in a binary heap by their watermark, the one that holds the
others back at its root. `heap`: int64[producers] has their ids, `spots`: int64[ids] says where each
stands, -1 where it takes no part. A watermark only grows, so that a row moves its producer down.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Flags, Ints, kernel

SIZE, SAID, OWN, OTHERS = range(4)
"""What `state` of `follow` holds: how many take part, the stream's watermark, that of the rows' own
partition, and the least of the other partitions'."""


def _down(spot: int, size: int, marks: Ints, spots: Ints, heap: Ints) -> None:
    p = heap[spot]
    mark = marks[p]
    while True:
        below = 2 * spot + 1
        if below >= size:
            break
        if below + 1 < size and marks[heap[below + 1]] < marks[heap[below]]:
            below += 1
        if marks[heap[below]] >= mark:
            break
        heap[spot] = heap[below]
        spots[heap[spot]] = spot
        spot = below
    heap[spot] = p
    spots[p] = spot


def _up(spot: int, marks: Ints, spots: Ints, heap: Ints) -> None:
    p = heap[spot]
    mark = marks[p]
    while spot > 0:
        above = (spot - 1) // 2
        if marks[heap[above]] <= mark:
            break
        heap[spot] = heap[above]
        spots[heap[spot]] = spot
        spot = above
    heap[spot] = p
    spots[p] = spot


def _out(p: int, size: int, marks: Ints, spots: Ints, heap: Ints) -> int:
    """Take a producer out of the heap and return how many are left."""
    spot = spots[p]
    spots[p] = -1
    size -= 1
    if spot < size:
        heap[spot] = heap[size]
        spots[heap[spot]] = spot
        _up(spot, marks, spots, heap)
        _down(spots[heap[spot]], size, marks, spots, heap)
    return size


@kernel
def follow(
    count: int,
    ids: Ints,
    promises: Ints,
    farewells: Flags,
    marks: Ints,
    spots: Ints,
    heap: Ints,
    state: Ints,
    before: Ints,
) -> None:
    """Move the watermarks over rows in their order of arrival; O(count · log producers).

    `ids`, `promises`: int64[count] say whose each row is and what it raises that producer's
    watermark to; `farewells`: bool[count] which rows say that nothing more will come. `marks` and
    `spots`: int64[ids], `heap` with room for all of them. `before`: int64[count] gets the
    producer's watermark just before each row: one that joins starts at the stream's.
    """
    size = state[SIZE]
    said = state[SAID]
    own = state[OWN]
    others = state[OTHERS]
    for i in range(count):
        p = ids[i]
        if spots[p] < 0:
            marks[p] = said
            heap[size] = p
            _up(size, marks, spots, heap)
            size += 1
        before[i] = marks[p]
        if farewells[i]:
            size = _out(p, size, marks, spots, heap)
        elif promises[i] > marks[p]:
            marks[p] = promises[i]
            own = max(own, promises[i])
            _down(spots[p], size, marks, spots, heap)
        least = min(own, others)
        if size > 0:
            least = min(least, marks[heap[0]])
        said = max(said, least)
    state[SIZE] = size
    state[SAID] = said
    state[OWN] = own


@kernel
def dismiss(count: int, ids: Ints, size: int, marks: Ints, spots: Ints, heap: Ints) -> int:
    """Take `ids`: int64[count] out of the heap; return how many are left; O(count · log size)."""
    for i in range(count):
        size = _out(ids[i], size, marks, spots, heap)
    return size

"""The row of the other side that is nearest in time, by key.

Rows of both sides come in the order of their times. `left_time`, `left_key`: int64[left] and
`right_time`, `right_key`: int64[right]; a key is a dense id, -1 where it equals nothing.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel


@kernel
def latest(  # noqa: PLR0917
    count: int,
    left: int,
    right: int,
    strict: int,
    left_time: Ints,
    left_key: Ints,
    right_time: Ints,
    right_key: Ints,
    right_place: Ints,
    place: Ints,
    answer: Ints,
) -> None:
    """Find for each left row the last right one of its key that is not later; O(left + right).

    `place`: int64[keys] is where the row of each key stands that came last, -1 where it has none;
    it goes on to the places of the right rows, `right_place`: int64[right]. `answer`: int64[left]
    is written. With `strict` the right row must be earlier. `count` is left + right.
    """
    r = 0
    for i in range(left):
        until = left_time[i] - strict
        while r < right and right_time[r] <= until:
            place[right_key[r]] = right_place[r]
            r += 1
        key = left_key[i]
        answer[i] = place[key] if key >= 0 else -1
    while r < right:
        place[right_key[r]] = right_place[r]
        r += 1


@kernel
def upcoming(  # noqa: PLR0917
    count: int,
    left: int,
    right: int,
    strict: int,
    left_time: Ints,
    left_key: Ints,
    left_place: Ints,
    right_time: Ints,
    right_key: Ints,
    head: Ints,
    tail: Ints,
    after: Ints,
    answer: Ints,
    answered: Ints,
) -> int:
    """Find for left rows that wait the first right one of their key that is not earlier.

    `head`, `tail`: int64[keys] and `after`: int64[places] are lists of the left rows that wait, by
    key, -1 where there is nobody; the left rows join them at `left_place`: int64[left]. `answered`:
    int64[places] gets the places of those that have found their right row, `answer`: int64[places]
    its number. With `strict` the right row must be later. `count` is left + right; returns how many
    were answered; O(left + right + answered).
    """
    found = 0
    i = 0
    for r in range(right + 1):
        # A left row of the same time joins before the right row, unless that must be later.
        while i < left and (r == right or left_time[i] <= right_time[r] - strict):
            key = left_key[i]
            place = left_place[i]
            after[place] = -1
            if tail[key] >= 0:
                after[tail[key]] = place
            else:
                head[key] = place
            tail[key] = place
            i += 1
        if r < right:
            key = right_key[r]
            place = head[key]
            while place >= 0:
                answered[found] = place
                answer[found] = r
                found += 1
                place = after[place]
            head[key] = -1
            tail[key] = -1
    return found

"""Sessions per key: a row joins those it is near to, and they close in the order of their ends.

`table`: int64[capacity, 8] has of each session the times of its first and its last row, when it was
born (the arrival of its first row), its key, its neighbours in the list of the key's sessions by
last time, the session that has absorbed it, and the end it was last known to have; -1 where there
is none. `tails`: int64[keys] is the last session of each key. `heap`: int64[capacity] is a binary
heap of sessions by that known end, each in it once: a session that has grown meanwhile goes back
when it gets to the top, one that was absorbed is given up then. `state` is int64[4]: the end of the
ids ever used, the first free one or -1 (chained by the place of the next neighbour), the size of
the heap, and how many sessions live.

Where sessions are said before they are given up, `fresh`: int64[capacity] and `waiting` are a
second heap, of those that have not been said, by the end they were last known to have (NOWHERE: not
in it); its size is in `many`: int64[1].
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel

FIRST, LAST, BORN, KEY, BEFORE, AFTER, INTO, DUE = range(8)
TOP, FREE, HEAP, LIVE = range(4)

NOWHERE = -(2**63)
"""In `fresh`: the session does not wait to be said."""


def _push(session: int, table: Ints, heap: Ints, state: Ints) -> None:
    """Put a session into the heap."""
    at = state[2]
    state[2] = at + 1
    due = table[session, 7]
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if table[other, 7] <= due:
            break
        heap[at] = other
        at = above
    heap[at] = session


def _sink(session: int, table: Ints, heap: Ints, state: Ints) -> None:
    """Put a session into the place of the heap's first one."""
    size = state[2]
    due = table[session, 7]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and table[heap[below + 1], 7] < table[heap[below], 7]:
            below += 1
        other = heap[below]
        if table[other, 7] >= due:
            break
        heap[at] = other
        at = below
    heap[at] = session


def _make(key: int, time: int, born: int, gap: int, table: Ints, heap: Ints, state: Ints) -> int:
    """Return a new session of one row, in no list yet."""
    session = state[1]
    if session >= 0:
        state[1] = table[session, 5]
    else:
        session = state[0]
        state[0] = session + 1
    table[session, 0] = time
    table[session, 1] = time
    table[session, 2] = born
    table[session, 3] = key
    table[session, 4] = -1
    table[session, 5] = -1
    table[session, 6] = -1
    table[session, 7] = time + gap
    state[3] += 1
    _push(session, table, heap, state)
    return session


def _leave(session: int, tails: Ints, table: Ints) -> None:
    """Take a session out of the list of its key."""
    b = table[session, 4]
    a = table[session, 5]
    if b >= 0:
        table[b, 5] = a
    if a >= 0:
        table[a, 4] = b
    else:
        tails[table[session, 3]] = b


@kernel
def place(  # noqa: PLR0917
    count: int,
    start: int,
    gap: int,
    arrived: int,
    keys: Ints,
    times: Ints,
    lateness: Ints,
    tails: Ints,
    table: Ints,
    heap: Ints,
    state: Ints,
    sessions: Ints,
    absorbed: Ints,
    merged: Ints,
) -> int:
    """Let rows `start` to `start + count` join sessions, in the order in which they came.

    Of `keys`, `times` and `lateness`: int64[n] (or int64[0] where no row is late). Writes the
    session of each row, or -1 where it is refused, to `sessions`: int64[n], and the sessions that
    others have absorbed to `absorbed`, whose number is `merged`: int64[1]. A row joins the sessions
    that end after its time and its lateness and begin less than `gap` after it. Where there are
    none, it is refused if it would end by its lateness alone. Returns where it stopped because the
    table is full, or the end. O(count), and the sessions of the key that are later than the row.
    """
    end = start + count
    capacity = len(table)
    behind = len(lateness) > 0
    i = start
    while i < end:
        if state[1] < 0 and state[0] >= capacity:
            break
        key = keys[i]
        time = times[i]
        bound = time
        if behind and lateness[i] > time:
            bound = lateness[i]
        joined = -1
        s = tails[key]
        later = -1
        while s >= 0 and table[s, 1] + gap > bound:
            b = table[s, 4]
            if table[s, 0] < time + gap:
                if joined < 0:
                    joined = s
                    table[s, 0] = min(table[s, 0], time)
                    table[s, 1] = max(table[s, 1], time)
                else:
                    table[joined, 0] = min(table[joined, 0], table[s, 0])
                    table[joined, 2] = min(table[joined, 2], table[s, 2])
                    _leave(s, tails, table)
                    table[s, 6] = joined
                    state[3] -= 1
                    absorbed[merged[0]] = s
                    merged[0] += 1
            elif table[s, 1] > time:
                later = s
            s = b
        if joined < 0 and time + gap > bound:
            joined = _make(key, time, arrived + i, gap, table, heap, state)
            b = tails[key] if later < 0 else table[later, 4]
            table[joined, 4] = b
            table[joined, 5] = later
            if b >= 0:
                table[b, 5] = joined
            if later >= 0:
                table[later, 4] = joined
            else:
                tails[key] = joined
        sessions[i] = joined
        i += 1
    return i


@kernel
def settle(count: int, sessions: Ints, table: Ints, marks: Ints, local: Ints, met: Ints) -> int:
    """Find the sessions that rows are in after all, and number them; O(count).

    `sessions`: int64[count] are the rows', or -1. Writes the different ones in the order of their
    first row to `met`: int64[count], the position of each row's to `local`: int64[count] (-1 for
    none), and returns how many there are. `marks`: int64[capacity] is -1 between calls.
    """
    n = 0
    for i in range(count):
        s = sessions[i]
        if s < 0:
            local[i] = -1
            continue
        while table[s, 6] >= 0:
            s = table[s, 6]
        m = marks[s]
        if m < 0:
            m = n
            marks[s] = m
            met[m] = s
            n += 1
        local[i] = m
    for j in range(n):
        marks[met[j]] = -1
    return n


@kernel
def close(
    count: int,
    watermark: int,
    gap: int,
    tails: Ints,
    table: Ints,
    heap: Ints,
    state: Ints,
    fresh: Ints,
    closed: Ints,
) -> int:
    """Write to `closed` the sessions that end by the watermark, and take them out of their lists.

    Returns how many there are; their ids are free when `release` has been called. `count` is about
    how many: O(log n) for each, and for each that has grown or was absorbed since it was looked at.
    `fresh` is empty where sessions are said when they are given up.
    """
    apart = len(fresh) > 0
    n = 0
    while state[2] > 0:
        s = heap[0]
        if table[s, 7] > watermark:
            break
        ends = table[s, 1] + gap
        if table[s, 6] < 0 and ends > watermark:
            table[s, 7] = ends
            _sink(s, table, heap, state)
            continue
        state[2] -= 1
        if state[2] > 0:
            _sink(heap[state[2]], table, heap, state)
        if table[s, 6] >= 0:
            if apart and fresh[s] != NOWHERE:
                # Its id is free when it is met in the other heap too.
                table[s, 3] = -1
            else:
                table[s, 5] = state[1]
                state[1] = s
        else:
            _leave(s, tails, table)
            state[3] -= 1
            closed[n] = s
            n += 1
    return n


@kernel
def wait(count: int, ids: Ints, ends: Ints, fresh: Ints, waiting: Ints, many: Ints) -> None:
    """Let sessions `ids`: int64[count] wait until they are said, those that do not; O(count log n).

    A session that waits and has grown is looked at again when it gets to the top.
    """
    for i in range(count):
        s = ids[i]
        if fresh[s] != NOWHERE:
            continue
        due = ends[i]
        fresh[s] = due
        at = many[0]
        many[0] = at + 1
        while at > 0:
            above = (at - 1) >> 1
            other = waiting[above]
            if fresh[other] <= due:
                break
            waiting[at] = other
            at = above
        waiting[at] = s


def _settle_down(session: int, fresh: Ints, waiting: Ints, many: Ints) -> None:
    """Put a session into the place of the first one that waits."""
    size = many[0]
    due = fresh[session]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and fresh[waiting[below + 1]] < fresh[waiting[below]]:
            below += 1
        other = waiting[below]
        if fresh[other] >= due:
            break
        waiting[at] = other
        at = below
    waiting[at] = session


@kernel
def ripen(
    count: int,
    watermark: int,
    gap: int,
    table: Ints,
    fresh: Ints,
    waiting: Ints,
    many: Ints,
    state: Ints,
    ripe: Ints,
) -> int:
    """Write to `ripe` the sessions that wait and end by the watermark; they wait no more.

    Returns how many there are. `count` is about how many: O(log n) for each, and for each that has
    grown or was absorbed since it was looked at.
    """
    n = 0
    while many[0] > 0:
        s = waiting[0]
        if fresh[s] > watermark:
            break
        ends = table[s, 1] + gap
        if table[s, 6] < 0 and ends > watermark:
            fresh[s] = ends
            _settle_down(s, fresh, waiting, many)
            continue
        fresh[s] = NOWHERE
        many[0] -= 1
        if many[0] > 0:
            _settle_down(waiting[many[0]], fresh, waiting, many)
        if table[s, 6] < 0:
            ripe[n] = s
            n += 1
        elif table[s, 3] < 0:
            table[s, 5] = state[1]
            state[1] = s
    return n


@kernel
def release(count: int, ids: Ints, table: Ints, state: Ints) -> None:
    """Let the ids: int64[count] of closed sessions be given out again; O(count)."""
    for i in range(count):
        table[ids[i], 5] = state[1]
        state[1] = ids[i]


@kernel
def enter(
    count: int,
    gap: int,
    keys: Ints,
    firsts: Ints,
    lasts: Ints,
    born: Ints,
    tails: Ints,
    table: Ints,
    heap: Ints,
    state: Ints,
) -> None:
    """Make sessions of an empty table: int64[count] each, the last times ascending; O(n log n)."""
    for i in range(count):
        s = _make(keys[i], lasts[i], born[i], gap, table, heap, state)
        table[s, 0] = firsts[i]
        b = tails[keys[i]]
        table[s, 4] = b
        if b >= 0:
            table[b, 5] = s
        tails[keys[i]] = s

"""The two stacks of every key that windows which follow each other are put together from.

A window is a front, of parts that leave one after the other, and a back, of parts that join. What a
key has in either is named by a reference: -1 is nothing, 2 g the group g of a part, and 2 n + 1 the
node n, which stands for its own `group` and for another reference, its `other`: in the front of
parts that leave later, in the back of parts that came before.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, kernel

LIVE = 0
"""Of `marks`: how many keys there are in the window."""

FREE = 1
"""Of `marks`: how many nodes are free."""

MADE = 2
"""Of `marks`: how many nodes have been made."""

GONE = 3
"""Of `marks`: how many nodes are gone, that is, nothing refers to them any more."""

SAID = 4
"""Of `marks`: how many windows have been said."""


@kernel
def say(  # noqa: PLR0917
    steps: int,
    windows: int,
    room: int,
    joined: Ints,
    joining: Ints,
    behind: Ints,
    left: Ints,
    leaving: Ints,
    turned: Ints,
    turning: Ints,
    parts: Ints,
    sizes: Ints,
    head: Ints,
    after: Ints,
    groups: Ints,
    key_of: Ints,
    front: Ints,
    back: Ints,
    live: Ints,
    group: Ints,
    other: Ints,
    free: Ints,
    made: Ints,
    gone: Ints,
    marks: Ints,
    scratch: Ints,
    owner: Ints,
    heads: Ints,
    fronts: Ints,
    backs: Ints,
) -> int:
    """Go from window to window, and write for each of its keys what that is put together from.

    To window w the parts `joining`[`joined`[w]:`joined`[w + 1]] come, those with `behind` not 0
    between parts of the front; then it is said; then the parts of `leaving` go, which are in the
    front, or, where `turning` names some or a -1 alone, the stacks are turned: those parts, the
    last to leave first, become the front, and no others stay. Goes on from window `marks`[SAID]
    while at most `room` rows are written. Returns their number; a row is a window in `owner`, a
    group that has the key in `heads`, and two references in `fronts` and `backs`: int64[room] each.

    `parts` and `groups`: int64[…, …] have starts of slices and parts of groups in the first column,
    `sizes` how many groups a part has, in the lists of `head` and `after`. O(rows, groups of parts
    that come or are turned; and for one `behind`, those of its key that leave before it).
    """
    n = 0
    while marks[SAID] < windows:
        w = marks[SAID]
        fresh = 0
        for i in range(joined[w], joined[w + 1]):
            fresh += sizes[joining[i]]
        if n > 0 and n + marks[LIVE] + fresh > room:
            return n
        for i in range(joined[w], joined[w + 1]):
            g = head[joining[i]]
            while g >= 0:
                key = key_of[g]
                if front[key] < 0 and back[key] < 0:
                    live[marks[LIVE]] = key
                    marks[LIVE] += 1
                if behind[i] != 0:
                    _insert(
                        g, key, parts, groups, front, group, other, free, made, gone, marks, scratch
                    )
                else:
                    back[key] = _pushed(g, back[key], group, other, free, made, marks)
                g = after[g]
        for i in range(marks[LIVE]):
            key = live[i]
            owner[n] = w
            heads[n] = _group(front[key] if front[key] >= 0 else back[key], group)
            fronts[n] = front[key]
            backs[n] = back[key]
            n += 1
        if turned[w] < turned[w + 1]:
            for i in range(marks[LIVE]):
                _drop(front, live[i], other, gone, marks)
                _drop(back, live[i], other, gone, marks)
            for i in range(turned[w], turned[w + 1]):
                g = head[turning[i]] if turning[i] >= 0 else -1
                while g >= 0:
                    key = key_of[g]
                    front[key] = _pushed(g, front[key], group, other, free, made, marks)
                    g = after[g]
        for i in range(left[w], left[w + 1]):
            g = head[leaving[i]]
            while g >= 0:
                _pop(front, key_of[g], other, gone, marks)
                g = after[g]
        if turned[w] < turned[w + 1] or left[w] < left[w + 1]:
            kept = 0
            for i in range(marks[LIVE]):
                key = live[i]
                if front[key] >= 0 or back[key] >= 0:
                    live[kept] = key
                    kept += 1
            marks[LIVE] = kept
        marks[SAID] = w + 1
    return n


def _group(one: int, group: Ints) -> int:
    """Return a group of what a reference names."""
    return group[one >> 1] if one & 1 else one >> 1


def _pushed(
    g: int, rest: int, group: Ints, other: Ints, free: Ints, made: Ints, marks: Ints
) -> int:
    """Return a reference to a group and what another reference names."""
    if rest < 0:
        return 2 * g
    marks[FREE] -= 1
    node = free[marks[FREE]]
    group[node] = g
    other[node] = rest
    made[marks[MADE]] = node
    marks[MADE] += 1
    return 2 * node + 1


def _pop(stack: Ints, key: int, other: Ints, gone: Ints, marks: Ints) -> None:
    """Take off what lies on top of a stack."""
    one = stack[key]
    if one & 1:
        gone[marks[GONE]] = one >> 1
        marks[GONE] += 1
        stack[key] = other[one >> 1]
    else:
        stack[key] = -1


def _drop(stack: Ints, key: int, other: Ints, gone: Ints, marks: Ints) -> None:
    """Empty a stack."""
    while stack[key] >= 0:
        _pop(stack, key, other, gone, marks)


def _insert(  # noqa: PLR0917
    g: int,
    key: int,
    parts: Ints,
    groups: Ints,
    front: Ints,
    group: Ints,
    other: Ints,
    free: Ints,
    made: Ints,
    gone: Ints,
    marks: Ints,
    scratch: Ints,
) -> None:
    """Put a group into the front, below those of its key that leave before it, or with it."""
    start = parts[groups[g, 0], 0]
    above = 0
    while front[key] >= 0:
        top = _group(front[key], group)
        if parts[groups[top, 0], 0] > start:
            break
        scratch[above] = top
        above += 1
        _pop(front, key, other, gone, marks)
    front[key] = _pushed(g, front[key], group, other, free, made, marks)
    while above > 0:
        above -= 1
        front[key] = _pushed(scratch[above], front[key], group, other, free, made, marks)


@kernel
def find(
    count: int, windows: Ints, keys: Ints, owners: Ints, said: Ints, marks: Ints, places: Ints
) -> None:
    """Write to `places` which row, of a window in `owners` and a key in `said`, each pair is.

    `windows` and `keys`: int64[count] are the pairs, all of which there are; both windows and
    `owners` ascend. `marks` is for every key, whatever it holds. O(pairs and rows).
    """
    row = 0
    for i in range(count):
        while row < len(owners) and owners[row] <= windows[i]:
            marks[said[row]] = row
            row += 1
        places[i] = marks[keys[i]]


@kernel
def depths(count: int, made: Ints, other: Ints, depth: Ints) -> int:
    """Write for nodes: int64[count], in the order they were made, on how many new ones each stands.

    `depth` is -1 for all other nodes. Returns the greatest, -1 where there is none.
    """
    greatest = -1
    for i in range(count):
        one = other[made[i]]
        depth[made[i]] = depth[one >> 1] + 1 if one & 1 else 0
        greatest = max(greatest, depth[made[i]])
    return greatest

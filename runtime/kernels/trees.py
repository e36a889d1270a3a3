"""Ordered sets of nodes, one search tree per owner: treaps (Seidel and Aragon, 1996).

A node is a dense id; `rows`: int64[nodes, width] holds its codes and `arrival`: int64[nodes] the
number of its arrival. `places`: int64[k] are the codes that decide the order, one after the other,
and `modes`: int64[k] how: bit 0 descending, bit 1 as an id of a string `arena[begin[id] : begin[id]
+ length[id]]`. A place of -1 is the arrival; the last place decides between any two nodes.

`root`: int64[owners], `left` and `right`: int64[nodes] are -1 where there is nobody. A node's
priority is a mixture of its id, so the shape of a tree costs no memory, and nothing said depends on
it. Finding, inserting and deleting take O(log n) comparisons.

A node stands for `counts`: int64[nodes] equal rows. Where trees are summed up, `sums`: int64[nodes,
3] has for each node the one above it, or -1, and of the nodes from it down the sum of their counts
and the greatest one; so what stands at a place, and what is there most often, are found in O(log
n). Where nobody asks for that `sums` is int64[0, 3]. What goes up and down trees counts `LEVELS`
steps for each node.
"""

from __future__ import annotations

from cep.runtime.kernels.compile import Ints, Octets, kernel

_LOW = 0xFFFFFFFF

LEVELS = 16
"""The levels of a tree that are gone through, about."""

UP = 0
TOTAL = 1
MOST = 2


def _priority(node: int) -> int:
    p = ((node + 1) * 0x5851F42D) & _LOW
    p = ((p ^ (p >> 15)) * 0x6C8E9CF5) & _LOW
    return p ^ (p >> 13)


def _before(
    one: int,
    other: int,
    rows: Ints,
    arrival: Ints,
    places: Ints,
    modes: Ints,
    begin: Ints,
    length: Ints,
    arena: Octets,
) -> bool:
    """Say whether a node stands before another in the order."""
    for k in range(len(places)):
        place = places[k]
        if place < 0:
            a = arrival[one]
            b = arrival[other]
        else:
            a = rows[one, place]
            b = rows[other, place]
        if a == b:
            continue
        mode = modes[k]
        if mode & 2:
            x = begin[a]
            y = begin[b]
            size = min(length[a], length[b])
            i = 0
            while i < size and arena[x + i] == arena[y + i]:
                i += 1
            less = arena[x + i] < arena[y + i] if i < size else length[a] < length[b]
        else:
            less = a < b
        return less != (mode & 1 == 1)
    return False


def _sum_up(node: int, counts: Ints, left: Ints, right: Ints, sums: Ints) -> None:
    """Sum up a node, whose children have been."""
    total = most = counts[node]
    for below in (left[node], right[node]):
        if below >= 0:
            total += sums[below, TOTAL]
            most = max(most, sums[below, MOST])
            sums[below, UP] = node
    sums[node, TOTAL] = total
    sums[node, MOST] = most


def _sum_all(at: int, counts: Ints, left: Ints, right: Ints, sums: Ints) -> None:
    """Sum up a node and all above it."""
    while at >= 0:
        _sum_up(at, counts, left, right, sums)
        at = sums[at, UP]


@kernel
def insert(  # noqa: PLR0917
    count: int,
    owners: Ints,
    nodes: Ints,
    rows: Ints,
    arrival: Ints,
    places: Ints,
    modes: Ints,
    begin: Ints,
    length: Ints,
    arena: Octets,
    root: Ints,
    left: Ints,
    right: Ints,
    counts: Ints,
    sums: Ints,
) -> None:
    """Put `nodes`: int64[m], which are in no tree, into those of `owners`: int64[m]."""
    for i in range(len(nodes)):
        node = nodes[i]
        owner = owners[i]
        mine = _priority(node)
        up = -1
        low = False
        at = root[owner]
        while at >= 0 and _priority(at) >= mine:
            up = at
            low = _before(node, at, rows, arrival, places, modes, begin, length, arena)
            at = left[at] if low else right[at]
        if up < 0:
            root[owner] = node
        elif low:
            left[up] = node
        else:
            right[up] = node
        # What hung there is split into what stands before the node and what stands after it.
        lower = node
        upper = node
        while at >= 0:
            if _before(at, node, rows, arrival, places, modes, begin, length, arena):
                if len(sums):
                    sums[at, UP] = lower
                if lower == node:
                    left[node] = at
                else:
                    right[lower] = at
                lower = at
                at = right[at]
            else:
                if len(sums):
                    sums[at, UP] = upper
                if upper == node:
                    right[node] = at
                else:
                    left[upper] = at
                upper = at
                at = left[at]
        if lower == node:
            left[node] = -1
        else:
            right[lower] = -1
        if upper == node:
            right[node] = -1
        else:
            left[upper] = -1
        if len(sums):
            for end in (lower, upper):
                at = end
                while at != node:
                    _sum_up(at, counts, left, right, sums)
                    at = sums[at, UP]
            sums[node, UP] = up
            _sum_all(node, counts, left, right, sums)


@kernel
def delete(  # noqa: PLR0917
    count: int,
    owners: Ints,
    nodes: Ints,
    rows: Ints,
    arrival: Ints,
    places: Ints,
    modes: Ints,
    begin: Ints,
    length: Ints,
    arena: Octets,
    root: Ints,
    left: Ints,
    right: Ints,
    counts: Ints,
    sums: Ints,
) -> None:
    """Take `nodes`: int64[m] out of the trees of `owners`: int64[m]."""
    for i in range(len(nodes)):
        node = nodes[i]
        owner = owners[i]
        up = -1
        low = False
        at = root[owner]
        while at != node:
            up = at
            low = _before(node, at, rows, arrival, places, modes, begin, length, arena)
            at = left[at] if low else right[at]
        a = left[node]
        b = right[node]
        while a >= 0 or b >= 0:
            if b < 0 or (a >= 0 and _priority(a) > _priority(b)):
                heir = a
                a = right[a]
                under = False
            else:
                heir = b
                b = left[b]
                under = True
            if up < 0:
                root[owner] = heir
            elif low:
                left[up] = heir
            else:
                right[up] = heir
            if len(sums):
                sums[heir, UP] = up
            up = heir
            low = under
        if up < 0:
            root[owner] = -1
        elif low:
            left[up] = -1
        else:
            right[up] = -1
        left[node] = -1
        right[node] = -1
        if len(sums):
            sums[node, UP] = -1
            _sum_all(up, counts, left, right, sums)


@kernel
def ends(count: int, owners: Ints, root: Ints, side: Ints, nodes: Ints) -> None:
    """Write to `nodes`: int64[count] the outermost node of each owner's tree, -1 where it is empty.

    `side` is `left` for the first and `right` for the last.
    """
    for i in range(count):
        node = root[owners[i]]
        if node >= 0:
            while side[node] >= 0:
                node = side[node]
        nodes[i] = node


@kernel
def walk(
    count: int, owners: Ints, root: Ints, left: Ints, right: Ints, sizes: Ints, nodes: Ints
) -> int:
    """Write the nodes of each of `owners`: int64[count] to `nodes`, in order, and return how many.

    `sizes`: int64[count] gets each one's number. Morris's walk: it needs no stack, threads the
    trees while it goes and leaves them as they were; O(nodes).
    """
    n = 0
    for i in range(count):
        first = n
        at = root[owners[i]]
        while at >= 0:
            before = left[at]
            if before >= 0:
                while right[before] >= 0 and right[before] != at:
                    before = right[before]
                if right[before] < 0:
                    right[before] = at
                    at = left[at]
                    continue
                right[before] = -1
            nodes[n] = at
            n += 1
            at = right[at]
        sizes[i] = n - first
    return n


@kernel
def heads(  # noqa: PLR0917
    count: int,
    owners: Ints,
    how: int,
    last: int,
    rows: Ints,
    places: Ints,
    ranked: int,
    counts: Ints,
    root: Ints,
    left: Ints,
    right: Ints,
    stack: Ints,
    nodes: Ints,
    numbers: Ints,
) -> int:
    """Write the first nodes of each of `owners`: int64[count] to `nodes`, and their number.

    A node stands for `counts` equal rows. Nodes are equal in rank where they agree in the first
    `ranked` of `places`. `how` is 0 for the number of the node's first row, 1 for one more than the
    rows of lesser rank, 2 for the number of the rank. A tree is left at the first number above
    `last`. Returns how many nodes were written, or -1 where `stack` is too small for the depth of a
    tree; O(written + depth).
    """
    n = 0
    for i in range(count):
        depth = 0
        at = root[owners[i]]
        before = -1
        passed = 0
        number = 0
        while at >= 0 or depth > 0:
            while at >= 0:
                if depth == len(stack):
                    return -1
                stack[depth] = at
                depth += 1
                at = left[at]
            depth -= 1
            at = stack[depth]
            new = before < 0 or how == 0
            if not new:
                for k in range(ranked):
                    if rows[before, places[k]] != rows[at, places[k]]:
                        new = True
                        break
            if new:
                number = number + 1 if how == 2 else passed + 1
            if number > last:
                break
            nodes[n] = at
            numbers[n] = number
            n += 1
            passed += counts[at]
            before = at
            at = right[at]
    return n


@kernel
def sum_trees(count: int, nodes: Ints, counts: Ints, left: Ints, right: Ints, sums: Ints) -> None:
    """Sum up trees that have not been: `nodes`: int64[m] are all there are; O(m log m)."""
    for i in range(len(nodes)):
        sums[nodes[i], UP] = -1
    for i in range(len(nodes)):
        _sum_up(nodes[i], counts, left, right, sums)
    for i in range(len(nodes)):
        _sum_all(nodes[i], counts, left, right, sums)


@kernel
def sum_again(count: int, nodes: Ints, counts: Ints, left: Ints, right: Ints, sums: Ints) -> None:
    """Sum up again what is above `nodes`: int64[m], whose counts have changed."""
    for i in range(len(nodes)):
        _sum_all(nodes[i], counts, left, right, sums)


FIRST_MOST = -1


def _find(at: int, place: int, counts: Ints, left: Ints, right: Ints, sums: Ints) -> int:
    """Return the node that has a place, counted from 0, in the tree from a node down; or -1.

    FIRST_MOST is the place of the first of those that are there most often; what is less, of the
    last.
    """
    if at < 0 or place >= sums[at, TOTAL] or sums[at, TOTAL] <= 0:
        return -1
    if place >= 0:
        while True:
            below = left[at]
            if below >= 0:
                if place < sums[below, TOTAL]:
                    at = below
                    continue
                place -= sums[below, TOTAL]
            if place < counts[at]:
                return at
            place -= counts[at]
            at = right[at]
    most = sums[at, MOST]
    while True:
        one = left[at] if place == FIRST_MOST else right[at]
        if one >= 0 and sums[one, MOST] == most:
            at = one
        elif counts[at] == most:
            return at
        else:
            at = right[at] if place == FIRST_MOST else left[at]


@kernel
def find(
    count: int,
    owners: Ints,
    places: Ints,
    counts: Ints,
    root: Ints,
    left: Ints,
    right: Ints,
    sums: Ints,
    nodes: Ints,
) -> None:
    """Write to `nodes`: int64[m] what is at `places`: int64[m] of the trees of `owners`: int64[m].

    -1 stands where a tree has no such place. O(log n) for each.
    """
    for i in range(len(owners)):
        nodes[i] = _find(root[owners[i]], places[i], counts, left, right, sums)


def _add(node: int, weight: int, counts: Ints, left: Ints, right: Ints, sums: Ints) -> None:
    """Change the count of a node."""
    counts[node] += weight
    at = node
    changed = True
    while at >= 0:
        sums[at, TOTAL] += weight
        if changed:
            most = counts[at]
            for below in (left[at], right[at]):
                if below >= 0:
                    most = max(most, sums[below, MOST])
            changed = most != sums[at, MOST]
            sums[at, MOST] = most
        at = sums[at, UP]


@kernel
def follow(  # noqa: PLR0917
    count: int,
    ends: Ints,
    owners: Ints,
    places: Ints,
    rows: Ints,
    weights: Ints,
    counts: Ints,
    root: Ints,
    left: Ints,
    right: Ints,
    sums: Ints,
    nodes: Ints,
) -> None:
    """Write to `nodes`: int64[turns, k] what is at `places` after each turn; O((m + turns) log n).

    Turn i changes the counts of the nodes `rows`: int64[m] by `weights`, from where the turn
    before ended up to `ends[i]`, and asks the tree of `owners[i]`, as `find` does. In the end all
    counts are what they were.
    """
    row = 0
    for i in range(len(ends)):
        while row < ends[i]:
            _add(rows[row], weights[row], counts, left, right, sums)
            row += 1
        for k in range(nodes.shape[1]):
            nodes[i, k] = _find(root[owners[i]], places[i, k], counts, left, right, sums)
    while row > 0:
        row -= 1
        _add(rows[row], -weights[row], counts, left, right, sums)

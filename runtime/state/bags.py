"""An ordered bag of rows per group, from which rows can be taken again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.runtime.kernels import trees
from cep.runtime.state.codes import codec
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.interner import Interned
from cep.runtime.state.keys import KeyTable
from cep.runtime.state.payload import Payload
from cep.runtime.state.vectors import Codes
from cep.types import DataType

ARRIVAL = -1
"""In an order: the arrival of the row."""

Order = Sequence[tuple[int, bool]]
"""Which columns, or ARRIVAL, decide one after the other, and whether the greater comes first."""


class Bags:
    """For each group a bag of rows in an order: inserted, taken back, first, last, or all of them.

    Equal rows of a group are kept once, with their number, at the place where the first of them
    came. A row taken back before it is inserted is owed: it is nowhere to be seen and cancels the
    insertion. Every change takes O(log n) for a group of n different rows; about 100 bytes for each
    of them.

    The last `carried` columns, which are not in the order, are kept as they are and not compared:
    no two rows of a group agree in all the others, and none is taken back before it is inserted.
    """

    def __init__(self, types: Sequence[DataType], order: Order, carried: int = 0) -> None:
        self._known = len(types) - carried
        self._types = tuple(types[: self._known])
        self._carried = tuple(types[self._known :])
        self._order = tuple(order)
        self._reset()

    def _reset(self) -> None:
        columns = dict.fromkeys(c for c, _ in self._order if c != ARRIVAL)
        # Strings are compared in one store.
        texts = [c for c in columns if not codec(self._types[c]).ordered]
        self._table = KeyTable(self._types, prefix=1, compared=texts)
        self._count = Column(np.int64)
        self._arrival = Column(np.int64)
        self._left = Column(np.int64, -1)
        self._right = Column(np.int64, -1)
        self._root = Column(np.int64, -1)
        self._owed = Column(np.int64, -1)
        self._sums = Column(np.int64, -1, 3)
        self._summed = False
        self._payload = Payload(self._carried) if self._carried else None
        self._strings = self._table.codecs[texts[0]].strings if texts else None
        places, modes = [], []
        self._widths: list[int] = []
        for column, descending in self._order:
            self._widths.append(1 if column == ARRIVAL else self._table.codecs[column].width)
            if column == ARRIVAL:
                places.append(-1)
                modes.append(int(descending))
                continue
            one, first = self._table.codecs[column], self._table.places[column]
            for i in range(one.width):
                places.append(first + i)
                modes.append(int(descending) + (0 if one.ordered else 2))
        # The group and, where the order leaves two rows equal, the other codes.
        rest = [p for p in range(self._table.width) if p not in places]
        self._places = np.array(places + rest, np.int64)
        self._modes = np.array(modes + [0] * len(rest), np.int64)

    def __len__(self) -> int:
        return len(self._table)

    @property
    def _columns(self) -> tuple[Column, ...]:
        """What is kept for each row."""
        own = (self._count, self._arrival, self._left, self._right)
        return (*own, self._sums) if self._summed else own

    @property
    def nbytes(self) -> int:
        """The bytes of everything."""
        columns = (*self._columns, self._root, self._owed)
        carried = 0 if self._payload is None else self._payload.nbytes
        return self._table.nbytes + carried + sum(c.nbytes for c in columns)

    def reserve(self, groups: int) -> None:
        """Make room for the groups below `groups`."""
        self._root.reserve(groups)
        self._owed.reserve(groups)

    def add(
        self, groups: Ids, columns: Sequence[pa.Array], weights: Codes, arrivals: Codes
    ) -> None:
        """Insert rows, or take them back, together and not in turn; all int64[n]."""
        gone = self.change(groups, columns, weights, arrivals)
        self.let_go(gone)

    def change(
        self, groups: Ids, columns: Sequence[pa.Array], weights: Codes, arrivals: Codes
    ) -> Ids:
        """Do the same, and return the rows that are there no more; they are to be let go."""
        met = self._table.group(columns[: self._known], [groups])
        nodes = met.ids
        capacity = self._table.capacity
        if self._payload is not None and len(nodes):
            self._payload.put(nodes, columns[self._known :], capacity)
        for column in self._columns:
            column.reserve(capacity)
        net = np.zeros(len(nodes), np.int64)
        np.add.at(net, met.local, weights)
        was = self._count.data[nodes]
        now = was + net
        self._count.data[nodes] = now
        came = (was <= 0) & (now > 0)
        if came.any():
            earliest = np.full(len(nodes), 2**63 - 1)
            np.minimum.at(earliest, met.local, arrivals)
            self._leave(nodes[came & (was < 0)], self._owed)
            self._arrival.data[nodes[came]] = earliest[came]
            self._enter(nodes[came], self._root)
        left = (was > 0) & (now <= 0)
        if left.any():
            self._leave(nodes[left], self._root)
        owed = now < 0
        if owed.any():
            self._enter(nodes[owed & (was >= 0)], self._owed)
        nothing = now == 0
        if nothing.any():
            self._leave(nodes[nothing & (was < 0)], self._owed)
        if self._summed:
            other = nodes[(was > 0) & (now > 0) & (net != 0)]
            trees.sum_again(trees.LEVELS * len(other), other, *self._shape)
        return nodes[nothing]

    def expect(self, groups: Ids, columns: Sequence[pa.Array], arrivals: Codes) -> Interned:
        """Give rows that are going to come and go their places; none is owed. `settle` ends it."""
        expected = self._table.group(columns, [groups])
        nodes = expected.ids
        for column in self._columns:
            column.reserve(self._table.capacity)
        earliest = np.full(len(nodes), 2**63 - 1)
        np.minimum.at(earliest, expected.local, arrivals)
        fresh = np.flatnonzero(self._count.data[nodes] == 0)
        self._arrival.data[nodes[fresh]] = earliest[fresh]
        self._enter(nodes[fresh], self._root)
        return expected

    def follow(self, nodes: Ids, weights: Codes, ends: Codes, owners: Ids, places: Codes) -> Ids:
        """Return what is at places: int64[turns, k] of groups after each turn; O(n log n).

        `nodes` are expected rows that come and go: those up to `ends` in each turn.
        """
        self._sum()
        found = np.empty(places.shape, np.int64)
        count, left, right, sums = self._shape
        trees.follow(
            *(trees.LEVELS * (len(nodes) + len(ends)), ends, owners, places, nodes, weights),
            *(count, self._root.data, left, right, sums, found),
        )
        return found

    def settle(self, expected: Interned, weights: Codes) -> None:
        """Have the rows come and go that were expected, together."""
        nodes = expected.ids
        net = np.zeros(len(nodes), np.int64)
        np.add.at(net, expected.local, weights)
        now = self._count.data[nodes] + net
        self._count.data[nodes] = now
        gone = nodes[now == 0]
        self._leave(gone, self._root)
        if self._summed:
            other = nodes[(now != 0) & (net != 0)]
            trees.sum_again(trees.LEVELS * len(other), other, *self._shape)
        self.let_go(gone)

    def _enter(self, nodes: Ids, root: Column) -> None:
        trees.insert(
            trees.LEVELS * len(nodes), self._table.codes(nodes).copy(), nodes, *self._trees(root)
        )

    def _leave(self, nodes: Ids, root: Column) -> None:
        trees.delete(
            trees.LEVELS * len(nodes), self._table.codes(nodes).copy(), nodes, *self._trees(root)
        )

    def _trees(self, root: Column) -> tuple[np.ndarray, ...]:
        begin, length, arena = _NO_TEXT if self._strings is None else self._strings.arrays
        return (
            self._table.rows,
            self._arrival.data,
            self._places,
            self._modes,
            begin,
            length,
            arena,
            root.data,
            self._left.data,
            self._right.data,
            self._count.data,
            self._sums.data,
        )

    @property
    def _shape(self) -> tuple[np.ndarray, ...]:
        return self._count.data, self._left.data, self._right.data, self._sums.data

    def end(self, groups: Ids, *, last: bool) -> Ids:
        """Return the first or the last row of each group, -1 where it has none; O(m log n)."""
        nodes = np.empty(len(groups), np.int64)
        side = self._right if last else self._left
        trees.ends(len(groups), np.ascontiguousarray(groups), self._root.data, side.data, nodes)
        return nodes

    def _sum(self) -> None:
        """Have sums of the trees from now on, in which places are found."""
        if self._summed:
            return
        self._summed = True
        self._sums.reserve(self._table.capacity)
        every, _ = self.everything(np.arange(len(self._root.data)))
        trees.sum_trees(trees.LEVELS * len(every), every, *self._shape)

    def totals(self, groups: Ids) -> Codes:
        """Return how many rows each group has, equal ones too."""
        self._sum()
        nodes = self._root.data[groups]
        totals = np.zeros(len(groups), np.int64)
        some = np.flatnonzero(nodes >= 0)
        totals[some] = self._sums.data[nodes[some], trees.TOTAL]
        return totals

    def at(self, groups: Ids, places: Codes) -> Ids:
        """Return the row at a place of each group, counted from 0 with all equal rows, or -1.

        Of the rows that are there most often, the first is at -1 and the last at -2. O(m log n).
        """
        self._sum()
        nodes = np.empty(len(groups), np.int64)
        count, left, right, sums = self._shape
        owners = np.ascontiguousarray(groups)
        trees.find(
            *(trees.LEVELS * len(groups), owners, places),
            *(count, self._root.data, left, right, sums, nodes),
        )
        return nodes

    def all(self, groups: Ids) -> tuple[Ids, Ids]:
        """Return the different rows of each group in order, and how many each has; O(rows)."""
        return self._walk(groups, self._root)

    def _walk(self, groups: Ids, root: Column) -> tuple[Ids, Ids]:
        sizes = np.empty(len(groups), np.int64)
        nodes = np.empty(len(self._table), np.int64)
        n = trees.walk(
            len(groups),
            np.ascontiguousarray(groups),
            root.data,
            self._left.data,
            self._right.data,
            sizes,
            nodes,
        )
        return nodes[:n].copy(), sizes

    def head(self, groups: Ids, how: int, last: int, keys: int) -> tuple[Ids, Codes]:
        """Return the rows of each group with a number up to `last`, in order, and the numbers.

        `how` is 0 for the number of the first of the equal rows, 1 for one more than the rows of
        lesser rank, 2 for the number of the rank, which the first `keys` of the order decide.
        """
        nodes, numbers = np.empty((2, len(self._table)), np.int64)
        depth = 64
        n = -1
        while n < 0:
            depth *= 2
            n = trees.heads(
                len(groups),
                np.ascontiguousarray(groups),
                how,
                last,
                self._table.rows,
                self._places,
                sum(self._widths[:keys]),
                self._count.data,
                self._root.data,
                self._left.data,
                self._right.data,
                np.empty(depth, np.int64),
                nodes,
                numbers,
            )
        return nodes[:n].copy(), numbers[:n].copy()

    def empty(self, groups: Ids) -> npt.NDArray[np.bool_]:
        """Return which groups have no rows, and owe none."""
        none: npt.NDArray[np.bool_] = self._root.data[groups] < 0
        return none & (self._owed.data[groups] < 0)

    def groups(self, nodes: Ids) -> Ids:
        """Return the group of each row."""
        return self._table.codes(nodes).copy()

    def drop(self, nodes: Ids) -> None:
        """Take rows out that are there, however often, and let them go."""
        if len(nodes):
            self._leave(nodes, self._root)
            self._forget(nodes)

    def let_go(self, nodes: Ids) -> None:
        """Let rows go that `change` returned."""
        if len(nodes):
            self._forget(nodes)

    def counts(self, nodes: Ids) -> Codes:
        """Return how many equal rows each stands for."""
        counts: Codes = self._count.data[nodes]
        return counts

    def arrivals(self, nodes: Ids) -> Codes:
        """Return when the first of the equal rows arrived."""
        arrivals: Codes = self._arrival.data[nodes]
        return arrivals

    def columns(self, nodes: Ids) -> tuple[pa.Array, ...]:
        """Return the columns of rows; of NULLs where the row is -1."""
        known = self._table.columns(nodes)
        return known if self._payload is None else (*known, *self._payload.columns(nodes))

    def everything(self, groups: Ids) -> tuple[Ids, Ids]:
        """Return all rows of `groups`, also what is owed, and the position of each one's group."""
        there, sizes = self._walk(groups, self._root)
        owed, debts = self._walk(groups, self._owed)
        position = np.arange(len(groups))
        return (
            np.concatenate([there, owed]),
            np.concatenate([np.repeat(position, sizes), np.repeat(position, debts)]),
        )

    def clear(self, groups: Ids) -> None:
        """Forget all rows of `groups`; O(rows)."""
        nodes, _ = self.everything(groups)
        self._root.clear(groups)
        self._owed.clear(groups)
        if len(nodes):
            self._forget(nodes)

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._reset()

    def _forget(self, nodes: Ids) -> None:
        for column in self._columns:
            column.clear(nodes)
        self._table.release(nodes)
        if self._payload is not None:
            self._payload.drop(nodes)
        if self._table.wasteful() or not len(self._table):
            self._compact()

    def _compact(self) -> None:
        top = self._table.capacity
        kept = self._table.compact()
        capacity = self._table.capacity
        columns = self._columns
        if self._payload is not None:
            self._payload.keep(kept, capacity)
        if not len(kept):
            for column in columns:
                column.keep(kept, 0)
            return
        numbers = np.full(top + 1, -1, np.int64)
        numbers[kept] = np.arange(len(kept))
        for column in columns:
            column.keep(kept, capacity)
        for column in (self._left, self._right, self._root, self._owed):
            column.data[:] = numbers[column.data]
        if self._summed:
            above = self._sums.data[:, trees.UP]
            above[:] = numbers[above]

    def keep(self, groups: Ids, capacity: int) -> None:
        """Renumber the groups: `groups` become 0, 1, 2 and so on; the others have been cleared."""
        nodes, position = self.everything(groups)
        self._root.keep(groups, capacity)
        self._owed.keep(groups, capacity)
        if not len(nodes):
            return
        columns = self.columns(nodes)
        counts, arrivals = self.counts(nodes), self.arrivals(nodes)
        self._reset()
        self.reserve(capacity)
        self.add(position, columns, counts, arrivals)


_NO_TEXT = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8))

"""MIN, MAX, FIRST_VALUE, LAST_VALUE, ARG_MIN and ARG_MAX: a value of the row that comes first.

In which order is a `Ranking`. Over append-only input the best row so far is enough (`BestRow`);
where rows can be taken back all of them are kept in that order (`Retained`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.aggregates.accumulator import Accumulator, Read, Rows, Turns, Valued
from cep.runtime.aggregates.places import Places, picked
from cep.runtime.aggregates.registry import Key, Ordering, State
from cep.runtime.state.bags import ARRIVAL, Bags
from cep.runtime.state.codes import Codec, codec
from cep.runtime.state.column import Column, Ids
from cep.runtime.state.interner import Interned
from cep.runtime.state.vectors import Codes, integers, numbered, stretches, valid, view
from cep.types import BIGINT, BOOLEAN, Array, DataType, Map, Row

TIME = -1
"""As a source: the time of the row."""

ARRIVED = -2
"""As a source: the arrival of the row."""


@dataclass(frozen=True)
class IsNull:
    """As a source: whether an argument is NULL, by which NULLs stand before or behind values."""

    argument: int


Source = int | IsNull


@dataclass(frozen=True)
class Ranking:
    """Which columns of a row are kept, how they rank it, and which of them is the value.

    `sources` are arguments, TIME, ARRIVED or IsNull. `order` names kept columns (or ARRIVAL, in
    `Retained`) and whether the greater comes first. `value` is one of the kept columns.
    """

    sources: tuple[Source, ...]
    order: tuple[tuple[int, bool], ...]
    value: int

    @property
    def timed(self) -> bool:
        """Whether it asks for times and arrivals."""
        return any(s in {TIME, ARRIVED} for s in self.sources)

    def types(self, arguments: Sequence[DataType]) -> list[DataType]:
        """Return the types of the kept columns."""
        return [self._type(s, arguments) for s in self.sources]

    @staticmethod
    def _type(source: Source, arguments: Sequence[DataType]) -> DataType:
        if isinstance(source, IsNull):
            return BOOLEAN
        return BIGINT if source < 0 else arguments[source]

    def columns(self, rows: Rows, arguments: Sequence[pa.Array]) -> list[pa.Array]:
        """Return the kept columns of rows; without an event time all times are 0."""
        return [self._column(s, rows, arguments) for s in self.sources]

    @staticmethod
    def _column(source: Source, rows: Rows, arguments: Sequence[pa.Array]) -> pa.Array:
        if isinstance(source, IsNull):
            return arguments[source.argument].is_null()
        if source >= 0:
            return arguments[source]
        known = rows.times if source == TIME else rows.arrivals
        return integers(np.zeros(len(rows), np.int64) if known is None else known)


class BestRow(Accumulator):
    """The first row of each group in the order of a ranking: 8 bytes per code and one per group."""

    constant = True

    def __init__(self, ranking: Ranking, types: Sequence[DataType]) -> None:
        self.ranking = ranking
        self.times = ranking.timed
        self.codecs: list[Codec] = [codec(t) for t in ranking.types(types)]
        self.places = np.cumsum([0, *(c.width for c in self.codecs)]).tolist()
        self.codes = Column(np.int64, 0, self.places[-1] + 1)  # the last says which are NULL
        self.some = Column(np.bool_, False)
        self.columns = (self.codes, self.some)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        self._add(rows, self.ranking.columns(rows, arguments))

    def _add(self, rows: Rows, columns: Sequence[pa.Array]) -> None:
        groups, n = rows.groups, len(rows)
        kept = np.flatnonzero(self.some.data[groups])
        best = self.codes.data[groups[kept]]
        local = np.concatenate([kept, rows.local])  # what is kept came first
        candidates = np.arange(len(local))
        for column, descending in self.ranking.order:
            for code in self._ordered(column, best, columns[column]):
                one = (~code if descending else code)[candidates]
                mine = local[candidates]
                least = np.full(len(groups), 2**63 - 1)
                np.minimum.at(least, mine, one)
                candidates = candidates[one == least[mine]]
        winner = np.full(len(groups), -1, np.int64)
        winner[local[candidates[::-1]]] = candidates[::-1]
        won = np.flatnonzero(winner >= len(kept))
        if len(won):
            self._put(groups[won], winner[won] - len(kept), columns, n)

    def _ordered(self, k: int, best: Codes, column: pa.Array) -> list[Codes]:
        """Return codes that compare as a column's values do: of the kept rows, then the new."""
        one, first = self.codecs[k], self.places[k]
        kept = [best[:, first + i] for i in range(one.width)]
        if one.ordered:
            new = one.encode(column, valid(column))
            return [np.concatenate(pair) for pair in zip(kept, new, strict=True)]
        before = one.decode(kept, self._valid(best, k))
        values = pa.concat_arrays([before, column]).cast(pa.binary()).fill_null(b"")
        encoded = values.dictionary_encode()
        order = view(pc.array_sort_indices(encoded.dictionary)).astype(np.int64)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return [rank[view(encoded.indices)]]

    def _put(self, groups: Ids, picked: Ids, columns: Sequence[pa.Array], n: int) -> None:
        """Keep rows as the best of `groups`, each named once."""
        codes = np.zeros((len(groups), self.places[-1] + 1), np.int64)
        every = len(picked) == n and (picked == np.arange(n)).all()
        for k, one in enumerate(self.codecs):
            values = columns[k] if every else columns[k].take(integers(picked))
            where = valid(values)
            if where is not None:
                codes[:, -1] |= np.where(where, 0, 1 << k)
            mine = one.encode(values, where)
            one.acquire(mine, where)
            for i, code in enumerate(mine):
                codes[:, self.places[k] + i] = code
        self._let_go(groups[self.some.data[groups]])
        self.codes.data[groups] = codes
        self.some.data[groups] = True

    def _let_go(self, groups: Ids) -> None:
        codes = self.codes.data[groups]
        for k, one in enumerate(self.codecs):
            if one.strings is not None:
                one.release(self._codes(codes, k), self._valid(codes, k))

    def _codes(self, codes: Codes, k: int) -> list[Codes]:
        return [codes[:, p] for p in range(self.places[k], self.places[k + 1])]

    @staticmethod
    def _valid(codes: Codes, k: int) -> np.ndarray | None:
        null = (codes[:, -1] & (1 << k)) != 0
        return ~null if null.any() else None

    def _kept(self, groups: Ids, k: int) -> pa.Array:
        codes = self.codes.data[groups]
        return self.codecs[k].decode(self._codes(codes, k), self._valid(codes, k))

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        assert isinstance(other, BestRow)
        there = other.some.data[others]
        groups, others = groups[there], others[there]
        many, local = numbered(groups)
        columns = [other._kept(others, k) for k in range(len(self.codecs))]
        if len(many):
            self._add(Rows(many, local), columns)

    def clear(self, groups: Ids) -> None:
        self._let_go(groups[self.some.data[groups]])
        super().clear(groups)

    def reset(self) -> None:
        super().reset()
        self.codecs = [codec(c.type) for c in self.codecs]

    @property
    def nbytes(self) -> int:
        return super().nbytes + sum(c.nbytes for c in self.codecs)

    def value(self, groups: Ids, result: DataType) -> Valued:
        """Return the value of the best row; NULL where there is none."""
        k = self.ranking.value
        codes = self.codes.data[groups]
        where = self.some.data[groups]
        given = self._valid(codes, k)
        where = where if given is None else where & given
        return self.codecs[k].decode(self._codes(codes, k), None if where.all() else where), None

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        some = np.flatnonzero(self.some.data[groups])
        kept = [self._kept(groups[some], k) for k in range(len(self.codecs))]
        names = ["group", *(str(k) for k in range(len(kept)))]
        return {"best": pa.table([integers(some), *kept], names=names)}

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        some, *kept = (c.combine_chunks() for c in tables["best"].columns)
        mine = groups[view(some)]
        if len(mine):
            self._put(mine, np.arange(len(mine)), kept, len(mine))


class Retained(Accumulator, Places):
    """All rows of each group in the order of a ranking, for input that takes rows back.

    About 100 bytes for each different row: bounded by the input only.
    """

    reversible = True

    def __init__(self, ranking: Ranking, types: Sequence[DataType]) -> None:
        self.ranking = ranking
        self.times = ranking.timed
        self.bags = Bags(ranking.types(types), ranking.order)

    def add(self, rows: Rows, arguments: Sequence[pa.Array]) -> None:
        n = len(rows)
        arrivals = np.zeros(n, np.int64) if rows.arrivals is None else rows.arrivals
        columns = self.ranking.columns(rows, arguments)
        self.bags.add(rows.groups[rows.local], columns, _weights(rows), arrivals)

    def merge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        self._merge(groups, other, others, 1)

    def unmerge(self, groups: Ids, other: Accumulator, others: Ids) -> None:
        self._merge(groups, other, others, -1)

    def _merge(self, groups: Ids, other: Accumulator, others: Ids, sign: int) -> None:
        assert isinstance(other, Retained)
        bags = other.bags
        different, which = numbered(others)
        every, owner = bags.everything(different)
        if len(every):
            order = np.argsort(owner, kind="stable")
            sizes = np.bincount(owner, minlength=len(different))
            stands, position = stretches(sizes, which)
            nodes = every[order[stands]]
            columns = bags.columns(nodes)
            counts, arrivals = bags.counts(nodes), bags.arrivals(nodes)
            self.bags.add(groups[position], columns, sign * counts, arrivals)

    def reserve(self, capacity: int) -> None:
        self.bags.reserve(capacity)

    def clear(self, groups: Ids) -> None:
        self.bags.clear(groups)

    def reset(self) -> None:
        self.bags.reset()

    def keep(self, groups: Ids, capacity: int) -> None:
        self.bags.keep(groups, capacity)

    @property
    def nbytes(self) -> int:
        return self.bags.nbytes

    @property
    def follows(self) -> bool:
        return True

    def follow(
        self, turns: Turns, arguments: Sequence[pa.Array], after: Accumulator, read: Read
    ) -> None:
        rows = turns.rows
        arrivals = np.zeros(len(rows), np.int64) if rows.arrivals is None else rows.arrivals
        columns = self.ranking.columns(rows, arguments)
        expected = self.bags.expect(rows.groups[rows.local], columns, arrivals)
        read(self, _Followed(self, turns, expected))
        self.bags.settle(expected, _weights(rows))

    def first(self, groups: Ids, result: DataType) -> Valued:
        """Return the value of the first row; NULL where there is none."""
        return self._end(groups, last=False)

    def last(self, groups: Ids, result: DataType) -> Valued:
        """Return the value of the last row; NULL where there is none."""
        return self._end(groups, last=True)

    def _end(self, groups: Ids, *, last: bool) -> Valued:
        return self._values(self.bags.end(groups, last=last)), None

    def totals(self, groups: Ids) -> Codes:
        return self.bags.totals(groups)

    def at(self, groups: Ids, places: Sequence[Codes]) -> list[pa.Array]:
        owners = np.tile(groups, len(places))
        nodes = self.bags.at(owners, np.concatenate(places))
        return self.values_of(nodes.reshape(len(places), len(groups)))

    def values_of(self, nodes: Ids) -> list[pa.Array]:
        """Return the values of rows: int64[k, m], as k arrays."""
        k, m = nodes.shape
        values = self._values(nodes.reshape(-1))
        return [values] if k == 1 else [values.slice(i * m, m) for i in range(k)]

    def _values(self, nodes: Ids) -> pa.Array:
        """Return the values of rows, NULL for -1."""
        return picked(self.bags.columns(nodes[nodes >= 0])[self.ranking.value], nodes)

    def snapshot(self, groups: Ids) -> Mapping[str, pa.Table]:
        nodes, position = self.bags.everything(groups)
        arrays = [position, self.bags.counts(nodes), self.bags.arrivals(nodes)]
        columns = self.bags.columns(nodes)
        names = ["group", "count", "arrival", *(str(k) for k in range(len(columns)))]
        return {"rows": pa.table([*(integers(a) for a in arrays), *columns], names=names)}

    def restore(self, groups: Ids, tables: Mapping[str, pa.Table]) -> None:
        position, count, arrival, *columns = (c.combine_chunks() for c in tables["rows"].columns)
        if len(position):
            self.bags.add(groups[view(position)], columns, view(count), view(arrival))


def _weights(rows: Rows) -> Codes:
    return np.ones(len(rows), np.int64) if rows.weights is None else rows.weights


class _Followed(Places):
    """What a `Retained` keeps after each turn: found as it stood then, when somebody asks."""

    def __init__(self, kept: Retained, turns: Turns, expected: Interned) -> None:
        self._kept = kept
        self._nodes = expected.ids[expected.local]
        self._weights = _weights(turns.rows)
        self._owners = turns.rows.groups[turns.of]
        self._ends = turns.ends
        self._totals = kept.bags.totals(self._owners) + turns.totals()

    def totals(self, groups: Ids) -> Codes:
        totals: Codes = self._totals[groups]
        return totals

    def at(self, groups: Ids, places: Sequence[Codes]) -> list[pa.Array]:
        wanted = np.full((len(self._owners), len(places)), -1)
        wanted[groups] = np.stack(places, axis=1)
        nodes = self._kept.bags.follow(
            *(self._nodes, self._weights, self._ends), *(self._owners, wanted)
        )
        return self._kept.values_of(nodes[groups].T)


def best(ranking: Ranking) -> Callable[[Sequence[DataType]], Accumulator]:
    """Return what makes a `BestRow` in this order."""
    return lambda types: BestRow(ranking, types)


def ranked(
    types: Sequence[DataType],
    keys: Sequence[Key] = (),
    *,
    own: int = 1,
    arrived: bool = False,
    last: bool = False,
    kept: bool = False,
) -> Ranking:
    """Return the ranking by `keys`, then time, then arrival; its values are the first `own` ones.

    Unless rows have `arrived` in an order that means something, their values decide instead, so
    that it cannot matter in which order they were said; only those that have no order (arrays) are
    left to arrival. `last` ranks the last row first. With `kept` it is one for `Retained`.
    """
    sources: list[Source] = []
    order: list[tuple[int, bool]] = []

    def by(source: Source, descending: bool = False) -> None:
        order.append((len(sources), descending))
        sources.append(source)

    for key in keys:
        by(IsNull(key.argument), key.nulls_first)
        by(key.argument, key.descending)
    by(TIME)
    compared = [] if arrived else [i for i in range(own) if not _nested(types[i])]
    nulls = range(len(sources), len(sources) + len(compared))
    sources += [IsNull(i) for i in compared]
    by_arrival: list[tuple[int, bool]] = []
    if arrived or len(compared) < own:
        by_arrival = [(ARRIVAL if kept else len(sources), False)]
        sources += [] if kept else [ARRIVED]
    value = len(sources)
    for null, argument in zip(nulls, compared, strict=True):
        order += [(null, False), (value + argument, False)]
    order += by_arrival
    return Ranking(
        (*sources, *range(own)),
        tuple((place, descending != last) for place, descending in order),
        value,
    )


def _nested(kind: DataType) -> bool:
    return isinstance(kind, Array | Map | Row)


def end(*, last: bool) -> Callable[[Sequence[DataType], Ordering, bool], Accumulator]:
    """Return what makes the accumulator of the first or the last row of ORDER BY inside a call."""

    def made(types: Sequence[DataType], order: Ordering, append_only: bool) -> Accumulator:
        own, keys = order.arguments, order.keys
        if append_only:
            ranking = ranked(types, keys, own=own, arrived=order.arrived, last=last)
            return BestRow(ranking, types)
        return Retained(ranked(types, keys, own=own, arrived=order.arrived, kept=True), types)

    return made


LEAST = Ranking((0,), ((0, False),), 0)
GREATEST = Ranking((0,), ((0, True),), 0)
EARLIEST = Ranking((TIME, ARRIVED, 0), ((0, False), (1, False)), 2)
LATEST = Ranking((TIME, ARRIVED, 0), ((0, True), (1, True)), 2)
AT_LEAST = Ranking((1, TIME, ARRIVED, 0), ((0, False), (1, False), (2, False)), 3)
AT_GREATEST = Ranking((1, TIME, ARRIVED, 0), ((0, True), (1, False), (2, False)), 3)


def earliest(*, last: bool = False) -> State:
    """Return what keeps the first row in time, or the `last`, where rows come in no order."""
    return lambda types: BestRow(ranked(types, last=last), types)


def in_time(*, arrived: bool) -> State:
    """Return what keeps all rows in the order of time, where they can be taken back."""
    return lambda types: Retained(ranked(types, arrived=arrived, kept=True), types)


def at(*, greatest: bool, kept: bool, arrived: bool = False) -> State:
    """Return what finds the row at which the second argument is least or `greatest`.

    With `kept` rows can be taken back.
    """

    def made(types: Sequence[DataType]) -> Accumulator:
        ranking = ranked(types, [Key(1, descending=greatest)], arrived=arrived, kept=kept)
        return Retained(ranking, types) if kept else BestRow(ranking, types)

    return made

"""Operators over rows that come and go, beside oracles that look at all rows anew."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cmp_to_key, partial
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.batch import Batch
from cep.runtime.kernels import compile as kernels
from cep.runtime.operator import Operator
from cep.runtime.operators.clocked import Bound, ClockedFilter
from cep.runtime.operators.sets import SetKind, SetOperation
from cep.runtime.operators.topn import TopN
from cep.runtime.ordering import Key
from cep.runtime.ranks import Ranks, Top
from cep.types import BIGINT, INT, VARCHAR, Field, Schema

Row = tuple[object, ...]

ROWS = Schema((Field("k", INT), Field("v", INT), Field("t", VARCHAR)))
NUMBERED = Schema((*ROWS.fields, Field("n", BIGINT)))


@pytest.fixture(params=["python", "compiled"])
def mode(request: pytest.FixtureRequest) -> Iterator[None]:
    before = kernels.use(request.param)
    yield
    kernels.use(before)


def batch_of(changes: Sequence[tuple[Row, int]], *, plain: bool) -> Batch:
    columns = zip(*(row for row, _ in changes), strict=True)
    arrays = (pa.array(c, t.arrow) for c, t in zip(columns, ROWS.types, strict=True))
    weights = None if plain else np.array([w for _, w in changes])
    return Batch(ROWS, tuple(arrays), len(changes), weight=weights)


class Reader:
    """Puts together what an operator says, and restarts it now and then."""

    def __init__(self, make: Callable[[], Operator], chance: random.Random) -> None:
        self.make = make
        self.chance = chance
        self.operator = make()
        self.rows: Counter[Row] = Counter()

    def take(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            values = zip(*(c.to_pylist() for c in batch.columns), strict=True)
            for row, weight in zip(values, batch.weights().tolist(), strict=True):
                self.rows[row] += weight
            assert all(n >= 0 for n in self.rows.values())
        if self.chance.random() < 0.2:
            state = self.operator.snapshot()
            fingerprint = self.operator.fingerprint()
            self.operator = self.make()
            assert self.operator.fingerprint() == fingerprint
            self.operator.restore(state)


def some_row(chance: random.Random) -> Row:
    return (
        chance.choice([1, 2, 3, None]),
        chance.choice([None, 1, 2, 3, 4]),
        chance.choice(["a", "b", None, "ab"]),
    )


def some_changes(
    chance: random.Random, there: Counter[Row], *, plain: bool
) -> list[tuple[Row, int]]:
    """Return changes, and make them in `there`; retractions may come before their insertions."""
    changes: list[tuple[Row, int]] = []
    for _ in range(chance.randint(1, 9)):
        known = [r for r, n in there.items() if n > 0]
        if known and not plain and chance.random() < 0.45:
            row, weight = chance.choice(known), -1
        else:
            row, weight = some_row(chance), 1 if plain else chance.choice([1, 1, 2])
        there[row] += weight
        changes.append((row, weight))
    if not plain:
        chance.shuffle(changes)
    return changes


@pytest.mark.parametrize("seed", range(12))
def test_set_operations(seed: int, mode: None) -> None:
    chance = random.Random(seed)
    kind, every = list(SetKind)[seed % 2], seed % 4 < 2
    reader = Reader(lambda: SetOperation(ROWS, kind, every=every, final=False), chance)
    inputs: tuple[Counter[Row], Counter[Row]] = Counter(), Counter()
    for _ in range(60):
        port = chance.randrange(2)
        changes = some_changes(chance, inputs[port], plain=False)
        reader.take(list(reader.operator.process(port, batch_of(changes, plain=False))))
        left, right = (+c for c in inputs)
        if not every:
            left, right = Counter(set(left)), Counter(set(right))
        wanted = left & right if kind is SetKind.INTERSECT else left - right
        assert +reader.rows == wanted
    assert reader.operator.size().rows <= len(inputs[0]) + len(inputs[1])


def before(one: Row, other: Row, keys: Sequence[Key]) -> int:
    for key in keys:
        a, b = one[key.index], other[key.index]
        if a == b:
            continue
        if a is None or b is None:
            return -1 if (a is None) == key.nulls_first else 1
        less = a < b  # type: ignore[operator]  # of one type
        return -1 if less != key.descending else 1
    return 0


def in_order_of(keys: Sequence[Key]) -> Callable[[Row], Any]:
    def compare(one: Row, other: Row) -> int:
        return before(one, other, keys)

    return cmp_to_key(compare)


def first_rows(rows: Sequence[Row], top: Top, *, number: bool) -> Counter[Row]:
    """Rank rows, which are in the order of their arrival."""
    found: Counter[Row] = Counter()
    for k in {r[0] for r in rows}:
        compare = in_order_of(top.order)
        mine = sorted((r for r in rows if r[0] == k), key=compare)
        equal = in_order_of(top.keys)
        place = 0
        for dense, (_, same) in enumerate(groupby(mine, equal), 1):
            group = list(same)
            for i, row in enumerate(group, 1):
                n = {"ROW_NUMBER": place + i, "RANK": place + 1}.get(top.ranks.name, dense)
                assert top.last is not None
                if top.first <= n <= top.last:
                    found[(*row, n) if number else row] += 1
            place += len(group)
    return found


@pytest.mark.parametrize("seed", range(24))
def test_first_rows(seed: int, mode: None) -> None:
    chance = random.Random(seed)
    plain = seed % 2 == 0
    first = chance.choice([1, 1, 2])
    top = Top(
        list(Ranks)[seed % 3],
        tuple(
            Key(i, chance.random() < 0.5, chance.random() < 0.5)
            for i in chance.sample([1, 2], chance.choice([1, 1, 2]))
        ),
        () if plain else (Key(1, False, False), Key(2, False, False)),
        first,
        first + chance.choice([0, 1, 3]),
    )
    number = chance.random() < 0.5
    output = NUMBERED if number else ROWS
    make = partial(TopN, ROWS, output, (0,), top, number=number, append_only=plain)
    reader = Reader(make, chance)
    there: Counter[Row] = Counter()
    arrived: list[Row] = []
    for _ in range(50):
        changes = some_changes(chance, there, plain=plain)
        arrived += [row for row, _ in changes]
        reader.take(list(reader.operator.process(0, batch_of(changes, plain=plain))))
        rows = arrived if plain else sorted(there.elements(), key=repr)
        assert +reader.rows == first_rows(rows, top, number=number)


def test_a_large_batch_is_cut_to_its_first_rows() -> None:
    top = Top(Ranks.ROW_NUMBER, (Key(1, True, False),), (), 1, 3)
    operator = TopN(ROWS, ROWS, (0,), top, number=False, append_only=True)
    changes: list[tuple[Row, int]] = [((n % 2, n, "x"), 1) for n in range(10_000)]
    (said,) = operator.process(0, batch_of(changes, plain=True))
    assert sorted(said.columns[1].to_pylist()) == list(range(9_994, 10_000))
    assert operator.size().rows == 6


TIMED = Schema((Field("t", BIGINT), Field("x", INT)))


@pytest.mark.parametrize("seed", range(12))
def test_conditions_on_the_clock(seed: int) -> None:
    chance = random.Random(seed)

    def column(columns: Sequence[pa.Array], rows: int) -> tuple[pa.Array, None]:
        return columns[0], None

    tests: dict[str, Callable[[int, int], bool]] = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        "=": lambda a, b: a == b,
        ">=": lambda a, b: a >= b,
        ">": lambda a, b: a > b,
    }
    grain = chance.choice([1, 10])
    chosen = [(o, chance.randint(-20, 20)) for o in chance.sample(list(tests), 1 + seed % 2)]
    bounds = [Bound(o, ((1, column),), shift, grain) for o, shift in chosen]
    reader = Reader(lambda: ClockedFilter(TIMED, bounds, append_only=False), chance)
    there: Counter[Row] = Counter()
    now = 0
    for _ in range(80):
        now += chance.choice([0, 1, 2, 7, 30])
        reader.take(list(reader.operator.tick(now)))
        changes: list[tuple[Row, int]] = []
        for _ in range(chance.randint(1, 5)):
            known = [r for r, n in there.items() if n > 0]
            row: Row = (now + chance.randint(-40, 40), chance.randint(1, 2))
            weight = 1
            if chance.random() < 0.1:
                row = (None, 1)
            elif known and chance.random() < 0.4:
                row, weight = chance.choice(known), -1
            there[row] += weight
            changes.append((row, weight))
        columns = tuple(
            pa.array(c, t.arrow)
            for c, t in zip(zip(*(r for r, _ in changes), strict=True), TIMED.types, strict=True)
        )
        weights = np.array([w for _, w in changes])
        batch = Batch(TIMED, columns, len(changes), weight=weights)
        reader.take(list(reader.operator.process(0, batch)))
        shown = now // grain * grain
        wanted = Counter(
            {
                row: n
                for row, n in there.items()
                if isinstance(row[0], int)
                and all(tests[o](shown, row[0] + shift) for o, shift in chosen)
            }
        )
        assert +reader.rows == +wanted

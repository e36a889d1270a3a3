"""Grouped aggregation agrees with the oracle, however the stream is cut, corrected or restored."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from decimal import Decimal as Number
from typing import Any

import pytest

from cep.runtime.kernels import compile as kernels
from cep.runtime.operators.aggregate import Emission, GroupAggregate, WindowKey
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    INT,
    REAL,
    TIMESTAMP,
    VARCHAR,
    Decimal,
    Field,
    Schema,
)
from tests.aggregates.harness import instant, run
from tests.aggregates.oracle import EXACT, Event, Failed, call, close, grouped

SCHEMA = Schema(
    (
        Field("ws", TIMESTAMP, False),
        Field("we", TIMESTAMP, False),
        Field("k", BIGINT),
        Field("name", VARCHAR),
        Field("i", INT),
        Field("b", BIGINT),
        Field("d", DOUBLE),
        Field("r", REAL),
        Field("n", Decimal(10, 2)),
        Field("w", Decimal(38, 4)),
        Field("s", VARCHAR),
        Field("y", BYTES),
        Field("t", BOOLEAN),
        Field("day", DATE),
        Field("at", TIMESTAMP),
        Field("iv", DAY_INTERVAL),
        Field("f", BOOLEAN),
    )
)
SIZE = 1_000_000
COMPARABLE = ("i", "b", "d", "r", "n", "w", "s", "y", "t", "day", "at", "iv")


def values(rng: random.Random, number: int) -> dict[str, Any]:
    def some(one: Any) -> Any:
        return None if rng.random() < 0.1 else one

    odd = rng.random() < 0.1
    return {
        "k": some(rng.choice([1, 2, 3, -(2**63), 2**63 - 1])),
        "name": some(rng.choice(["a", "b", "", "ä", "\U0001f600"])),
        "i": some(rng.randint(-5, 5)),
        "b": some(rng.choice([rng.randint(-100, 100), rng.randint(-(2**61), 2**61)])),
        "d": some(
            rng.choice([math.nan, math.inf, -math.inf, -0.0, 1e7]) if odd else rng.gauss(0, 100)
        ),
        "r": some(rng.choice([0.5, -1.25, 3.0])),
        "n": some(Number(rng.randint(-(10**5), 10**5)).scaleb(-2)),
        "w": some(Number(rng.randint(-(10**30), 10**30)).scaleb(-4, EXACT)),
        "s": some(rng.choice(["", "x", "xy", "ü", "zz", "\uffff", "\U0001f600", str(number)])),
        "y": some(rng.choice([b"", b"\x00", b"\xff", b"ab"])),
        "t": some(rng.random() < 0.8),
        "day": some(dt.date(1970, 1, 1) + dt.timedelta(days=rng.randint(-1000, 1000))),
        "at": some(instant(rng.randint(-(10**12), 10**12))),
        "iv": some(dt.timedelta(microseconds=rng.randint(-(10**9), 10**9))),
        "f": some(rng.random() < 0.7),
    }


def stream(seed: int, n: int, *, retracting: bool) -> list[Event]:
    """Events in order of time, mostly; each time occurs once, so that ties are not asked for."""
    rng = random.Random(seed)
    events: list[Event] = []
    live: list[Event] = []
    for number in range(n):
        if retracting and live and rng.random() < 0.4:
            old = live.pop(rng.randrange(len(live)))
            events.append(Event(old.values, old.time, -1, number))
            continue
        time = number * 20_000 + rng.randint(-200_000, 200_000) * 7 + number % 7
        start = time // SIZE * SIZE
        row = values(rng, number)
        row["ws"], row["we"] = instant(start), instant(start + SIZE)
        event = Event(tuple(row[name] for name in SCHEMA.names), time, 1, number)
        events.append(event)
        live.append(event)
    return events


ENDS = ("first_value", "last_value")
ORDERS = (
    (("d", True, False), ("s", False, True)),
    (("name", False, True), ("s", True, False)),
    (("w", False, False),),
)
PAIRED = (
    "corr",
    "covar_pop",
    "covar_samp",
    "regr_slope",
    "regr_intercept",
    "regr_r2",
    "regr_count",
)
ALL = [
    call(SCHEMA, "count"),
    call(SCHEMA, "count", where="f"),
    *(call(SCHEMA, name, c) for c in COMPARABLE for name in ("count", "min", "max")),
    *(
        call(SCHEMA, name, c)
        for c in ("i", "b", "d", "r", "n", "w", "iv")
        for name in ("sum", "avg")
    ),
    *(call(SCHEMA, name, "d") for name in ("stddev", "stddev_pop", "variance", "var_pop")),
    *(call(SCHEMA, name, "i") for name in ("stddev_samp", "var_samp")),
    *(call(SCHEMA, name, "t") for name in ("bool_and", "bool_or", "every")),
    *(call(SCHEMA, name, c) for c in COMPARABLE for name in ("first_value", "last_value")),
    *(call(SCHEMA, "arg_min", "s", c) for c in COMPARABLE),
    *(call(SCHEMA, "arg_max", "w", c) for c in COMPARABLE),
    call(SCHEMA, "array_agg", "i"),
    call(SCHEMA, "array_agg", "s", where="f"),
    call(SCHEMA, "string_agg", "s"),
    call(SCHEMA, "string_agg", "s", "name"),
    *(call(SCHEMA, "count", c, distinct=True) for c in COMPARABLE),
    *(call(SCHEMA, "sum", c, distinct=True) for c in ("i", "d", "n", "iv")),
    call(SCHEMA, "avg", "i", distinct=True, where="f"),
    call(SCHEMA, "min", "s", distinct=True, where="f"),
    call(SCHEMA, "max", "w", where="f"),
    call(SCHEMA, "sum", "d", where="f"),
    call(SCHEMA, "count_if", "t"),
    *(call(SCHEMA, name, c, ignore_nulls=True) for c in "sd" for name in ENDS),
    *(call(SCHEMA, name, "s", by=by) for by in ORDERS for name in (*ENDS, "array_agg")),
    call(SCHEMA, "string_agg", "s", "name", by=ORDERS[0]),
    *(call(SCHEMA, name, "d", "b") for name in PAIRED),
    call(SCHEMA, "corr", "b", "d", distinct=True),
    *(call(SCHEMA, "median", c) for c in "dri"),
    *(call(SCHEMA, "median", c, distinct=True) for c in "d"),
    *(call(SCHEMA, "mode", c, settings=(d,)) for c in ("i", "s", "t") for d in (False, True)),
    *(
        call(SCHEMA, f"percentile_{kind}", "d", settings=(part, down))
        for kind in ("cont", "disc")
        for part in (0.0, 0.1, 0.75, 1.0)
        for down in (False, True)
    ),
    call(SCHEMA, "percentile_disc", "s", settings=(0.3, False), where="f"),
]
FEW = [
    call(SCHEMA, "count"),
    call(SCHEMA, "sum", "b"),
    call(SCHEMA, "max", "s"),
    call(SCHEMA, "avg", "d"),
]


@pytest.fixture(params=["python", "compiled"])
def mode(request: pytest.FixtureRequest) -> Iterator[str]:
    before = kernels.use(request.param)
    yield request.param
    kernels.use(before)


def operator(keys: tuple[int, ...], calls: list[Any], **options: Any) -> GroupAggregate:
    fields = [SCHEMA.fields[k] for k in keys]
    fields += [Field(f"a{i}", c.result) for i, c in enumerate(calls)]
    return GroupAggregate(SCHEMA, Schema(tuple(fields)), keys, tuple(calls), **options)


def check(
    said: dict[Any, Any], expected: dict[Any, tuple[Any, ...]], calls: list[Any], failed: int
) -> None:
    wanted = {k: v for k, v in expected.items() if Failed not in v}
    assert len(expected) - len(wanted) == failed
    assert said.keys() == wanted.keys()
    for key, row in said.items():
        for one, value, right in zip(calls, row, wanted[key], strict=True):
            name = f"{one.aggregate.signature}{one.arguments} distinct={one.distinct} of {key}"
            assert close(value, right), f"{name}: {value!r}, should be {right!r}"


@pytest.mark.parametrize("split", [1, 7, 10_000])
@pytest.mark.parametrize("retracting", [False, True], ids=["appending", "retracting"])
@pytest.mark.parametrize("windowed", [False, True], ids=["global", "windowed"])
@pytest.mark.parametrize("emission", list(Emission))
def test_every_aggregate(
    mode: str, split: int, retracting: bool, windowed: bool, emission: Emission
) -> None:
    if mode == "compiled" and split == 1:
        pytest.skip("the kernels are the same, and get the same rows, as in batches of seven")
    keys = (3, 0, 1) if windowed else (2, 3)
    window = WindowKey(0, 1, 1) if windowed else None
    events = stream(1, {1: 30, 7: 60}.get(split, 150), retracting=retracting)

    def make() -> GroupAggregate:
        return operator(keys, ALL, window=window, emission=emission, append_only=not retracting)

    for restores in (frozenset[int](), frozenset({5, 20, 21})):
        if restores and split == 1:
            continue
        # At the end the windows of EMIT STREAM are forgotten without a word.
        out = run(make, events, split, restore_at=restores)
        check(out.result(len(keys)), grouped(events, keys, ALL), ALL, len(out.failures))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("retracting", [False, True], ids=["appending", "retracting"])
def test_keys_of_all_types(mode: str, seed: int, retracting: bool) -> None:
    rng = random.Random(seed)
    events = stream(seed, 200, retracting=retracting)
    keys = tuple(sorted(rng.sample(range(2, len(SCHEMA)), rng.randint(0, 3))))

    def make() -> GroupAggregate:
        return operator(keys, FEW, append_only=not retracting)

    restores = frozenset(rng.sample(range(1, 200), 3))
    for split in (1, 7, 200):
        out = run(make, events, split, restore_at=restores)
        check(out.result(len(keys)), grouped(events, keys, FEW), FEW, len(out.failures))


def test_distinct_rows(mode: str) -> None:
    keys = (2, 4)
    for retracting in (False, True):
        events = stream(3, 300, retracting=retracting)
        for emission in Emission:

            def make(
                emission: Emission = emission, retracting: bool = retracting
            ) -> GroupAggregate:
                return operator(keys, [], emission=emission, append_only=not retracting)

            out = run(make, events, 7, restore_at=frozenset({100}))
            assert out.result(2) == grouped(events, keys, [])

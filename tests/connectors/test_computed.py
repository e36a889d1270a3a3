"""Computed sources: datagen and nexmark are functions of the seed and the row's number."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal as Number
from typing import Any

import pytest

from cep.errors import ConnectorError
from cep.runtime.connectors.base import Chunk, Progress, Read, Signal
from cep.runtime.connectors.datagen import DatagenConnector
from cep.runtime.time import VirtualClock
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    INT,
    REAL,
    TINYINT,
    VARCHAR,
    Array,
    DataType,
    Decimal,
    Time,
    Timestamp,
    TimestampLtz,
)
from tests.connectors.reading import CONNECTORS, Heard, drain, read

DATAGEN = CONNECTORS.lookup("datagen")
NEXMARK = CONNECTORS.lookup("nexmark")


def generate(columns: dict[str, DataType], **options: str) -> Heard:
    """Read generated rows; `__` in an option stands for a point."""
    given = {k.replace("__", "."): v for k, v in options.items()}
    return drain(DATAGEN.source({"rows": "1000", **given}, read(columns)))


EVERY: dict[str, DataType] = {
    "b": BOOLEAN,
    "i": TINYINT,
    "l": BIGINT,
    "r": REAL,
    "f": DOUBLE,
    "d": Decimal(10, 2),
    "s": VARCHAR,
    "x": BYTES,
    "day": DATE,
    "t": Time(0),
    "ts": Timestamp(3),
    "ltz": TimestampLtz(3),
    "span": DAY_INTERVAL,
}


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("partitions", ["1", "3"])
def test_rows_depend_on_the_seed_and_their_number_alone(size: int, partitions: str) -> None:
    options = {
        "rows": "40",
        "fields.l.kind": "zipf",
        "out_of_orderness": "1 s",
        "fields.s.null_rate": "0.2",
    }
    expected = drain(DATAGEN.source(options, read(EVERY)))
    assert len(expected.rows) == 40
    options["partitions"] = partitions
    heard = drain(
        DATAGEN.source(options, read(EVERY, {"partition": BIGINT, "offset": BIGINT})), size
    )
    by_number = {r[-1] * int(partitions) + r[-2]: r[:-2] for r in heard.rows}
    assert [by_number[i] for i in range(40)] == expected.rows
    assert sorted(heard.ended) == [str(i) for i in range(int(partitions))]
    some = drain(DATAGEN.source(options, read({"d": EVERY["d"], "b": BOOLEAN})), size)
    assert Counter(some.rows) == Counter((r[5], r[0]) for r in expected.rows)
    for at, offsets in list(enumerate(heard.offsets))[::9]:
        source = DATAGEN.source(options, read(EVERY, {"partition": BIGINT, "offset": BIGINT}))
        source.seek(offsets)
        rest = drain(source, size)
        seen = sum(c.batch.num_rows for c in heard.chunks[: at + 1])
        assert Counter(map(str, rest.rows)) == Counter(map(str, heard.rows[seen:]))
    other = drain(DATAGEN.source({**options, "seed": "1"}, read(EVERY)))
    assert Counter(map(str, other.rows)) != Counter(map(str, expected.rows))


def test_kinds() -> None:
    whole: dict[str, DataType] = {"id": BIGINT, "k": INT, "z": INT}
    heard = generate(
        {**whole, "n": DOUBLE, "c": VARCHAR, "s": VARCHAR, "d": Decimal(5, 2)},
        fields__id__kind="sequence", fields__id__start="10",
        fields__k__min="-5", fields__k__max="5",
        fields__z__kind="zipf", fields__z__cardinality="100", fields__z__skew="1.2",
        fields__n__kind="normal", fields__n__mean="10", fields__n__stddev="2",
        fields__c__kind="constant", fields__c__value="x",
        fields__s__cardinality="7", fields__s__length="3",
        fields__d__min="1.25", fields__d__max="1.27", fields__d__null_rate="0.5",
    )  # fmt: skip
    ids, k, z, n, c, s, d = (list(column) for column in zip(*heard.rows, strict=True))
    assert ids == list(range(10, 1010))
    assert set(k) == set(range(-5, 6))
    ranks = Counter(z)
    assert ranks[0] > ranks[1] > ranks[10]
    assert set(ranks) <= set(range(100))
    assert 9.7 < sum(n) / 1000 < 10.3
    assert set(c) == {"x"}
    assert len(set(s)) == 7
    assert {len(v) for v in s} == {3}
    assert set(d) == {None, Number("1.25"), Number("1.26"), Number("1.27")}
    assert 400 < d.count(None) < 600


def test_times_go_on_at_the_rate_and_are_late_within_the_bound() -> None:
    columns: dict[str, DataType] = {"ts": Timestamp(6)}
    start = dt.datetime(2024, 5, 1)
    exact = [r[0] for r in generate(columns, rate="10", start="2024-05-01").rows]
    assert exact == [start + dt.timedelta(seconds=i / 10) for i in range(1000)]
    late = [
        r[0] for r in generate(columns, rate="10", start="2024-05-01", out_of_orderness="3 s").rows
    ]
    delays = [(e - v).total_seconds() for e, v in zip(exact, late, strict=True)]
    assert 0 <= min(delays) < max(delays) <= 3
    assert late != sorted(late)


def test_without_columns_there_is_a_schema_of_its_own() -> None:
    schema = DATAGEN.infer({})
    assert str(schema) == "id BIGINT, key BIGINT, value DOUBLE, label VARCHAR, ts TIMESTAMP(3)"
    heard = drain(DATAGEN.source({"rows": "500"}, Read(schema.fields)))
    assert [r[0] for r in heard.rows] == list(range(500))
    assert max(r[1] for r in heard.rows) < 1000
    assert DATAGEN.is_bounded({"rows": "5"})
    assert not DATAGEN.is_bounded({})


@pytest.mark.parametrize(
    ("t", "options", "told"),
    [
        (INT, {"kind": "zip"}, "did you mean zipf"),
        (INT, {"kind": "time"}, "is no timestamp"),
        (INT, {"kind": "normal"}, "is no DOUBLE"),
        (INT, {"min": "5", "max": "1"}, "'min' is greater than its 'max'"),
        (INT, {"kind": "constant", "value": "x"}, "'x' is not an INT"),
        (TINYINT, {"kind": "sequence"}, "values that are no TINYINT"),
        (Array(INT), {}, "datagen makes no ARRAY<INT>"),
        (INT, {"cardinality": "0"}, "whole number of at least 1"),
    ],
)
def test_what_datagen_refuses(t: DataType, options: dict[str, str], told: str) -> None:
    with pytest.raises(ConnectorError, match=told):
        generate({"c": t}, **{f"fields__c__{k}": v for k, v in options.items()})


def test_rows_can_come_at_their_pace() -> None:
    clock = VirtualClock(1_000_000)
    options = {"rows": "5", "rate": "2", "pace": "true"}
    source = DatagenConnector(clock=clock).source(options, read({"ts": Timestamp(3)}))

    def heard() -> Any:
        said = source.poll(10)
        return said.batch.num_rows if isinstance(said, Chunk) else said

    assert [heard(), heard()] == [1, Signal.IDLE]
    clock.set(1_500_000)
    assert [heard(), heard()] == [1, Signal.IDLE]
    clock.set(9_000_000)
    assert heard() == 3
    heard()
    assert heard() is Signal.END
    assert source.progress() == Progress(5, 5)


@pytest.mark.parametrize("table", ["person", "auction", "bid", "event"])
@pytest.mark.parametrize("size", [7, 100_000])
def test_nexmark_rows_depend_on_their_number_alone(table: str, size: int) -> None:
    options = {"table": table, "events": "523"}
    schema = NEXMARK.infer(options)
    want = Read(schema.fields)
    expected = drain(NEXMARK.source(options, want))
    assert len(expected.rows) == {"person": 11, "auction": 33, "bid": 479, "event": 523}[table]
    heard = drain(NEXMARK.source({**options, "partitions": "2"}, want), size)
    assert Counter(map(str, heard.rows)) == Counter(map(str, expected.rows))
    one = drain(NEXMARK.source(options, Read(schema.fields[:1])), size)
    assert [r[0] for r in one.rows] == [r[0] for r in expected.rows]
    for offset in (0, 1, 10):
        source = NEXMARK.source(options, want)
        source.seek({"0": offset})
        assert drain(source).rows == expected.rows[offset:]


def test_nexmark_events_are_of_the_benchmarks_proportions() -> None:
    options = {"table": "event", "events": "5000"}
    heard = drain(NEXMARK.source(options, Read(NEXMARK.infer(options).fields)))
    kinds = Counter(r[0] for r in heard.rows)
    assert kinds == {0: 100, 1: 300, 2: 4600}
    for kind, person, auction, bid, at in heard.rows:
        parts = (person, auction, bid)
        assert [p is not None for p in parts] == [i == kind for i in range(3)]
        assert parts[kind]["datetime"] == at
    persons, auctions, bids = ([r[i] for r in heard.rows if r[i]] for i in (1, 2, 3))
    assert [p["id"] for p in persons] == list(range(1000, 1100))
    assert [a["id"] for a in auctions] == list(range(1000, 1300))
    assert all(1000 <= b["auction"] <= 1300 + 10 for b in bids)
    assert all(a["expires"] > a["datetime"] and a["reserve"] > a["initialbid"] for a in auctions)
    hottest = sum(n for _, n in Counter(b["auction"] for b in bids).most_common(4))
    assert 0.4 < hottest / len(bids) < 0.7
    assert (
        Counter(b["channel"] in {"Google", "Facebook", "Baidu", "Apple"} for b in bids)[True] > 2000
    )


def test_nexmark_tables_agree_with_the_events() -> None:
    options = {"table": "event", "events": "500"}
    events = drain(NEXMARK.source(options, Read(NEXMARK.infer(options).fields)))
    for i, table in enumerate(("person", "auction", "bid"), 1):
        alone = {**options, "table": table}
        schema = NEXMARK.infer(alone)
        rows = drain(NEXMARK.source(alone, Read(schema.fields))).rows
        assert rows == [tuple(r[i].values()) for r in events.rows if r[i]]


def test_what_nexmark_refuses() -> None:
    with pytest.raises(ConnectorError, match="needs the option 'table'"):
        NEXMARK.infer({})
    with pytest.raises(ConnectorError, match="column price of nexmark bid is BIGINT, not VARCHAR"):
        NEXMARK.source({"table": "bid"}, read({"price": VARCHAR}))
    with pytest.raises(ConnectorError, match="has no column prize"):
        NEXMARK.source({"table": "bid"}, read({"prize": BIGINT}))

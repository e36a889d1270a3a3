"""The data that benchmarks read: made once, the same everywhere, kept in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

KEYS = 10_000
MANY_KEYS = 1_000_000
SYMBOLS = 1_000
_PART = 1_000_000
_EPOCH = 1_767_225_600_000_000  # 2026-01-01 in microseconds
_JITTER = 500_000
"""Rows come at most so many microseconds out of order."""

BIDS = pa.schema([("k", pa.int64()), ("v", pa.float64()), ("ts", pa.timestamp("us"))])


def bids(folder: Path, rows: int, per_second: int, keys: int = KEYS) -> Path:
    """Return a Parquet file of bids: k, skewed (Zipf's law) over `keys` auctions; v, a price; ts.

    `per_second` of them come in a second of event time, at most half a second out of order. Prices
    are in quarters, so their sums are exact in any order of addition and answers can be equal.
    The first rows of a longer file are those of a shorter one.
    """
    many = "" if keys == KEYS else f"-{keys}"
    path = folder / f"bids-{rows}-{per_second}{many}.parquet"
    return made(path, lambda path: _write(path, rows, per_second, keys))


def _write(path: Path, rows: int, per_second: int, keys: int) -> None:
    with pq.ParquetWriter(path, BIDS) as writer:
        for part in _parts(rows, per_second, keys):
            writer.write_table(part, row_group_size=1 << 17)


def _parts(rows: int, per_second: int, keys: int) -> Iterator[pa.Table]:
    share = np.cumsum(1 / np.arange(1, keys + 1))
    share /= share[-1]
    names = np.random.default_rng(0).permutation(keys)
    for first in range(0, rows, _PART):
        random = np.random.default_rng([1, first])
        keyed = names[np.searchsorted(share, random.random(_PART))]
        prices = random.integers(0, 40_000, _PART) / 4
        steps = np.arange(first, first + _PART, dtype=np.int64) * 1_000_000 // per_second
        times = _EPOCH + steps - random.integers(0, _JITTER, _PART) // 1000 * 1000
        columns = [pa.array(keyed), pa.array(prices), pa.array(times).view(pa.timestamp("us"))]
        yield pa.table(columns, schema=BIDS).slice(0, rows - first)


def terms(folder: Path, rows: int, seconds: int) -> Path:
    """Return a Parquet file of the terms of auctions: k; fee, in quarters; seller; ts.

    The first `KEYS` rows are one for each auction, a second before the first bid; the others change
    them, one after the other, within so many seconds from then on, at most half a second out of
    order. No two rows of an auction have the same time.
    """
    return made(
        folder / f"terms-{rows}-{seconds}.parquet", lambda p: _write_terms(p, rows, seconds)
    )


def _write_terms(path: Path, rows: int, seconds: int) -> None:
    random = np.random.default_rng([3, rows])
    keys = np.arange(rows) % KEYS
    later = np.maximum(np.arange(rows) - KEYS + 1, 0)
    steps = later * (seconds * 1_000_000 // max(rows - KEYS, 1))
    times = _EPOCH - 1_000_000 + steps - random.integers(0, _JITTER, rows)
    columns = {
        "k": pa.array(keys),
        "fee": pa.array(random.integers(0, 400, rows) / 4),
        "seller": pa.array([f"seller {n}" for n in random.integers(0, 1000, rows)]),
        "ts": pa.array(times).view(pa.timestamp("us")),
    }
    table = pa.table(columns)
    pairs = table.group_by(["k", "ts"]).aggregate([])
    if pairs.num_rows != rows:
        raise AssertionError("two versions of one time")
    pq.write_table(table, path, row_group_size=1 << 17)


OFFERS = pa.schema([("auction", pa.int64()), ("price", pa.float64()), ("ts", pa.timestamp("us"))])
OPENED = pa.schema(
    [
        ("id", pa.int64()),
        ("seller", pa.string()),
        ("least", pa.float64()),
        ("ts", pa.timestamp("us")),
    ]
)
_LASTING = 4_000_000
"""How long after its opening an offer for an auction comes, on average, in microseconds."""


def auctions(folder: Path, offers: int, per_second: int) -> Path:
    """Return a Parquet file of auctions, one for 20 offers: id; seller; least, in quarters; ts.

    They open one after the other, at most half a second out of order.
    """
    path = folder / f"auctions-{offers}-{per_second}.parquet"
    return made(
        path,
        lambda p: _write_parts(p, OPENED, (a for a, _ in auctioned(offers, per_second, _PART))),
    )


def offers(folder: Path, rows: int, per_second: int) -> Path:
    """Return a Parquet file of offers: auction; price, in quarters; ts.

    Each is for an auction that was opened some seconds before, most often few of them; they come at
    most half a second out of order.
    """
    path = folder / f"offers-{rows}-{per_second}.parquet"
    return made(
        path, lambda p: _write_parts(p, OFFERS, (o for _, o in auctioned(rows, per_second, _PART)))
    )


def auctioned(
    rows: int, per_second: int, size: int
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Yield auctions and so many offers for them, in turn, the offers in batches of a size."""
    each = 20
    apart = each * 1_000_000 // per_second
    for first in range(0, rows, size):
        random = np.random.default_rng([4, first])
        number = np.arange(first, min(first + size, rows), dtype=np.int64)
        steps = number * 1_000_000 // per_second
        back = random.exponential(_LASTING, len(number)).astype(np.int64)
        times = _EPOCH + steps - random.integers(0, _JITTER, len(number)) // 1000 * 1000
        offered = [
            pa.array(np.maximum(steps - back, 0) // apart),
            pa.array(random.integers(0, 40_000, len(number)) / 4),
            pa.array(times).view(pa.timestamp("us")),
        ]
        ids = number[number % each == 0] // each
        opened = _EPOCH + ids * apart - random.integers(0, _JITTER, len(ids)) // 1000 * 1000
        sellers = random.integers(0, 1000, len(ids))
        opening = [
            pa.array(ids),
            pa.array([f"seller {n}" for n in sellers]),
            pa.array(random.integers(0, 40_000, len(ids)) / 4),
            pa.array(opened).view(pa.timestamp("us")),
        ]
        yield (
            pa.RecordBatch.from_arrays(opening, schema=OPENED),
            pa.RecordBatch.from_arrays(offered, schema=OFFERS),
        )


def _write_parts(path: Path, schema: pa.Schema, parts: Iterator[pa.RecordBatch]) -> None:
    with pq.ParquetWriter(path, schema) as writer:
        for part in parts:
            writer.write_table(pa.Table.from_batches([part]), row_group_size=1 << 17)


def ticks(folder: Path, rows: int) -> Path:
    """Return a Parquet file of ticks: symbol, one of 1,000; price, a random walk in quarters; ts.

    2,000 of them come in a second of event time, in order.
    """
    return made(folder / f"ticks-{rows}.parquet", lambda path: _write_ticks(path, rows))


def _write_ticks(path: Path, rows: int) -> None:
    names = pa.array([f"S{i:04d}" for i in range(SYMBOLS)])
    prices = np.full(SYMBOLS, 1000.0)
    schema = pa.schema(
        [("symbol", pa.string()), ("price", pa.float64()), ("ts", pa.timestamp("us"))]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, _PART):
            random = np.random.default_rng([2, first])
            symbols = random.integers(0, SYMBOLS, _PART)
            steps = random.integers(-20, 21, _PART) / 4
            # A walk for each symbol: the sum of its own steps up to the row.
            order = np.argsort(symbols, kind="stable")
            sums = np.cumsum(steps[order])
            begins = np.searchsorted(symbols[order], np.arange(SYMBOLS))
            before = np.concatenate([[0.0], sums])[begins]
            walked = np.empty(_PART)
            walked[order] = sums - before[symbols[order]] + prices[symbols[order]]
            ends = np.append(begins[1:], _PART)
            prices = np.where(ends > begins, walked[order][ends - 1], prices)
            times = _EPOCH + np.arange(first, first + _PART, dtype=np.int64) * 500
            columns = [
                names.take(pa.array(symbols)),
                pa.array(walked),
                pa.array(times).view(pa.timestamp("us")),
            ]
            part = pa.table(columns, schema=schema).slice(0, rows - first)
            writer.write_table(part, row_group_size=1 << 17)


def singles(rows: int, per_second: int, size: int = 1 << 16) -> Iterator[pa.RecordBatch]:
    """Yield batches of bids in order of time, each of a key that no other has."""
    for first in range(0, rows, size):
        number = np.arange(first, min(first + size, rows), dtype=np.int64)
        times = _EPOCH + number * 1_000_000 // per_second
        columns = [
            pa.array(number * 0x9E3779B1 % (1 << 40)),
            pa.array((number % 40_000) / 4),
            pa.array(times).view(pa.timestamp("us")),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=BIDS)


def made(path: Path, write: Callable[[Path], None]) -> Path:
    """Make a file if it is not there; whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        write(part)
        part.replace(path)
    return path

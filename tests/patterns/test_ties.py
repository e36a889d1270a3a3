"""Rows of one time in merged streams: by the stream, its partition and the place there."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import cep
from cep.runtime.connectors.memory import Feed, MemoryConnector

TIMES = ("2026-01-01 00:00:00", "2026-01-01 00:00:01")
ROWS = 3
"""How many rows each file has of each time."""


def write(path: Path, first: int, column: str) -> None:
    """Write a file of rows numbered from `first` on."""
    rows = [f"{first + i},{TIMES[i // ROWS]}" for i in range(ROWS * len(TIMES))]
    path.write_text("\n".join([f"{column},ts", *rows]) + "\n")


@pytest.mark.parametrize("batch_rows", [1, 2, 7, 1000])
def test_ties_go_by_stream_then_partition_then_offset(tmp_path: Path, batch_rows: int) -> None:
    for part in range(3):
        write(tmp_path / f"order-{part}.csv", 100 * part, "id")
    write(tmp_path / "payments.csv", 900, "paid")
    engine = cep.Engine()
    engine.execute(f"""
        SET batch_rows = {batch_rows};
        CREATE STREAM orders (id INT, ts TIMESTAMP(0), WATERMARK FOR ts)
        WITH (connector = 'file', path = '{tmp_path}/order-*.csv');
        CREATE STREAM payments (paid INT, ts TIMESTAMP(0), WATERMARK FOR ts)
        WITH (connector = 'file', path = '{tmp_path}/payments.csv');
    """)
    found = engine.execute("""
        SELECT * FROM (payments, orders) MATCH_RECOGNIZE (
          ORDER BY rowtime MEASURES ARRAY_AGG(COALESCE(id, paid)) AS ids PATTERN (X+))
    """).fetchone()
    assert found is not None
    first = [900, 901, 902, 0, 1, 2, 100, 101, 102, 200, 201, 202]
    assert found.ids == [*first, *(number + ROWS for number in first)]


def test_numbers_of_partitions_sort_as_numbers() -> None:
    def row(number: int) -> pa.RecordBatch:
        return pa.record_batch({"n": [number], "ts": pa.array([0], pa.timestamp("s"))})

    feed = Feed(row(0).schema, {str(p): [row(p)] for p in (10, 2, 1, 0)})
    other = Feed(row(0).schema, {"0": [row(99)]})
    engine = cep.Engine()
    engine.connectors.add(MemoryConnector(feeds={"f": feed, "g": other}))
    engine.execute("""
        CREATE STREAM a (n BIGINT, ts TIMESTAMP(0), WATERMARK FOR ts)
        WITH (connector = 'memory', name = 'f');
        CREATE STREAM b (n BIGINT, ts TIMESTAMP(0), WATERMARK FOR ts)
        WITH (connector = 'memory', name = 'g');
    """)
    found = engine.execute("""
        SELECT * FROM ((SELECT ts, n FROM a WHERE n >= 0) AS a, b) MATCH_RECOGNIZE (
          ORDER BY rowtime MEASURES ARRAY_AGG(n) AS numbers PATTERN (X+))
    """).fetchone()
    assert found is not None
    assert found.numbers == [0, 1, 2, 10, 99]

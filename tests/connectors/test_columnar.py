"""Parquet and Arrow: types that are found, types that are declared, and rows left out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as Number
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cep.errors import ConnectorError
from cep.runtime.connectors import format_arrow, format_parquet
from cep.runtime.connectors.base import Comparison
from cep.types import (
    BIGINT,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    INT,
    TIMESTAMP,
    VARCHAR,
    Array,
    DataType,
    Decimal,
    Field,
    Map,
    Row,
    Timestamp,
    TimestampLtz,
)
from tests.connectors.reading import CONNECTORS, drain, messages, read, read_file

FILE = CONNECTORS.lookup("file")
NEW_YEAR = dt.datetime(2024, 1, 1)
TYPES: list[tuple[pa.DataType, str, Any]] = [
    (pa.int8(), "TINYINT", -1),
    (pa.int16(), "SMALLINT", 1),
    (pa.int32(), "INT", 1),
    (pa.int64(), "BIGINT", 1),
    (pa.uint8(), "SMALLINT", 200),
    (pa.uint16(), "INT", 60_000),
    (pa.uint32(), "BIGINT", 2**32 - 1),
    (pa.uint64(), "DECIMAL(20, 0)", Number(2**64 - 1)),
    (pa.float32(), "REAL", 0.5),
    (pa.float64(), "DOUBLE", 0.1),
    (pa.decimal128(10, 2), "DECIMAL(10, 2)", Number("1.20")),
    (pa.bool_(), "BOOLEAN", True),
    (pa.string(), "VARCHAR", "ä"),
    (pa.large_string(), "VARCHAR", "ä"),
    (pa.dictionary(pa.int8(), pa.string()), "VARCHAR", "ä"),
    (pa.binary(), "BYTES", b"\xff"),
    (pa.binary(2), "BYTES", b"\xff\x00"),
    (pa.date32(), "DATE", dt.date(2024, 2, 29)),
    (pa.time32("ms"), "TIME(3)", dt.time(1, 2, 3, 4000)),
    (pa.time64("us"), "TIME(6)", dt.time(1, 2, 3, 4)),
    (pa.timestamp("s"), "TIMESTAMP(0)", dt.datetime(2024, 1, 1, 1)),
    (pa.timestamp("ms"), "TIMESTAMP(3)", dt.datetime(2024, 1, 1, 1, 0, 0, 1000)),
    (pa.timestamp("us"), "TIMESTAMP(6)", dt.datetime(1924, 1, 1, 1, 0, 0, 1)),
    (pa.timestamp("ns"), "TIMESTAMP(6)", dt.datetime(2024, 1, 1, 1, 0, 0, 1)),
    (
        pa.timestamp("ms", "Europe/Berlin"),
        "TIMESTAMP_LTZ(3)",
        dt.datetime(2024, 1, 1, 1, tzinfo=dt.UTC),
    ),
    (pa.duration("ms"), "INTERVAL DAY TO SECOND", dt.timedelta(milliseconds=5)),
    (pa.list_(pa.int32()), "ARRAY<INT>", [1, None]),
    (pa.large_list(pa.uint8()), "ARRAY<SMALLINT>", [1, None]),
    (pa.map_(pa.string(), pa.int64()), "MAP<VARCHAR, BIGINT>", [("a", 1)]),
    (
        pa.struct([("x", pa.int32()), ("y", pa.list_(pa.timestamp("ms")))]),
        "ROW<x INT, y ARRAY<TIMESTAMP(3)>>",
        {"x": 1, "y": [dt.datetime(2024, 1, 1)]},
    ),
]


def write(path: Path, table: pa.Table, rows: int = 1000) -> None:
    """Write a table in the format its name tells."""
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=rows)
        return
    make = pa.ipc.new_stream if path.suffix == ".arrows" else pa.ipc.new_file
    with make(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)


@pytest.mark.parametrize("extension", ["parquet", "arrow", "arrows"])
@pytest.mark.parametrize(("t", "sql", "value"), TYPES, ids=[str(t[0]) for t in TYPES])
def test_types_that_are_found(
    tmp_path: Path, extension: str, t: pa.DataType, sql: str, value: Any
) -> None:
    path = tmp_path / f"types.{extension}"
    write(path, pa.table({"v": pa.array([value, None], t)}))
    schema = FILE.infer({"path": str(path)})
    if pa.types.is_timestamp(t) and extension == "parquet" and t.unit == "s":
        sql = sql.replace("(0)", "(3)")  # Parquet has no seconds
    assert str(schema.types[0]) == sql
    heard = read_file(path, {"v": schema.types[0]})
    assert heard.rows == [(value,), (None,)]


@pytest.mark.parametrize("extension", ["parquet", "arrow"])
@pytest.mark.parametrize(
    ("found", "declared", "value", "expected"),
    [
        (pa.int32(), BIGINT, 5, 5),
        (pa.int64(), INT, 5, 5),
        (pa.int64(), DOUBLE, 5, 5.0),
        (pa.int32(), Decimal(12, 2), 5, Number("5.00")),
        (pa.int64(), VARCHAR, 5, "5"),
        (pa.string(), INT, "5", 5),
        (pa.string(), Timestamp(3), "2024-01-01T00:00:00.5Z", NEW_YEAR.replace(microsecond=500000)),
        (pa.dictionary(pa.int32(), pa.string()), DATE, "2024-01-01", dt.date(2024, 1, 1)),
        (pa.timestamp("us"), Timestamp(0), NEW_YEAR.replace(microsecond=5), NEW_YEAR),
        (pa.timestamp("ms", "UTC"), TIMESTAMP, NEW_YEAR.replace(tzinfo=dt.UTC), NEW_YEAR),
        (pa.timestamp("ms"), TimestampLtz(3), NEW_YEAR, NEW_YEAR.replace(tzinfo=dt.UTC)),
        (pa.date32(), TIMESTAMP, dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)),
        (pa.duration("s"), DAY_INTERVAL, dt.timedelta(seconds=5), dt.timedelta(seconds=5)),
        (pa.large_binary(), BYTES, b"x", b"x"),
        (pa.list_(pa.int32()), Array(BIGINT), [1], [1]),
        (pa.map_(pa.string(), pa.int32()), Map(VARCHAR, BIGINT), [("a", 1)], [("a", 1)]),
        (pa.struct([("x", pa.int32())]), Row((Field("x", BIGINT),)), {"x": 1}, {"x": 1}),
    ],
)  # fmt: skip
def test_declared_types_that_can_hold_what_is_found(
    tmp_path: Path,
    extension: str,
    found: pa.DataType,
    declared: DataType,
    value: Any,
    expected: Any,
) -> None:
    path = tmp_path / f"types.{extension}"
    write(path, pa.table({"V": pa.array([value, None], found)}))
    assert read_file(path, {"v": declared}).rows == [(expected,), (None,)]


@pytest.mark.parametrize("extension", ["parquet", "arrow"])
def test_declared_types_that_cannot(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"types.{extension}"
    write(path, pa.table({"v": pa.array([[1]]), "n": pa.array([1])}))
    with pytest.raises(ConnectorError, match=r"column v of .* is ARRAY<BIGINT>, not INT"):
        read_file(path, {"v": INT})
    with pytest.raises(ConnectorError, match="declare it n BIGINT"):
        read_file(path, {"n": TIMESTAMP})
    with pytest.raises(ConnectorError, match="has no column m; it has v, n"):
        read_file(path, {"m": INT})


@pytest.mark.parametrize("extension", ["parquet", "arrow"])
def test_a_value_without_a_place_in_its_type_breaks_its_row(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"broken.{extension}"
    write(path, pa.table({"i": [1, 2**40, 3, None], "s": ["1", "2", "x", "4"]}), rows=3)
    heard = read_file(path, {"i": INT, "s": INT}, metadata={"line": BIGINT, "offset": BIGINT})
    assert heard.rows == [(1, 1, 1, 0), (None, 4, 4, 3)]
    assert messages(heard.broken) == [
        ("2", "i: '1099511627776' is not an INT"),
        ("3", "s: 'x' is not an INT"),
    ]
    assert heard.broken[1].text == "{'i': 3, 's': 'x'}"


@pytest.mark.parametrize("extension", ["parquet", "arrow", "arrows"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_any_size_and_any_beginning_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extension: str, size: int
) -> None:
    path = tmp_path / f"same.{extension}"
    write(path, pa.table({"a": range(50), "b": [str(i) for i in range(50)], "c": ["z"] * 50}), 20)
    monkeypatch.setattr(format_parquet, "BATCH_ROWS", 8)
    monkeypatch.setattr(format_arrow, "_SLICE_ROWS", 8)
    columns: dict[str, DataType] = {"b": VARCHAR, "a": BIGINT}
    heard = read_file(path, columns, size, metadata={"line": BIGINT})
    assert heard.rows == [(str(i), i, i + 1) for i in range(50)]
    assert read_file(path, {}).rows == [()] * 50
    for offsets in heard.offsets:
        source = FILE.source({"path": str(path)}, read(columns, {"line": BIGINT}))
        source.seek(offsets)
        assert drain(source).rows == heard.rows[offsets[str(path)] :]
        source.close()


def test_row_groups_that_cannot_pass_the_filters_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "groups.parquet"
    at = [dt.datetime(2024, 1, 1) + dt.timedelta(hours=i) for i in range(40)]
    write(
        path,
        pa.table(
            {
                "a": pa.array([i if i < 30 else None for i in range(40)], pa.int32()),
                "f": [float(i) for i in range(40)],
                "at": pa.array(at, pa.timestamp("ns")),
                "big": ["x" * 10] * 40,
            }
        ),
        rows=10,
    )
    columns: dict[str, DataType] = {"at": Timestamp(3), "a": BIGINT, "f": DOUBLE, "big": VARCHAR}

    def skipped(column: str, operator: str, value: Any) -> list[int]:
        t = columns[column].arrow
        only = Comparison(column, operator, pa.scalar(value, t))
        heard = drain(
            FILE.source({"path": str(path)}, read(columns, {"line": BIGINT}, [only], ["at"]))
        )
        assert sum(c.batch.num_rows for c in heard.chunks) == 40
        groups = []
        for chunk in heard.chunks:
            first = chunk.batch.column(4)[0].as_py() // 10
            assert chunk.batch.column(0).to_pylist() == at[first * 10 : first * 10 + 10]
            if chunk.skipped:
                groups.append(first)
                assert chunk.batch.column(1).null_count == 10
                assert chunk.batch.column(3).null_count == 10
        return groups

    assert skipped("a", "=", 15) == [0, 2, 3]
    assert skipped("a", "<", 10) == [1, 2, 3]
    assert skipped("a", "<=", 10) == [2, 3]
    assert skipped("a", ">", 19) == [0, 1, 3]
    assert skipped("a", ">=", 19) == [0, 3]
    assert skipped("a", "<>", 19) == [3]
    assert skipped("at", ">=", at[30]) == [0, 1, 2]
    assert skipped("f", "<", 10.0) == [1, 2, 3]
    assert skipped("f", ">", 35.0) == []  # statistics say nothing of NaN
    assert skipped("big", "=", "y") == [0, 1, 2, 3]

    nothing = Comparison("a", "=", pa.scalar(-1, pa.int64()))
    heard = drain(FILE.source({"path": str(path)}, read(columns, None, [nothing])))
    assert heard.rows == []
    assert heard.skipped == 40

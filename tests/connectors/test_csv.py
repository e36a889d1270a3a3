"""CSV files: what is read, what is NULL, and how broken rows are told from good ones."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal as Number
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cep.errors import ConnectorError
from cep.runtime.connectors import lines as cutting
from cep.runtime.connectors.base import BrokenRow
from cep.runtime.connectors.convert import a
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DAY_INTERVAL,
    DOUBLE,
    INT,
    MONTH_INTERVAL,
    REAL,
    SMALLINT,
    TIMESTAMP,
    TINYINT,
    VARCHAR,
    Array,
    DataType,
    Decimal,
    Time,
    Timestamp,
    TimestampLtz,
)
from tests.connectors.reading import CONNECTORS, lines, messages, read, read_file

UTC = dt.UTC


def one(
    tmp_path: Path, t: DataType, *values: str, **options: str
) -> tuple[list[object], list[str]]:
    """Read a column of one type; return its values and the messages of the broken rows."""
    path = tmp_path / "one.csv"
    path.write_bytes(lines("pad,v", *(f"x,{v}" for v in values)))
    heard = read_file(path, {"v": t}, options=options)
    assert heard.broken_count == len(heard.broken)
    return [r[0] for r in heard.rows], [b.message for b in heard.broken]


def test_every_type_is_read_from_its_text(tmp_path: Path) -> None:
    path = tmp_path / "types.csv"
    columns: dict[str, DataType] = {
        "b": BOOLEAN,
        "i8": TINYINT,
        "i16": SMALLINT,
        "i32": INT,
        "i64": BIGINT,
        "f32": REAL,
        "f64": DOUBLE,
        "d": Decimal(10, 2),
        "s": VARCHAR,
        "x": BYTES,
        "day": DATE,
        "t": Time(3),
        "ts": Timestamp(3),
        "ltz": TimestampLtz(0),
        "span": DAY_INTERVAL,
        "months": MONTH_INTERVAL,
    }
    path.write_bytes(
        lines(
            ",".join(columns),
            "true,-128,32000,7,9007199254740993,0.5,1e300,12.30,häh,AAH/,2024-02-29,12:34:56.7891,"
            "2024-02-29 12:34:56.7899,2024-02-29T12:34:56.9+02:00,-1 02:03:04.5,-1-02",
            "," * (len(columns) - 1),
        )
    )
    heard = read_file(path, columns)
    assert heard.rows == [
        (
            True,
            -128,
            32000,
            7,
            9007199254740993,
            0.5,
            1e300,
            Number("12.30"),
            "häh",
            b"\x00\x01\xff",
            dt.date(2024, 2, 29),
            dt.time(12, 34, 56, 789000),
            dt.datetime(2024, 2, 29, 12, 34, 56, 789000),
            dt.datetime(2024, 2, 29, 10, 34, 56, tzinfo=UTC),
            -dt.timedelta(days=1, hours=2, minutes=3, seconds=4.5),
            -14,
        ),
        (None,) * len(columns),
    ]
    assert heard.broken == []


def test_empty_fields_are_null_and_quoted_ones_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "nulls.csv"
    path.write_bytes(lines("s,i", "NA,NA", '"NA","NA"', '"",""', ",", "na,5"))
    heard = read_file(path, {"s": VARCHAR, "i": INT}, null="NA,NULL")
    assert heard.rows == [(None, None), ("NA", None), ("", None), (None, None), ("na", 5)]
    assert read_file(path, {"i": INT}, null="NA").rows == [(r[1],) for r in heard.rows]


@pytest.mark.parametrize(
    ("t", "bad"),
    [
        (INT, "5.0"),
        (INT, "3000000000"),
        (BIGINT, "9223372036854775808"),
        (DOUBLE, "1,5"),
        (BOOLEAN, "yes"),
        (Decimal(5, 2), "1.234"),
        (Decimal(5, 2), "1234.5"),
        (DATE, "2023-02-29"),
        (Time(0), "24:00:00"),
        (TIMESTAMP, "yesterday"),
        (TIMESTAMP, "2023-13-01T00:00:00"),
        (TimestampLtz(3), "2023-01-01T25:00:00Z"),
    ],
)
def test_a_value_of_another_type_breaks_its_row_only(tmp_path: Path, t: DataType, bad: str) -> None:
    quoted = f'"{bad}"' if "," in bad else bad
    good = {INT: "7", BIGINT: "7", DOUBLE: "7", BOOLEAN: "true", DATE: "2023-02-28"}.get(t)
    if good is None:
        good = {Decimal: "1.23", Time: "23:59:59"}.get(type(t), "2023-01-01 00:00:00Z")
    values, told = one(tmp_path, t, good, quoted, good, quoted)
    assert len(values) == 2
    assert values[0] == values[1] is not None
    assert len(told) == 2
    assert told[0].startswith(f"v: '{bad}' is not {a(t)}")


def test_timestamps_with_and_without_a_zone(tmp_path: Path) -> None:
    texts = (
        "2024-01-01T10:00:00Z",
        "2024-01-01 10:00",
        "2024-01-01T10:00:00.123456789",
        "2024-01-01",
    )
    values, told = one(tmp_path, TIMESTAMP, *texts)
    assert told == []
    assert values == [
        dt.datetime(2024, 1, 1, 10),
        dt.datetime(2024, 1, 1, 10),
        dt.datetime(2024, 1, 1, 10, 0, 0, 123456),
        dt.datetime(2024, 1, 1),
    ]
    instants, told = one(tmp_path, TimestampLtz(6), *texts)
    assert told == []
    assert instants == [v.replace(tzinfo=UTC) for v in values if isinstance(v, dt.datetime)]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("dd.MM.yyyy HH:mm:ss.SSS", "31.12.2023 23:59:58.250"),
        ("%d.%m.%Y %H:%M:%S.%f", "31.12.2023 23:59:58.25"),
        ("yyyyMMdd'T'HHmmss.SSS", "20231231T235958.250"),
        ("epoch_ms", "1704067198250"),
        ("epoch_us", "1704067198250000"),
        ("ISO-8601", "2023-12-31T23:59:58.25"),
    ],
)
def test_timestamp_format(tmp_path: Path, form: str, text: str) -> None:
    values, told = one(tmp_path, Timestamp(3), text, "", "nonsense", timestamp_format=form)
    assert values == [dt.datetime(2023, 12, 31, 23, 59, 58, 250000), None]
    assert told == ["v: 'nonsense' is not a TIMESTAMP(3)"]


def test_broken_rows_stand_at_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(
        b"id,name,v\n"
        b"1,a,1.5\n"
        b"2,b\n"  # 3: too few
        b"3,c,x\n"  # 4: no number
        b"\n"  # blank: no row at all
        b"4,d,2,extra\n"  # 6: too many
        b'5,"two\nlines",3\n'  # 7 and 8: one good row
        b"6,\xff\xfe,4\n"  # 9: no UTF-8
        b"id,name,v\n"  # 10: the header again
        b"7,g,5\n"  # 11
        b'8,"never closed,6\n'  # 12
        b"9,i,7"  # 13, without a line end
    )
    heard = read_file(
        path, {"id": INT, "name": VARCHAR, "v": DOUBLE}, metadata={"line": BIGINT, "offset": BIGINT}
    )
    assert heard.rows == [
        (1, "a", 1.5, 2, 0),
        (5, "two\nlines", 3.0, 7, 4),
        (7, "g", 5.0, 11, 7),
        (9, "i", 7.0, 13, 9),
    ]
    assert messages(heard.broken) == [
        ("3", "2 fields where there should be 3"),
        ("4", "v: 'x' is not a DOUBLE"),
        ("6", "4 fields where there should be 3"),
        ("9", "name: bytes that are not UTF-8"),
        ("10", "the header again, as if files were put one behind the other"),
        ("12", "a quoted value begins in this line and is not closed"),
    ]
    assert heard.broken[0] == BrokenRow("2,b", f"{path}:3", "2 fields where there should be 3")
    assert heard.broken[3].text == "6,\ufffd\ufffd,4"


def test_a_quote_that_closes_amid_text_in_a_later_line_breaks_its_first_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "astray.csv"
    path.write_bytes(lines("a,b", '1,"x', "2,y", '3,"z",', '4,5" pipe', '5,"q"'))
    heard = read_file(path, {"a": INT, "b": VARCHAR})
    assert heard.rows == [(2, "y"), (4, '5" pipe'), (5, "q")]
    assert messages(heard.broken) == [
        ("2", "a quoted value begins in this line and is closed amid text in a later one"),
        ("4", "3 fields where there should be 2"),
    ]


def test_columns_that_are_not_asked_for_are_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(b"a,B,c\n1,\xff,x\n2,,\n")
    assert read_file(path, {"c": VARCHAR, "a": INT}).rows == [("x", 1), (None, 2)]
    assert read_file(path, {}).rows == [(), ()]
    assert read_file(path, {"A": INT}).rows == [(1,), (2,)]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_bytes(lines("Card_Id,amount", "1,2"))
    assert read_file(path, {"card_id": INT}).rows == [(1,)]
    with pytest.raises(
        ConnectorError, match=r"names.csv has no column amunt; it has Card_Id, amount"
    ):
        read_file(path, {"amunt": INT})
    with pytest.raises(ConnectorError, match="did you mean amount"):
        read_file(path, {"amunt": INT})


def test_names_that_differ_by_case_only(tmp_path: Path) -> None:
    path = tmp_path / "case.csv"
    path.write_bytes(lines("Id,ID,v", "1,2,3"))
    assert read_file(path, {"ID": INT, "Id": INT}).rows == [(2, 1)]
    with pytest.raises(ConnectorError, match="could be any of Id, ID"):
        read_file(path, {"id": INT})


def test_dialects(tmp_path: Path) -> None:
    path = tmp_path / "dialect.csv"
    path.write_bytes("\ufeffa;b\r\n1;'x;y'\r\n\r\n2;z\r\n".encode())
    heard = read_file(
        path, {"a": INT, "b": VARCHAR}, delimiter=";", quote="'", metadata={"line": BIGINT}
    )
    assert heard.rows == [(1, "x;y", 2), (2, "z", 4)]
    tabs = tmp_path / "tabs.tsv"
    tabs.write_bytes(lines("a\tb", "1\tx,y"))
    assert read_file(tabs, {"a": INT, "b": VARCHAR}).rows == [(1, "x,y")]


def test_without_a_header_columns_are_declared_by_position(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_bytes(lines("1,x,2.5", "2,y,", "3"))
    columns: dict[str, DataType] = {"a": INT, "b": VARCHAR, "c": DOUBLE}
    heard = read_file(path, columns, header="false")
    assert heard.rows == [(1, "x", 2.5), (2, "y", None)]
    assert messages(heard.broken) == [("3", "1 fields where there should be 3")]
    schema = CONNECTORS.lookup("file").infer({"path": str(path), "header": "false"})
    assert schema.names == ("column1", "column2", "column3")


def test_a_file_of_one_column_has_blank_lines_for_nulls(tmp_path: Path) -> None:
    path = tmp_path / "single.csv"
    path.write_bytes(lines("v", "1", "", "3"))
    assert read_file(path, {"v": INT}).rows == [(1,), (None,), (3,)]


def test_empty_files(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    heard = read_file(path, {"a": INT})
    assert heard.rows == []
    assert heard.ended == [str(path)]
    with pytest.raises(ConnectorError, match=r"empty.csv is empty"):
        CONNECTORS.lookup("file").infer({"path": str(path)})
    path.write_bytes(b"a,b\n")
    assert read_file(path, {"a": INT}).rows == []


def test_utf16_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes("a,b\n1,2\n".encode("utf-16"))
    with pytest.raises(ConnectorError, match="UTF-16"):
        read_file(path, {"a": INT})


def test_lists_do_not_fit_into_csv(tmp_path: Path) -> None:
    path = tmp_path / "nested.csv"
    path.write_bytes(lines("a", "1"))
    with pytest.raises(ConnectorError, match=r"ARRAY<INT>, which CSV cannot hold"):
        read_file(path, {"a": Array(INT)})


def test_inference(tmp_path: Path) -> None:
    path = tmp_path / "guess.csv"
    path.write_bytes(
        lines(
            "id,zip,price,ok,day,at,seen,fine,name,void,big,mixed",
            "1,01234,1.5,true,2024-01-01,2024-01-01 10:00:00,2024-01-01T10:00:00Z,"
            "2024-01-01 10:00:00.123456,x,,99999999999999999999,1",
            "-2,NA,2,FALSE,2024-01-02,2024-01-01T10:00,2024-01-01T10:00:00.5+01:00,"
            "2024-01-01,y,,1,true",
        )
    )
    schema = CONNECTORS.lookup("file").infer({"path": str(path), "null": "NA"})
    assert str(schema) == (
        "id BIGINT, zip VARCHAR, price DOUBLE, ok BOOLEAN, day DATE, at TIMESTAMP(3), "
        "seen TIMESTAMP_LTZ(3), fine TIMESTAMP(6), name VARCHAR, void VARCHAR, big DOUBLE, "
        "mixed VARCHAR"
    )


def test_a_line_beyond_the_bound_is_a_broken_row(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n1,x\n2," + b"y" * 5000 + b"\n3,z\n" + b"4" * 300)
    heard = read_file(
        path, {"a": INT, "b": VARCHAR}, max_line_bytes="200", metadata={"line": BIGINT}
    )
    assert heard.rows == [(1, "x", 2), (3, "z", 4)]
    assert [m for m, _ in messages(heard.broken)] == ["3", "5"]
    assert "longer than 200 bytes" in heard.broken[0].message
    assert heard.broken[0].text.startswith("2,yyy")
    assert len(heard.broken[0].text) <= cutting.TEXT_BYTES


def test_a_line_larger_than_the_buffers_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "BLOCK_BYTES", 1000)
    path = tmp_path / "huge.csv"
    path.write_bytes(b"a\n1\n" + b"9" * 50_000 + b"\n2\n")
    heard = read_file(path, {"a": INT}, max_line_bytes="4000", metadata={"line": BIGINT})
    assert heard.rows == [(1, 2), (2, 4)]
    assert [m for m, _ in messages(heard.broken)] == ["3"]


SAMPLE = (
    b'id,name,v\n1,a,1\n2,"b,\n""b""",2\n3,c\n4,d,x\n\n5,"e\n\n",5\n6,"",6\n7,f"f,7\n'
    b'id,name,v\n8,\xff,8\n9,"open,9\n10,j,10\n'
)
COLUMNS: dict[str, DataType] = {"id": INT, "name": VARCHAR, "v": DOUBLE}


@pytest.mark.parametrize("block", [7, 16, 50, 1 << 20])
@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_any_size_of_block_and_chunk_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, size: int
) -> None:
    path = tmp_path / "same.csv"
    path.write_bytes(SAMPLE)
    metadata = {"line": BIGINT, "offset": BIGINT}
    expected = read_file(path, COLUMNS, metadata=metadata)
    assert [r[0] for r in expected.rows] == [1, 2, 5, 6, 7, 10]
    assert len(expected.broken) == 5
    monkeypatch.setattr(cutting, "BLOCK_BYTES", block)
    heard = read_file(path, COLUMNS, size, metadata=metadata)
    assert heard.rows == expected.rows
    assert heard.broken == expected.broken


fields_of_csv = st.text(st.sampled_from('ab",\n\r 5'), max_size=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.sampled_from('ab,"\n\r 5'), max_size=40), st.sampled_from([1, 3, 8, 1 << 20]))
def test_whatever_the_bytes_no_record_is_lost_or_counted_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, block: int
) -> None:
    path = tmp_path / "noise.csv"
    path.write_bytes(b"x,y\n" + text.encode())
    whole = read_file(
        path, {"x": VARCHAR, "y": VARCHAR}, metadata={"offset": BIGINT, "line": BIGINT}
    )
    with monkeypatch.context() as patch:
        patch.setattr(cutting, "BLOCK_BYTES", block)
        heard = read_file(
            path, {"x": VARCHAR, "y": VARCHAR}, 2, metadata={"offset": BIGINT, "line": BIGINT}
        )
    assert heard.rows == whole.rows
    assert heard.broken == whole.broken
    records = len(whole.rows) + len(whole.broken)
    assert sorted({r[2] for r in whole.rows}) == [r[2] for r in whole.rows]
    assert all(r[2] < records for r in whole.rows)
    assert [r[3] for r in whole.rows] == sorted(r[3] for r in whole.rows)


def test_members_of_an_archive_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "days.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("days")
        archive.writestr("days/1.csv", "a,b\n1,x\n2,y\n")
        archive.writestr("__MACOSX/days/._1.csv", "junk")
        archive.writestr("days/2.csv", "b,a\nz,3\n?\n")
    heard = read_file(
        path, {"a": INT}, format="csv", metadata={"file": VARCHAR, "line": BIGINT, "offset": BIGINT}
    )
    assert heard.rows == [
        (1, f"{path}/days/1.csv", 2, 0),
        (2, f"{path}/days/1.csv", 3, 1),
        (3, f"{path}/days/2.csv", 2, 2),
    ]
    assert [b.where for b in heard.broken] == [f"{path}/days/2.csv:3"]


def test_reading_can_be_taken_up_after_any_chunk(tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    path.write_bytes(SAMPLE)
    connector = CONNECTORS.lookup("file")
    want = read(COLUMNS, {"offset": BIGINT, "line": BIGINT})
    whole = read_file(path, COLUMNS, metadata={"offset": BIGINT, "line": BIGINT})
    heard = read_file(path, COLUMNS, 2, metadata={"offset": BIGINT, "line": BIGINT})
    rows = broken = 0
    for chunk, offsets in zip(heard.chunks, heard.offsets, strict=True):
        rows += chunk.batch.num_rows
        broken += chunk.broken_count
        source = connector.source({"path": str(path)}, want)
        source.seek(offsets)
        from tests.connectors.reading import drain

        rest = drain(source)
        assert rest.rows == whole.rows[rows:]
        assert rest.broken == whole.broken[broken:]
        assert source.offsets() == heard.offsets[-1]

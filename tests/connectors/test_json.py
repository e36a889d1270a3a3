"""JSON lines: what a member becomes, and which records are broken."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal as Number
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cep.errors import ConnectorError
from cep.runtime.connectors import json_decoder
from cep.runtime.connectors import lines as cutting
from cep.types import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
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
    Time,
    Timestamp,
    TimestampLtz,
)
from tests.connectors.reading import CONNECTORS, drain, lines, messages, read, read_file

UTC = dt.UTC


def one(tmp_path: Path, t: DataType, *values: str, **options: str) -> tuple[list[Any], list[str]]:
    """Read a member of one type; return its values and the messages of the broken rows."""
    path = tmp_path / "one.jsonl"
    path.write_bytes(lines(*(f'{{"v": {v}}}' for v in values)))
    heard = read_file(path, {"v": t}, options=options)
    return [r[0] for r in heard.rows], [b.message for b in heard.broken]


def test_every_type_is_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "types.json"
    columns: dict[str, DataType] = {
        "b": BOOLEAN,
        "i": INT,
        "f": DOUBLE,
        "d": Decimal(10, 2),
        "q": Decimal(10, 2),
        "s": VARCHAR,
        "x": BYTES,
        "day": DATE,
        "t": Time(0),
        "ts": Timestamp(3),
        "ltz": TimestampLtz(3),
        "a": Array(DATE),
        "r": Row((Field("x", INT), Field("y", Array(VARCHAR)))),
    }
    record = {
        "b": True,
        "i": 5,
        "f": 1,
        "s": 'hä"\n',
        "x": "AAH/",
        "day": "2024-02-29",
        "t": "12:34:56.7",
        "ts": "2024-02-29T12:34:56.7899",
        "ltz": "2024-02-29 12:34:56+02:00",
        "a": ["2024-01-01", None],
        "r": {"Y": ["p", "q"], "x": 1, "z": 3},
        "more": {"deep": [1, {"er": None}]},
    }
    text = json.dumps(record)[:-1] + ', "d": 1.10, "q": "2.20"}'
    path.write_bytes(lines(text, "", "{}", json.dumps(dict.fromkeys(columns))))
    heard = read_file(path, columns, metadata={"line": BIGINT})
    assert heard.broken == []
    assert heard.rows == [
        (
            True,
            5,
            1.0,
            Number("1.10"),
            Number("2.20"),
            'hä"\n',
            b"\x00\x01\xff",
            dt.date(2024, 2, 29),
            dt.time(12, 34, 56),
            dt.datetime(2024, 2, 29, 12, 34, 56, 789000),
            dt.datetime(2024, 2, 29, 10, 34, 56, tzinfo=UTC),
            [dt.date(2024, 1, 1), None],
            {"x": 1, "y": ["p", "q"]},
            1,
        ),
        *((None,) * len(columns) + (line,) for line in (3, 4)),
    ]


def test_objects_as_maps(tmp_path: Path) -> None:
    values, told = one(tmp_path, Map(VARCHAR, INT), '{"a": 1, "b": null}', "{}", "null", "[1]")
    assert values == [[("a", 1), ("b", None)], [], None]
    assert told == ["v: '[1]' is a list, not a MAP<VARCHAR, INT>"]


@pytest.mark.parametrize(
    ("t", "bad", "told"),
    [
        (INT, "1.0", "v: '1.0' is a number, not an INT"),
        (INT, '"1"', "v: '1' is text, not an INT"),
        (INT, "3000000000", "v: '3000000000' is not an INT: it is out of range"),
        (VARCHAR, "5", "v: '5' is a number, not a VARCHAR"),
        (BOOLEAN, "1", "v: '1' is a number, not a BOOLEAN"),
        (DOUBLE, "1e999", "v: '1E+999' is not a DOUBLE: it is out of range"),
        (Decimal(5, 2), "1.234", "v: '1.234' is not a DECIMAL(5, 2): it has more than 2 digits"),
        (Decimal(5, 2), "1234.5", "v: '1234.5' is not a DECIMAL(5, 2)"),
        (TIMESTAMP, "5", "v: '5' is a number, not a TIMESTAMP(6)"),
        (DATE, '"2023-02-29"', "v: '2023-02-29' is not a DATE"),
        (Array(INT), '[1, "x"]', "v: 'x' is text, not an INT"),
        (Row((Field("x", INT),)), '{"x": {}}', "v: x: '{}' is an object, not an INT"),
        (VARCHAR, '"\\ud800"', "v: "),
    ],
)
def test_a_value_of_another_type_breaks_its_row_only(
    tmp_path: Path, t: DataType, bad: str, told: str
) -> None:
    values, messages_told = one(tmp_path, t, "null", bad, "null")
    assert values == [None, None]
    assert len(messages_told) == 1
    assert messages_told[0].startswith(told)


def test_timestamp_formats(tmp_path: Path) -> None:
    expected = [dt.datetime(2023, 12, 31, 23, 59, 58, 250000)]
    assert one(tmp_path, Timestamp(3), "1704067198250", timestamp_format="epoch_ms")[0] == expected
    assert (
        one(
            tmp_path,
            Timestamp(3),
            '"31.12.2023 23:59:58.25"',
            timestamp_format="dd.MM.yyyy HH:mm:ss.SSS",
        )[0]
        == expected
    )
    values, told = one(tmp_path, Timestamp(3), "9223372036854775807", timestamp_format="epoch_s")
    assert values == []
    assert len(told) == 1


def test_broken_lines_stand_at_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(
        b'{"a": 1}\n'
        b'{"a": 2\n'
        b"\n"
        b"null\n"
        b'{"a": 3}{"a": 4}\n'
        b"[5]\n"
        b'{"a": 6, "s": "\xff"}\n'
        b'{"a": 7} null {"a": 8}\n'
        b'  {"a": 9}  \r\n'
        b'{"a": "x"}\n' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b'\n{"a": 10}'
    )
    heard = read_file(path, {"a": INT}, metadata={"line": BIGINT, "offset": BIGINT})
    assert heard.rows == [(1, 1, 0), (9, 9, 7), (10, 12, 10)]
    assert messages(heard.broken) == [
        ("2", "broken JSON: Expecting ',' delimiter at column 8"),
        ("4", "null where there should be an object"),
        ("5", "broken JSON: Extra data at column 9"),
        ("6", "a list where there should be an object"),
        ("7", "bytes that are not UTF-8"),
        ("8", "broken JSON: Extra data at column 10"),
        ("10", "a: 'x' is text, not an INT"),
        ("11", "JSON that is nested too deep"),
    ]
    assert heard.broken[0].text == '{"a": 2'


def test_an_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "array.json"
    path.write_text('\n[{"a": 1},\n{"a": 2}]\n')
    with pytest.raises(ConnectorError, match="one JSON array"):
        read_file(path, {"a": INT})


def test_members_are_found_ignoring_case(tmp_path: Path) -> None:
    path = tmp_path / "case.jsonl"
    path.write_bytes(lines('{"cardId": 1, "ID": 2, "id": 3}', '{"cardId": 4}'))
    assert read_file(path, {"cardid": INT, "id": INT}).rows == [(1, 3), (4, None)]
    assert read_file(path, {"absent": INT}).rows == [(None,), (None,)]
    assert read_file(path, {}).rows == [(), ()]


def test_inference(tmp_path: Path) -> None:
    path = tmp_path / "guess.jsonl"
    path.write_bytes(
        lines(
            '{"id": 1, "v": 1, "s": "5", "at": "2024-01-01T00:00:00Z", "tags": ["a"],'
            ' "Geo": {"x": 1.5}}',
            '{"id": 2, "v": 1.5, "ok": true, "at": null, "tags": [], "Geo": null,'
            ' "big": 9223372036854775808}',
        )
    )
    schema = CONNECTORS.lookup("file").infer({"path": str(path)})
    assert str(schema) == (
        "id BIGINT, v DOUBLE, s VARCHAR, at TIMESTAMP_LTZ(3), tags ARRAY<VARCHAR>, "
        "Geo ROW<x DOUBLE>, ok BOOLEAN, big DECIMAL(38, 0)"
    )
    path.write_bytes(b"")
    assert read_file(path, {"id": INT}).rows == []
    with pytest.raises(ConnectorError, match="no JSON object"):
        CONNECTORS.lookup("file").infer({"path": str(path)})


SAMPLE = lines(
    '{"a": 1, "s": "x"}', '{"a": "1"}', "", '{"a": 2, "s": null}', "{", '{"a": 3}', '{"s": 1}', "{}"
)
COLUMNS: dict[str, DataType] = {"a": INT, "s": VARCHAR}


@pytest.mark.parametrize("block", [5, 40, 1 << 20])
@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("small", [1, 50, 1 << 16])
def test_any_size_of_block_and_chunk_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, size: int, small: int
) -> None:
    path = tmp_path / "same.jsonl"
    path.write_bytes(SAMPLE)
    metadata = {"line": BIGINT, "offset": BIGINT}
    expected = read_file(path, COLUMNS, metadata=metadata)
    assert [r[0] for r in expected.rows] == [1, 2, 3, None]
    monkeypatch.setattr(cutting, "BLOCK_BYTES", block)
    monkeypatch.setattr(json_decoder, "_SMALL_BYTES", small)
    heard = read_file(path, COLUMNS, size, metadata=metadata)
    assert heard.rows == expected.rows
    assert heard.broken == expected.broken
    for chunk, offsets in zip(heard.chunks, heard.offsets, strict=True):
        source = CONNECTORS.lookup("file").source({"path": str(path)}, read(COLUMNS, metadata))
        source.seek(offsets)
        rest = drain(source)
        seen = offsets[str(path)]
        assert rest.rows == [r for r in expected.rows if r[3] >= seen]
        assert len(chunk.broken) <= seen


values_of_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=5,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(values_of_json, min_size=1, max_size=6),
    st.sampled_from(
        [INT, BIGINT, DOUBLE, VARCHAR, BOOLEAN, Array(INT), Row((Field("a", DOUBLE),))]
    ),
)
def test_the_quick_and_the_careful_way_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: list[Any], t: DataType
) -> None:
    path = tmp_path / "agree.jsonl"
    path.write_bytes(lines(*(json.dumps({"v": v}) for v in values)))
    heard = read_file(path, {"v": t}, metadata={"offset": BIGINT})
    with monkeypatch.context() as patch:
        patch.setattr(json_decoder, "_looks_like_objects", lambda *_: False)
        careful = read_file(path, {"v": t}, metadata={"offset": BIGINT})
    assert heard.rows == careful.rows
    assert heard.broken == careful.broken
    assert len(heard.rows) + len(heard.broken) == len(values)

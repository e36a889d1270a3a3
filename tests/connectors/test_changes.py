"""Change logs from files: rows with `op`, Debezium's envelopes, keys with values or tombstones."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import cep
from cep.errors import CepError


def rows(
    folder: Path, text: str, declare: str, query: str = "SELECT * FROM t ORDER BY 1"
) -> object:
    engine = cep.Engine()
    (folder / "in.jsonl").write_text(text)
    engine.execute(declare.format(path=folder / "in.jsonl"))
    found = [tuple(r) for r in engine.execute(query).fetchall()]
    wrong = engine.execute("SELECT error, place FROM errors.t").fetchall()
    return found if not wrong else (found, [r.error for r in wrong])


TABLE = "CREATE TABLE t (k INT, v VARCHAR{extra}, PRIMARY KEY (k)) WITH ({options})"
FILE = "connector = 'file', path = '{path}'"


def declared(options: str, extra: str = "") -> str:
    return TABLE.replace("{extra}", extra).replace("{options}", f"{FILE}, {options}")


def lines(*records: object) -> str:
    return "".join(json.dumps(r) + "\n" for r in records)


def test_rows_with_op(tmp_path: Path) -> None:
    text = lines(
        {"op": "+I", "k": 1, "v": "a"},
        {"op": "+I", "k": 2, "v": "b"},
        {"op": "-U", "k": 1, "v": "a"},
        {"op": "+U", "k": 1, "v": "c"},
        {"op": "-D", "k": 2},
        {"op": "?", "k": 3},
        {"k": 4},
    )
    found = rows(tmp_path, text, declared("changelog = 'true'"))
    said = "and what a row does is one of +I, +U, +, -D, -U, -"
    assert found == ([(1, "c")], [f"op is '?', {said}", f"op is NULL, {said}"])


def test_a_bag_of_rows_with_op(tmp_path: Path) -> None:
    text = lines(*({"op": op, "k": 1, "v": "a"} for op in ("+I", "+I", "+I", "-D")))
    declare = f"CREATE TABLE t (k INT, v VARCHAR) WITH ({FILE}, changelog = 'true')"
    assert rows(tmp_path, text, declare) == [(1, "a"), (1, "a")]


@pytest.mark.parametrize("kind", ["true", "upsert", "debezium"])
def test_what_a_sink_writes_can_be_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "counts.jsonl"
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k INT, v INT)")
    query = engine.execute(
        f"CREATE SINK out WITH (connector = 'file', path = '{path}', changelog = '{kind}') "
        "AS SELECT k, SUM(v) AS total FROM s GROUP BY k HAVING SUM(v) > 0 EMIT STREAM"
    )
    for row in [(1, 1), (2, 2), (1, 3), (2, -2), (3, 5)]:
        engine.insert("s", row)
    engine.finish()
    assert query.message
    again = cep.Engine()
    again.execute(
        "CREATE TABLE t (k INT PRIMARY KEY, total BIGINT) "
        f"WITH (connector = 'file', path = '{path}', changelog = '{kind}')"
    )
    found = again.execute("SELECT k, total FROM t ORDER BY k").fetchall()
    assert [tuple(r) for r in found] == [(1, 4), (3, 5)]


CREATED = {"before": None, "after": {"k": 1, "v": "a"}, "op": "c"}
READ = {"before": None, "after": {"k": 2, "v": "b", "more": True}, "op": "r"}
UPDATED = {"before": {"k": 1, "v": "a"}, "after": {"k": 1, "v": "c"}, "op": "u"}
DELETED = {"before": {"k": 2, "v": "b"}, "after": None, "op": "d"}
MOVED = {"before": {"k": 1, "v": "c"}, "after": {"k": 7, "v": "c"}, "op": "u"}


@pytest.mark.parametrize("wrapped", [False, True])
def test_debezium(tmp_path: Path, wrapped: bool) -> None:
    envelopes: list[object] = [CREATED, READ, UPDATED, DELETED, MOVED]
    if wrapped:
        envelopes = [{"schema": {"type": "struct"}, "payload": e} for e in envelopes]
    text = lines(*envelopes[:4], None, *envelopes[4:])
    assert rows(tmp_path, text, declared("format = 'debezium-json'")) == [(7, "c")]


def test_debezium_of_a_bag(tmp_path: Path) -> None:
    text = lines(CREATED, CREATED, UPDATED, DELETED)
    declare = f"CREATE TABLE t (k INT, v VARCHAR) WITH ({FILE}, format = 'debezium-json')"
    assert rows(tmp_path, text, declare, "SELECT * FROM t ORDER BY v") == (
        [(1, "a"), (1, "c")],
        ["there is no such row to take away"],
    )


def test_broken_envelopes(tmp_path: Path) -> None:
    text = lines(
        CREATED,
        {"before": None, "after": None, "op": "c"},
        {"before": None, "after": None, "op": "d"},
        {"before": None, "after": None, "op": "t"},
        {"after": {"k": 3, "v": "x"}},
        {"after": {"k": "three"}, "op": "c"},
        [1],
        {"after": {"v": "no key"}, "op": "c"},
        UPDATED,
    )
    found = rows(tmp_path, text, declared("format = 'debezium-json'"))
    assert isinstance(found, tuple)
    assert found[0] == [(1, "c")]
    assert found[1] == [
        "after is null",
        "before is null, so it is not known what is deleted",
        "op is 't', and a change is c, r, u or d",
        "there is no op, and a change is c, r, u or d",
        "after: k: 'three' is text, not an INT",
        "a list where there should be an object",
        "k is NULL, and it is declared NOT NULL",
    ]


def test_versions_by_the_time_of_the_source(tmp_path: Path) -> None:
    def at(second: int, envelope: Mapping[str, object]) -> dict[str, object]:
        return {**envelope, "source": {"ts_ms": second * 1000, "table": "cards"}, "ts_ms": 9000}

    text = lines(at(1, CREATED), at(3, UPDATED), at(5, MOVED))
    extra = (
        ", ts TIMESTAMP_LTZ(3) METADATA FROM 'source.timestamp'"
        ", seen TIMESTAMP_LTZ(3) METADATA FROM 'ingestion-timestamp'"
        ", origin VARCHAR METADATA FROM 'source.table', WATERMARK FOR ts"
    )
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    declare = declared("format = 'debezium-json'", extra)
    assert rows(tmp_path, text, declare) == [
        (7, "c", moment.replace(second=5), moment.replace(second=9), "cards")
    ]
    engine = cep.Engine()
    engine.execute(declare.format(path=tmp_path / "in.jsonl"))
    (tmp_path / "s.csv").write_text("k,s\n1,0\n1,1\n1,2\n1,4\n1,5\n7,4\n7,6\n")
    engine.execute(
        "CREATE STREAM s (k INT, s INT, at AS TO_TIMESTAMP_LTZ(s, 0), "
        "WATERMARK FOR at AS at - INTERVAL '1' DAY) "
        f"WITH (connector = 'file', path = '{tmp_path / 's.csv'}')"
    )
    found = engine.execute(
        "SELECT s.k, s.s, v FROM s LEFT JOIN t FOR SYSTEM_TIME AS OF s.at ON s.k = t.k"
    )
    assert sorted((tuple(r) for r in found.fetchall()), key=str) == [
        (1, 0, None),
        (1, 1, "a"),
        (1, 2, "a"),
        (1, 4, "c"),
        (1, 5, None),
        (7, 4, None),
        (7, 6, "c"),
    ]


def test_keys_and_values(tmp_path: Path) -> None:
    text = lines(
        {"key": {"k": 1}, "value": {"k": 1, "v": "a"}},
        {"key": {"k": 2}, "value": {"v": "b"}},
        {"value": {"k": 3, "v": "c"}},
        {"key": {"k": 1}, "value": None},
        {"key": {"k": 2}, "value": {"k": 2}},
        {"key": None, "value": None},
    )
    assert rows(tmp_path, text, declared("format = 'upsert-json'")) == (
        [(2, None), (3, "c")],
        ["there is neither key nor value"],
    )


def test_followed_files_are_read_as_far_as_they_are(tmp_path: Path) -> None:
    declare = declared("format = 'debezium-json', follow = 'true'")
    path = tmp_path / "in.jsonl"
    path.write_text(lines(CREATED, READ))
    with cep.Engine() as engine:
        engine.execute(declare.format(path=path))
        assert engine.execute("SELECT COUNT(*) FROM t").fetchall()[0][0] == 2
        query = engine.query("SELECT COUNT(*) AS n, MAX(v) AS v FROM t")
        said: list[tuple[object, ...]] = []

        def come_to(row: tuple[object, ...]) -> None:
            def reached() -> bool:
                said.extend(tuple(r) for r in query.fetchall())
                return said[-1:] == [("+", *row)]

            engine.run(until=reached)

        come_to((2, "b"))
        with path.open("a") as file:
            file.write(lines(UPDATED, DELETED))
        come_to((1, "c"))
        assert engine.execute("SELECT v FROM t").fetchall()[0][0] == "c"


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "CREATE STREAM t (k INT) WITH ({file}, format = 'debezium-json')",
            "a stream takes events, and these rows may take others back",
        ),
        (
            "CREATE TABLE t (k INT) WITH ({file}, format = 'upsert-json')",
            "upsert-json says which row a key has now, and this table has no key",
        ),
        (
            "CREATE TABLE t WITH ({file}, format = 'debezium-json')",
            "the columns of a table are not told by debezium-json",
        ),
    ],
)
def test_refused(tmp_path: Path, statement: str, message: str) -> None:
    (tmp_path / "in.jsonl").write_text(lines(CREATED))
    engine = cep.Engine()
    with pytest.raises(CepError) as caught:
        engine.execute(statement.format(file=FILE.format(path=tmp_path / "in.jsonl")))
    assert caught.value.message == message

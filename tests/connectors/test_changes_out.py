"""Sinks of changes: what a file says when rows are taken back, and which sinks refuse that."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import cep

COUNTS = "SELECT k, COUNT(*) AS n FROM s GROUP BY k"


def written(options: str, query: str = COUNTS) -> cep.Engine:
    """Write what becomes of a query over three inserts, the last of which changes two groups."""
    engine = cep.Engine()
    engine.execute("CREATE STREAM s (k VARCHAR)")
    engine.execute(f"CREATE SINK out WITH (connector = 'file', {options}) AS {query}")
    for rows in ([("a",), ("b",)], [("a",)], [("b",), ("c",)]):
        engine.insert("s", rows)
    engine.finish()
    return engine


def test_a_change_log(tmp_path: Path) -> None:
    written(f"path = '{tmp_path}/out.csv'")
    assert (tmp_path / "out.csv").read_text().replace('"', "").split() == [
        *("op,k,n", "+I,a,1", "+I,b,1", "-D,a,1", "+I,a,2", "-D,b,1", "+I,b,2", "+I,c,1")
    ]
    written(f"path = '{tmp_path}/out.parquet'")
    assert pq.read_table(tmp_path / "out.parquet")["op"].to_pylist().count("-D") == 2


def test_upserts_say_only_what_is_so_now(tmp_path: Path) -> None:
    gone = "SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k) WHERE n < 2"
    written(f"path = '{tmp_path}/out.csv', changelog = 'upsert'")
    lines = (tmp_path / "out.csv").read_text().replace('"', "").split()
    assert lines == ["op,k,n", "+I,a,1", "+I,b,1", "+I,a,2", "+I,b,2", "+I,c,1"]
    written(f"path = '{tmp_path}/gone.csv', changelog = 'upsert'", gone)
    lines = (tmp_path / "gone.csv").read_text().replace('"', "").split()
    assert lines == ["op,k,n", "+I,a,1", "+I,b,1", "-D,a,1", "-D,b,1", "+I,c,1"]


@pytest.mark.parametrize("changelog", ["true", "upsert"])
def test_a_table_reads_what_was_written(tmp_path: Path, changelog: str) -> None:
    options = f"connector = 'file', path = '{tmp_path}/out.jsonl', changelog = '{changelog}'"
    engine = written(options.removeprefix("connector = 'file', "))
    engine.execute(
        f"CREATE TABLE again (k VARCHAR PRIMARY KEY, n BIGINT) WITH ({options});"
        "ASSERT ROWS SELECT * FROM again VALUES ('a', 2), ('b', 2), ('c', 1)"
    )


def test_debezium(tmp_path: Path) -> None:
    written(f"path = '{tmp_path}/out.jsonl', changelog = 'debezium'")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["op"] for line in lines] == ["c", "c", "u", "u", "c"]
    assert lines[2] == {"before": {"k": "a", "n": 1}, "after": {"k": "a", "n": 2}, "op": "u"}
    with pytest.raises(cep.ConnectorError, match="Debezium's changes are JSON"):
        written(f"path = '{tmp_path}/out.csv', changelog = 'debezium'")


def test_keys_with_their_rows(tmp_path: Path) -> None:
    gone = "SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k) WHERE n < 2"
    options = f"path = '{tmp_path}/out.jsonl', format = 'upsert-json'"
    engine = written(options, gone)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert lines == [
        {"key": {"k": "a"}, "value": {"k": "a", "n": 1}},
        {"key": {"k": "b"}, "value": {"k": "b", "n": 1}},
        {"key": {"k": "a"}, "value": None},
        {"key": {"k": "b"}, "value": None},
        {"key": {"k": "c"}, "value": {"k": "c", "n": 1}},
    ]
    engine.execute(
        "CREATE TABLE again (k VARCHAR PRIMARY KEY, n BIGINT) "
        f"WITH (connector = 'file', {options}); ASSERT ROWS SELECT * FROM again VALUES ('c', 1)"
    )
    with pytest.raises(cep.BindError, match="have no key by which one could replace another"):
        written(options, "SELECT COUNT(*) AS n FROM s GROUP BY k")


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.jsonl"])
def test_the_columns_of_a_change_log_can_be_found(tmp_path: Path, name: str) -> None:
    engine = written(f"path = '{tmp_path}/{name}', changelog = 'true'")
    engine.execute(
        "CREATE TABLE again WITH "
        f"(connector = 'file', path = '{tmp_path}/{name}', changelog = 'true');"
        "ASSERT ROWS SELECT * FROM again VALUES ('a', 2), ('b', 2), ('c', 1)"
    )
    assert engine.execute("SELECT * FROM again WHERE FALSE").arrow().column_names == ["k", "n"]


def test_an_upsert_needs_a_key(tmp_path: Path) -> None:
    with pytest.raises(cep.BindError, match="have no key") as caught:
        written(f"path = '{tmp_path}/out.csv', changelog = 'upsert'", f"SELECT n FROM ({COUNTS})")
    assert caught.value.hint == "write changelog = 'true', or select the columns it is grouped by"
    assert not list(tmp_path.iterdir())

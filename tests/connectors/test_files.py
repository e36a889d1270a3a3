"""Files as such: how they are named, found, packed, followed and resumed."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from cep.errors import ConnectorError
from cep.runtime.connectors import lines as cutting
from cep.runtime.connectors.base import Chunk, PartitionEnd, Signal
from cep.runtime.connectors.file_sink import FileSink
from cep.types import BIGINT, INT, VARCHAR, Field, Schema, TimestampLtz
from tests.connectors.reading import CONNECTORS, drain, lines, messages, read, read_file

FILE = CONNECTORS.lookup("file")


def refused(path: Path | str, **options: str) -> str:
    """Open a source that is refused and return the error."""
    with pytest.raises(ConnectorError) as caught:
        FILE.source({"path": str(path), **options}, read({"a": INT}))
    return str(caught.value)


def test_what_is_not_there_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(lines("a", "1"))
    assert "there is no file" in refused(tmp_path / "no.csv")
    assert f"did you mean {tmp_path / 'data.csv'}?" in refused(tmp_path / "data.json")
    assert "does not exist either" in refused(tmp_path / "nowhere" / "data.csv")
    assert "is a directory" in refused(tmp_path)
    assert os.path.join(str(tmp_path), "*.csv") in refused(tmp_path)
    assert "no file matches" in refused(tmp_path / "*.parquet")


def test_what_cannot_be_read_is_named_with_a_remedy(tmp_path: Path) -> None:
    odd = tmp_path / "data.xls"
    odd.write_bytes(b"?")
    assert "the format of" in refused(odd)
    assert "is not a zip file" in refused(odd, format="csv", compression="zip")
    assert "is damaged or cut off" in refused(odd, format="csv", compression="gzip")
    assert "is damaged or cut off" in refused(odd, format="csv", compression="zstd")
    assert "is damaged or cut off" in refused(odd, format="parquet")
    assert "is no Arrow file or stream" in refused(odd, format="arrow")
    assert "a Parquet file is read from its end" in refused(
        odd, format="parquet", compression="gzip"
    )
    assert "did you mean csv?" in refused(odd, format="cvs")
    assert "did you mean delimiter?" in refused(odd, format="csv", delimeter=";")
    assert "means nothing for the format parquet" in refused(odd, format="parquet", null="NA")
    with pytest.raises(ConnectorError, match="needs the option 'path'"):
        FILE.source({}, read({"a": INT}))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_bytes(lines("a", "1"))
    path.chmod(0)
    assert "permission denied" in refused(path)


def test_each_file_of_a_glob_is_a_partition(tmp_path: Path) -> None:
    for name, value in (("b", 2), ("a", 1), ("c", 3)):
        (tmp_path / f"{name}.csv").write_bytes(lines("a", str(value), str(value)))
    heard = read_file(
        tmp_path / "[ab].csv",
        {"a": INT},
        metadata={"partition": BIGINT, "file": VARCHAR, "timestamp": TimestampLtz(3)},
    )
    paths = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert [r[:3] for r in heard.rows] == [
        (n, n - 1, p) for n, p in enumerate(paths, 1) for _ in range(2)
    ]
    assert abs(heard.rows[0][3].timestamp() - os.stat(paths[0]).st_mtime) < 0.002
    assert heard.ended == paths
    assert heard.offsets[-1] == {paths[0]: 2, paths[1]: 2}


def test_the_partition_that_is_asked_for_is_read(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_bytes(lines("v", f"{name}1", f"{name}2"))
    source = FILE.source({"path": str(tmp_path / "*.csv")}, read({"v": VARCHAR}))
    a, b = source.partitions()
    heard: list[object] = []
    for partition in (b, a, b, b, b, a, None):
        said = source.poll(1, partition)
        heard.append(
            said.batch.column(0)[0].as_py()
            if isinstance(said, Chunk)
            else said.partition
            if isinstance(said, PartitionEnd)
            else said
        )
    assert heard == ["b1", "a1", "b2", b, "a2", a, Signal.END]


@pytest.mark.parametrize("kind", ["gzip", "zstd", "zip", "none"])
def test_compression_by_extension_and_by_option(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "BLOCK_BYTES", 100)
    data = lines("a,b", *(f"{i},x{i}" for i in range(500)))
    packed = {
        "gzip": gzip.compress(data[:999]) + gzip.compress(data[999:]),
        "zstd": pa.compress(data, "zstd", asbytes=True),
        "none": data,
    }
    extension = {"gzip": ".gz", "zstd": ".zst", "zip": ".zip", "none": ""}[kind]
    named, odd = tmp_path / f"data.csv{extension}", tmp_path / "data"
    for path in (named, odd):
        if kind == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("data.csv", data)
        else:
            path.write_bytes(packed[kind])
    expected = [(i, f"x{i}") for i in range(500)]
    assert read_file(named, {"a": INT, "b": VARCHAR}).rows == expected
    assert (
        read_file(odd, {"a": INT, "b": VARCHAR}, 7, format="csv", compression=kind).rows == expected
    )
    source = FILE.source({"path": str(named)}, read({"a": INT}))
    done = []
    while source.poll(50) is not Signal.END:
        progress = source.progress()
        assert progress is not None
        assert progress.total == named.stat().st_size
        done.append(progress.done)
    assert done == sorted(done)
    assert done[-1] == named.stat().st_size
    source.close()


def test_a_file_that_is_cut_off_says_so_after_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "BLOCK_BYTES", 256)
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(lines("a", *(str(i * 7919 % 1009) for i in range(2000))))[:-900])
    source = FILE.source({"path": str(path)}, read({"a": INT}))
    rows = 0
    with pytest.raises(ConnectorError, match=r"damaged or cut off"):  # noqa: PT012
        while True:
            said = source.poll(100)
            assert isinstance(said, Chunk)
            rows += said.batch.num_rows
    assert rows > 0
    source.close()


def test_a_file_is_followed_while_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"a,b\n1,x\n2,")
    options = {"path": str(path), "follow": "true"}
    assert not FILE.is_bounded(options)
    source = FILE.source(options, read({"a": INT, "b": VARCHAR}, {"line": BIGINT}))
    assert not source.bounded

    def rows() -> list[tuple[object, ...]]:
        found: list[tuple[object, ...]] = []
        while isinstance(said := source.poll(10), Chunk):
            found += zip(*(c.to_pylist() for c in said.batch.columns), strict=True)
        assert said is Signal.IDLE
        return found

    def append(data: bytes) -> None:
        with path.open("ab") as file:
            file.write(data)

    assert rows() == [(1, "x", 2)]
    assert rows() == []
    append(b"y\n3,z")
    assert rows() == [(2, "y", 3)]
    append(b'z\n4,"two\nli')
    assert rows() == [(3, "zz", 4)]
    offsets = source.offsets()
    append(b'nes"\n')
    assert rows() == [(4, "two\nlines", 5)]
    source.seek(offsets)
    assert rows() == [(4, "two\nlines", 5)]
    assert source.progress() is None
    path.write_bytes(b"a,b\n")
    with pytest.raises(ConnectorError, match="has become shorter"):
        source.poll(10)
    source.close()


def test_files_that_come_later_are_followed_too(tmp_path: Path) -> None:
    source = FILE.source({"path": str(tmp_path / "*.jsonl"), "follow": "true"}, read({"a": INT}))
    assert source.poll(10) is Signal.IDLE
    (tmp_path / "x.jsonl").write_bytes(lines('{"a": 1}'))
    assert source.poll(10) is Signal.IDLE
    said = source.poll(10)
    assert isinstance(said, Chunk)
    assert said.partition == str(tmp_path / "x.jsonl")
    source.close()


def test_what_cannot_be_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    assert "is compressed and cannot be followed" in refused(tmp_path / "a.csv.gz", follow="true")
    (tmp_path / "a.parquet").write_bytes(b"")
    assert "cannot be followed" in refused(tmp_path / "a.parquet", follow="true")


def test_a_file_that_was_read_and_is_gone_cannot_be_resumed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(lines("a", "1"))
    source = FILE.source({"path": str(tmp_path / "*.csv")}, read({"a": INT}))
    with pytest.raises(ConnectorError, match="is gone"):
        source.seek({str(tmp_path / "b.csv"): 3})
    source.close()


def test_many_files_are_resumed_each_where_it_was(tmp_path: Path) -> None:
    for n in range(3):
        (tmp_path / f"{n}.csv").write_bytes(
            lines("a", *(f"{n}{i}" for i in range(5)), "broken,row")
        )
    options = {"path": str(tmp_path / "*.csv")}
    whole = drain(FILE.source(options, read({"a": INT})), 2)
    for at, offsets in enumerate(whole.offsets):
        source = FILE.source(options, read({"a": INT}))
        source.seek(offsets)
        rest = drain(source)
        before = sum(c.batch.num_rows for c in whole.chunks[: at + 1])
        assert rest.rows == whole.rows[before:]
        told = sum(c.broken_count for c in whole.chunks[: at + 1])
        assert messages(rest.broken) == messages(whole.broken[told:])


SCHEMA = Schema((Field("a", INT), Field("s", VARCHAR)))
BATCH = pa.record_batch(
    [pa.array([1, None, 3], pa.int32()), pa.array(["x", "", None])], schema=SCHEMA.arrow
)


def sink_refused(path: Path | str, **options: str) -> str:
    """Open a sink that is refused and return the error."""
    with pytest.raises(ConnectorError) as caught:
        FILE.sink({"path": str(path), **options}, SCHEMA)
    return str(caught.value)


def test_a_sink_puts_its_file_in_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    sink = FILE.sink({"path": str(path)}, SCHEMA)
    sink.write(BATCH)
    assert path.read_text() == "old"
    sink.close()
    sink.close()
    assert path.read_text() == '"a","s"\n1,"x"\n,""\n3,\n'
    assert os.listdir(tmp_path) == ["out.csv"]


def test_what_a_sink_refuses(tmp_path: Path) -> None:
    assert "is a directory" in sink_refused(tmp_path)
    assert "does not exist" in sink_refused(tmp_path / "no" / "out.csv")
    assert "the format of" in sink_refused(tmp_path / "out.xls")
    assert "is not packed as a whole" in sink_refused(tmp_path / "out.parquet", compression="gzip")
    assert os.listdir(tmp_path) == []


def test_changes_are_written_as_rows(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = FILE.sink({"path": str(path), "changelog": "true"}, SCHEMA)
    sink.write(BATCH, [1, -1, -2])
    sink.write(BATCH.slice(0, 1))
    sink.close()
    assert read_file(path, {"op": VARCHAR, "a": INT}).rows == [
        ("+I", 1),
        ("-D", None),
        ("-D", 3),
        ("-D", 3),
        ("+I", 1),
    ]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_plain_file_is_continued_after_a_restart(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"out.{kind}"
    sink = FILE.sink({"path": str(path)}, SCHEMA)
    sink.write(BATCH.slice(0, 1))
    sink.prepare(1)
    sink.commit(1)
    sink.write(BATCH.slice(1, 1))
    sink.prepare(2)
    sink.write(BATCH)  # lost with the process, that ends here
    assert isinstance(sink, FileSink)
    assert sink._raw is not None
    sink._raw.close()
    again = FILE.sink({"path": str(path)}, SCHEMA)
    again.commit(2)
    again.write(BATCH.slice(2))
    assert not path.exists()
    again.close()
    assert read_file(path, {"a": INT}).rows == [(1,), (None,), (3,)]
    assert os.listdir(tmp_path) == [path.name]


def test_other_files_cannot_be_continued(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    sink = FILE.sink({"path": str(path)}, SCHEMA)
    sink.write(BATCH)
    sink.prepare(1)
    with pytest.raises(ConnectorError, match="cannot be continued after a restart"):
        FILE.sink({"path": str(path)}, SCHEMA).commit(1)
    sink.close()


def test_what_is_aborted_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    sink = FILE.sink({"path": str(path)}, SCHEMA)
    sink.write(BATCH)
    sink.prepare(1)
    sink.abort(1)
    assert os.listdir(tmp_path) == ["out.csv"]
    assert path.read_text() == "old"


def test_a_result_without_rows_is_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    FILE.sink({"path": str(path)}, SCHEMA).close()
    assert read_file(path, {"a": INT}).rows == []

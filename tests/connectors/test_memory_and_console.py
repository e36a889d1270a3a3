"""The small connectors: memory, print, stdin, stdout and blackhole."""

from __future__ import annotations

import io
import threading
import time

import numpy as np
import pyarrow as pa
import pytest

from cep.errors import ConnectorError
from cep.runtime.connectors.base import Chunk, PartitionEnd, Read, Signal, Source
from cep.runtime.connectors.blackhole import BlackholeConnector, BlackholeSink
from cep.runtime.connectors.console import PrintConnector, StdinConnector, StdoutConnector
from cep.runtime.connectors.memory import Feed, MemoryConnector, MemorySink
from cep.types import BIGINT, DOUBLE, INT, VARCHAR, Field, Schema, Timestamp
from tests.connectors.reading import drain, lines, messages, read

SCHEMA = Schema((Field("a", INT), Field("s", VARCHAR)))
BATCH = pa.record_batch(
    [pa.array([1, None, 3], pa.int32()), pa.array(["x", "y", None])], schema=SCHEMA.arrow
)


def test_a_feed_is_read_by_partitions() -> None:
    feed = Feed.of(BATCH, BATCH.slice(0, 1), partition="p")
    feed.append(BATCH.slice(2), "q")
    memory = MemoryConnector(feeds={"f": feed})
    assert str(memory.infer({"name": "f"})) == "a INT, s VARCHAR"
    want = read({"s": VARCHAR, "a": BIGINT}, {"partition": VARCHAR, "offset": BIGINT})
    expected = [
        ("x", 1, "p", 0),
        ("y", None, "p", 1),
        (None, 3, "p", 2),
        ("x", 1, "p", 3),
        (None, 3, "q", 0),
    ]
    for size in (1, 2, 100):
        heard = drain(memory.source({"name": "f"}, want), size)
        assert heard.rows == expected
        assert heard.ended == ["p", "q"]
        for offsets in heard.offsets:
            source = memory.source({"name": "f"}, want)
            source.seek(offsets)
            assert drain(source, size).rows == expected[sum(offsets.values()) :]
    asked = memory.source({"name": "f"}, want).poll(1, "q")
    assert isinstance(asked, Chunk)
    assert asked.partition == "q"


def test_a_feed_that_is_open_waits_for_more() -> None:
    feed = Feed(BATCH.schema, open=True)
    memory = MemoryConnector(feeds={"live": feed})
    source = memory.source({"name": "live"}, Read(SCHEMA.fields))
    assert not source.bounded
    assert not memory.is_bounded({"name": "live"})
    assert source.poll(10) is Signal.IDLE
    feed.append(BATCH)
    assert isinstance(source.poll(10), Chunk)
    assert source.poll(10) is Signal.IDLE
    feed.open = False
    assert source.poll(10) == PartitionEnd("0")
    assert source.poll(10) is Signal.END


def test_a_feed_breaks_rows_and_is_missed() -> None:
    feed = Feed.of(pa.record_batch({"a": ["1", "x", "3"]}))
    memory = MemoryConnector(feeds={"f": feed})
    heard = drain(memory.source({"name": "f"}, read({"a": INT})))
    assert heard.rows == [(1,), (3,)]
    assert messages(heard.broken) == [("2", "a: 'x' is not an INT")]
    with pytest.raises(ConnectorError, match="did you mean f"):
        memory.infer({"name": "ff"})


def test_a_memory_sink_collects() -> None:
    memory = MemoryConnector()
    sink = memory.sink({"name": "out"}, SCHEMA)
    sink.write(BATCH)
    sink.write(BATCH.slice(0, 1), [-1])
    collected = memory.sinks["out"]
    assert isinstance(collected, MemorySink)
    assert collected.table().num_rows == 4
    assert list(collected.changes())[-2:] == [({"a": 3, "s": None}, 1), ({"a": 1, "s": "x"}, -1)]
    sink.close()
    assert collected.closed


def test_print_writes_a_line_for_each_row() -> None:
    out = io.StringIO()
    schema = Schema((Field("f", DOUBLE), Field("ts", Timestamp(3)), Field("s", VARCHAR)))
    batch = pa.record_batch(
        [pa.array([1.5, None]), pa.array([0, 1500], pa.timestamp("us")), pa.array(["x", None])],
        schema=schema.arrow,
    )
    sink = PrintConnector(stream=out).sink({"prefix": "q"}, schema)
    sink.write(batch)
    sink.write(batch, [2, -1])
    sink.write(batch.slice(0, 0))
    sink.close()
    assert out.getvalue().splitlines() == [
        "q> [1.5, 1970-01-01 00:00:00.000, x]",
        "q> [NULL, 1970-01-01 00:00:00.001, NULL]",
        "q> +I[1.5, 1970-01-01 00:00:00.000, x]",
        "q> +I[1.5, 1970-01-01 00:00:00.000, x]",
        "q> -D[NULL, 1970-01-01 00:00:00.001, NULL]",
    ]


def test_stdout_writes_changes_in_a_format() -> None:
    out = io.BytesIO()
    sink = StdoutConnector(stream=out).sink({"format": "csv", "changelog": "true"}, SCHEMA)
    sink.write(BATCH, [1, -1, 1])
    assert out.getvalue().splitlines()[1:] == [b'"+I",1,"x"', b'"-D",,"y"', b'"+I",3,']
    sink.close()
    assert not out.closed


def test_blackhole_counts() -> None:
    sink = BlackholeConnector().sink({}, SCHEMA)
    assert isinstance(sink, BlackholeSink)
    sink.write(BATCH)
    sink.write(BATCH, [1, -1, -1])
    sink.write(BATCH, np.array([-1, -1, 0]))  # type: ignore[arg-type]
    assert (sink.rows, sink.net) == (9, 0)


def wait(source: Source) -> Chunk | PartitionEnd | Signal:
    """Poll until something is said."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        said = source.poll(100)
        if said is not Signal.IDLE:
            return said
        time.sleep(0.001)
    raise AssertionError("nothing is said")


class Terminal(io.RawIOBase):
    """A stream on which lines come when somebody writes them."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._come = threading.Condition()

    def type(self, data: bytes) -> None:
        """Let bytes come; none end the stream."""
        with self._come:
            self._lines.append(data)
            self._come.notify()

    def read(self, size: int = -1, /) -> bytes:
        with self._come:
            while not self._lines:
                self._come.wait()
            return self._lines.pop(0)


def test_stdin_keeps_nobody_waiting() -> None:
    terminal = Terminal()
    source = StdinConnector(stream=terminal).source(  # type: ignore[arg-type]
        {"format": "csv"}, read({"a": INT}, {"line": BIGINT})
    )
    assert source.poll(10) is Signal.IDLE
    terminal.type(b"a\n1\nx\n2")
    said = wait(source)
    assert isinstance(said, Chunk)
    assert said.batch.to_pylist() == [{"a": 1, "m_line": 2}]
    assert [b.where for b in said.broken] == ["stdin:3"]
    assert source.poll(10) is Signal.IDLE
    terminal.type(b"2\n")
    said = wait(source)
    assert isinstance(said, Chunk)
    assert said.batch.to_pylist() == [{"a": 22, "m_line": 4}]
    assert source.offsets() == {"stdin": 3}
    source.seek({"stdin": 3})
    with pytest.raises(ConnectorError, match="cannot be read again"):
        source.seek({})
    terminal.type(b"")
    assert wait(source) == PartitionEnd("stdin")
    assert wait(source) is Signal.END
    source.close()


def test_stdin_tells_what_went_wrong() -> None:
    source = StdinConnector(stream=io.BytesIO(lines("b", "1"))).source({}, read({"a": INT}))
    with pytest.raises(ConnectorError, match="stdin has no column a; it has b"):
        wait(source)
    assert source.poll(10) is Signal.END

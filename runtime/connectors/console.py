"""The connectors `stdin`, `stdout` and `print`: rows from a pipe and onto a terminal."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.errors import ConnectorError
from cep.runtime.connectors.base import (
    Chunk,
    Connector,
    OptionSpec,
    PartitionEnd,
    Read,
    Signal,
    Sink,
    Source,
)
from cep.runtime.connectors.changes import DELETE, INSERT, changes_schema, with_changes
from cep.runtime.connectors.format_base import Format, Piece, with_metadata
from cep.runtime.connectors.formats import FORMAT_OPTIONS, choose_format
from cep.runtime.connectors.options import flag, settle
from cep.runtime.connectors.storage import Input
from cep.runtime.connectors.text import plain_text
from cep.types import BIGINT, DataType, Schema

_NAME = "stdin"
_STREAMED = ("csv", "jsonl", "json", "arrow")
_QUEUED = 8


class _Arriving:
    """Bytes as they arrive: a read waits for the first of them, not for as many as asked for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._read = getattr(stream, "read1", stream.read)

    def read(self, size: int, /) -> bytes:
        """Return what has arrived, b'' at the end."""
        data: bytes = self._read(size)
        return data

    def close(self) -> None:
        """Do nothing: stdin is not ours to close."""


class StdinSource(Source):
    """Standard input as one partition; a thread reads it, so that nobody waits for it.

    At most a few blocks are held; the thread then waits. Offsets count the records; an input that
    is gone cannot be read again, so only the beginning can be sought.
    """

    def __init__(self, options: Mapping[str, str], read: Read, stream: BinaryIO) -> None:
        self._options = options
        self._read = read
        self._stream = stream
        self._format = choose_format(options)
        self._queue: queue.Queue[Piece | Exception | None] = queue.Queue(_QUEUED)
        self._thread: threading.Thread | None = None
        self._piece: Piece | None = None
        self._at = 0
        self._offset = 0
        self._ended = self._told = self._closed = False

    def _run(self, chosen: Format) -> None:
        stream = _Arriving(self._stream) if chosen.line_based else self._stream
        outcome: Exception | None = None
        # Whatever happens, the reader of the queue must hear of it: nobody else would.
        try:
            for piece in chosen.pieces(Input(_NAME, stream), self._options, self._read, 0):
                if self._closed:
                    return
                if piece is not None:
                    self._queue.put(piece)
        except (OSError, ValueError) as error:  # ValueError: another has closed it
            outcome = ConnectorError(f"stdin could not be read: {error}")
        except Exception as error:
            outcome = error
        self._queue.put(outcome)

    def partitions(self) -> Sequence[str]:
        return [_NAME]

    def poll(self, max_rows: int, partition: str | None = None) -> Chunk | PartitionEnd | Signal:
        if self._thread is None and not self._ended:
            self._thread = threading.Thread(
                target=self._run, args=(self._format,), name="cep-stdin", daemon=True
            )
            self._thread.start()
        while self._piece is None or self._at >= self._piece.records:
            if self._ended:
                if self._told:
                    return Signal.END
                self._told = True
                return PartitionEnd(_NAME)
            try:
                found = self._queue.get_nowait()
            except queue.Empty:
                return Signal.IDLE
            if isinstance(found, Exception):
                self._ended = self._told = True
                raise found
            self._ended = found is None
            self._piece, self._at = found, 0
        piece = self._piece.slice(self._at, max(max_rows, 1))
        self._at += piece.records
        self._offset += piece.records
        batch = with_metadata(self._read, piece, self._offset - piece.records, {"partition": 0})
        broken = tuple(row for _, row in piece.broken)
        return Chunk(_NAME, batch, broken, len(broken))

    def offsets(self) -> Mapping[str, int]:
        return {_NAME: self._offset}

    def seek(self, offsets: Mapping[str, int]) -> None:
        if offsets.get(_NAME, 0) != self._offset:
            raise ConnectorError(
                "standard input cannot be read again",
                hint="write it to a file and read that, with follow = 'true' if it grows",
            )

    def close(self) -> None:
        self._closed = True
        while not self._queue.empty():  # the thread may wait for a place
            self._queue.get_nowait()


_FORMAT = tuple(
    OptionSpec("format", "how rows are written", "csv", choices=_STREAMED)
    if s.name == "format"
    else s
    for s in FORMAT_OPTIONS
)


@dataclass(frozen=True)
class StdinConnector(Connector):
    """Makes sources of standard input, or of another stream in its place."""

    name: str = "stdin"
    summary: str = "rows piped into the program"
    options: tuple[OptionSpec, ...] = _FORMAT
    metadata: Mapping[str, DataType] = field(
        default_factory=lambda: {"line": BIGINT, "offset": BIGINT, "partition": BIGINT}
    )
    stream: BinaryIO | None = None

    def source(self, options: Mapping[str, str], read: Read) -> Source:
        return StdinSource(settle(self, options), read, self.stream or sys.stdin.buffer)


class StdoutSink(Sink):
    """Writes rows onto a stream in a format."""

    takes_changes = True

    def __init__(self, options: Mapping[str, str], schema: Schema, stream: BinaryIO) -> None:
        self._stream = stream
        self._changelog = flag(options, "changelog")
        self._schema = changes_schema(schema) if self._changelog else schema
        self._writer = choose_format(options).writer(stream, options, self._schema)
        self._closed = False

    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        if self._changelog:
            batch = with_changes(batch, weights, self._schema.arrow)
        self._writer.write(batch)
        self.flush()

    def flush(self) -> None:
        self._writer.flush()
        self._stream.flush()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._writer.close()
            self._stream.flush()


_CHANGELOG = OptionSpec(
    "changelog",
    "write what each row does, '+I' or '-D', in front of it",
    "false",
    choices=("true", "false"),
)


@dataclass(frozen=True)
class StdoutConnector(Connector):
    """Makes sinks of standard output, or of another stream in its place."""

    name: str = "stdout"
    summary: str = "rows piped out of the program"
    options: tuple[OptionSpec, ...] = (*_FORMAT, _CHANGELOG)
    stream: BinaryIO | None = None

    def sink(self, options: Mapping[str, str], schema: Schema) -> Sink:
        return StdoutSink(settle(self, options), schema, self.stream or sys.stdout.buffer)


class PrintSink(Sink):
    """Writes each row as a line: `+I[1, abc, NULL]`; without changes only what is in brackets."""

    takes_changes = True

    def __init__(self, options: Mapping[str, str], schema: Schema, stream: TextIO) -> None:
        self._stream = stream
        self._schema = schema
        self._changelog = flag(options, "changelog")
        prefix = options.get("prefix", "")
        self._prefix = f"{prefix}> " if prefix else ""

    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        if not batch.num_rows:
            return
        texts = [
            plain_text(c, t).fill_null("NULL")
            for c, t in zip(batch.columns, self._schema.types, strict=True)
        ]
        opening: pa.Array | pa.Scalar = pa.scalar(f"{self._prefix}[")
        if self._changelog or weights is not None:
            signs = np.ones(batch.num_rows) if weights is None else np.asarray(weights)
            opening = pa.array(
                [f"{self._prefix}{INSERT if s > 0 else DELETE}[" for s in signs.tolist()]
            )
        inner = pc.binary_join_element_wise(*texts, ", ")
        lines = pc.binary_join_element_wise(opening, inner, "]", "")
        if weights is not None and (np.abs(weights) != 1).any():
            lines = lines.take(pa.array(np.repeat(np.arange(len(lines)), np.abs(weights))))
        self._stream.write("\n".join([*lines.to_pylist(), ""]))
        self.flush()

    def flush(self) -> None:
        self._stream.flush()


@dataclass(frozen=True)
class PrintConnector(Connector):
    """Makes sinks that print lines for people."""

    name: str = "print"
    summary: str = "a line for each row on standard output"
    options: tuple[OptionSpec, ...] = (
        OptionSpec("prefix", "what stands before each row"),
        _CHANGELOG,
    )
    stream: TextIO | None = None

    def sink(self, options: Mapping[str, str], schema: Schema) -> Sink:
        return PrintSink(settle(self, options), schema, self.stream or sys.stdout)

"""The format arrow: Arrow IPC, as a file or as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import pyarrow as pa

from cep.errors import ConnectorError
from cep.runtime.connectors.arrow_types import sql_schema
from cep.runtime.connectors.base import Read
from cep.runtime.connectors.columns import ColumnReader
from cep.runtime.connectors.format_base import Format, Piece, Writer
from cep.runtime.connectors.lines import BLOCK_BYTES
from cep.runtime.connectors.storage import CORRUPT, Input, corrupt
from cep.types import Schema

_MAGIC = b"ARROW1\x00\x00"
_SLICE_ROWS = 65_536


class ArrowFormat(Format):
    """Apache Arrow's own format.

    A file is a stream between two marks with an index behind it, so both are read as a stream:
    also through a pipe, or decompressed on the way. A sink writes a stream where it writes to a
    pipe, a file elsewhere.
    """

    name = "arrow"
    extensions = ("arrow", "arrows", "ipc", "feather")

    def pieces(
        self, source: Input, options: Mapping[str, str], read: Read, skip: int
    ) -> Iterator[Piece | None]:
        stream, at_byte = _stream(source)
        columns = ColumnReader(stream.schema, source.name, read)
        wanted = columns.positions()
        if wanted and source.path is not None:  # columns may be compressed: leave the others alone
            stream, at_byte = _stream(source, wanted)
        row = 0
        while True:
            batch = _next(stream, source)
            if batch is None:
                return
            if at_byte is not None:
                source.position = at_byte()
            start = max(skip - row, 0)
            for at in range(start, batch.num_rows, _SLICE_ROWS):
                part = batch.slice(at, _SLICE_ROWS)
                yield columns.piece(part, part.num_rows, row + at + 1)
            row += batch.num_rows

    def infer(self, source: Input, options: Mapping[str, str]) -> Schema:
        return sql_schema(_stream(source)[0].schema, source.name)

    def writer(self, stream: BinaryIO, options: Mapping[str, str], schema: Schema) -> Writer:
        return ArrowWriter(stream, schema, indexed="path" in options)


class _Whole:
    """An input as a file object that reads in full what it is asked for."""

    def __init__(self, source: Input) -> None:
        self._source = source
        self._held = b""
        self._at = 0
        self.closed = False

    def read(self, size: int) -> bytes:
        parts = []
        left = size
        while left > 0:
            if self._at >= len(self._held):
                self._held = self._source.read(BLOCK_BYTES) or b""
                self._at = 0
                if not self._held:
                    break
            part = self._held[self._at : self._at + left]
            self._at += len(part)
            left -= len(part)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def unread(self, data: bytes) -> None:
        self._held = data + self._held[self._at :]
        self._at = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True


def _stream(
    source: Input, wanted: Sequence[int] | None = None
) -> tuple[Any, Callable[[], int] | None]:
    """Open an input as a stream of record batches; raises ConnectorError where it is none.

    Beside the stream stands what tells its position in the file, where the input cannot itself.
    `wanted` are the positions of the columns to read, None for all.
    """
    try:
        if source.path is not None:
            file = pa.memory_map(source.path)
            if file.read(len(_MAGIC)) != _MAGIC:
                file.seek(0)
            options = pa.ipc.IpcReadOptions(included_fields=wanted)
            return pa.ipc.open_stream(file, options=options), file.tell
        whole = _Whole(source)
        first = whole.read(len(_MAGIC))
        if first != _MAGIC:
            whole.unread(first)
        return pa.ipc.open_stream(pa.PythonFile(whole, mode="r")), None
    except (*CORRUPT, ValueError) as error:
        raise ConnectorError(
            f"{source.name} is no Arrow file or stream: {str(error).partition(chr(10))[0]}",
            hint="say format = '...' if it is something else",
        ) from error


def _next(stream: Any, source: Input) -> pa.RecordBatch | None:
    try:
        return stream.read_next_batch()
    except StopIteration:
        return None
    except CORRUPT as error:
        raise corrupt(source.name, error) from error


class ArrowWriter(Writer):
    """Writes Arrow IPC: a file with its index, or a stream."""

    def __init__(self, stream: BinaryIO, schema: Schema, indexed: bool) -> None:
        make = pa.ipc.new_file if indexed else pa.ipc.new_stream
        self._writer = make(stream, schema.arrow)

    def write(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(batch)

    def close(self) -> None:
        self._writer.close()

"""What a format is: how records lie in bytes, whatever brings the bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cep.errors import ConnectorError, did_you_mean
from cep.runtime.connectors.base import BrokenRow, Read
from cep.runtime.connectors.storage import Input
from cep.types import Schema

Lines = npt.NDArray[np.int64]


class Envelopes(Protocol):
    """Unfolds rows that are envelopes of others."""

    def known(self, batch: pa.RecordBatch, name: str) -> pa.Array | None:
        """Return a metadata column that stands in the envelopes themselves."""

    def unfold(self, batch: pa.RecordBatch, metadata: Sequence[pa.Array]) -> pa.RecordBatch:
        """Return the rows inside, with the metadata of their envelopes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive records of one input, as a format reads them.

    `batch` has the columns `Read.fields` of the good records. `lines` says where each of them
    stands, counted from 1: an array, or the number of the first where they follow each other.
    `broken` are the others, each with its position among all records of the piece, ascending.
    `source` names the file or the member of an archive. With `envelopes` the columns are those of
    envelopes, which these unfold into rows.
    """

    batch: pa.RecordBatch
    lines: int | Lines
    source: str
    broken: tuple[tuple[int, BrokenRow], ...] = ()
    skipped: bool = False
    envelopes: Envelopes | None = None

    @property
    def records(self) -> int:
        """How many records there are, good and broken."""
        return self.batch.num_rows + len(self.broken)

    def slice(self, start: int, length: int) -> Piece:
        """Return `length` of the records from `start` on, without copying."""
        if start == 0 and length >= self.records:
            return self
        end = start + length
        before = bisect_left(self.broken, start, key=itemgetter(0))
        until = bisect_left(self.broken, end, key=itemgetter(0))
        inside = tuple((at - start, row) for at, row in self.broken[before:until])
        first, good = start - before, min(length, self.records - start) - len(inside)
        return Piece(
            self.batch.slice(first, good),
            self.lines + first if isinstance(self.lines, int) else self.lines[first : first + good],
            self.source,
            inside,
            self.skipped,
            self.envelopes,
        )

    def line_numbers(self) -> Lines:
        """Return the line of each good record."""
        if isinstance(self.lines, int):
            return np.arange(self.lines, self.lines + self.batch.num_rows, dtype=np.int64)
        return self.lines


def read_schema(read: Read) -> pa.Schema:
    """Return the Arrow schema of a piece: the fields of the read, without its metadata."""
    return pa.schema([f.arrow for f in read.fields])


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, without copying where it is one already."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.chunks else pa.array([], column.type)


def make_batch(arrays: Sequence[pa.Array], schema: pa.Schema, rows: int) -> pa.RecordBatch:
    """Put columns together; there may be none of them, but still `rows` rows."""
    if arrays:
        return pa.RecordBatch.from_arrays(list(arrays), schema=schema)
    return pa.RecordBatch.from_struct_array(
        pa.StructArray.from_buffers(pa.struct([]), rows, [None])
    )


def with_metadata(
    read: Read, piece: Piece, offset: int, known: Mapping[str, object]
) -> pa.RecordBatch:
    """Put the metadata columns behind the rows of a piece.

    `line` and `offset` are made here (`offset` is that of the piece's first record); the others are
    the same for all its rows and stand in `known`: instants in microseconds.
    """
    envelopes = piece.envelopes
    if not read.metadata and envelopes is None:
        return piece.batch
    rows = piece.batch.num_rows
    columns = [] if envelopes is not None else list(piece.batch.columns)
    for key, f in read.metadata:
        own = None if envelopes is None else envelopes.known(piece.batch, key)
        if own is not None:
            column = own
        elif key == "line":
            column = pa.array(piece.line_numbers())
        elif key == "offset":
            numbers = np.arange(offset, offset + piece.records)
            column = pa.array(np.delete(numbers, [at for at, _ in piece.broken]))
        elif key not in known:
            raise ConnectorError(f"{piece.source} has no metadata '{key}': only envelopes have it")
        else:
            column = pa.repeat(known[key], rows)
        columns.append(column if column.type == f.type.arrow else column.cast(f.type.arrow))
    if envelopes is not None:
        return envelopes.unfold(piece.batch, columns)
    return pa.RecordBatch.from_arrays(columns, schema=read.schema.arrow)


def empty(schema: pa.Schema) -> pa.RecordBatch:
    """Return a batch without rows."""
    return pa.RecordBatch.from_arrays([pa.array([], f.type) for f in schema], schema=schema)


class Writer(ABC):
    """Rows on their way into one file or stream."""

    @abstractmethod
    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; `batch` has the schema that the writer was made for."""

    def flush(self) -> None:
        """Hand on to the stream what can be handed on."""

    @abstractmethod
    def close(self) -> None:
        """Write what ends the file; the stream itself stays open."""


class Format(ABC):
    """How records lie in bytes."""

    name: str
    extensions: tuple[str, ...]
    """The file name extensions that mean this format, without the dot."""
    options: tuple[str, ...] = ()
    """The options that only some formats know and that this one does."""
    line_based: bool = False
    """Whether a record is a line, so that a file can be read while it grows."""

    packable: bool = True
    """Whether a file can be compressed as a whole."""

    @abstractmethod
    def pieces(
        self, source: Input, options: Mapping[str, str], read: Read, skip: int
    ) -> Iterator[Piece | None]:
        """Read an input from record `skip` on; None says that nothing has come yet.

        Raises ConnectorError where the input as a whole cannot be read.
        """

    @abstractmethod
    def infer(self, source: Input, options: Mapping[str, str]) -> Schema:
        """Look at the beginning of an input and return its schema."""

    @abstractmethod
    def writer(self, stream: BinaryIO, options: Mapping[str, str], schema: Schema) -> Writer:
        """Return a writer of rows of `schema`; raises ConnectorError for a type it cannot write."""


def match_columns(wanted: Sequence[str], found: Sequence[str], source: str) -> list[int]:
    """Return the position in `found` of each wanted column: by exact name, else ignoring case.

    Raises ConnectorError for a column that is not there or could be either of two.
    """
    exact = {name: i for i, name in reversed(list(enumerate(found)))}
    folded: dict[str, list[int]] = {}
    for i, name in enumerate(found):
        folded.setdefault(name.lower(), []).append(i)
    positions = []
    for name in wanted:
        same = folded.get(name.lower(), [])
        if list(found).count(name) > 1:
            raise ConnectorError(
                f"{source} has {list(found).count(name)} columns called {name}",
                hint="give each a name of its own in the file",
            )
        if name in exact:
            positions.append(exact[name])
        elif len(same) == 1:
            positions.append(same[0])
        elif same:
            spellings = ", ".join(found[i] for i in same)
            raise ConnectorError(
                f"column {name} of {source} could be any of {spellings}",
                hint='name it in its own spelling, "like this"',
            )
        else:
            shown = ", ".join(found[:50]) + (", ..." if len(found) > 50 else "")
            guess = did_you_mean(name, [n.lower() for n in found])
            between = [c for c in ";|\t" if len(found) == 1 and c in found[0]]
            if between:
                guess = f"if its values are parted so, write delimiter = {between[0]!r}"
            raise ConnectorError(
                f"{source} has no column {name}; it has {shown or 'none'}",
                hint=guess or "declare the columns as the file names them",
            )
    return positions

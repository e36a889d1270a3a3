"""JSON lines that are changes of a table: Debezium's envelopes, and pairs of key and value.

A record is read as an envelope, which is one row, and unfolded into the rows that it changes when
everything else about it is known: none, one, or two where a row has got another key.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.errors import ConnectorError
from cep.runtime.connectors.base import BrokenRow, Read
from cep.runtime.connectors.changes import DELETE, INSERT
from cep.runtime.connectors.convert import TimeFormat, time_format
from cep.runtime.connectors.format_base import Format, Piece, Writer
from cep.runtime.connectors.json_decoder import JsonDecoder, sample
from cep.runtime.connectors.line_format import line_pieces
from cep.runtime.connectors.lines import MAX_LINE_BYTES, Block, Splitter, broken_line
from cep.runtime.connectors.options import whole_number
from cep.runtime.connectors.storage import Input
from cep.runtime.rowerrors import Messages, failed
from cep.runtime.state.vectors import integers, unequal, valid, view
from cep.types import BIGINT, VARCHAR, Field, Row, Schema

Mask = npt.NDArray[np.bool_]

_SAMPLES = 100
_TOMBSTONE = "tombstone"
_OPS = ("c", "r", "u", "d", _TOMBSTONE)
_C, _U, _D = 0, 2, 3

_BARE_NULL = re.compile(rb"(?m)^[ \t]*null[ \t\r]*$")

WHEN_READ, WHEN_MADE, TABLE = "ingestion-timestamp", "source.timestamp", "source.table"
"""Metadata of Debezium's envelopes: when the change was read from the database, when it was made
there, and in which of its tables."""


class Envelopes(ABC):
    """How a kind of envelope is read. `fields` are the table's columns, `key` those of its key."""

    def __init__(self, read: Read) -> None:
        self.fields = read.fields[:-1]
        self.key = read.key
        self.schema = read.schema.arrow
        self.metadata = tuple(name for name, _ in read.metadata)

    def look(self, samples: Sequence[Mapping[str, object]]) -> None:
        """Learn from the first records how the envelopes are written."""

    @abstractmethod
    def inner(self) -> tuple[Field, ...]:
        """Return the members that are read of each envelope."""

    def cleaned(self, data: bytes) -> bytes:
        """Return the records, with what is no object written as one."""
        return data

    @abstractmethod
    def wrong(self, batch: pa.RecordBatch) -> Messages:
        """Say of each envelope what is wrong with it, None where nothing is."""

    def known(self, batch: pa.RecordBatch, name: str) -> pa.Array | None:
        """Return a metadata column that stands in the envelopes themselves."""
        return None

    @abstractmethod
    def unfold(self, batch: pa.RecordBatch, metadata: Sequence[pa.Array]) -> pa.RecordBatch:
        """Return the rows that envelopes change, with what they do, and their metadata."""


class Debezium(Envelopes):
    """`{"before": …, "after": …, "op": …}`, perhaps as the `payload` beside a `schema`."""

    def __init__(self, read: Read) -> None:
        super().__init__(read)
        self._wrapped = False

    def look(self, samples: Sequence[Mapping[str, object]]) -> None:
        self._wrapped = any("payload" in s and "op" not in s for s in samples)

    def inner(self) -> tuple[Field, ...]:
        row = Row(self.fields)
        members = [Field("before", row), Field("after", row), Field("op", VARCHAR)]
        if WHEN_READ in self.metadata:
            members.append(Field("ts_ms", BIGINT))
        if {WHEN_MADE, TABLE}.intersection(self.metadata):
            members.append(Field("source", Row((Field("ts_ms", BIGINT), Field("table", VARCHAR)))))
        return (Field("payload", Row(tuple(members))),) if self._wrapped else tuple(members)

    def cleaned(self, data: bytes) -> bytes:
        if b"null" not in data:
            return data
        mark = f'{{"op":"{_TOMBSTONE}"}}'
        mark = f'{{"payload":{mark}}}' if self._wrapped else mark
        return _BARE_NULL.sub(mark.encode(), data)

    def _member(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        if not self._wrapped:
            return batch.column(name)
        payload = batch.column("payload")
        return pc.struct_field(payload, name)

    def _kinds(self, batch: pa.RecordBatch) -> npt.NDArray[np.int32]:
        """Return which of `_OPS` each envelope has, -1 where it is none."""
        found = pc.index_in(self._member(batch, "op"), pa.array(_OPS, pa.string()))
        kinds: npt.NDArray[np.int32] = np.where(_there(found), view(found), -1)
        return kinds

    def wrong(self, batch: pa.RecordBatch) -> Messages:
        messages: Messages = np.full(batch.num_rows, None, dtype=object)
        kinds = self._kinds(batch)
        before, after = (_there(self._member(batch, name)) for name in ("before", "after"))
        for i in np.flatnonzero(kinds < 0):
            op = self._member(batch, "op")[int(i)].as_py()
            given = "there is no op" if op is None else f"op is '{op}'"
            messages[i] = f"{given}, and a change is c, r, u or d"
        messages[_comes(kinds) & ~after] = "after is null"
        messages[(kinds == _D) & ~before] = "before is null, so it is not known what is deleted"
        if not self.key:
            lost = (kinds == _U) & ~before
            messages[lost] = "before is null, and the table has no key by which to find the row"
        return messages

    def known(self, batch: pa.RecordBatch, name: str) -> pa.Array | None:
        if name == WHEN_READ:
            return _instants(self._member(batch, "ts_ms"))
        if name == WHEN_MADE:
            return _instants(pc.struct_field(self._member(batch, "source"), "ts_ms"))
        return pc.struct_field(self._member(batch, "source"), "table") if name == TABLE else None

    def unfold(self, batch: pa.RecordBatch, metadata: Sequence[pa.Array]) -> pa.RecordBatch:
        kinds = self._kinds(batch)
        old, new = (self._member(batch, name).flatten() for name in ("before", "after"))
        comes = _comes(kinds)
        moved = (kinds == _U) & self._moved(_there(self._member(batch, "before")), old, new)
        goes = (kinds == _D) | moved
        rows = np.repeat(np.arange(len(kinds)), goes.astype(np.int64) + comes)
        first = np.concatenate([[True], rows[1:] != rows[:-1]]) if len(rows) else goes[:0]
        deletes = first & goes[rows]
        # What is said of a row under its old key is so from the time of the new one on.
        whole = deletes & ~(moved[rows] if self.key else np.zeros(len(rows), np.bool_))
        columns = []
        for f, a, b in zip(self.fields, old, new, strict=True):
            from_old = deletes if f.name in self.key else whole
            both = pa.concat_arrays([b, a])
            columns.append(both.take(integers(np.where(from_old, rows + len(kinds), rows))))
        return _rows(columns, deletes, metadata, rows, self.schema)

    def _moved(self, before: Mask, old: Sequence[pa.Array], new: Sequence[pa.Array]) -> Mask:
        """Say which updates take a row away that is not replaced by the one they bring."""
        if not self.key:
            return before
        moved = np.zeros(len(before), np.bool_)
        for f, a, b in zip(self.fields, old, new, strict=True):
            if f.name in self.key:
                moved |= unequal(a, b) & _there(a)
        return moved & before


class Pairs(Envelopes):
    """`{"key": {…}, "value": {…} | null}`: the row that a key has now, null where it has none."""

    def inner(self) -> tuple[Field, ...]:
        key = tuple(f for f in self.fields if f.name in self.key)
        return (Field("key", Row(key)), Field("value", Row(self.fields)))

    def wrong(self, batch: pa.RecordBatch) -> Messages:
        messages: Messages = np.full(batch.num_rows, None, dtype=object)
        key, value = (_there(batch.column(name)) for name in ("key", "value"))
        messages[~key & ~value] = "there is neither key nor value"
        return messages

    def unfold(self, batch: pa.RecordBatch, metadata: Sequence[pa.Array]) -> pa.RecordBatch:
        names = [f.name for f in self.fields if f.name in self.key]
        keys = dict(zip(names, batch.column("key").flatten(), strict=True))
        columns = [
            pc.coalesce(keys[f.name], value) if f.name in keys else value
            for f, value in zip(self.fields, batch.column("value").flatten(), strict=True)
        ]
        deletes = ~_there(batch.column("value"))
        return _rows(columns, deletes, metadata, np.arange(len(deletes)), self.schema)


def _comes(kinds: npt.NDArray[np.int32]) -> Mask:
    """Say which changes bring a row."""
    comes: Mask = (kinds >= _C) & (kinds <= _U)
    return comes


def _there(array: pa.Array) -> Mask:
    where = valid(array)
    return np.ones(len(array), np.bool_) if where is None else where


def _instants(milliseconds: pa.Array) -> pa.Array:
    """Return milliseconds since 1970 as instants."""
    return milliseconds.cast(pa.timestamp("ms", "UTC")).cast(pa.timestamp("us", "UTC"))


def _rows(
    columns: Sequence[pa.Array],
    deletes: Mask,
    metadata: Sequence[pa.Array],
    rows: npt.NDArray[np.int64],
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Put columns, what each row does, and the metadata of its envelope together."""
    op = pa.array(np.where(deletes, DELETE, INSERT), pa.string())
    own = [m.take(integers(rows)) for m in metadata]
    return pa.RecordBatch.from_arrays([*columns, op, *own], schema=schema)


class EnvelopeDecoder:
    """Turns the blocks of one input of envelopes into pieces, an envelope each row."""

    def __init__(self, source: str, envelopes: Envelopes, form: TimeFormat) -> None:
        self._source = source
        self._envelopes = envelopes
        self._form = form
        self._splitter = Splitter()
        self._json: JsonDecoder | None = None

    @property
    def splitter(self) -> Splitter:
        """What finds the ends of records: every newline."""
        return self._splitter

    @property
    def begun(self) -> bool:
        """Whether it is known how the envelopes are written."""
        return self._json is not None and self._json.begun

    def begin(self, block: Block) -> Block:
        """Learn from the first records how the envelopes are written."""
        self._envelopes.look(sample(block.data, _SAMPLES))
        self._json = JsonDecoder(self._source, Read(self._envelopes.inner()), self._form)
        return self._json.begin(self._cleaned(block))

    def _cleaned(self, block: Block) -> Block:
        if block.broken is not None:
            return block
        return Block(self._envelopes.cleaned(block.data), block.line)

    def count(self, block: Block) -> int:
        """Count the records of a block without reading them."""
        assert self._json is not None
        return self._json.count(block)

    def decode(self, block: Block) -> Piece:
        """Read a block of whole records."""
        assert self._json is not None
        piece = self._json.decode(self._cleaned(block))
        messages = self._envelopes.wrong(piece.batch)
        bad = failed(messages)
        lines, broken = piece.lines, piece.broken
        batch = piece.batch
        if bad.any():
            places = np.delete(np.arange(piece.records), [at for at, _ in piece.broken])
            numbers = piece.line_numbers()
            rows = batch.take(integers(np.flatnonzero(bad))).to_pylist()
            found: list[tuple[int, BrokenRow]] = []
            for i, row in zip(np.flatnonzero(bad), rows, strict=True):
                text = json.dumps(row, default=str, ensure_ascii=False).encode()
                one = broken_line(self._source, int(numbers[i]), text, messages[i])
                found.append((int(places[i]), one))
            broken = tuple(sorted((*piece.broken, *found), key=lambda b: b[0]))
            batch, lines = batch.filter(pa.array(~bad)), numbers[~bad]
        return Piece(batch, lines, piece.source, broken, envelopes=self._envelopes)


class _ChangeFormat(Format):
    """JSON lines of envelopes."""

    extensions = ()
    options = ("timestamp_format", "max_line_bytes")
    line_based = True
    kind: type[Envelopes]

    def pieces(
        self, source: Input, options: Mapping[str, str], read: Read, skip: int
    ) -> Iterator[Piece | None]:
        form = time_format(options.get("timestamp_format"))
        decoder = EnvelopeDecoder(source.name, self.kind(read), form)
        longest = whole_number(options, "max_line_bytes", 1) or MAX_LINE_BYTES
        return line_pieces(source, decoder, longest, skip)

    def infer(self, source: Input, options: Mapping[str, str]) -> Schema:
        raise ConnectorError(
            f"the columns of a table are not told by {self.name}",
            hint="declare them: CREATE TABLE name (column type, …, PRIMARY KEY (…))",
        )

    def writer(self, stream: BinaryIO, options: Mapping[str, str], schema: Schema) -> Writer:
        raise ConnectorError(
            f"{self.name} is read, and not written",
            hint="a sink of connector 'file' writes it; elsewhere write format = 'json' with "
            "changelog = 'upsert'",
        )


class DebeziumFormat(_ChangeFormat):
    """What Debezium says of the changes of a table."""

    name = "debezium-json"
    kind = Debezium


class UpsertFormat(_ChangeFormat):
    """Keys, and the rows that they have now."""

    name = "upsert-json"
    kind = Pairs

"""JSON lines become columns: by pyarrow, and value by value where something is wrong.

Where a block fails it is cut into small ones, and only those that fail again are read with care.
pyarrow accepts some things that are no JSON lines, and crashes on a bare `null`; what does not look
like one object a line is therefore never given to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json

from cep.errors import ConnectorError
from cep.runtime.connectors.base import BrokenRow, Read
from cep.runtime.connectors.convert import TimeFormat, check_digits, from_epoch, from_text, truncate
from cep.runtime.connectors.format_base import Lines, Piece, empty, make_batch, read_schema, whole
from cep.runtime.connectors.json_values import build, find_key, parse_object
from cep.runtime.connectors.lines import Block, Splitter, broken_line
from cep.runtime.rowerrors import Messages, RowFailure, failed
from cep.types import (
    Array,
    Boolean,
    DataType,
    Decimal,
    Float,
    Integer,
    Map,
    Row,
    Timestamp,
    TimestampLtz,
    Varchar,
)

_SAMPLE_ROWS = 100
_SMALL_BYTES = 1 << 16
_BARE_NULL = re.compile(rb"\}[ \t\r]*null")
_DIRECT = Boolean | Integer | Float | Decimal | Varchar
_BLANK = b" \t\r\n"


class JsonDecoder:
    """Turns the blocks of one input of JSON lines into pieces."""

    def __init__(self, source: str, read: Read, form: TimeFormat) -> None:
        self._source = source
        self._read = read
        self._form = form
        self._schema = read_schema(read)
        self._splitter = Splitter()
        self._keys: list[str] | None = None
        self._fast: pa.Schema | None = None

    @property
    def splitter(self) -> Splitter:
        """What finds the ends of records: every newline."""
        return self._splitter

    @property
    def begun(self) -> bool:
        """Whether the spelling of the members is known."""
        return self._keys is not None

    def begin(self, block: Block) -> Block:
        """Learn from the first records how the members are spelled."""
        data = block.data.removeprefix(b"\xef\xbb\xbf")
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            raise ConnectorError(f"{self._source} is UTF-16", hint="convert it to UTF-8")
        if data.lstrip(_BLANK)[:1] == b"[":
            raise ConnectorError(
                f"{self._source} is one JSON array, not one object a line",
                hint="put each object on a line of its own, as with: jq -c '.[]'",
            )
        samples = sample(data, _SAMPLE_ROWS) if block.broken is None else []
        if not samples and not data.strip(_BLANK):
            return Block(data, block.line, block.broken)
        self._keys = [find_key(f.name, _keys(samples)) for f in self._read.fields]
        fields = []
        for f, key in zip(self._read.fields, self._keys, strict=True):
            t = self._read_as(f.type, [s.get(key) for s in samples])
            if t is None:
                return Block(data, block.line, block.broken)
            fields.append(pa.field(key, t))
        # Without a column there would be no row count.
        self._fast = pa.schema(fields or [pa.field("", pa.null())])
        return Block(data, block.line, block.broken)

    def _read_as(self, t: DataType, samples: Sequence[Any]) -> pa.DataType | None:
        """Return the type pyarrow is to read; None where it has no such reader."""
        if isinstance(t, _DIRECT):
            return t.arrow
        if isinstance(t, Timestamp | TimestampLtz):
            if self._form.iso:
                return t.arrow
            return pa.int64() if self._form.epoch else pa.string()
        if isinstance(t, Map):
            return None
        if isinstance(t, Array):
            inner = [v for s in samples if isinstance(s, list) for v in s]
            element = self._read_as(t.element, inner)
            return None if element is None else pa.list_(element)
        if isinstance(t, Row):
            objects = [s for s in samples if isinstance(s, dict)]
            fields = []
            for f in t.fields:
                key = find_key(f.name, _keys(objects))
                part = self._read_as(f.type, [o.get(key) for o in objects])
                if part is None:
                    return None
                fields.append(pa.field(key, part))
            return pa.struct(fields)
        return pa.string()

    def count(self, block: Block) -> int:
        """Count the records of a block without reading them."""
        return 1 if block.broken is not None else len(self._spans(block.data)[0])

    def _spans(self, data: bytes) -> tuple[Lines, Lines]:
        """Return where each record begins and ends, blank lines left out."""
        ends = self._splitter.ends(data)
        if not len(ends):
            return ends, ends
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
        array = np.frombuffer(data, np.uint8)
        blank = np.isin(array[starts], np.frombuffer(_BLANK, np.uint8))
        for i in np.flatnonzero(blank):  # blank at its beginning: perhaps not throughout
            blank[i] = not data[starts[i] : ends[i]].strip(_BLANK)
        return starts[~blank], ends[~blank]

    def decode(self, block: Block) -> Piece:
        """Read a block of whole records."""
        if block.broken is not None:
            row = broken_line(self._source, block.line, block.data, block.broken)
            return Piece(empty(self._schema), block.line, self._source, ((0, row),))
        starts, ends = self._spans(block.data)
        newlines = np.flatnonzero(np.frombuffer(block.data, np.uint8) == 10)
        lines = block.line + np.searchsorted(newlines, starts)
        batch = self._quickly(block.data, starts, ends)
        if batch is not None:
            return Piece(batch, lines, self._source)
        batches: list[pa.RecordBatch] = []
        broken: list[tuple[int, BrokenRow]] = []
        good = np.ones(len(starts), dtype=bool)
        for first, last in _cuts(starts, ends):
            part = block.data[starts[first] : ends[last - 1]]
            begin = starts[first]
            batch = self._quickly(part, starts[first:last] - begin, ends[first:last] - begin)
            if batch is None:
                records = [block.data[starts[i] : ends[i]] for i in range(first, last)]
                batch, messages = self._carefully(records)
                for i in np.flatnonzero(failed(messages)):
                    at = first + int(i)
                    good[at] = False
                    row = broken_line(self._source, int(lines[at]), records[i], messages[i])
                    broken.append((at, row))
            batches.append(batch)
        joined = pa.Table.from_batches(batches, self._schema)
        batch = make_batch([whole(c) for c in joined.columns], self._schema, int(good.sum()))
        return Piece(batch, lines[good], self._source, tuple(broken))

    def _quickly(self, data: bytes, starts: Lines, ends: Lines) -> pa.RecordBatch | None:
        """Read records with pyarrow; None if anything in them is wrong."""
        if not len(starts):
            return empty(self._schema)
        if self._fast is None or not _looks_like_objects(data, starts, ends):
            return None
        try:
            table = pa.json.read_json(
                pa.BufferReader(data),
                read_options=pa.json.ReadOptions(use_threads=False, block_size=len(data) + 1),
                parse_options=pa.json.ParseOptions(
                    explicit_schema=self._fast, unexpected_field_behavior="ignore"
                ),
            )
            if table.num_rows != len(starts):
                return None
            arrays = [
                self._finish(whole(table.column(i)), f.type)
                for i, f in enumerate(self._read.fields)
            ]
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, RowFailure):
            return None
        return make_batch(arrays, self._schema, table.num_rows)

    def _finish(self, column: pa.Array, t: DataType) -> pa.Array:
        """Make the declared type of what pyarrow read; raises ArrowInvalid if a value is wrong."""
        if isinstance(t, Array):
            elements = self._finish(column.values, t.element)
            null = column.is_null() if column.null_count else None
            return pa.ListArray.from_arrays(column.offsets, elements, t.arrow, mask=null)
        if isinstance(t, Row):
            parts = [self._finish(column.field(i), f.type) for i, f in enumerate(t.fields)]
            null = column.is_null() if column.null_count else None
            return pa.StructArray.from_arrays(parts, fields=list(t.arrow), mask=null)
        if column.type == t.arrow:
            check_digits(column, t)
            return truncate(column, t)
        if isinstance(t, Timestamp | TimestampLtz) and self._form.epoch:
            return truncate(from_epoch(column, t, self._form), t)
        values, messages = from_text(column, t, self._form)
        if messages is not None:
            raise pa.ArrowInvalid("a value is none of its type")
        return values

    def _carefully(self, records: Sequence[bytes]) -> tuple[pa.RecordBatch, Messages]:
        """Read records one by one; return the good ones, and a message for each that is not."""
        messages = np.full(len(records), None, dtype=object)
        objects: list[dict[str, Any]] = []
        for i, record in enumerate(records):
            try:
                objects.append(parse_object(record))
            except ValueError as error:
                messages[i] = str(error)
                objects.append({})
        arrays = []
        for f, key in zip(self._read.fields, self._keys or [], strict=True):
            column, wrong = build([o.get(key) for o in objects], f.type, self._form)
            arrays.append(column)
            if wrong is not None:
                new = failed(wrong) & ~failed(messages)
                messages[new] = [f"{f.name}: {m}" for m in wrong[new]]
        batch = make_batch(arrays, self._schema, len(records))
        return batch.filter(pa.array(~failed(messages))), messages


def sample(data: bytes, rows: int) -> list[dict[str, Any]]:
    """Return the first records that can be read, of the first `rows` lines."""
    found = []
    for line in data.split(b"\n", rows)[:rows]:
        try:
            found.append(parse_object(line))
        except ValueError:
            continue
    return found


def _keys(objects: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for o in objects for key in o))


def _looks_like_objects(data: bytes, starts: Lines, ends: Lines) -> bool:
    """Say whether each record may be one object, and nothing that pyarrow reads as something else.

    It must begin and end with a brace, and text must be UTF-8, which pyarrow does not check.
    """
    array = np.frombuffer(data, np.uint8)
    if (array[starts] != ord("{")).any():
        return False
    last = ends - 1
    for _ in range(2):  # step over \r\n
        last = np.where((array[last] == 10) | (array[last] == 13), last - 1, last)
    if (array[np.maximum(last, 0)] != ord("}")).any():
        return False
    if b"null" in data and _BARE_NULL.search(data):
        return False
    if not data.isascii():
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return True


def _cuts(starts: Lines, ends: Lines) -> list[tuple[int, int]]:
    """Divide records into runs of about `_SMALL_BYTES`, as positions of the first and the next."""
    cuts = []
    first = 0
    while first < len(starts):
        bound = starts[first] + _SMALL_BYTES
        last = max(first + 1, int(np.searchsorted(ends, bound, "right")))
        cuts.append((first, last))
        first = last
    return cuts

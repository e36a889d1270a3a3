"""The format json: one object a line (JSON lines, ndjson)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal as Number
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from cep import types as sql
from cep.errors import ConnectorError
from cep.runtime.connectors.base import Read
from cep.runtime.connectors.convert import time_format
from cep.runtime.connectors.format_base import Format, Piece, Writer
from cep.runtime.connectors.infer import infer_text
from cep.runtime.connectors.json_decoder import JsonDecoder, sample
from cep.runtime.connectors.line_format import line_pieces
from cep.runtime.connectors.lines import MAX_LINE_BYTES, Splitter, blocks
from cep.runtime.connectors.options import whole_number
from cep.runtime.connectors.storage import Input
from cep.runtime.connectors.text import json_object
from cep.types import Schema

SAMPLE_ROWS = 10_000
"""How many records are looked at to guess the types."""


class JsonFormat(Format):
    """JSON lines. A member that a record has not is NULL."""

    name = "json"
    extensions = ("json", "jsonl", "ndjson")
    options = ("timestamp_format", "max_line_bytes")
    line_based = True

    def pieces(
        self, source: Input, options: Mapping[str, str], read: Read, skip: int
    ) -> Iterator[Piece | None]:
        decoder = JsonDecoder(source.name, read, time_format(options.get("timestamp_format")))
        longest = whole_number(options, "max_line_bytes", 1) or MAX_LINE_BYTES
        return line_pieces(source, decoder, longest, skip)

    def infer(self, source: Input, options: Mapping[str, str]) -> Schema:
        for block in blocks(source, Splitter()):
            if block is None or block.broken is not None:
                break
            start = JsonDecoder(source.name, Read(()), time_format(None)).begin(block)
            objects = sample(start.data, SAMPLE_ROWS)
            if objects:
                return Schema(_fields(objects, source.name))
        raise ConnectorError(
            f"{source.name} begins with no JSON object from which to tell the columns",
            hint="declare the columns: CREATE STREAM name (column type, ...)",
        )

    def writer(self, stream: BinaryIO, options: Mapping[str, str], schema: Schema) -> Writer:
        return JsonWriter(stream, schema)


def _fields(objects: Sequence[dict[str, Any]], path: str) -> tuple[sql.Field, ...]:
    keys = dict.fromkeys(key for o in objects for key in o)
    return tuple(
        sql.Field(key, _type([o.get(key) for o in objects], f"{path}: {key}")) for key in keys
    )


def _type(values: Sequence[Any], path: str) -> sql.DataType:
    """Return the type of the values of a member."""
    present = [v for v in values if v is not None]
    kinds = {type(v) for v in present}
    if not kinds:
        return sql.VARCHAR
    if kinds == {bool}:
        return sql.BOOLEAN
    if kinds == {int}:
        small = all(-(2**63) <= v < 2**63 for v in present)
        return sql.BIGINT if small else sql.Decimal(38, 0)
    if kinds <= {int, float, Number}:
        return sql.DOUBLE
    if kinds == {str}:
        # Half of a character is the row's mistake, and not to be met here.
        t = infer_text(pa.array([v.encode("utf-8", "replace") for v in present]).cast(pa.string()))
        timed = isinstance(t, sql.Date | sql.Time | sql.Timestamp | sql.TimestampLtz)
        return t if timed else sql.VARCHAR
    if kinds == {list}:
        return sql.Array(_type([v for inner in present for v in inner], path))
    if kinds == {dict}:
        return sql.Row(_fields(present, path))
    raise ConnectorError(
        f"{path} is sometimes of one kind and sometimes of another",
        hint="declare the columns; rows of the other kind will be broken rows",
    )


class JsonWriter(Writer):
    """Writes one object a line, NULLs included."""

    def __init__(self, stream: BinaryIO, schema: Schema) -> None:
        self._stream = stream
        self._schema = schema

    def write(self, batch: pa.RecordBatch) -> None:
        if not batch.num_rows:
            return
        members = [
            (f.name, column, f.type)
            for f, column in zip(self._schema.fields, batch.columns, strict=True)
        ]
        lines = pc.binary_join_element_wise(json_object(members), "\n", "")
        _, offsets, texts = lines.buffers()
        ends = memoryview(offsets).cast("i")
        first, last = ends[lines.offset], ends[lines.offset + len(lines)]
        self._stream.write(memoryview(texts)[first:last])

    def close(self) -> None:
        """Do nothing: JSON lines have no end of their own."""

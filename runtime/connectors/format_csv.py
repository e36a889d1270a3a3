"""The format csv: what it reads, guesses and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv

from cep.errors import ConnectorError
from cep.runtime.connectors.base import Read
from cep.runtime.connectors.csv_decoder import CsvDecoder, Dialect
from cep.runtime.connectors.format_base import Format, Piece, Writer
from cep.runtime.connectors.infer import infer_text
from cep.runtime.connectors.line_format import line_pieces
from cep.runtime.connectors.lines import MAX_LINE_BYTES, blocks
from cep.runtime.connectors.options import whole_number
from cep.runtime.connectors.storage import Input
from cep.runtime.connectors.text import plain_text
from cep.types import (
    VARCHAR,
    Boolean,
    DataType,
    Date,
    Decimal,
    Field,
    Float,
    Integer,
    Schema,
    Varchar,
)

_WRITTEN_AS_IS = Boolean | Integer | Float | Decimal | Varchar | Date

SAMPLE_ROWS = 10_000
"""How many rows are looked at to guess the types."""


class CsvFormat(Format):
    """Comma-separated values (RFC 4180), with a header or without."""

    name = "csv"
    extensions = ("csv", "tsv")
    options = ("delimiter", "header", "quote", "null", "timestamp_format", "max_line_bytes")
    line_based = True

    def pieces(
        self, source: Input, options: Mapping[str, str], read: Read, skip: int
    ) -> Iterator[Piece | None]:
        decoder = CsvDecoder(source.name, Dialect(options), read)
        longest = whole_number(options, "max_line_bytes", 1) or MAX_LINE_BYTES
        return line_pieces(source, decoder, longest, skip)

    def infer(self, source: Input, options: Mapping[str, str]) -> Schema:
        dialect = Dialect(options)
        block = next((b for b in blocks(source, dialect.splitter) if b is None or b.data), None)
        if block is None or block.broken is not None:
            raise ConnectorError(
                f"{source.name} is empty" if block is None else f"{source.name}: {block.broken}",
                hint="declare the columns: CREATE STREAM name (column type, ...)",
            )
        data = block.data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
        ends = dialect.splitter.ends(data)
        first = dialect.fields(data[: int(ends[0])] if len(ends) else b"", source.name)
        names = _names(first) if dialect.header else [f"column{i + 1}" for i in range(len(first))]
        fields = tuple(Field(n, VARCHAR) for n in names)
        decoder = CsvDecoder(source.name, dialect, Read(fields))
        body = decoder.begin(block)
        sample = dialect.splitter.ends(body.data)[:SAMPLE_ROWS]
        body = type(body)(body.data[: int(sample[-1]) if len(sample) else 0], body.line)
        batch = decoder.decode(body).batch
        return Schema(
            tuple(Field(n, infer_text(c)) for n, c in zip(names, batch.columns, strict=True))
        )

    def writer(self, stream: BinaryIO, options: Mapping[str, str], schema: Schema) -> Writer:
        return CsvWriter(stream, Dialect(options), schema)


def _names(header: list[str]) -> list[str]:
    """Return the names of a header, each once; an empty one is named by its place."""
    names: list[str] = []
    for i, name in enumerate(header):
        unique = name.strip() or f"column{i + 1}"
        names.append(unique)
    return names


class CsvWriter(Writer):
    """Writes CSV: NULL as an empty field, texts in quotes."""

    def __init__(self, stream: BinaryIO, dialect: Dialect, schema: Schema) -> None:
        self._schema = pa.schema([pa.field(f.name, _written(f.type)) for f in schema.fields])
        self._types = schema.types
        self._writer = pa.csv.CSVWriter(
            stream,
            self._schema,
            write_options=pa.csv.WriteOptions(
                include_header=dialect.header, delimiter=dialect.delimiter
            ),
        )

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [
            c if isinstance(t, _WRITTEN_AS_IS) else plain_text(c, t)
            for c, t in zip(batch.columns, self._types, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _written(t: DataType) -> pa.DataType:
    """Return the type a column is written as: itself where pyarrow knows how, else text."""
    return t.arrow if isinstance(t, _WRITTEN_AS_IS) else pa.string()

"""The format parquet: only the columns asked for, only the row groups that can hold a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cep.errors import ConnectorError
from cep.runtime.connectors.arrow_types import conform, sql_schema
from cep.runtime.connectors.base import Comparison, Read
from cep.runtime.connectors.columns import ColumnReader
from cep.runtime.connectors.format_base import Format, Piece, Writer
from cep.runtime.connectors.storage import Input, corrupt
from cep.types import Schema

BATCH_ROWS = 65_536
"""How many rows are decoded at once."""


class ParquetFormat(Format):
    """Apache Parquet."""

    name = "parquet"
    extensions = ("parquet", "pq")
    packable = False

    def pieces(
        self, source: Input, options: Mapping[str, str], read: Read, skip: int
    ) -> Iterator[Piece | None]:
        with _open(source) as file:
            yield from _RowGroups(file, source, read).pieces(skip)

    def infer(self, source: Input, options: Mapping[str, str]) -> Schema:
        with _open(source) as file:
            return sql_schema(file.schema_arrow, source.name)

    def writer(self, stream: BinaryIO, options: Mapping[str, str], schema: Schema) -> Writer:
        return ParquetWriter(stream, schema)


def _open(source: Input) -> pq.ParquetFile:
    if source.path is None:
        raise ConnectorError(
            f"{source.name}: a Parquet file is read from its end and cannot be packed",
            hint="unpack it; Parquet compresses its columns itself",
        )
    try:
        return pq.ParquetFile(source.path)
    except (pa.ArrowInvalid, OSError) as error:
        raise corrupt(source.name, error) from error


class _RowGroups:
    """Reads a Parquet file row group by row group."""

    def __init__(self, file: pq.ParquetFile, source: Input, read: Read) -> None:
        self._file = file
        self._source = source
        self._read = read
        self._found = file.schema_arrow
        self._columns = ColumnReader(self._found, source.name, read)
        self._always = [f for f in read.fields if f.name in read.always]

    def pieces(self, skip: int) -> Iterator[Piece]:
        """Read from row `skip` on."""
        metadata = self._file.metadata
        total = max(metadata.num_rows, 1)
        size = self._source.size
        row = 0
        for group in range(metadata.num_row_groups):
            rows = metadata.row_group(group).num_rows
            if row + rows <= skip:
                row += rows
                continue
            refuted = self._refuted(group)
            names = self._columns.sources(self._read.always if refuted else None)
            for piece in self._group(group, row, rows, names, refuted):
                row += piece.records
                self._source.position = size * row // total
                if row - piece.records < skip:
                    yield piece.slice(skip - (row - piece.records), row - skip)
                elif piece.records:
                    yield piece

    def _group(
        self, group: int, row: int, rows: int, names: list[str], refuted: bool
    ) -> Iterator[Piece]:
        """Read a row group; without a column to read, only its rows are counted."""
        if not names:
            for start in range(0, rows, BATCH_ROWS):
                count = min(BATCH_ROWS, rows - start)
                yield self._columns.piece(None, count, row + start + 1, refuted)
            return
        try:
            for batch in self._file.iter_batches(
                BATCH_ROWS, row_groups=[group], columns=names, use_threads=False
            ):
                yield self._columns.piece(batch, batch.num_rows, row + 1, refuted)
                row += batch.num_rows
        except (pa.ArrowInvalid, OSError) as error:
            raise corrupt(self._source.name, error) from error

    def _refuted(self, group: int) -> bool:
        """Say whether the statistics of a row group show that no row of it passes the filters."""
        return any(self._refutes(group, f) for f in self._read.filters)

    def _refutes(self, group: int, comparison: Comparison) -> bool:
        field = next((f for f in self._read.fields if f.name == comparison.column), None)
        at = None if field is None else self._columns.position(comparison.column)
        if field is None or at is None:
            return False
        metadata = self._file.metadata.row_group(group)
        name = self._found.names[at]
        for i in range(metadata.num_columns):
            column = metadata.column(i)
            if column.path_in_schema == name:
                break
        else:
            return False
        statistics = column.statistics
        if statistics is None:
            return False
        if statistics.has_null_count and statistics.null_count == metadata.num_rows:
            return True  # only NULLs, and no filter is true for NULL
        if not statistics.has_min_max:
            return False
        try:
            bounds = pa.array([statistics.min, statistics.max], self._found.field(at).type)
            bounds, errors = conform(bounds, field.type)
            value = comparison.value.cast(field.type.arrow)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, TypeError):
            return False
        if errors is not None or not value.is_valid:
            return False
        floating = pa.types.is_floating(field.type.arrow)
        return _excludes(comparison.operator, bounds[0], bounds[1], value, floating)


def _excludes(
    operator: str, least: pa.Scalar, most: pa.Scalar, value: pa.Scalar, floating: bool
) -> bool:
    """Say whether no number from `least` to `most` compares to `value` as wanted.

    The bounds of a floating column know nothing of its NaNs, which are greater than all numbers.
    """
    if floating and operator in {">", ">=", "<>"}:
        return False

    def holds(function: str, a: pa.Scalar, b: pa.Scalar) -> bool:
        return pc.call_function(function, [a, b]).as_py() is True

    if operator == "=":
        return holds("less", value, least) or holds("greater", value, most)
    if operator == "<>":
        return holds("equal", least, value) and holds("equal", most, value)
    if operator == "<":
        return holds("greater_equal", least, value)
    if operator == "<=":
        return holds("greater", least, value)
    if operator == ">":
        return holds("less_equal", most, value)
    if operator == ">=":
        return holds("less", most, value)
    return False


class ParquetWriter(Writer):
    """Writes Parquet; rows are gathered into row groups of some size."""

    def __init__(self, stream: BinaryIO, schema: Schema) -> None:
        self._writer = pq.ParquetWriter(stream, schema.arrow, compression="zstd")
        self._schema = schema.arrow
        self._held: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        self._rows += batch.num_rows
        if self._rows >= 2 * BATCH_ROWS:
            self._write_held()

    def _write_held(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_batches(self._held, self._schema))
        self._held, self._rows = [], 0

    def close(self) -> None:
        self._write_held()
        self._writer.close()

"""The wanted columns of an input that has Arrow columns itself, as pieces of the declared types."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.connectors.arrow_types import check_conforms, conform
from cep.runtime.connectors.base import BrokenRow, Read
from cep.runtime.connectors.format_base import Piece, make_batch, match_columns, read_schema
from cep.runtime.rowerrors import Messages, failed
from cep.types import Field

_TEXT = 4096
"""How much of a broken row is kept as its text."""


class ColumnReader:
    """Takes what a `Read` wants from record batches of one Arrow schema."""

    def __init__(self, found: pa.Schema, source: str, read: Read) -> None:
        self._source = source
        self._read = read
        self._schema = read_schema(read)
        self._at = match_columns([f.name for f in read.fields], found.names, source)
        self._found = found
        for f, at in zip(read.fields, self._at, strict=True):
            check_conforms(f.name, found.field(at).type, f.type, source)

    def position(self, name: str) -> int | None:
        """Return where the column called `name` in the read stands in the input."""
        for f, at in zip(self._read.fields, self._at, strict=True):
            if f.name == name:
                return at
        return None

    def positions(self) -> list[int]:
        """Return where the wanted columns stand in the input, ascending."""
        return sorted(set(self._at))

    def sources(self, only: Sequence[str] | None = None) -> list[str]:
        """Return the input's names of the wanted columns, or of those of them called `only`."""
        return [self._found.names[at] for f, at in self._pairs() if only is None or f.name in only]

    def _pairs(self) -> list[tuple[Field, int]]:
        return list(zip(self._read.fields, self._at, strict=True))

    def piece(
        self, batch: pa.RecordBatch | None, rows: int, first: int, skipped: bool = False
    ) -> Piece:
        """Make a piece of a batch whose columns are called as in the input.

        A wanted column that the batch has not is NULL (in a skipped piece). `first` is the number
        of its first row, counted from 1.
        """
        arrays: list[pa.Array] = []
        errors: Messages | None = None
        for f, at in zip(self._read.fields, self._at, strict=True):
            index = -1 if batch is None else batch.schema.get_field_index(self._found.names[at])
            if batch is None or index < 0:
                arrays.append(pa.nulls(rows, f.type.arrow))
                continue
            values, wrong = conform(batch.column(index), f.type)
            arrays.append(values)
            if wrong is not None:
                if errors is None:
                    errors = np.full(rows, None, dtype=object)
                new = failed(wrong) & ~failed(errors)
                errors[new] = [f"{f.name}: {m}" for m in wrong[new]]
        made = make_batch(arrays, self._schema, rows)
        if errors is None:
            return Piece(made, first, self._source, skipped=skipped)
        good = np.flatnonzero(~failed(errors))
        broken = tuple(
            (int(i), BrokenRow(_text(batch, int(i)), f"{self._source}:{first + int(i)}", errors[i]))
            for i in np.flatnonzero(failed(errors))
        )
        kept = made.take(pa.array(good))
        return Piece(kept, good + first, self._source, broken, skipped)


def _text(batch: pa.RecordBatch | None, row: int) -> str:
    values = {} if batch is None else batch.slice(row, 1).to_pylist()[0]
    return str(values)[:_TEXT]

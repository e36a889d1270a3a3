"""CSV records become columns: by pyarrow, and closely where something in a block is wrong.

An empty field is NULL, and so is a field with one of the null spellings. In a VARCHAR or BYTES
column a quoted field never is: `""` is the empty text. Columns that are not asked for are not
looked at, whatever their bytes are; only the number of fields must be right.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from cep.errors import ConnectorError
from cep.runtime.connectors.base import BrokenRow, Read
from cep.runtime.connectors.convert import (
    TimeFormat,
    check_digits,
    from_text,
    time_format,
    truncate,
)
from cep.runtime.connectors.format_base import (
    Lines,
    Piece,
    empty,
    make_batch,
    match_columns,
    read_schema,
    whole,
)
from cep.runtime.connectors.lines import Block, QuoteSplitter, broken_line
from cep.runtime.connectors.options import flag
from cep.runtime.rowerrors import Messages, RowFailure, failed
from cep.types import (
    Array,
    Bytes,
    DayInterval,
    Field,
    Map,
    MonthInterval,
    Row,
    Timestamp,
    TimestampLtz,
    Varchar,
)

_PROBE_ROWS = 100
_NO_TEXT_TYPE = Array | Map | Row
_TEXT_ONLY = Bytes | DayInterval | MonthInterval


class Dialect:
    """How a CSV input is written, as its options say."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.delimiter = _character(options, "delimiter", ",")
        self.quote = _character(options, "quote", '"')
        self.header = flag({"header": "true", **options}, "header")
        self.nulls = ["", *dict.fromkeys(n for n in options.get("null", "").split(",") if n)]
        self.form = time_format(options.get("timestamp_format"))
        self.splitter = QuoteSplitter(self.delimiter, self.quote)

    def fields(self, record: bytes, source: str) -> list[str]:
        """Split one record."""
        try:
            text = record.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConnectorError(
                f"the first line of {source} is not UTF-8", hint="convert the file to UTF-8"
            ) from error
        lines = csv.reader([text], delimiter=self.delimiter, quotechar=self.quote)
        return next(lines, [])


def _character(options: Mapping[str, str], name: str, default: str) -> str:
    value = options.get(name, default)
    value = {"\\t": "\t", "tab": "\t"}.get(value, value)
    if len(value) != 1 or not value.isascii() or value in "\r\n":
        raise ConnectorError(
            f"option '{name}' cannot be '{value}'",
            hint="write a single ASCII character, or '\\t' for a tabulator",
        )
    return value


class CsvDecoder:
    """Turns the blocks of one CSV input into pieces."""

    def __init__(self, source: str, dialect: Dialect, read: Read) -> None:
        self._source = source
        self._dialect = dialect
        self._read = read
        self.splitter = dialect.splitter
        self._width = 0
        self._header: bytes | None = None
        self._columns: list[str] = []
        self._types: dict[str, pa.DataType] = {}
        self._schema = read_schema(read)
        for f in read.fields:
            if isinstance(f.type, _NO_TEXT_TYPE):
                raise ConnectorError(
                    f"column {f.name} of {source} is a {f.type}, which CSV cannot hold",
                    hint="declare it VARCHAR, or use the format json",
                )

    def begin(self, block: Block) -> Block:
        """Learn the columns from the first block of the input; return it without its header."""
        data, line = block.data, block.line
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            raise ConnectorError(f"{self._source} is UTF-16", hint="convert it to UTF-8")
        data = data.removeprefix(b"\xef\xbb\xbf")
        if not self._dialect.header:
            first = int(self.splitter.ends(data)[0]) if data else 0
            width = len(self._dialect.fields(data[:first], self._source))
            self._choose([f.name for f in self._read.declared or self._read.fields], width)
            return self._probed(Block(data, line, block.broken))
        if block.broken is not None:
            raise ConnectorError(f"the header of {self._source} cannot be read: {block.broken}")
        # Blank lines above the header are skipped, as they are between records.
        blank = len(data) - len(data.lstrip(b"\r\n"))
        line += data.count(b"\n", 0, blank)
        data = data[blank:]
        if not data:
            return Block(b"", line)
        end = int(self.splitter.ends(data)[0])
        header = data[:end]
        names = self._dialect.fields(header, self._source)
        self._header = header.rstrip(b"\r\n") if len(names) > 1 else None
        self._choose(names, len(names))
        return self._probed(Block(data[end:], line + header.count(b"\n")))

    @property
    def begun(self) -> bool:
        """Whether the columns are known."""
        return self._width > 0

    def _choose(self, names: Sequence[str], width: int) -> None:
        """Find the wanted columns among those there are."""
        positions = match_columns([f.name for f in self._read.fields], names, self._source)
        if self._dialect.header:
            width = len(names)
        self._width = max(width, 1, *(p + 1 for p in positions)) if positions else max(width, 1)
        self._columns = [f"c{p}" for p in positions]
        form = self._dialect.form
        for f, c in zip(self._read.fields, self._columns, strict=True):
            self._types[c] = _direct(f, form)

    def _probed(self, block: Block) -> Block:
        """Look whether the first timestamps have a zone, which pyarrow wants to be told."""
        fields = [
            (f, c)
            for f, c in zip(self._read.fields, self._columns, strict=True)
            if pa.types.is_timestamp(self._types[c])
        ]
        if not fields or not block.data or block.broken is not None:
            return block
        ends = self.splitter.ends(block.data)
        head = block.data[: int(ends[min(len(ends), _PROBE_ROWS) - 1])]
        names = [c for _, c in fields]
        try:
            texts = self._parse(head, dict.fromkeys(names, pa.binary()), names)
        except pa.ArrowInvalid:
            return block
        for name in names:
            first = next((v for v in texts[name].to_pylist() if v), b"")
            zoned = first[-1:] == b"Z" or any(s in first[19:] for s in (b"+", b"-"))
            self._types[name] = pa.timestamp("us", "UTC" if zoned else None)
        return block

    def _parse(
        self, data: bytes, types: Mapping[str, pa.DataType], columns: Sequence[str]
    ) -> pa.Table:
        """Read a block with pyarrow; raises ArrowInvalid if anything in it is wrong."""
        texts = any(isinstance(f.type, Varchar | Bytes) for f in self._read.fields)
        return pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(
                column_names=[f"c{i}" for i in range(self._width)],
                use_threads=False,
                block_size=max(len(data), 1) + 1,
            ),
            parse_options=self._parse_options(),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict(types),
                include_columns=list(columns) or ["c0"],
                null_values=self._dialect.nulls,
                strings_can_be_null=True,
                quoted_strings_can_be_null=not texts,  # elsewhere a quoted null is one too
            ),
        )

    def _parse_options(self) -> pa.csv.ParseOptions:
        return pa.csv.ParseOptions(
            delimiter=self._dialect.delimiter,
            quote_char=self._dialect.quote,
            newlines_in_values=True,
            ignore_empty_lines=self._width > 1,  # in a file of one column they are its NULLs
        )

    def count(self, block: Block) -> int:
        """Count the records of a block without reading them."""
        return 1 if block.broken is not None else len(self._spans(block.data)[0])

    def decode(self, block: Block) -> Piece:
        """Read a block of whole records."""
        if block.broken is not None:
            row = broken_line(self._source, block.line, block.data, block.broken)
            return Piece(empty(self._schema), block.line, self._source, ((0, row),))
        if not block.data:
            return Piece(empty(self._schema), block.line, self._source)
        if self._header is not None and self._header in block.data:
            return self._closely(block)
        types = self._types or {"c0": pa.binary()}
        try:
            table = self._parse(block.data, types, self._columns)
            arrays = [self._finish(table[c], f) for c, f in self._chosen()]
        except (pa.ArrowInvalid, RowFailure):
            return self._closely(block)
        batch = make_batch(arrays, self._schema, table.num_rows)
        lines = block.data.count(b"\n") + (not block.data.endswith(b"\n"))
        if lines == batch.num_rows and not self.splitter.stray_return(block.data):
            return Piece(batch, block.line, self._source)
        starts, _ = self._spans(block.data)
        return Piece(batch, _lines(block, starts), self._source)

    def _chosen(self) -> list[tuple[str, Field]]:
        return list(zip(self._columns, self._read.fields, strict=True))

    def _finish(self, column: pa.ChunkedArray, field: Field) -> pa.Array:
        """Make the declared type of what pyarrow read; raises ArrowInvalid if a value is wrong."""
        array = whole(column)
        t = field.type
        if array.type == t.arrow:
            check_digits(array, t)
            return truncate(array, t)
        if pa.types.is_timestamp(array.type):
            return truncate(array.view(t.arrow), t)
        values, messages = self._from_text(array, field)
        if messages is not None:
            raise pa.ArrowInvalid("a value is none of its type")
        return values

    def _from_text(self, texts: pa.Array, field: Field) -> tuple[pa.Array, Messages | None]:
        """Read a column of fields; where they are no texts, quoted null spellings are NULL."""
        if not isinstance(field.type, Varchar | Bytes):
            null = pc.is_in(texts, pa.array(self._dialect.nulls).cast(texts.type))
            texts = pc.if_else(null, None, texts)
        return from_text(texts, field.type, self._dialect.form)

    def _spans(self, data: bytes) -> tuple[Lines, Lines]:
        """Return where each record of a block begins and ends, blank lines left out."""
        ends = self.splitter.ends(data)
        if not data:
            return ends, ends
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
        if self._width == 1:
            return starts, ends
        array = np.frombuffer(data, np.uint8)
        first = array[starts]
        second = array[np.minimum(starts + 1, len(array) - 1)]
        blank = (first == 10) | ((first == 13) & ((ends - starts == 1) | (second == 10)))
        return starts[~blank], ends[~blank]

    def _closely(self, block: Block) -> Piece:
        """Read a block with something wrong in it, and name every record that is."""
        data = block.data
        starts, ends = self._spans(data)
        messages = np.full(len(starts), None, dtype=object)
        for at, found in self._miscounted(data):
            messages[at] = f"{found} fields where there should be {self._width}"
        self._mark_headers(data, starts, ends, messages)
        shaped = np.flatnonzero(~failed(messages))
        if len(shaped) < len(starts):
            data = b"".join(data[starts[i] : ends[i]] for i in shaped)
        arrays: list[pa.Array] = []
        errors: Messages = np.full(len(shaped), None, dtype=object)
        table = self._read_texts(data) if data else None
        for column, f in self._chosen():
            texts = pa.array([], pa.binary()) if table is None else whole(table[column])
            values, wrong = self._from_text(texts, f)
            arrays.append(values)
            if wrong is not None:
                new = failed(wrong) & ~failed(errors)
                errors[new] = [f"{f.name}: {m}" for m in wrong[new]]
        if len(shaped) == len(starts) and not failed(errors).any():
            self._types = {
                c: pa.string() for c in self._types
            }  # what pyarrow would not take, we do
        messages[shaped] = errors
        good = ~failed(errors)
        batch = make_batch(arrays, self._schema, len(shaped))
        if not good.all():
            batch = batch.filter(pa.array(good))
        lines = _lines(block, starts)
        broken = tuple(
            (int(i), self._broken(block, int(starts[i]), int(ends[i]), int(lines[i]), messages[i]))
            for i in np.flatnonzero(failed(messages))
        )
        return Piece(batch, lines[shaped[good]], self._source, broken)

    def _broken(self, block: Block, start: int, end: int, line: int, message: str) -> BrokenRow:
        return broken_line(self._source, line, block.data[start:end], message)

    def _miscounted(self, data: bytes) -> list[tuple[int, int]]:
        """Return the records with a wrong number of fields, and how many they have."""
        found: list[tuple[int, int]] = []

        def note(row: pa.csv.InvalidRow) -> str:
            found.append((row.number - 1, row.actual_columns))
            return "skip"

        try:
            data.decode("utf-8")
        except UnicodeDecodeError:  # pyarrow cannot show such a record to the handler
            data = data.decode("utf-8", "replace").encode()
        options = self._parse_options()
        options.invalid_row_handler = note
        pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(
                column_names=[f"c{i}" for i in range(self._width)],
                use_threads=False,
                block_size=len(data) + 1,
            ),
            parse_options=options,
            convert_options=pa.csv.ConvertOptions(
                column_types={"c0": pa.binary()}, include_columns=["c0"]
            ),
        )
        return found

    def _mark_headers(
        self, data: bytes, starts: Lines, ends: Lines, messages: npt.NDArray[np.object_]
    ) -> None:
        """Name the records that repeat the header, as where files were put one behind the other."""
        header = self._header
        if header is None:
            return
        at = data.find(header)
        while at >= 0:
            i = int(np.searchsorted(starts, at))
            whole_line = i < len(starts) and starts[i] == at
            if whole_line and data[at : ends[i]].rstrip(b"\r\n") == header:
                messages[i] = "the header again, as if files were put one behind the other"
            at = data.find(header, at + 1)

    def _read_texts(self, data: bytes) -> pa.Table:
        """Read the wanted columns as they are; of VARCHAR, only unquoted fields can be NULL."""
        columns = self._columns or ["c0"]
        return self._parse(data, dict.fromkeys(columns, pa.binary()), columns)


def _lines(block: Block, starts: Lines) -> Lines:
    newlines = np.flatnonzero(np.frombuffer(block.data, np.uint8) == 10)
    return block.line + np.searchsorted(newlines, starts)


def _direct(field: Field, form: TimeFormat) -> pa.DataType:
    """Return the type pyarrow is to read a column as: its own, or text where we convert."""
    t = field.type
    if isinstance(t, _TEXT_ONLY):
        return pa.string()
    if isinstance(t, Timestamp | TimestampLtz) and not form.iso:
        return pa.string()
    return t.arrow

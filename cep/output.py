"""Where the rows of a script go: a table for people, CSV, JSON lines or Arrow for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from zoneinfo import ZoneInfo

import pyarrow as pa

from cep.errors import ConnectorError, UsageError
from cep.rendering import PAGE, Style, Table, pages
from cep.results import Result
from cep.runtime.connectors.formats import format_named

FORMATS = ("table", "csv", "jsonl", "arrow")

_EXTENSIONS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".ndjson": "jsonl",
} | dict.fromkeys((".arrow", ".arrows", ".ipc"), "arrow")


class Output(Protocol):
    """Takes the results of a script one after the other."""

    def write(self, result: Result) -> int:
        """Write the rows of a result as they are said; return how many there were."""

    def close(self) -> None:
        """Let go of the file."""


class Target:
    """Standard output or a file; the file is made when the first thing is written."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self._stream: BinaryIO | None = None

    @property
    def terminal(self) -> bool:
        """Whether a person sees it at once."""
        return self.path is None and sys.stdout.isatty()

    @property
    def stream(self) -> BinaryIO:
        """The bytes to write to."""
        if self._stream is None:
            if self.path is None:
                self._stream = sys.stdout.buffer
            else:
                try:
                    self._stream = Path(self.path).open("wb")  # noqa: SIM115 - closed by close()
                except OSError as error:
                    raise ConnectorError(
                        f"{self.path} cannot be written: {error.strerror}"
                    ) from None
        return self._stream

    def close(self) -> None:
        """Close the file, or flush standard output."""
        if self._stream is not None:
            self._stream.flush()
            if self.path is not None:
                self._stream.close()


class TableOutput:
    """Tables, with the number of rows under each."""

    def __init__(self, target: Target, zone: ZoneInfo | None = None) -> None:
        self._target = target
        self._zone = zone
        self._any = False

    def write(self, result: Result) -> int:
        encoding = "utf-8" if self._target.path is not None else sys.stdout.encoding or "utf-8"
        stream = self._target.stream

        def say(text: str) -> None:
            if text:
                stream.write(text.encode(encoding, "backslashreplace"))
                stream.flush()

        if self._any:
            say("\n")
        self._any = True
        table = Table(result.schema, self._style(encoding))
        rows = 0
        for batch in pages(result.batches() if result.live else _gathered(result)):
            say(table.page(batch))
            rows += batch.num_rows
        say(table.head())
        say(f"({rows:,} {'row' if rows == 1 else 'rows'})\n")
        if result.message:
            say(f"\n{result.message}\n")
        return rows

    def _style(self, encoding: str) -> Style:
        width = os.get_terminal_size(sys.stdout.fileno()).columns if self._target.terminal else None
        colour = self._target.terminal and "NO_COLOR" not in os.environ
        try:
            "│─┼".encode(encoding)
        except UnicodeEncodeError:
            return Style(width, colour, unicode=False, zone=self._zone)
        return Style(width, colour, zone=self._zone)

    def close(self) -> None:
        self._target.close()


def _gathered(result: Result) -> Iterator[pa.RecordBatch]:
    """Put small batches together, so that the widths of many rows are settled at once."""
    waiting: list[pa.RecordBatch] = []
    for batch in result.batches():
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= PAGE:
            yield from _together(waiting)
            waiting = []
    yield from _together(waiting)


def _together(batches: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    if batches:
        yield from pa.Table.from_batches(batches).combine_chunks().to_batches()


class LinesOutput:
    """CSV with a header, or one JSON object a line; an empty line parts the results in CSV."""

    def __init__(self, target: Target, name: str) -> None:
        self._target = target
        self._name = name
        self._any = False

    def write(self, result: Result) -> int:
        stream = self._target.stream
        if self._any and self._name == "csv":
            stream.write(b"\n")
        self._any = True
        rows = 0
        writer = format_named(self._name).writer(stream, {}, result.schema)
        try:
            for batch in result.batches():
                writer.write(batch)
                rows += batch.num_rows
                if result.live:
                    writer.flush()
                    stream.flush()
        finally:
            writer.close()
        return rows

    def close(self) -> None:
        self._target.close()


class ArrowOutput:
    """One Arrow IPC stream."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._any = False

    def write(self, result: Result) -> int:
        if self._any:
            raise UsageError(
                "an Arrow stream holds one result, and this script has several",
                hint="use --format jsonl, or write each into a sink: CREATE SINK … AS SELECT …",
            )
        self._any = True
        stream = self._target.stream
        rows = 0
        with pa.ipc.new_stream(stream, result.schema.arrow) as writer:
            for batch in result.batches():
                writer.write_batch(batch)
                rows += batch.num_rows
                if result.live:
                    stream.flush()
        return rows

    def close(self) -> None:
        self._target.close()


def choose(name: str | None, path: str | None, zone: ZoneInfo | None = None) -> Output:
    """Return the output of a format, by default what the extension of the file means, or a table.

    Raises UsageError where the two do not fit each other.
    """
    if name is None:
        name = "table" if path is None else _EXTENSIONS.get(Path(path).suffix.lower(), "table")
        if path is not None and Path(path).suffix.lower() in {".parquet", ".pq"}:
            raise UsageError(
                "--output writes no Parquet",
                hint=f"CREATE SINK out WITH (connector = 'file', path = '{path}') AS SELECT …",
            )
    target = Target(path)
    if name == "table":
        return TableOutput(target, zone)
    if name == "arrow":
        if target.terminal:
            raise UsageError(
                "Arrow is not for a terminal to show",
                hint="write --output result.arrow, or pipe it into another program",
            )
        return ArrowOutput(target)
    return LinesOutput(target, name)

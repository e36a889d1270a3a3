"""Where the rows of a script go: a table for people, CSV, JSON lines or Arrow for programs."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from cep.errors import ConnectorError, UsageError
from cep.rendering import PAGE, Style, Table, pages
from cep.results import Result
from cep.runtime.connectors.formats import format_named
from cep.runtime.session import Session

_EXTENSIONS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".json": "jsonl",
    ".ndjson": "jsonl",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".ipc": "arrow",
}


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
    def encoding(self) -> str:
        """How text is written to it."""
        return "utf-8" if self.path is not None else sys.stdout.encoding or "utf-8"

    @property
    def stream(self) -> BinaryIO:
        """The bytes to write to; raises ConnectorError where the file cannot be made."""
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


class Output(ABC):
    """Takes the results of a script one after the other.

    `before` is called before anything is written to a terminal, `stopped` says whether a result is
    not whole, and `showing` that one is just being written to a terminal.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._results = 0
        self.before: Callable[[], None] = lambda: None
        self.stopped: Callable[[], bool] = lambda: False
        self.showing = False

    def restart(self) -> None:
        """Forget the results so far: what comes next need not be parted from them."""
        self._results = 0

    def write(self, result: Result) -> int:
        """Write the rows of a result as they are said; return how many there were."""
        self._results += 1
        try:
            return self._write(result)
        finally:
            self.showing = False
            if self._target.path is None:
                self._target.stream.flush()

    @abstractmethod
    def _write(self, result: Result) -> int:
        """Write the rows of a result and return how many there were."""

    def _shown(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Hand on batches that are about to be written."""
        for batch in batches:
            if self._target.terminal:
                self.before()
                self.showing = True
            yield batch

    def close(self) -> None:
        """Let go of the file."""
        self._target.close()


class TableOutput(Output):
    """Tables, with the number of rows under each."""

    def __init__(self, target: Target, session: Session) -> None:
        super().__init__(target)
        self._session = session

    def _write(self, result: Result) -> int:
        table = Table(result.schema, self._style(), live=result.live)
        if self._results > 1:
            self._say("\n")
        if result.live:
            self._say(table.head())
        rows = 0
        for batch in self._shown(pages(result.batches() if result.live else _gathered(result))):
            self._say(table.page(batch))
            rows += batch.num_rows
        self._say(table.head())
        early = ", stopped early" if self.stopped() and not result.live else ""
        self._say(f"({rows:,} {'row' if rows == 1 else 'rows'}{early})\n")
        if result.message:
            self._say(f"\n{result.message}\n")
        return rows

    def _say(self, text: str) -> None:
        if text:
            if self._target.terminal:
                self.before()
            self._target.stream.write(text.encode(self._target.encoding, "backslashreplace"))
            self._target.stream.flush()

    def _style(self) -> Style:
        width = os.get_terminal_size(sys.stdout.fileno()).columns if self._target.terminal else None
        colour = self._target.terminal and "NO_COLOR" not in os.environ
        return Style(width or None, colour, _can_say("│─┼", self._target), self._session.zone)


def _can_say(text: str, target: Target) -> bool:
    try:
        text.encode(target.encoding)
    except UnicodeEncodeError:
        return False
    return True


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


class LinesOutput(Output):
    """CSV with a header, or one JSON object a line; an empty line parts results in CSV."""

    def __init__(self, target: Target, name: str) -> None:
        super().__init__(target)
        self._name = name

    def _write(self, result: Result) -> int:
        stream = self._target.stream
        if self._results > 1 and self._name == "csv":
            stream.write(b"\n")
        rows = 0
        writer = format_named(self._name).writer(stream, {}, result.schema)
        for batch in self._shown(result.batches()):
            writer.write(batch)
            rows += batch.num_rows
            if result.live or self._target.terminal:
                writer.flush()
                stream.flush()
        writer.close()
        return rows


class ArrowOutput(Output):
    """One Arrow IPC stream."""

    def _write(self, result: Result) -> int:
        if self._results > 1:
            raise UsageError(
                "an Arrow stream holds one result, and this script has several",
                hint="write --format jsonl, or send each to a file of its own: "
                "CREATE SINK … WITH (connector = 'file', path = '….arrow') AS SELECT …",
            )
        stream = self._target.stream
        rows = 0
        with pa.ipc.new_stream(stream, result.schema.arrow) as writer:
            for batch in result.batches():
                writer.write_batch(batch)
                rows += batch.num_rows
                if result.live:
                    stream.flush()
        return rows


def choose(name: str | None, path: str | None, session: Session) -> Output:
    """Return the output of a format, by default what the extension of the file means, or a table.

    Raises UsageError where rows cannot be written so.
    """
    suffix = Path(path).suffix.lower() if path is not None else ""
    if suffix in {".parquet", ".pq"}:
        raise UsageError(
            "--output writes no Parquet",
            hint="write it in the script: CREATE SINK out "
            f"WITH (connector = 'file', path = '{path}') AS SELECT …",
        )
    target = Target(path)
    name = name or _EXTENSIONS.get(suffix, "table")
    if name == "table":
        return TableOutput(target, session)
    if name == "arrow":
        if target.terminal:
            raise UsageError(
                "Arrow is binary, and a terminal cannot show it",
                hint="write --output result.arrow, or pipe it into another program",
            )
        return ArrowOutput(target)
    return LinesOutput(target, name)

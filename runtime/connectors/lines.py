"""Streams of bytes cut into blocks of whole lines, of bounded size whatever the input is.

A record is a line; in CSV a line end inside quotes belongs to its value. The rule for quotes is
that of `pyarrow.csv`: a quote opens a quoted value only at the beginning of a field, a doubled
quote inside is a quote, and whatever follows the closing quote belongs to the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cep.runtime.connectors.base import BrokenRow
from cep.runtime.connectors.storage import Input

BLOCK_BYTES = 1 << 22
"""How much is read at once: enough to drown the cost of a call, little enough to stay in cache."""

MAX_LINE_BYTES = 1 << 24
"""The default bound on the length of a line."""

TEXT_BYTES = 4096
"""How much of a broken line is kept as its text."""

Positions = npt.NDArray[np.int64]

_NEWLINE = 10
_RETURN = 13


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records. `line` is the line of the first, counted from 1.

    Where `broken` is set, the block is one record that cannot be read for that reason, and `data`
    its beginning.
    """

    data: bytes
    line: int
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a buffer: whole records, or one broken line."""

    start: int
    end: int
    broken: str | None = None


def excerpt(data: bytes) -> str:
    """Return the beginning of a record as text, whatever its bytes are."""
    return data[:TEXT_BYTES].decode("utf-8", "replace").rstrip("\r\n")


def broken_line(source: str, line: int, data: bytes, message: str) -> BrokenRow:
    """Return the broken row for a record that stands at a line of an input."""
    return BrokenRow(excerpt(data), f"{source}:{line}", message)


class Splitter:
    """Finds where records end: at every newline."""

    def segments(self, data: bytes, final: bool) -> list[Segment]:
        """Cut whole records off the beginning of a buffer; what is not covered is not whole yet."""
        end = len(data) if final else data.rfind(b"\n") + 1
        return [Segment(0, end)] if end else []

    def ends(self, data: bytes) -> Positions:
        """Return the end of every record in `data`, which holds whole records."""
        ends: Positions = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE) + 1
        if data and not data.endswith(b"\n"):
            ends = np.append(ends, len(data))
        return ends


class QuoteSplitter(Splitter):
    """Finds where CSV records end: at every line end outside quotes."""

    def __init__(self, delimiter: str, quote: str) -> None:
        self._delimiter = ord(delimiter)
        self._quote = ord(quote)
        self._quote_byte = quote.encode()
        d, q = re.escape(delimiter), re.escape(quote)
        quoted = f"{q}[^{q}]*+(?:{q}{q}[^{q}]*+)*+{q}"
        plain = f"(?!{q})[^{d}\r\n]*+"
        end = "(?:\r\n|\n|\r|\\Z)"
        loose = f"(?:{quoted}[^{d}\r\n]*+|{plain})"
        tight = f"(?:{quoted}(?={d}|\r|\n|\\Z)|{plain})"
        self._record = re.compile(f"{loose}(?:{d}{loose})*+{end}".encode())
        self._well_formed = re.compile(f"{tight}(?:{d}{tight})*+{end}".encode())

    def segments(self, data: bytes, final: bool) -> list[Segment]:
        if self._quote_byte not in data:
            return super().segments(data, final)
        quotes = self._proper_quotes(data)
        if quotes is None or (final and len(quotes) % 2):
            return self._walk(data, final)
        if final:
            return [Segment(0, len(data))]
        end = data.rfind(b"\n") + 1
        while end:
            before = int(np.searchsorted(quotes, end))
            if before % 2 == 0:
                return [Segment(0, end)]
            end = data.rfind(b"\n", 0, int(quotes[before - 1])) + 1
        return []

    @staticmethod
    def stray_return(data: bytes) -> bool:
        """Say whether a carriage return stands alone; outside quotes it ends a record."""
        return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")

    def ends(self, data: bytes) -> Positions:
        stray_return = self.stray_return(data)
        if self._quote_byte not in data and not stray_return:
            return super().ends(data)
        quotes = None if stray_return else self._proper_quotes(data)
        if quotes is None:
            return np.array([m.end() for m in self._record.finditer(data) if m.end() > m.start()])
        ends = super().ends(data)
        return ends[np.searchsorted(quotes, ends) % 2 == 0]

    def _proper_quotes(self, data: bytes) -> Positions | None:
        """Return where the quotes are if each opens or closes a value, else None."""
        array = np.frombuffer(data, np.uint8)
        quotes: Positions = np.flatnonzero(array == self._quote)
        opening, closing = quotes[0::2], quotes[1::2]
        before = np.where(opening > 0, array[opening - 1], _NEWLINE)
        doubled = before == self._quote  # the second of two quotes within a value
        edge = (before == self._delimiter) | (before == _NEWLINE) | (before == _RETURN)
        if not (edge | doubled).all():
            return None
        last = len(data) - 1
        after = np.where(closing < last, array[np.minimum(closing + 1, last)], _NEWLINE)
        edge = (after == self._delimiter) | (after == _NEWLINE) | (after == _RETURN)
        return quotes if (edge | (after == self._quote)).all() else None

    def _walk(self, data: bytes, final: bool) -> list[Segment]:
        """Go record by record, for a buffer in which quotes stand astray."""
        segments: list[Segment] = []
        start = at = 0
        while at < len(data):
            match = self._record.match(data, at)
            cut_off = not final and not data.endswith(b"\n")
            if match is not None and match.end() == len(data) and cut_off:
                break  # the end of the buffer, perhaps not of the record
            message = None
            if match is None:
                if not final:
                    break
                message = "a quoted value begins in this line and is not closed"
            elif b"\n" in data[at : match.end() - 1] and not self._well_formed.fullmatch(
                data, at, match.end()
            ):
                message = (
                    "a quoted value begins in this line and is closed amid text in a later one"
                )
            if message is None and match is not None:
                at = match.end()
                continue
            if at > start:
                segments.append(Segment(start, at))
            start = _line_end(data, at)
            segments.append(Segment(at, start, message))
            at = start
        if at > start:
            segments.append(Segment(start, at))
        return segments


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at) + 1
    return end or len(data)


def blocks(
    source: Input, splitter: Splitter, max_line: int = MAX_LINE_BYTES, line: int = 1
) -> Iterator[Block | None]:
    """Cut a stream into blocks of whole records; None says that nothing has come yet.

    No more than `max_line` bytes and one block are held. A longer line becomes a broken block with
    its beginning; so does the line in which a value is opened that is not closed within the bound.
    """
    rest = b""
    while True:
        data = source.read(BLOCK_BYTES)
        if data is None:
            yield None
            continue
        final = not data
        buffer = rest + data if rest else data
        at = 0
        for segment in splitter.segments(buffer, final):
            yield from _bounded(buffer, segment, splitter, max_line, line)
            line += buffer.count(b"\n", segment.start, segment.end)
            at = segment.end
        rest = buffer[at:]
        if final:
            return
        if len(rest) <= max_line:
            continue
        end = rest.find(b"\n") + 1
        if end and end <= max_line:
            yield Block(
                rest[:end],
                line,
                f"a quoted value begins in this line and is not closed within {max_line:,} bytes",
            )
            rest = rest[end:]
        else:
            yield Block(rest[:TEXT_BYTES], line, _too_long(max_line))
            while not end:
                more = source.read(BLOCK_BYTES)
                if more is None:
                    yield None
                    continue
                if not more:
                    return
                end = more.find(b"\n") + 1
                rest = more
            rest = rest[end:]
        line += 1


def _bounded(
    buffer: bytes, segment: Segment, splitter: Splitter, max_line: int, line: int
) -> Iterator[Block]:
    """Yield a segment as blocks, records above the bound each as one broken block."""
    data = buffer if segment.end - segment.start == len(buffer) else None
    if data is None:
        data = buffer[segment.start : segment.end]
    if segment.broken is not None or len(data) <= max_line:
        yield Block(data, line, segment.broken)
        return
    ends = splitter.ends(data)
    starts = np.concatenate([[0], ends[:-1]])
    start = 0
    for i in np.flatnonzero(ends - starts > max_line):
        long, end = int(starts[i]), int(ends[i])
        if long > start:
            yield Block(data[start:long], line)
            line += data.count(b"\n", start, long)
        yield Block(data[long : long + TEXT_BYTES], line, _too_long(max_line))
        line += data.count(b"\n", long, end)
        start = end
    if start < len(data):
        yield Block(data[start:], line)


def _too_long(max_line: int) -> str:
    return f"the line is longer than {max_line:,} bytes (the option max_line_bytes)"

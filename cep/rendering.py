"""Rows as an aligned table, a page at a time.

Everything is done on whole columns, so that a long result can be piped at full speed; where a
terminal is too narrow, long values go on over several lines, and where not even that helps, each
row is written as a block of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from cep.results import OPERATION
from cep.runtime.connectors.text import plain_text
from cep.types import DataType, Date, Field, Float, Schema, Timestamp, TimestampLtz, is_numeric

PAGE = 1000
"""Rows whose widths are settled together."""

_NARROWEST = 8
"""A column is not folded to less than this."""

_SEPARATOR = 3
"""The width of what stands between two columns."""

# Also what turns the direction of writing, and the line ends of Unicode.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Style:
    """How tables look: `width` of the terminal (None: no limit), colours, and box characters."""

    width: int | None = None
    colour: bool = False
    unicode: bool = True
    zone: ZoneInfo | None = None


class Table:
    """Renders pages of one result; columns only ever grow from page to page.

    Where rows are `live`, the first columns are as wide as values of their types usually are.
    """

    def __init__(self, schema: Schema, style: Style, *, live: bool = False) -> None:
        self._schema = schema
        self._style = style
        self._names = [_shown(n) for n in schema.names]
        self._right = [is_numeric(t) for t in schema.types]
        self._widths = [_width(n) for n in self._names]
        if live:
            usual = [max(w, _usual(f)) for w, f in zip(self._widths, schema.fields, strict=True)]
            self._widths = self._fitted(usual) or self._widths
        self._headed = False
        self._blocks: bool | None = None
        self._row = 0
        bar, line, cross = ("│", "─", "┼") if style.unicode else ("|", "-", "+")
        self._bar, self._line, self._cross = f" {bar} ", line, f"{line}{cross}{line}"

    def page(self, batch: pa.RecordBatch) -> str:
        """Return some rows as lines, the header before the first."""
        columns = [
            texts(c, t, self._style.zone)
            for c, t in zip(batch.columns, self._schema.types, strict=True)
        ]
        # Most pages hold nothing but visible ASCII, and so need no look at each value.
        simple = not any(pc.any(pc.match_substring_regex(c, "[^ -~]")).as_py() for c in columns)
        rows = [] if simple else [[_visible(v) for v in c.to_pylist()] for c in columns]
        found = map(_widest, columns) if simple else (max(map(_width, r), default=0) for r in rows)
        wanted = [max(w, f) for w, f in zip(self._widths, found, strict=True)]
        limited = self._fitted(wanted)
        if self._blocks is None:
            self._blocks = limited is None
        if not self._blocks and limited is not None:
            self._widths = [max(a, b) for a, b in zip(self._widths, limited, strict=True)]
            if simple and all(w <= have for w, have in zip(wanted, self._widths, strict=True)):
                return self.head() + self._joined(columns)
        listed = rows or [c.to_pylist() for c in columns]
        if self._blocks:
            return "".join(self._block(row) for row in zip(*listed, strict=True))
        head = self.head()
        lines = [line for row in zip(*listed, strict=True) for line in self._lines(row)]
        return head + "".join(f"{line}\n" for line in lines)

    def _joined(self, columns: Sequence[pa.Array]) -> str:
        """Return rows of visible ASCII, all of which fit, column by column."""
        padded: list[pa.Array] = []
        for column, width, right in zip(columns, self._widths, self._right, strict=True):
            pad = pc.utf8_lpad if right else pc.utf8_rpad
            shown = pad(column, width)
            gap = " " * (width - 4)
            null = self._coloured("NULL", "2")
            padded.append(pc.fill_null(shown, gap + null if right else null + gap))
        lines = pc.binary_join_element_wise(*padded, self._bar)
        return "".join(f" {line}".rstrip() + "\n" for line in lines.to_pylist())

    def head(self) -> str:
        """Return the header, unless it was said before."""
        if self._headed or self._blocks:
            return ""
        self._headed = True
        return "".join(f"{line}\n" for line in self._header())

    def _fitted(self, wanted: Sequence[int]) -> list[int] | None:
        """Return widths that fit the terminal, the widest columns giving way first, or None."""
        limit = self._style.width
        if limit is None:
            return list(wanted)
        room = limit - _SEPARATOR * (len(wanted) - 1) - 2
        widths = list(wanted)
        while sum(widths) > room:
            widest = max(widths)
            if widest <= _NARROWEST:
                return None
            # All of the widest give way together, down to the next one or as far as is needed.
            index = [i for i, w in enumerate(widths) if w == widest]
            below = max([w for w in widths if w < widest], default=0)
            step = min(widest - max(below, _NARROWEST), -(-(sum(widths) - room) // len(index)))
            for i in index:
                widths[i] -= max(step, 1)
        return widths

    def _header(self) -> list[str]:
        lines = self._lines(self._names, header=True)
        rule = self._cross.join(self._line * w for w in self._widths)
        return [*lines, self._line + rule + self._line]

    def _lines(self, row: Sequence[str | None], *, header: bool = False) -> list[str]:
        """Return one row, folded where a cell is wider than its column."""
        folded = [
            _fold(c, w) if c is not None and _width(c) > w and self._style.width else [c]
            for c, w in zip(row, self._widths, strict=True)
        ]
        if all(len(f) == 1 for f in folded):
            return [self._line_of([f[0] for f in folded], header)]
        return [self._line_of(list(parts), header) for parts in zip_longest(*folded, fillvalue="")]

    def _line_of(self, row: Sequence[str | None], header: bool) -> str:
        parts = []
        for text, width, right in zip(row, self._widths, self._right, strict=True):
            shown = "NULL" if text is None else text
            pad = " " * (width - _width(shown))
            shown = self._coloured(shown, "2" if text is None else "1" if header else "")
            parts.append(pad + shown if right else shown + pad)
        return (" " + self._bar.join(parts)).rstrip()

    def _block(self, row: Sequence[str | None]) -> str:
        """Return one row as a block, a line for each column."""
        self._row += 1
        width = max(map(_width, self._names))
        limit = self._style.width or 80
        room = max(limit - width - _SEPARATOR - 1, _NARROWEST)
        lines = [f"{self._line * 2} row {self._row:,} ".ljust(min(limit, 40), self._line)]
        for name, text in zip(self._names, row, strict=True):
            first = self._coloured(name, "1") + " " * (width - _width(name))
            shown = [self._coloured("NULL", "2")] if text is None else _fold(text, room)
            for i, part in enumerate(shown):
                lines.append(f" {first if i == 0 else ' ' * width}{self._bar}{part}".rstrip())
        return "".join(f"{line}\n" for line in lines)

    def _coloured(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._style.colour and code and text else text


def pages(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Cut batches to pages."""
    for batch in batches:
        for start in range(0, batch.num_rows, PAGE):
            yield batch.slice(start, PAGE)


def texts(column: pa.Array, t: DataType, zone: ZoneInfo | None) -> pa.Array:
    """Return the values of a column as a person reads them, NULL as NULL."""
    if isinstance(t, TimestampLtz) and zone is not None:
        return _in_zone(column, t, zone)
    return plain_text(column, t)


def _usual(field: Field) -> int:
    """Return how wide a value of a column usually is, by its type."""
    if field == OPERATION:
        return 1
    t = field.type
    if isinstance(t, Timestamp | TimestampLtz):
        return 19 + (t.precision + 1 if t.precision else 0) + 6 * isinstance(t, TimestampLtz)
    if isinstance(t, Date):
        return 10
    if isinstance(t, Float):
        return 20
    return 6 if is_numeric(t) else 8


def _in_zone(column: pa.Array, t: TimestampLtz, zone: ZoneInfo) -> pa.Array:
    """Return instants by the clocks of a zone, with what these are ahead of UTC."""
    there = column.cast(pa.timestamp("us", tz=zone.key))
    local = plain_text(pc.local_timestamp(there), t)
    offset = pc.replace_substring_regex(pc.strftime(there, format="%z"), "(..)$", r":\1")
    return pc.binary_join_element_wise(pc.replace_substring(local, "Z", ""), offset, "")


def _shown(text: str) -> str:
    """Write control characters so that they do nothing to a terminal."""
    if text.isprintable():
        return text
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    return _ESCAPES.get(character, f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


def _visible(text: str | None) -> str | None:
    return None if text is None else _shown(text)


def _widest(column: pa.Array) -> int:
    """Return the width of the widest value of a column of ASCII."""
    widest = pc.max(pc.binary_length(column)).as_py() or 0
    return max(widest, 4) if column.null_count else widest


def _width(text: str | None) -> int:
    """Return how many places a text takes on a terminal."""
    if text is None:
        return 4
    if text.isascii():
        return len(text)
    return sum(map(_places, text))


def _places(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fold(text: str, width: int) -> list[str]:
    """Cut a text into lines of at most `width` places, at spaces where there are some."""
    lines: list[str] = []
    while _width(text) > width:
        end = used = 0
        for character in text:
            used += _places(character)
            if used > width:
                break
            end += 1
        end = max(end, 1)
        space = text.rfind(" ", width // 2, end + 1)
        cut = space if space > 0 else end
        lines.append(text[:cut])
        text = text[cut:].lstrip(" ")
    return [*lines, text]

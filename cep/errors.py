"""The errors a user can meet, and how they point into the text that caused them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets into a script."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of `other`."""
        return Span(self.start, other.end)


NOWHERE = Span(0, 0)


class CepError(Exception):
    """Something the engine refuses, with the place, the reason and the remedy.

    `message` is one sentence without a full stop; `hint` says what to write instead.
    `span` points into `source` once both are known; `str(error)` shows the source line
    with a caret under it.
    """

    def __init__(
        self,
        message: str,
        *,
        span: Span | None = None,
        hint: str | None = None,
        source: str | None = None,
        origin: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint
        self.source = source
        self.origin = origin

    def within(self, source: str, origin: str | None = None) -> CepError:
        """Fill in the text that `span` points into, unless it is known; return the error itself."""
        if self.source is None:
            self.source = source
            self.origin = origin
        return self

    @property
    def line(self) -> int | None:
        """The line of the error, counted from 1, or None where it has no place."""
        position = self._position()
        return position[0] if position else None

    @property
    def column(self) -> int | None:
        """The column of the error, counted from 1, or None where it has no place."""
        position = self._position()
        return position[1] if position else None

    def _position(self) -> tuple[int, int] | None:
        if self.span is None or self.source is None:
            return None
        start = min(self.span.start, len(self.source))
        line = self.source.count("\n", 0, start) + 1
        return line, start - (self.source.rfind("\n", 0, start) + 1) + 1

    def __str__(self) -> str:
        lines = [self.message]
        position = self._position()
        if position is not None and self.span is not None and self.source is not None:
            line, column = position
            text = self.source.split("\n")[line - 1].rstrip("\r")
            shown, offset = _excerpt(text, column - 1)
            width = max(1, min(self.span.end - self.span.start, len(shown) - offset))
            pad = "".join("\t" if c == "\t" else " " for c in shown[:offset])
            gutter = " " * len(str(line))
            where = f"{self.origin}, line" if self.origin else "line"
            lines.append(f"{gutter}--> {where} {line}, column {column}")
            lines.append(f"{line} | {shown}")
            lines.append(f"{gutter} | {pad}{'^' * width}")
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


def _excerpt(text: str, column: int, width: int = 160) -> tuple[str, int]:
    """Cut a long source line to what surrounds `column`; return it and the column within it."""
    if len(text) <= width:
        return text, column
    start = max(0, min(column - width // 2, len(text) - width))
    return text[start : start + width], column - start


class ParseError(CepError):
    """The text is not a sentence of the language."""


class BindError(CepError):
    """The statement is well formed but means nothing: unknown names, wrong types, broken rules."""


class UnsupportedError(BindError):
    """The statement is meaningful, but this version of the engine cannot run it yet."""

    def __init__(self, what: str, *, span: Span | None = None, hint: str | None = None) -> None:
        super().__init__(f"not supported yet: {what}", span=span, hint=hint)


class EvaluationError(CepError):
    """A value could not be computed for some row: overflow, division by zero, a failed cast."""


class ConnectorError(CepError):
    """The outside world did not play along: a missing file, a broken format, a full disk.

    `option` names the option of WITH (…) that is to blame, where one is.
    """

    def __init__(
        self,
        message: str,
        *,
        span: Span | None = None,
        hint: str | None = None,
        option: str | None = None,
    ) -> None:
        super().__init__(message, span=span, hint=hint)
        self.option = option


class StateError(CepError):
    """A snapshot does not fit the query that is to be restored from it."""


class UsageError(CepError):
    """The embedding program called the engine in a way that has no meaning."""


class AssertionFailed(CepError):
    """An ASSERT statement of a test script did not hold."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Return a hint naming the candidate most like `name`, or None where none is alike."""
    close = difflib.get_close_matches(str(name).lower(), list(candidates), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else None

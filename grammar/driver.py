"""Driving the lexemes of a text through the parse table.

Statements are read one by one: the lexer cuts the whole text once, semicolons part the
statements, and each is fed to the parser, with the lexer telling keywords from names as it goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from lark import Token

from cep.errors import CepError, ParseError, Span
from cep.grammar import ast
from cep.grammar.builder import MAX_DEPTH, Builder, too_deep
from cep.grammar.diagnosis import diagnose
from cep.grammar.lexer import Lexeme, Reader, Table, scan, statements
from cep.grammar.stack import ParseStack, Value
from cep.grammar.tables import tables

MAX_STACK = 20 * MAX_DEPTH
"""How far the parser's stack may grow: what is deeper than that was nested without brackets."""

T = TypeVar("T", bound=ast.Node)


def _check_characters(text: str, origin: str | None) -> None:
    """Refuse half of a character, which a program's text, or an argument of a command, may have."""
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError(
            "this is half of a character, or a byte that is not UTF-8",
            span=Span(error.start, error.end),
            source=text.encode("utf-8", "replace").decode(),  # which can be shown
            origin=origin,
        ) from None


class Reading:
    """One text being read."""

    def __init__(self, text: str, origin: str | None) -> None:
        self._text = text
        self._origin = origin
        _check_characters(text, origin)
        self._tables = tables()
        self._commented = "-->" in text
        self._builder = Builder()
        self._lexemes = scan(text, self._tables)

    def script(self) -> ast.Script:
        """Return all statements of the text."""
        try:
            found = tuple(
                self._read(piece, "statement") for piece in statements(self._lexemes) if piece
            )
        except CepError as error:
            raise error.within(self._text, self._origin) from None
        return ast.Script(found, span=Span(0, len(self._text)))

    def single(self, start: str, kind: type[T], title: str) -> T:
        """Return the one thing of a `kind` that the text consists of, by the rule `start`."""
        try:
            pieces = [piece for piece in statements(self._lexemes) if piece]
            if not pieces:
                raise ParseError(f"there is no {title} here", span=Span(0, len(self._text)))
            whole = self._read(pieces[0], start)
            if len(pieces) > 1:
                place = Span(pieces[1][0].start, pieces[-1][-1].end)
                raise ParseError(f"one {title} was expected, but more follows", span=place)
        except CepError as error:
            raise error.within(self._text, self._origin) from None
        assert isinstance(whole, kind)
        return whole

    def split(self) -> tuple[tuple[str, ...], str]:
        """Return the texts of the statements that are complete, and what follows them."""
        complete = []
        start = 0
        pending = False
        for lexeme in self._lexemes:
            if lexeme.kind != "SEMICOLON":
                pending = True
                continue
            if pending:
                complete.append(self._text[start : lexeme.end].strip())
            start = lexeme.end
            pending = False
        return tuple(complete), self._text[start:] if pending else ""

    def _read(self, lexemes: Sequence[Lexeme], start: str) -> Any:
        return self._builder.build(self._parse(lexemes, start))

    def _parse(self, lexemes: Sequence[Lexeme], start: str) -> Value:
        configuration = self._tables.configuration(start)
        stack = ParseStack(configuration)
        reader = Reader(self._tables, lexemes, Table(configuration))
        depth = 0
        index = 0
        while index < len(lexemes):
            lexeme = lexemes[index]
            if self._commented:
                self._check_comment(lexemes, index, reader, stack)
            terminal, count = reader.read(index, stack.states)
            if terminal in _OPENING:
                depth += 1
            elif terminal in _CLOSING:
                depth -= 1
            if depth > MAX_DEPTH or len(stack.states) > MAX_STACK:
                raise too_deep(Span(lexeme.start, lexeme.end))
            if not stack.take(_token(terminal, lexeme, lexemes[index + count - 1])):
                raise diagnose(self._tables, lexemes, index, start)
            index += count
        if self._commented:
            self._check_comment(lexemes, index, reader, stack)
        if not stack.take(Token("$END", "")):
            raise diagnose(self._tables, lexemes, index, start)
        return stack.value

    def _check_comment(
        self, lexemes: Sequence[Lexeme], index: int, reader: Reader, stack: ParseStack
    ) -> None:
        """Refuse a comment that begins as `-->` where an arrow may stand: an arrow was meant."""
        start = lexemes[index - 1].end if index else 0
        end = lexemes[index].start if index < len(lexemes) else len(self._text)
        for match in self._tables.tokens.finditer(self._text, start, end):
            if match.group().startswith("-->") and reader.accepts("ARROW", stack.states):
                raise ParseError(
                    "this begins a comment",
                    span=Span(match.start(), match.start() + len("-->")),
                    hint="an arrow is written ->, and a comment in a PATTERN with a space: -- >",
                )


_OPENING = frozenset(("LPAR", "LSQB"))
_CLOSING = frozenset(("RPAR", "RSQB"))


def _token(terminal: str, first: Lexeme, last: Lexeme) -> Token:
    return Token(terminal, first.text, first.start, None, None, None, None, last.end)

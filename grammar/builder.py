"""From Lark's tree to the syntax tree: each rule of `cep.lark` has a method named after it.

The methods stand in the mix-ins that this class is put together from, by subject. They are called
from the leaves up, with the rule's span and its children, which are built already; an optional
part that was not written is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lark import Token, Tree

from cep.errors import NOWHERE, ParseError, Span
from cep.grammar import ast
from cep.grammar.build_calls import CallRules
from cep.grammar.build_expressions import token_span
from cep.grammar.build_patterns import PatternRules
from cep.grammar.build_queries import QueryRules
from cep.grammar.build_statements import StatementRules

MAX_DEPTH = 200
"""How many levels deep a tree may be: what walks over it may be recursive without fear."""


class Builder(StatementRules, QueryRules, PatternRules, CallRules):
    """Builds the statements of one script; it numbers the parameters over all of them."""

    def build(self, tree: Tree[Token] | Token) -> Any:
        """Return what `tree` stands for; raise ParseError where it is nested too deeply."""
        if isinstance(tree, Token):
            return self._leaf(tree)
        # An explicit stack, as a text may be nested more deeply than Python may recurse.
        frames = [_Frame(tree)]
        while True:
            frame = frames[-1]
            for child in frame.children:
                if isinstance(child, Tree):
                    if len(frames) == MAX_DEPTH:
                        raise too_deep(frame.span)
                    frames.append(_Frame(child))
                    break
                frame.values.append(self._leaf(child))
            else:
                frames.pop()
                method: Callable[..., Any] = getattr(self, f"_{frame.rule}")
                value = method(frame.span, *frame.values)
                if not frames:
                    return value
                frames[-1].values.append(value)

    def _leaf(self, token: Token | None) -> Any:
        if token is None:
            return None
        make = _LEAVES.get(token.type)
        return make(token) if make else token


class _Frame:
    """A rule whose children are being built."""

    __slots__ = ("children", "rule", "span", "values")

    def __init__(self, tree: Tree[Token]) -> None:
        self.rule = str(tree.data)
        self.span = NOWHERE if tree.meta.empty else Span(tree.meta.start_pos, tree.meta.end_pos)
        self.children: Iterator[Tree[Token] | Token | None] = iter(tree.children)
        self.values: list[Any] = []


def too_deep(span: Span) -> ParseError:
    """Return the error for what is nested too deeply at `span`."""
    return ParseError(f"this is nested more than {MAX_DEPTH} levels deep", span=span)


def _name(token: Token) -> ast.Name:
    return ast.Name(token.lower(), span=token_span(token))


def _quoted_name(token: Token) -> ast.Name:
    return ast.Name(token[1:-1].replace('""', '"'), span=token_span(token))


def _number(token: Token) -> ast.NumberLiteral:
    return ast.NumberLiteral(str(token), span=token_span(token))


def _string(token: Token) -> ast.StringLiteral:
    return ast.StringLiteral(token[1:-1].replace("''", "'"), span=token_span(token))


def _bytes(token: Token) -> ast.BytesLiteral:
    digits = token[2:-1].upper()
    span = token_span(token)
    if len(digits) % 2 or not set(digits) <= set("0123456789ABCDEF"):
        raise ParseError("X'…' holds pairs of hexadecimal digits", span=span)
    return ast.BytesLiteral(digits, span=span)


_LEAVES: dict[str, Callable[[Token], Any]] = {
    "NAME": _name,
    "ALIAS": _name,
    "VARIABLE": _name,
    "QUOTED_NAME": _quoted_name,
    "NUMBER": _number,
    "STRING": _string,
    "BYTES": _bytes,
}

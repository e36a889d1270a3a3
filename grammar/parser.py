"""Text to syntax tree: what the rest of the engine calls.

Whatever the text, nothing but a CepError comes out of these functions. The machinery behind them
is imported at the first call, so that importing this module costs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cep.grammar import ast

if TYPE_CHECKING:
    from cep.grammar.driver import Reading


_SHORT = 1000
"""How many characters a text has at most that is remembered with its tree."""


def parse(text: str, origin: str | None = None) -> ast.Script:
    """Return the statements of `text`; errors name `origin`, a file perhaps, as its source.

    The trees of short texts are remembered: a program asks the same again with other parameters.
    """
    if len(text) > _SHORT:
        return _reading(text, origin).script()
    return _remembered(text, origin)


@lru_cache(maxsize=256)
def _remembered(text: str, origin: str | None) -> ast.Script:
    return _reading(text, origin).script()


def parse_statement(text: str, origin: str | None = None) -> ast.Statement:
    """Return the one statement of `text`; its semicolon may be missing."""
    return _reading(text, origin).single("statement", ast.Statement, "statement")


def parse_query(text: str, origin: str | None = None) -> ast.Query:
    """Return the one query of `text`; its semicolon may be missing."""
    return _reading(text, origin).single("full_query", ast.Query, "query")


def parse_expression(text: str, origin: str | None = None) -> ast.Expression:
    """Return the one expression of `text`."""
    return _reading(text, origin).single("expression", ast.Expression, "expression")


def split(text: str) -> tuple[tuple[str, ...], str]:
    """Cut `text` after each semicolon that ends a statement: the complete statements, the rest.

    Semicolons in strings, quoted names and comments end nothing. The rest is empty where nothing
    but spaces and comments is left, so that a shell knows when to ask for more.
    """
    return _reading(text, None).split()


def keywords() -> frozenset[str]:
    """Return every keyword of the language, in upper case, as the grammar has them."""
    from cep.grammar import tables  # noqa: PLC0415 - as below

    return tables.keywords()


def _reading(text: str, origin: str | None) -> Reading:
    # Lark takes longer to import than most scripts to parse.
    from cep.grammar.driver import Reading  # noqa: PLC0415

    return Reading(text, origin)

"""Syntax tree to text: canonical SQL that reads back as the same tree."""

from __future__ import annotations

from cep.grammar import ast
from cep.grammar.unparse_expressions import name_text
from cep.grammar.unparse_statements import StatementWriter

_WRITER = StatementWriter()


def unparse(node: ast.Node) -> str:
    """Return the canonical SQL of `node`, on one line but for CREATE STREAM and CREATE TABLE.

    Keywords are upper case, names are quoted and expressions parenthesised only where they must
    be, defaults are left out. A statement comes without its semicolon, a script with all of them.
    Clauses come in a fixed order and special calls as plain ones: where that moves a `?`, the
    parameters are counted anew.
    """
    return _WRITER.text(node)


def quoted(name: str) -> str:
    """Return an identifier as it is written: in double quotes if it must be."""
    return name_text(name)

"""Looking through a syntax tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from cep.grammar.ast import Node, Parameter


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, in no particular order."""
    pending: list[object] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, tuple):
            pending += one
        elif isinstance(one, Node):
            yield one
            pending += [getattr(one, f.name) for f in fields(one)]


def positional_parameters(node: Node) -> int:
    """Return how many `?` there are."""
    return sum(isinstance(n, Parameter) and isinstance(n.key, int) for n in walk(node))

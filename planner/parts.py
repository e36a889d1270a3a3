"""Equal parts of a plan: a WITH query that is named twice is computed once."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass

from cep.catalog import Relation
from cep.planner.expressions import Expression, is_deterministic
from cep.planner.logical import Node
from cep.types import DataType, Schema


def equal_parts(plan: Node) -> Mapping[int, int]:
    """Return a number for each node of a plan, by its identity: equal relations have equal ones.

    What chance or the clock has a part in equals nothing else. Takes as long as the plan is large.
    """
    numbers: dict[int, int] = {}
    known: dict[object, int] = {}

    def visit(node: Node) -> int:
        below = tuple(map(visit, node.inputs()))
        number = len(numbers)
        if all(map(is_deterministic, own_expressions(node))):
            with suppress(TypeError):  # of what has no hash
                number = known.setdefault((type(node), below, *_own(node)), number)
        numbers[id(node)] = number
        return number

    visit(plan)
    return numbers


def _own(node: Node) -> Iterator[object]:
    """Yield what a node says besides its inputs."""
    for field in fields(node):
        value = getattr(node, field.name)
        inputs = isinstance(value, Node) or (
            isinstance(value, tuple) and any(isinstance(v, Node) for v in value)
        )
        if field.compare and not inputs:
            yield value


def own_expressions(part: object) -> Iterator[Expression]:
    """Yield the expressions of a node, wherever in it they stand, but not those of its inputs."""
    if isinstance(part, Expression):
        yield part
    elif isinstance(part, tuple | list):
        for one in part:
            if not isinstance(one, Node):
                yield from own_expressions(one)
    else:
        for name in _fields(type(part)):  # type: ignore[arg-type]  # a class can be hashed
            value = getattr(part, name)
            if not isinstance(value, Node):
                yield from own_expressions(value)


@functools.cache
def _fields(kind: type) -> tuple[str, ...]:
    """Return the fields in which there may be expressions; of schemas and relations, none."""
    if not is_dataclass(kind) or issubclass(kind, Schema | Relation | DataType):
        return ()
    return tuple(f.name for f in fields(kind))

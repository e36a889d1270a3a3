"""The contract of a node of the logical plan, and how a plan is walked and rebuilt."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cep.planner.properties import Properties
from cep.types import Schema


@dataclass(frozen=True)
class Node(ABC):
    """A relation in the plan."""

    @property
    @abstractmethod
    def schema(self) -> Schema:
        """The columns of the relation."""

    @property
    @abstractmethod
    def properties(self) -> Properties:
        """What is known of the relation."""

    @abstractmethod
    def describe(self) -> str:
        """Return the node in one line, without its inputs."""

    def details(self) -> tuple[tuple[str, str], ...]:
        """Return what EXPLAIN says besides of how the node works: titles and lines."""
        return ()

    def caution(self) -> str:
        """Return what whoever starts such a query should know of this node; empty: nothing."""
        return ""

    def inputs(self) -> tuple[Node, ...]:
        """Return the relations it reads."""
        return ()

    def over(self, inputs: tuple[Node, ...]) -> Node:
        """Return the same node over other inputs."""
        return self


@dataclass(frozen=True)
class Unary(Node):
    """A node with one input."""

    input: Node

    def inputs(self) -> tuple[Node, ...]:
        return (self.input,)

    def over(self, inputs: tuple[Node, ...]) -> Node:
        return replace(self, input=inputs[0])


def told_apart(
    left: Sequence[str], right: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the columns of two inputs; those that both have say which is meant."""
    both = set(left) & set(right)
    sides = (("left", left), ("right", right))
    first, second = (tuple(f"{s}.{n}" if n in both else n for n in names) for s, names in sides)
    return first, second


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, top down."""
    yield node
    for child in node.inputs():
        yield from walk(child)


def transform(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Rebuild a plan bottom up; `change` returns a replacement, or None to keep a node."""
    children = node.inputs()
    changed = tuple(transform(c, change) for c in children)
    if any(a is not b for a, b in zip(children, changed, strict=True)):
        node = node.over(changed)
    replacement = change(node)
    return node if replacement is None else replacement

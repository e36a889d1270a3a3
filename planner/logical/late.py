"""What nodes do with rows that come too late."""

from __future__ import annotations

from cep.planner.logical.grouping import Aggregate
from cep.planner.logical.joins import Join
from cep.planner.logical.match import Match
from cep.planner.logical.node import Node
from cep.planner.logical.ordering import Sort
from cep.planner.logical.over import Over
from cep.planner.logical.rows import Scan
from cep.planner.logical.sets import SetOperation
from cep.planner.logical.temporal import AsOf
from cep.planner.logical.topn import TopN
from cep.planner.logical.windows import Window
from cep.types import Schema


def refusing(node: Node) -> tuple[bool, ...]:
    """Say of each input whether a row of it is refused when it comes too late."""
    inputs = node.inputs()
    match node:
        case Aggregate():
            return (node.window is not None and node.input.properties.timed,)
        case Window():
            return (not node.fixed and node.input.properties.timed,)
        case Match():
            return (node.timely,)
        case Over() | Sort() | TopN() | SetOperation():
            return (node.timed,) * len(inputs)
        case Join():
            return (node.bound is not None,) * 2
        case AsOf():
            return node.timely
    return (False,) * len(inputs)


def late_inputs(node: Node) -> tuple[bool, ...]:
    """Say of each input whether a row of it may be refused, as there may be late ones."""
    pairs = zip(refusing(node), node.inputs(), strict=True)
    return tuple(refuses and not in_time(below) for refuses, below in pairs)


def in_time(node: Node) -> bool:
    """Say whether no row can be late: what has waited for the watermark never is."""
    if isinstance(node, Scan):
        return not node.properties.timed
    # Windows that their rows make, and all that has an answer at the watermark.
    if any(refusing(node)):
        return True
    return all(map(in_time, node.inputs()))


def late_schemas(node: Node) -> tuple[Schema, ...]:
    """Return the columns of late rows that whoever gets them wants, for each input with such."""
    match node:
        case Match():
            carried: tuple[tuple[int, ...], ...] = (node.late,)
        case Aggregate() | Window() | Over() | Sort() | TopN():
            carried = (node.carried,)
        case Join() | AsOf() | SetOperation():
            carried = node.carried
        case _:
            return ()
    # The rows that come to such a window have its bounds when they are refused.
    inputs = (node,) if isinstance(node, Window) else node.inputs()
    return tuple(
        Schema(tuple(below.schema.fields[i] for i in columns))
        for below, columns in zip(inputs, carried, strict=True)
        if columns
    )

"""Joins that find a row by its time, as DuckDB is asked about them.

A versioned table is there as the stretches of time in which each of its rows was so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import pyarrow as pa

from cep.catalog import Relation
from cep.grammar import ast
from cep.testing.arrange import watermarks
from cep.testing.duckdb_aggregates import Untranslatable
from cep.testing.duckdb_expressions import quoted
from cep.testing.stage import Stage

VERSIONS = "$versions of "
"""What the name of the stretches of a table begins with."""

UNTIL = "$until"
"""The time from which on a row was so no more; NULL where it still is."""

_MIRRORED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


class Writer(Protocol):
    """What writes the parts of a join."""

    def text(self, node: ast.Node) -> str:
        """Return a node as DuckDB would have it."""


def is_temporal(node: ast.Join) -> bool:
    """Say whether a join finds a row by its time."""
    return node.asof or (isinstance(node.right, ast.TableReference) and bool(node.right.as_of))


def temporal_join(writer: Writer, node: ast.Join, right: str | None) -> str:
    """Return such a join; `right` is the name that columns of the left input are not called by."""
    if node.using or node.natural:
        raise Untranslatable("columns that a temporal join merges")
    kind = "LEFT " if node.kind == "left" else ""
    left = writer.text(node.left)
    conditions = [] if node.on is None else [f"({writer.text(node.on)})"]
    if node.asof:
        assert isinstance(node.match_condition, ast.Binary)
        match = node.match_condition
        if isinstance(match.left, ast.ColumnReference) and match.left.parts[0].value == right:
            match = replace(
                match, left=match.right, right=match.left, operator=_MIRRORED[match.operator]
            )
        conditions.append(writer.text(match))
        return f"{left} ASOF {kind}JOIN {writer.text(node.right)} ON {' AND '.join(conditions)}"
    assert isinstance(node.right, ast.TableReference)
    moment = node.right.as_of
    if isinstance(moment, ast.Call):
        raise Untranslatable("what a row finds depends on when it comes")
    name = quoted(right or "")
    assert moment is not None
    when, since, until = writer.text(moment), f"{name}.{quoted(SINCE)}", f"{name}.{quoted(UNTIL)}"
    conditions.append(f"{since} <= {when} AND ({until} IS NULL OR {when} < {until})")
    table = quoted(VERSIONS + node.right.name.value)
    return f"{left} {kind}JOIN {table} AS {name} ON {' AND '.join(conditions)}"


SINCE = "$since"
"""The time from which on a row was so."""


def stretches(stage: Stage, relation: Relation) -> pa.Table:
    """Return the rows that a versioned table has had, and when, in plain Python."""
    assert relation.watermark is not None
    names = relation.inputs.names
    events = [e for e in stage.events() if e.stream == relation.name]
    marks = watermarks(events, relation.watermark.delay)
    versions: dict[object, list[tuple[int, int, tuple[object, ...]]]] = {}
    for n, (event, mark) in enumerate(zip(events, marks, strict=True)):
        if event.time is None or event.time < mark:
            continue
        key = tuple(event.row[names.index(k)] for k in relation.key)
        versions.setdefault(key, []).append((event.time, n, event.row))
    found: list[tuple[object, ...]] = []
    for history in versions.values():
        history.sort(key=lambda v: v[:2])
        ends = [*(v[0] for v in history[1:]), None]
        for (since, _, row), until in zip(history, ends, strict=True):
            if str(row[-1]).startswith("+") and since != until:
                found.append((*row[:-1], since, until))
    columns = list(zip(*found, strict=True)) or [()] * (len(names) + 2)
    fields = relation.inputs.fields
    rule = relation.watermark.column
    kind = next(f.type.arrow for f in fields if f.name == rule)
    micro = pa.timestamp("us", kind.tz)
    types = [*(f.type.arrow for f in fields), micro, micro]
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    return pa.table(arrays, names=[*names, SINCE, UNTIL])

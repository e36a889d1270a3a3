"""CREATE MATERIALIZED VIEW: the rows that are kept."""

from __future__ import annotations

from dataclasses import replace

from cep.catalog import MAINTAINED, Column, Relation, View
from cep.errors import BindError
from cep.grammar import ast
from cep.grammar.unparse import unparse
from cep.planner.logical import Node
from cep.runtime.arrangement import MOST_COLUMNS


def materialized(written: ast.CreateView, plan: Node) -> View:
    """Return the catalog entry of a view that keeps the rows of a plan."""
    fields = plan.schema.fields
    given = written.columns
    if len(given) > len(fields):
        raise BindError(
            f"{len(given)} names are given for {len(fields)} columns", span=given[-1].span
        )
    names = [c.value for c in given] + [f.name for f in fields[len(given) :]]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise BindError(
                f"two columns of the view are called {name}",
                span=given[i].span if i < len(given) else written.query.span,
                hint=f"name them apart: … AS {name}_2",
            )
    known = plan.properties
    if known.key is None and not known.append_only and len(fields) > MOST_COLUMNS:
        raise BindError(
            f"a view whose rows are taken back and have no key has at most {MOST_COLUMNS} columns",
            span=written.query.span,
            hint="select fewer columns",
        )
    columns = tuple(
        Column(replace(field, name=name)) for field, name in zip(fields, names, strict=True)
    )
    statement = unparse(written)
    rows = Relation(
        written.name.value,
        columns,
        bounded=known.bounded,
        statement=statement,
        kind=MAINTAINED,
        key=() if known.key is None else tuple(names[k] for k in known.key),
    )
    return View(
        rows.name,
        unparse(written.query),
        tuple(c.value for c in given),
        statement,
        MAINTAINED,
        rows,
    )

"""CREATE TABLE: the key, and what makes the rows of a table versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cep.catalog import Column, Origin, WatermarkRule
from cep.errors import BindError, Span, did_you_mean
from cep.grammar import ast
from cep.runtime.connectors.changes import OP
from cep.runtime.tables.bag import MOST_COLUMNS


def keyed(
    written: ast.CreateRelation, columns: Sequence[Column], options: Mapping[str, str]
) -> tuple[list[Column], tuple[str, ...]]:
    """Return the columns of a table, those of its key NOT NULL, and the names of these.

    `options` are those of a connector that delivers changes.
    """
    names = [c.field.name for c in columns]
    key, span = _key(written)
    for i, name in enumerate(key):
        if name.value not in names:
            raise BindError(
                f"there is no column called {name.value}",
                span=name.span,
                hint=did_you_mean(name.value, names) or f"the columns are {', '.join(names)}",
            )
        if name.value in {n.value for n in key[:i]}:
            raise BindError(f"{name.value} stands in the key twice", span=name.span)
    if not key and len(columns) > MOST_COLUMNS:
        raise BindError(
            f"a table without PRIMARY KEY has at most {MOST_COLUMNS} columns",
            span=written.name.span,
            hint="declare PRIMARY KEY (…)",
        )
    if options.get("format") == "upsert-json" and not key:
        raise BindError(
            "upsert-json says which row a key has now, and this table has no key",
            span=written.name.span,
            hint="declare PRIMARY KEY (…)",
        )
    # Of rows in envelopes it is the envelope that says what they do.
    if options.get("changelog") in {"true", "upsert"} and OP in names:
        raise BindError(
            f"{OP} says what a row does, and is no column of the table",
            span=_place(written, OP) or written.name.span,
            hint="leave it out",
        )
    inside = {n.value for n in key}
    found = [
        replace(c, field=replace(c.field, nullable=False)) if c.field.name in inside else c
        for c in columns
    ]
    for column in found:
        if column.origin is Origin.COMPUTED and column.field.name in inside:
            raise BindError(
                f"{column.field.name} is computed, and a key is what a row comes with",
                span=span,
                hint="declare the columns that it is computed from as the key",
            )
    return found, tuple(n.value for n in key)


def _key(written: ast.CreateRelation) -> tuple[tuple[ast.Name, ...], Span]:
    marked = [c for c in written.columns if c.primary_key]
    if len(marked) > 1 or (marked and written.primary_key):
        span = marked[1].span if len(marked) > 1 else written.primary_key[0].span
        raise BindError(
            "a table has one PRIMARY KEY", span=span, hint="write PRIMARY KEY (a, b) once"
        )
    if marked:
        return (marked[0].name,), marked[0].span
    key = written.primary_key
    return key, (key[0].span.to(key[-1].span) if key else written.name.span)


def _place(written: ast.CreateRelation, name: str) -> Span | None:
    return next((c.span for c in written.columns if c.name.value == name), None)


def check_versions(
    written: ast.CreateRelation, key: tuple[str, ...], rule: WatermarkRule | None
) -> None:
    """Refuse versions without a key, and those whose time is the engine's clock."""
    if rule is None:
        return
    if rule.clock:
        raise BindError(
            "PROCTIME() tells when an event came, and the rows of a table are no events",
            span=_place(written, rule.column) or written.name.span,
            hint="leave it out; FOR SYSTEM_TIME AS OF PROCTIME() joins what is known now",
        )
    if not key:
        raise BindError(
            "a WATERMARK makes a table of versions, and without a key there are none",
            span=written.watermarks[0].span,
            hint="declare PRIMARY KEY (…), or CREATE STREAM for events",
        )

"""Relations that the engine keeps itself: `errors.<name>` and `late.<name>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cep.catalog import Column, Relation
from cep.errors import BindError, did_you_mean
from cep.feeds import Feed
from cep.planner.ingestion import plan_ingest
from cep.runtime.connectors import memory
from cep.runtime.quarantine import ERRORS, Quarantine

if TYPE_CHECKING:
    from cep.engine import Engine


def system_relation(engine: Engine, name: str) -> Relation | None:
    """Return `errors.<name>` or `late.<name>` as a relation, or None for any other name."""
    kind, _, owner = name.partition(".")
    if kind not in ("errors", "late") or not owner:
        return None
    store = _store(engine, kind, owner)
    if store is None:
        known = [f"errors.{n}" for n in engine.errors]
        known += [f"late.{n}" for n in engine.late]
        known += [f"{k}.{q}" for q in engine.queries for k in ("errors", "late")]
        raise BindError(
            f"there is nothing called {name}",
            hint=did_you_mean(name, known)
            or (
                f"there are {', '.join(sorted(known)[:8])}"
                if known
                else "name a query that was started, or a stream that was read"
            ),
        )
    return Relation(
        name, tuple(Column(f) for f in store.schema.fields), bounded=True, kind="system"
    )


def _store(engine: Engine, kind: str, owner: str) -> Quarantine | None:
    running = engine.queries.get(owner)
    if kind == "late":
        return engine.late.get(owner) if running is None else running.aside.late_rows
    if running is not None:
        return running.aside.errors
    if owner in engine.errors:
        return engine.errors[owner]
    return Quarantine(ERRORS) if isinstance(engine.catalog.get(owner), Relation) else None


def system_feed(engine: Engine, relation: Relation, columns: tuple[int, ...]) -> Feed:
    """Return a feed of the rows kept in `errors.<name>` or `late.<name>` at this moment."""
    kind, _, owner = relation.name.partition(".")
    store = _store(engine, kind, owner)
    assert store is not None
    rows = memory.Feed.of(store.to_arrow())
    errors = Quarantine(ERRORS)
    read, ingest = plan_ingest(relation, columns, (), engine.context(()), errors)
    return Feed(relation.name, ingest, errors, columns, memory.MemorySource(rows, read))

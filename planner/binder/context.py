"""What binding a statement needs to know besides its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cep.catalog import Catalog, Relation
from cep.grammar import ast
from cep.planner.expressions import Expression
from cep.planner.properties import Properties
from cep.runtime.aggregates.registry import Aggregates
from cep.runtime.functions.registry import Functions
from cep.runtime.operators.aggregate import Emission
from cep.runtime.session import Session


@dataclass(frozen=True)
class Context:
    """The surroundings of a query while it is bound.

    `parameters` are the values of `?` (by position) or `:name`. `emission` is what the outermost
    query says with EMIT, None where it leaves the choice to each operator; `ttl` its state_ttl in
    microseconds. `common` are the WITH queries in sight, `views` the views that are being expanded,
    so that none contains itself.
    """

    catalog: Catalog
    functions: Functions
    aggregates: Aggregates
    session: Session
    parameters: Sequence[object] | Mapping[str, object] = ()
    emission: Emission | None = None
    ttl: int | None = None
    common: Mapping[str, ast.CommonTable] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    system: Callable[[str], Relation | None] = lambda _: None
    """Finds relations that the engine itself keeps, such as `errors.flights`."""
    outer: Callable[[ast.ColumnReference], Expression | None] = lambda _: None
    """Finds columns of the query around a subquery."""
    snapshot: bool = False
    """Whether tables are read as they are at this moment."""
    maintained: Callable[[str], Properties] = lambda _: Properties()
    """Tells what is known of the rows of a materialized view."""

    def with_common(self, tables: tuple[ast.CommonTable, ...]) -> Context:
        """Return the context in which WITH queries can be named."""
        return replace(self, common={**self.common, **{t.name.value: t for t in tables}})

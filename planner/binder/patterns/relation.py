"""MATCH_RECOGNIZE in FROM becomes a `Match`."""

from __future__ import annotations

from collections.abc import Sequence

from cep.errors import BindError
from cep.grammar import ast
from cep.grammar.unparse import quoted
from cep.grammar.walk import walk as walk_tree
from cep.planner.binder.clocks import ties
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder, output_name
from cep.planner.binder.patterns.clauses import RowPattern, bind_row_pattern
from cep.planner.binder.patterns.inputs import ROWTIME, BindRelation, bind_inputs
from cep.planner.binder.patterns.remedies import without_time
from cep.planner.expressions import Expression, Input, walk
from cep.planner.logical import Match, Node, Project, SortKey, by_time
from cep.types import Array, Map, Row, is_instant


def bind_match(written: ast.MatchRecognize, context: Context, bind: BindRelation) -> Node:
    """Return the plan of a MATCH_RECOGNIZE; `bind` binds the relations before it."""
    return _MatchBinder(written, context, bind).plan()


class _MatchBinder:
    """Binds one MATCH_RECOGNIZE."""

    def __init__(self, written: ast.MatchRecognize, context: Context, bind: BindRelation) -> None:
        self.written = written
        self.context = context
        self.input, self.rows = bind_inputs(written.sources, bind)
        fields = self.input.schema.fields
        self.width = len(fields)
        self.columns: list[Expression] = [Input(f.type, i, f.name) for i, f in enumerate(fields)]
        self.names = list(self.input.schema.names)

    @property
    def _merged(self) -> bool:
        return bool(self.rows.inputs)

    def plan(self) -> Node:
        pattern = self.written.row_pattern
        if pattern.start is not None:
            raise BindError(
                f"{pattern.start.upper()} is of row patterns in windows: here matches may start "
                "at every row",
                span=pattern.pattern.span,
                hint="begin the pattern with ^ for a match that starts at the first row"
                if pattern.start == "initial"
                else "leave it out",
            )
        partition = tuple(dict.fromkeys(self._key(e) for e in self.written.partition_by))
        order = self._order()
        below = self._computed()
        time = None
        if order and not order[0].descending and is_instant(below.schema.types[order[0].index]):
            time = order[0].index
        known = self.input.properties
        bound = bind_row_pattern(
            pattern,
            self.rows,
            self.context,
            time=None if time is None else self.columns[time],
            timely=(known.timed and known.time == time) or self._always(time),
            bounded=known.bounded,
        )
        match = Match(
            below,
            partition,
            order,
            time,
            bound.pattern,
            bound.variables,
            bound.conditions,
            bound.measures,
            bound.names,
            bound.said,
            bound.skip,
            bound.within,
            self._merged,
            ties=() if self._merged else ties(self.input, order),
        )
        return self._visible(match, bound)

    # ------------------------------------------------------------ PARTITION BY and ORDER BY

    def _key(self, written: ast.Expression) -> int:
        """Return the column of an item of PARTITION BY."""
        bound = self._bind(written, "in PARTITION BY")
        if self._merged:
            self._check_everywhere(bound, written)
        name = output_name(written, bound) or f"column{len(self.columns) - self.width + 1}"
        return self._column(bound, name)

    def _bind(self, written: ast.Expression, place: str) -> Expression:
        for part in walk_tree(written):
            if isinstance(part, ast.ColumnReference) and len(part.parts) > 1:
                self._check_qualifier(part, place)
        bound = ExpressionBinder(self.rows.scope, self.context, place=place).bind(written)
        if isinstance(bound.type, Array | Map | Row):
            raise BindError(
                f"{bound.type} cannot stand {place}",
                span=written.span,
                hint="name a part of it that can be compared",
            )
        return bound

    def _check_qualifier(self, written: ast.ColumnReference, place: str) -> None:
        name = written.parts[0].value
        if name in self.rows.input_names:
            raise BindError(
                f"the columns {place} are of the rows of all inputs, not of {quoted(name)} alone",
                span=written.span,
                hint=f"write {quoted(written.parts[1].value)}",
            )

    def _column(self, bound: Expression, name: str) -> int:
        if isinstance(bound, Input):
            return bound.index
        if bound in self.columns:
            return self.columns.index(bound)
        self.columns.append(bound)
        self.names.append(name)
        return len(self.columns) - 1

    def _check_everywhere(self, bound: Expression, written: ast.Expression) -> None:
        """Refuse a key that one of the inputs does not have."""
        for column in (e for e in walk(bound) if isinstance(e, Input)):
            for one, source in zip(self.rows.inputs, self.written.sources, strict=True):
                if column.name not in one.columns:
                    name = "this input" if one.name is None else quoted(one.name)
                    raise BindError(
                        f"{name} has no column {quoted(column.name)}, and rows are partitioned "
                        "by it",
                        span=source.span,
                        hint=f"name its column so: (SELECT …, … AS {quoted(column.name)} FROM …)",
                    )

    def _order(self) -> tuple[SortKey, ...]:
        written = self.written.order_by
        keys: list[SortKey] = []
        for item in written:
            if isinstance(item.expression, ast.NumberLiteral):
                raise BindError(
                    "ORDER BY of a row pattern takes no position: this is the same number for "
                    "every row",
                    span=item.span,
                    hint="name the column",
                )
            bound = self._bind(item.expression, "in ORDER BY")
            index = self._column(bound, f"$order{len(keys)}")
            keys.append(SortKey(index, item.descending, bool(item.nulls_first)))
        if self._merged:
            self._check_rowtime(keys)
            return (*keys, SortKey(self.rows.ordinal), SortKey(self.rows.partition))
        if not self.input.properties.bounded:
            self._check_time(keys)
        return tuple(keys)

    def _check_rowtime(self, keys: Sequence[SortKey]) -> None:
        if not keys or self.names[keys[0].index] != ROWTIME or keys[0].descending:
            place = self.written.order_by[0] if keys else self.written
            raise BindError(
                "merged inputs are in the order of their event time, whatever each calls it",
                span=place.span,
                hint=f"write ORDER BY {ROWTIME}",
            )

    def _check_time(self, keys: Sequence[SortKey]) -> None:
        """Refuse an order in which the rows of a stream never are complete."""
        if keys:
            self.input = by_time(self.input, keys[0].index)
        properties, names = self.input.properties, self.input.schema.names
        if properties.time is not None:
            if keys and keys[0].index == properties.time and not keys[0].descending:
                return
            hint = f"write ORDER BY {quoted(names[properties.time])}"
            if keys:
                hint += "; further columns decide between rows of the same time"
        else:
            hint = without_time(self.input)
        place = self.written.order_by[0] if keys else self.written
        raise BindError(
            "a row pattern on a stream goes by event time: ORDER BY begins with that, ascending",
            span=place.span,
            hint=hint,
        )

    def _always(self, column: int | None) -> bool:
        """Say whether a column is never NULL."""
        fields = self.input.schema.fields
        return column is not None and column < self.width and not fields[column].nullable

    def _computed(self) -> Node:
        """Return the input with the keys that are computed behind its columns."""
        if len(self.columns) == self.width:
            return self.input
        return Project(self.input, tuple(self.columns), tuple(self.names))

    # ------------------------------------------------------------ what comes out

    def _visible(self, match: Match, bound: RowPattern) -> Node:
        """Leave out what is only there for the order; check the names of the measures."""
        names = match.schema.names
        if not names:
            raise BindError(
                "a match says its PARTITION BY columns and MEASURES, and there are none",
                span=self.written.span,
                hint="write MEASURES, FIRST(ts) AS started for one",
            )
        before, _ = match.carried
        for i, name in enumerate(bound.names):
            others = [*names[: len(before)], *names[len(before) + len(bound.names) :]]
            if name in others:
                raise BindError(
                    f"there is a column called {quoted(name)} among the rows said already",
                    span=self.written.row_pattern.measures[i].name.span,
                    hint=f"call the measure otherwise: … AS {_free(name, names)}",
                )
        hidden = self._hidden(match)
        if not hidden:
            return match
        shown = [i for i in range(len(names)) if i not in hidden]
        types = match.schema.types
        return Project(
            match,
            tuple(Input(types[i], i, names[i]) for i in shown),
            tuple(names[i] for i in shown),
        )

    def _hidden(self, match: Match) -> set[int]:
        """Return the columns of a match that nobody wrote into a list of columns."""
        before, _ = match.carried
        added = {i for i in range(self.width, len(self.columns)) if i not in match.partition}
        if self._merged:
            added |= {self.rows.ordinal, self.rows.partition}
        return {position for position, i in enumerate(before) if i in added}


def _free(name: str, names: Sequence[str]) -> str:
    return next(n for n in (f"{name}_{i}" for i in range(2, len(names) + 3)) if n not in names)

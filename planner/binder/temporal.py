"""FOR SYSTEM_TIME AS OF and ASOF JOIN: joins that find at most one row, by its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cep.catalog import Relation, SinkEntry, View
from cep.errors import BindError
from cep.grammar import ast
from cep.planner import expressions as ex
from cep.planner.binder.context import Context
from cep.planner.binder.expressions import ExpressionBinder
from cep.planner.binder.scope import Scope
from cep.planner.logical import AsOf, Lookup, Nearest, Node, Project, Reading, Scan, transform
from cep.runtime.state.codes import codec
from cep.types import Array, DataType, Map, Null, Row, is_instant

BindRelation = Callable[[ast.Relation], tuple[Node, Scope]]
Bound = tuple[Node, Scope]

_MIRRORED = {">=": "<=", ">": "<", "<=": ">=", "<": ">"}


def is_temporal(written: ast.Join) -> bool:
    """Say whether a join finds a row by its time."""
    return written.asof or _as_of(written) is not None


def bind_right(written: ast.Join, context: Context, bind: BindRelation) -> Bound:
    """Bind the right side of such a join: of a table the versions, or what it is now."""
    moment = _as_of(written)
    if moment is None:
        return bind(written.right)
    assert isinstance(written.right, ast.TableReference)
    _check_table(written.right.name, moment, context)
    plan, scope = bind(replace(written.right, as_of=None))
    if _is_now(moment):
        return plan, scope
    reading = Reading.HISTORY if context.snapshot else Reading.VERSIONS
    return transform(
        plan, lambda n: replace(n, reading=reading) if isinstance(n, Scan) else None
    ), scope


def temporal_join(
    written: ast.Join,
    left: Bound,
    right: Bound,
    conditions: Sequence[ex.Expression],
    context: Context,
) -> Node:
    """Return the plan of such a join; `conditions` are over the columns of both, left ones first.

    The columns of the plan are those of the inputs, left ones first.
    """
    if written.kind not in {"inner", "left"}:
        raise BindError(
            f"{_what(written)} finds the right row of each left row: it is INNER or LEFT",
            span=written.span,
            hint="write JOIN or LEFT JOIN, with the rows that are to be kept on the left",
        )
    sides = _Sides(left[0], right[0])
    outer = written.kind == "left"
    if written.asof:
        keys, rest = sides.keys(conditions)
        if rest:
            raise BindError(
                "the ON of an ASOF JOIN says which columns are equal, and nothing else",
                span=written.on.span if written.on is not None else written.span,
                hint="conditions on the right rows go into FROM (SELECT … WHERE …), others into "
                "WHERE",
            )
        nearest, times = _nearest(written, left[1], right[1], context)
        _check_sides(left[0], right[0], times, written)
        return sides.made(lambda a, b, k, r: AsOf(a, b, k, r, outer, times, nearest), keys, None)
    moment = _as_of(written)
    assert moment is not None
    # Only by its key is a row of the table one; all else is a condition on that row.
    unique = _unique(right[0])
    keys, rest = sides.keys(conditions, unique)
    _check_key(written, right[0], unique, {sides.plain(b) for _, b in keys})
    residual = ex.conjunction(tuple(rest)) if rest else None
    if _is_now(moment):
        if not (left[0].properties.append_only or right[0].properties.bounded):
            raise BindError(
                "what is so when a row comes is not known any more when it is taken back, and "
                "these rows may be",
                span=written.left.span,
                hint="write a plain JOIN, which is corrected when either side changes",
            )
        return sides.made(lambda a, b, k, r: Lookup(a, b, k, r, outer), keys, residual)
    at = _event_time(moment, left, context)
    since = right[0].properties.time
    assert since is not None
    return sides.made(
        lambda a, b, k, r: AsOf(a, b, k, r, outer, (at, since), Nearest.UNTIL, versions=True),
        keys,
        residual,
    )


def _as_of(written: ast.Join) -> ast.Expression | None:
    return written.right.as_of if isinstance(written.right, ast.TableReference) else None


def _is_now(moment: ast.Expression) -> bool:
    return isinstance(moment, ast.Call) and moment.name.value == "proctime"


def _what(written: ast.Join) -> str:
    return "an ASOF JOIN" if written.asof else "FOR SYSTEM_TIME AS OF"


# ---------------------------------------------------------------- FOR SYSTEM_TIME AS OF


def _check_table(name: ast.Name, moment: ast.Expression, context: Context) -> None:
    """Refuse what has no rows of that time, or no current ones."""
    if name.value in context.common:
        raise BindError(
            f"{name.value} is a query, and FOR SYSTEM_TIME AS OF asks for the rows of a table",
            span=name.span,
            hint="name the table here, and put conditions on its rows into ON",
        )
    entry = context.catalog.lookup(name.value, name.span)
    if isinstance(entry, View) and entry.relation is not None and _is_now(moment):
        return
    if not isinstance(entry, Relation) or not entry.is_table:
        assert not isinstance(entry, SinkEntry) or entry.kind == "sink"
        hint = "CREATE TABLE declares rows that change"
        if isinstance(entry, Relation):
            hint = f"write ASOF JOIN {name.value} MATCH_CONDITION (…) for the last event before"
        elif isinstance(entry, View):
            hint = "name the table here, and put conditions on its rows into ON"
        raise BindError(
            f"{name.value} is a {entry.kind}, and FOR SYSTEM_TIME AS OF asks for the rows of a "
            "table",
            span=name.span,
            hint=hint,
        )
    if not entry.versioned and not _is_now(moment):
        clause = "WATERMARK FOR changed_at AS changed_at"
        key = "" if entry.key else "PRIMARY KEY (…), "
        raise BindError(
            f"{name.value} keeps the current rows only, and here those of another time are asked "
            "for",
            span=moment.span,
            hint=f"declare it with {key}{clause}, or write FOR SYSTEM_TIME AS OF PROCTIME()",
        )


def _check_key(
    written: ast.Join, right: Node, key: tuple[int, ...], given: set[int | None]
) -> None:
    """See to it that the conditions name one row of the table at most."""
    assert isinstance(written.right, ast.TableReference)
    name = written.right.name.value
    span = written.on.span if written.on is not None else written.span
    if not key:
        raise BindError(
            f"{name} has no key, by which its row could be found",
            span=span,
            hint="declare PRIMARY KEY (…)",
        )
    missing = [right.schema.names[k] for k in key if k not in given]
    if missing:
        raise BindError(
            f"FOR SYSTEM_TIME AS OF finds a row by the whole key of {name}: "
            f"{missing[0]} is not given",
            span=span,
            hint=f"write … AND {name}.{missing[0]} = …",
        )


def _unique(node: Node) -> tuple[int, ...]:
    """Return the key of a table, through the projection of its computed columns."""
    if isinstance(node, Scan) and node.relation.is_table:
        at = {column: i for i, column in enumerate(node.columns)}
        return tuple(at[k] for k in node.relation.key_positions)
    if isinstance(node, Project):
        places: dict[int, int] = {}
        for place, e in enumerate(node.expressions):
            if isinstance(e, ex.Input):
                places.setdefault(e.index, place)
        return tuple(places[k] for k in _unique(node.input))
    return node.properties.key or ()


def _event_time(moment: ast.Expression, left: Bound, context: Context) -> int:
    """Return the column of the left input whose times are asked for."""
    plan, scope = left
    bound = ExpressionBinder(scope, context, place="in AS OF").bind(moment)
    known = plan.properties
    times = [t for t in (known.time, *known.also) if t is not None] if known.timed else []
    if isinstance(bound, ex.Input) and bound.index in times:
        return bound.index
    if times:
        hint = f"write FOR SYSTEM_TIME AS OF {_named(scope, times[0])}"
    else:
        hint = "declare it with WATERMARK FOR ts AS ts - INTERVAL '5' SECOND"
    raise BindError(
        "AS OF asks for the event time of the left rows, which says when they can be answered",
        span=moment.span,
        hint=hint,
    )


def _named(scope: Scope, column: int) -> str:
    found = scope.columns[column]
    name = found.field.name
    return f"{found.qualifier}.{name}" if found.qualifier else name


# ---------------------------------------------------------------- ASOF JOIN


def _nearest(
    written: ast.Join, left: Scope, right: Scope, context: Context
) -> tuple[Nearest, tuple[int, int]]:
    """Return which right row MATCH_CONDITION means, and the columns it compares."""
    condition = written.match_condition
    assert condition is not None
    usage = "write MATCH_CONDITION (a.ts >= b.ts), with >=, >, <= or <"
    if not isinstance(condition, ast.Binary) or condition.operator not in _MIRRORED:
        raise BindError(
            "MATCH_CONDITION compares a column of the left with one of the right input",
            span=condition.span,
            hint=usage,
        )
    both = ExpressionBinder(
        Scope((*left.columns, *right.columns)), context, place="in MATCH_CONDITION"
    )
    width = len(left.columns)
    sides = [both.bind(e) for e in (condition.left, condition.right)]
    spans = condition.left.span, condition.right.span
    for bound, span in zip(sides, spans, strict=True):
        if not isinstance(bound, ex.Input):
            raise BindError(
                "MATCH_CONDITION compares columns, and this is computed",
                span=span,
                hint="compute it in the inner query: FROM (SELECT …, x AS ts FROM …) a ASOF JOIN …",
            )
    operator = condition.operator
    a, b = (e.index for e in sides if isinstance(e, ex.Input))
    if a >= width > b:
        a, b, operator = b, a, _MIRRORED[operator]
    if not a < width <= b:
        raise BindError(
            "MATCH_CONDITION compares a column of the left with one of the right input",
            span=condition.span,
            hint=usage,
        )
    if not _comparable(sides[0].type, sides[1].type):
        raise BindError(
            f"MATCH_CONDITION cannot compare {sides[0].type} with {sides[1].type}",
            span=condition.span,
            hint="compare two timestamps, dates or numbers of one type",
        )
    return Nearest(operator), (a, b - width)


def _comparable(a: DataType, b: DataType) -> bool:
    """Say whether values of two types are kept as numbers that compare as they do."""
    if is_instant(a) and is_instant(b):
        return type(a) is type(b)
    if a != b or isinstance(a, Null):
        return False
    one = codec(a)
    return one.ordered and one.width == 1


def _check_sides(left: Node, right: Node, times: tuple[int, int], written: ast.Join) -> None:
    """Refuse an input that never ends and whose time says nothing about what is to come."""
    for node, at, side in ((left, times[0], written.left), (right, times[1], written.right)):
        known = node.properties
        if not known.append_only:
            raise BindError(
                "an ASOF JOIN takes events, and these rows may be taken back",
                span=side.span,
                hint="write JOIN … FOR SYSTEM_TIME AS OF … for the versions of a table",
            )
        if known.bounded or (known.timed and at in {known.time, *known.also}):
            continue
        name = node.schema.names[at]
        raise BindError(
            f"{name} is not the event time, and this input has no end: no row of it is ever the "
            "last one",
            span=side.span,
            hint=f"declare it with WATERMARK FOR {name} AS {name} - INTERVAL '5' SECOND",
        )


# ---------------------------------------------------------------- keys


class _Sides:
    """The inputs of a join, and what has to be computed of them for its keys."""

    def __init__(self, left: Node, right: Node) -> None:
        self.nodes = (left, right)
        self.width = len(left.schema)
        self.computed: tuple[list[ex.Expression], list[ex.Expression]] = ([], [])

    def keys(
        self, conditions: Sequence[ex.Expression], among: tuple[int, ...] | None = None
    ) -> tuple[list[tuple[ex.Expression, ex.Expression]], list[ex.Expression]]:
        """Return what of the left must equal what of the right, and the other conditions.

        With `among` that is said of these columns of the right input, and once of each.
        """
        pairs: list[tuple[ex.Expression, ex.Expression]] = []
        rest: list[ex.Expression] = []
        left = None if among is None else set(among)
        for condition in conditions:
            pair = self._pair(condition)
            column = None if pair is None else self.plain(pair[1])
            if pair is None or (left is not None and column not in left):
                rest.append(condition)
                continue
            pairs.append(pair)
            if left is not None and column is not None:
                left.discard(column)
        return pairs, rest

    def _pair(self, condition: ex.Expression) -> tuple[ex.Expression, ex.Expression] | None:
        if not (isinstance(condition, ex.Call) and condition.function.name == "="):
            return None
        a, b = condition.arguments
        if self._of(b) == {0} and self._of(a) == {1}:
            a, b = b, a
        if self._of(a) != {0} or self._of(b) != {1} or not ex.is_deterministic(condition):
            return None
        if isinstance(a.type, Array | Map | Row) or a.type != b.type:
            return None
        return a, b

    def _of(self, e: ex.Expression) -> set[int]:
        return {int(i >= self.width) for i in ex.inputs(e)}

    def plain(self, e: ex.Expression) -> int | None:
        """Return the right column that a key is, perhaps as another type."""
        if isinstance(e, ex.Cast):
            e = e.operand
        return e.index - self.width if isinstance(e, ex.Input) else None

    def made(
        self,
        make: Callable[[Node, Node, tuple[tuple[int, int], ...], ex.Expression | None], Node],
        keys: Sequence[tuple[ex.Expression, ex.Expression]],
        residual: ex.Expression | None,
    ) -> Node:
        """Return the join, without the keys that had to be computed for it."""
        pairs = tuple((self._column(a, 0), self._column(b, 1)) for a, b in keys)
        left, right = (self._with_keys(side) for side in (0, 1))
        # The columns of the right input stand behind the computed keys of the left one.
        behind = len(self.computed[0])
        shift = {i: i if i < self.width else i + behind for i in range(self._total())}
        join = make(left, right, pairs, None if residual is None else ex.moved(residual, shift))
        if len(join.schema) == self._total():
            return join
        fields = join.schema.fields
        shown = tuple(ex.Input(fields[i].type, i, fields[i].name) for i in shift.values())
        return Project(join, shown, tuple(c.name for c in shown))

    def _total(self) -> int:
        return sum(len(n.schema) for n in self.nodes)

    def _column(self, e: ex.Expression, side: int) -> int:
        first = self.width * side
        own = len(self.nodes[side].schema)
        e = ex.moved(e, {first + i: i for i in range(own)})
        if isinstance(e, ex.Input):
            return e.index
        if e not in self.computed[side]:
            self.computed[side].append(e)
        return own + self.computed[side].index(e)

    def _with_keys(self, side: int) -> Node:
        node, computed = self.nodes[side], self.computed[side]
        if not computed:
            return node
        columns = (ex.Input(f.type, i, f.name) for i, f in enumerate(node.schema.fields))
        names = (f"$key{i}" for i in range(len(computed)))
        return Project(node, (*columns, *computed), (*node.schema.names, *names))

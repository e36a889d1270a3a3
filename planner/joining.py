"""From conditions to joins: which are keys, which bound the times of partners, which are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cep.planner import expressions as ex
from cep.planner.linear import Distance, distance, same_column
from cep.planner.logical import (
    Bound,
    Interval,
    Join,
    JoinKey,
    JoinKind,
    Node,
    Project,
    SameWindow,
)
from cep.types import Array, Map, Row


@dataclass
class _Side:
    """An input of a join, with the keys that have to be computed behind its columns."""

    node: Node
    first: int
    """Where its columns begin in conditions over both inputs."""
    computed: list[ex.Expression] = field(default_factory=list)

    @property
    def columns(self) -> range:
        return range(self.first, self.first + len(self.node.schema))

    @property
    def times(self) -> tuple[int, ...]:
        """The columns that the input's watermark holds for, in conditions over both inputs."""
        known = self.node.properties
        times = known.also if known.time is None else (known.time, *known.also)
        return tuple(self.first + t for t in times) if known.timed else ()

    def reads(self, e: ex.Expression) -> bool:
        """Say whether an expression reads columns of this input, and only these."""
        read = ex.inputs(e)
        return bool(read) and all(i in self.columns for i in read)

    def key(self, e: ex.Expression) -> int:
        """Return the column of the input that an expression is, or will be."""
        e = ex.moved(e, {i: i - self.first for i in self.columns})
        if isinstance(e, ex.Input):
            return e.index
        if e not in self.computed:
            self.computed.append(e)
        return len(self.node.schema) + self.computed.index(e)

    def with_keys(self) -> Node:
        """Return the input with its computed keys."""
        if not self.computed:
            return self.node
        fields = self.node.schema.fields
        names = tuple(f"$key{i}" for i in range(len(self.computed)))
        columns = (ex.Input(f.type, i, f.name) for i, f in enumerate(fields))
        return Project(self.node, (*columns, *self.computed), (*self.node.schema.names, *names))


def join(
    left: Node,
    right: Node,
    kind: JoinKind,
    conditions: Sequence[ex.Expression],
    *,
    keys: Sequence[JoinKey] = (),
    bound: Bound | None = None,
    final: bool = True,
    ttl: int | None = None,
) -> Node:
    """Return the join of two inputs on conditions over the columns of both, left ones first.

    Equalities of something left and something right are keys, besides those given; what is said of
    event times bounds how far apart partners are, unless a bound is given; all else is a residual
    condition on pairs.
    """
    one, other = _Side(left, 0), _Side(right, len(left.schema))
    rest = list(conditions)
    if bound is None:
        bound, rest = _bound(one, other, conditions)
    keys = list(keys)
    residual: list[ex.Expression] = []
    windows = [(k.left, k.right) for k in keys]
    for condition in rest:
        pair = _equality(condition, one, other)
        if pair is None:
            if condition not in residual:
                residual.append(condition)
            continue
        a, b, null_safe = pair
        columns = same_column(a), same_column(b)
        if columns[0] is not None and columns[1] is not None:
            windows.append((columns[0], columns[1] - other.first))
        key = JoinKey(one.key(a), other.key(b), null_safe)
        if key not in keys:
            keys.append(key)
    if bound is None and _same_window(left, right, windows):
        bound = SameWindow()
    inputs = one.with_keys(), other.with_keys()
    # The columns of the right input stand behind the computed keys of the left one.
    shift = {i: i for i in one.columns}
    shift |= {i: i + len(one.computed) for i in other.columns}
    made = Join(
        *inputs,
        kind,
        tuple(keys),
        ex.moved(ex.conjunction(tuple(residual)), shift) if residual else None,
        bound,
        final,
        ttl,
    )
    wanted = one.columns if kind.one_sided else [*one.columns, *other.columns]
    if len(wanted) == len(made.schema):
        return made
    fields = made.schema.fields
    shown = tuple(ex.Input(fields[i].type, i, fields[i].name) for i in (shift[w] for w in wanted))
    return Project(made, shown, tuple(c.name for c in shown))


def _equality(
    condition: ex.Expression, left: _Side, right: _Side
) -> tuple[ex.Expression, ex.Expression, bool] | None:
    """Return what of the left must equal what of the right, and whether NULL equals NULL."""
    if not (isinstance(condition, ex.Call) and ex.is_deterministic(condition)):
        return None
    name = condition.function.name
    if name not in {"=", "is not distinct from"}:
        return None
    a, b = condition.arguments
    if left.reads(b) and right.reads(a):
        a, b = b, a
    if not (left.reads(a) and right.reads(b)) or ex.reads_watermark((a, b)):
        return None
    if isinstance(a.type, Array | Map | Row) or a.type != b.type:
        # What contains a NULL equals nothing, which a key cannot say.
        return None
    return a, b, name != "="


def _bound(
    left: _Side, right: _Side, conditions: Sequence[ex.Expression]
) -> tuple[Bound | None, list[ex.Expression]]:
    """Return the bound that conditions on event times make, and the conditions it leaves over."""
    found: dict[tuple[int, int], Distance] = {}
    said: dict[tuple[int, int], list[ex.Expression]] = {}
    for condition in conditions:
        apart = distance(condition, left.times, right.times)
        if apart is None:
            continue
        pair = apart.left, apart.right
        found[pair] = apart.and_also(found[pair]) if pair in found else apart
        if not (apart.low == apart.high == 0):
            # Equal times are a key as well, by which partners are found at once.
            said.setdefault(pair, []).append(condition)
    if not found:
        return None, list(conditions)
    # The tightest, and of those the one that was found first.
    best = max(found.values(), key=lambda d: (d.low is not None) + (d.high is not None))
    covered = said.get((best.left, best.right), [])
    rest = [c for c in conditions if c not in covered]
    return Interval(best.left, best.right - right.first, best.low, best.high), rest


def _same_window(left: Node, right: Node, equal: Sequence[tuple[int, int]]) -> bool:
    """Say whether equal columns make partners those of one window."""
    here, there = left.properties, right.properties
    if here.window is None or there.window is None or not (here.timed and there.timed):
        return False
    starts, ends = (here.window.start, there.window.start), (here.window.end, there.window.end)
    return starts in equal and ends in equal


def absorbed(plan: Node, conditions: Sequence[ex.Expression]) -> tuple[Node, list[ex.Expression]]:
    """Let the inner joins at the top of a plan take over what relates their inputs.

    Returns the plan, which has the same columns, and the conditions that are left. Those that can
    fail are left too, but for what they say of the distance of event times.
    """
    if isinstance(plan, Project) and all(isinstance(e, ex.Input) for e in plan.expressions):
        origin = dict(enumerate(plan.expressions))
        lower = [ex.substitute(c, lambda e: _origin(e, origin)) for c in conditions]
        below, kept = absorbed(plan.input, lower)
        if below is plan.input:
            return plan, list(conditions)
        rest = [c for c, moved in zip(conditions, lower, strict=True) if moved in kept]
        return replace(plan, input=below), rest
    if not (isinstance(plan, Join) and plan.kind is JoinKind.INNER):
        return plan, list(conditions)
    left, right = _Side(plan.left, 0), _Side(plan.right, len(plan.left.schema))
    inside = [c for c in conditions if left.reads(c)]
    below, kept = absorbed(plan.left, inside)
    # What has become bounded has event times to go on by.
    left = _Side(below, 0)
    across = [c for c in conditions if _relates(c, left, right)]
    if below is plan.left and not across:
        return plan, list(conditions)
    own = () if plan.residual is None else ex.conjuncts(plan.residual)
    made = join(
        below,
        plan.right,
        plan.kind,
        [*own, *across],
        keys=plan.keys,
        bound=plan.bound,
        final=plan.final,
        ttl=plan.ttl,
    )
    return made, [c for c in conditions if c in kept or not (c in inside or c in across)]


def _origin(e: ex.Expression, expressions: Mapping[int, ex.Expression]) -> ex.Expression | None:
    return expressions[e.index] if isinstance(e, ex.Input) else None


def _relates(condition: ex.Expression, left: _Side, right: _Side) -> bool:
    """Say whether a join may take over a condition of both inputs."""
    if not ex.inputs(condition) or left.reads(condition) or right.reads(condition):
        return False
    if distance(condition, left.times, right.times) is not None:
        return True
    return ex.is_deterministic(condition) and not ex.can_fail(condition)

"""From conditions to joins: which are keys, which bound the times of partners, which are left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cep.planner import expressions as ex
from cep.planner.distances import Distance, Distances
from cep.planner.linear import comparison, distances, same_column
from cep.planner.logical import (
    Bound,
    Filter,
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

    @property
    def apart(self) -> list[Distance]:
        """What is known of the times of the input, in conditions over both inputs."""
        places = {i: self.first + i for i in range(len(self.node.schema))}
        return [d.moved(places) for d in self.node.properties.apart]

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
    above: Sequence[ex.Expression] = (),
) -> Node:
    """Return the join of two inputs on conditions over the columns of both, left ones first.

    Equalities of something left and something right are keys, besides those given; what is said of
    event times, and `above` of the pairs that are wanted, bounds how far apart partners are; all
    else is a residual condition on pairs.
    """
    times = _Times.of(left, right, kind, (*conditions, *above), bound)
    one, other = _Side(times.left, 0), _Side(times.right, len(left.schema))
    keys = list(keys)
    windows = [(k.left, k.right) for k in keys]
    equal = {c: _equality(c, one, other) for c in conditions}
    for pair in equal.values():
        columns = (None, None) if pair is None else (same_column(pair[0]), same_column(pair[1]))
        if columns[0] is not None and columns[1] is not None:
            windows.append((columns[0], columns[1] - other.first))
    bound = times.bound(same_window=_same_window(times.left, times.right, windows))
    residual: list[ex.Expression] = []
    for condition in times.left_over(bound, conditions):
        pair = equal[condition]
        if pair is None:
            residual.append(condition)
            continue
        a, b, null_safe = pair
        key = JoinKey(one.key(a), other.key(b), null_safe)
        if key not in keys:
            keys.append(key)
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


@dataclass(frozen=True)
class _Times:
    """How far apart the times of the rows that a join puts side by side are.

    The inputs are bounded themselves by what follows for them.
    """

    left: Node
    right: Node
    known: Distances
    said: Mapping[tuple[int, int], Distance]
    """What conditions say of pairs of times of both inputs."""
    given: Bound | None

    @staticmethod
    def of(
        left: Node,
        right: Node,
        kind: JoinKind,
        conditions: Iterable[ex.Expression],
        given: Bound | None,
    ) -> _Times:
        """Return what follows from conditions, and from what is known of the inputs."""
        one, other = _Side(left, 0), _Side(right, len(left.schema))
        found = list(distances(conditions))
        if isinstance(given, Interval):
            found.append(Distance(given.left, other.first + given.right, given.low, given.high))
        known = Distances((*one.apart, *other.apart, *found))
        # Rows that find no partner may be said, so nothing is asked of them.
        if not kind.keeps_left:
            left = bounded(left, known.among({i: i for i in one.columns}))
        if not kind.keeps_right:
            right = bounded(right, known.among({i: i - other.first for i in other.columns}))
        said: dict[tuple[int, int], Distance] = {}
        for d in found:
            if d.left in one.columns and d.right in other.columns:
                tightest = known.between(d.left, d.right)
                said[d.left, d.right] = d if tightest is None else tightest
        return _Times(left, right, known, said, given)

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        """The event times that may bound the join."""
        one, other = _Side(self.left, 0), _Side(self.right, len(self.left.schema))
        return [(a, b) for a in one.times for b in other.times]

    def pairs_of(self, distance: Distance) -> bool:
        """Say whether a distance is one of event times of both inputs."""
        return (distance.left, distance.right) in self._pairs

    def bound(self, *, same_window: bool) -> Bound | None:
        """Return the bound of the join: what is written goes before what only follows."""
        if self.given is not None and not isinstance(self.given, Interval):
            return self.given
        pairs = self._pairs
        written = [d for pair, d in self.said.items() if pair in pairs]
        whole = [d for d in written if d.low is not None and d.high is not None]
        if same_window and not whole:
            return SameWindow()
        follows = [d for d in (self.known.between(*pair) for pair in pairs) if d is not None]
        found = [*written, *follows]
        if not found:
            return None
        best = max(found, key=lambda d: (d.low is not None) + (d.high is not None))
        return Interval(best.left, best.right - len(self.left.schema), best.low, best.high)

    def left_over(
        self, bound: Bound | None, conditions: Sequence[ex.Expression]
    ) -> list[ex.Expression]:
        """Return the conditions that neither the bound of the join nor those of its inputs say.

        Equal times are a key as well, by which partners are found at once.
        """
        one, other = _Side(self.left, 0), _Side(self.right, len(self.left.schema))
        sure = [*one.apart, *other.apart]
        if isinstance(bound, Interval):
            right = other.first + bound.right
            sure.append(Distance(bound.left, right, bound.low, bound.high))
        known = Distances(sure)
        left_over: list[ex.Expression] = []
        for condition in dict.fromkeys(conditions):
            said = comparison(condition) if sure else None
            d = None if said is None or not said.exact else said.distance
            key = d is not None and d.low == d.high == 0 and d.left < other.first <= d.right
            if d is None or key or not d.follows_from(known.between(d.left, d.right)):
                left_over.append(condition)
        return left_over


def bounded(plan: Node, apart: Sequence[Distance]) -> Node:
    """Bound the inner joins at the top of a plan by how far apart times of the rows wanted are."""
    if not apart:
        return plan
    if isinstance(plan, Project):
        places = {i: e.index for i, e in enumerate(plan.expressions) if isinstance(e, ex.Input)}
        below = bounded(plan.input, Distances(apart).among(places))
        return plan if below is plan.input else replace(plan, input=below)
    if isinstance(plan, Filter):
        below = bounded(plan.input, apart)
        return plan if below is plan.input else replace(plan, input=below)
    if not (isinstance(plan, Join) and plan.kind is JoinKind.INNER and plan.said is None):
        return plan
    one, other = _Side(plan.left, 0), _Side(plan.right, len(plan.left.schema))
    known = Distances((*apart, *plan.properties.apart))
    left = bounded(plan.left, known.among({i: i for i in one.columns}))
    right = bounded(plan.right, known.among({i: i - other.first for i in other.columns}))
    bound = _Times(left, right, known, {}, plan.bound).bound(same_window=False)
    if left is plan.left and right is plan.right and bound == plan.bound:
        return plan
    return replace(plan, left=left, right=right, bound=bound)


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
    one, other = _Side(plan.left, 0), _Side(plan.right, len(plan.left.schema))
    left, of_left = absorbed(plan.left, [c for c in conditions if one.reads(c)])
    to_right = {i: i - other.first for i in other.columns}
    inside = {ex.moved(c, to_right): c for c in conditions if other.reads(c)}
    right, of_right = absorbed(plan.right, list(inside))
    own = () if plan.residual is None else ex.conjuncts(plan.residual)
    times = _Times.of(left, right, plan.kind, (*own, *conditions), plan.bound)
    across = [c for c in conditions if _relates(c, times)]
    if times.left is plan.left and times.right is plan.right and not across:
        return plan, list(conditions)
    made = join(
        times.left,
        times.right,
        plan.kind,
        [*own, *across],
        keys=plan.keys,
        bound=plan.bound,
        final=plan.final,
        ttl=plan.ttl,
        above=conditions,
    )
    left_over = [*of_left, *(inside[c] for c in of_right)]
    alone = [c for c in conditions if one.reads(c) or other.reads(c)]
    taken = [*across, *(c for c in alone if c not in left_over)]
    return made, [c for c in conditions if c not in taken]


def _origin(e: ex.Expression, expressions: Mapping[int, ex.Expression]) -> ex.Expression | None:
    return expressions[e.index] if isinstance(e, ex.Input) else None


def _relates(condition: ex.Expression, times: _Times) -> bool:
    """Say whether a join may take over a condition of both inputs."""
    one, other = _Side(times.left, 0), _Side(times.right, len(times.left.schema))
    if not ex.inputs(condition) or one.reads(condition) or other.reads(condition):
        return False
    said = comparison(condition)
    if said is not None and said.exact and times.pairs_of(said.distance):
        return True
    return ex.is_deterministic(condition) and not ex.can_fail(condition)

"""Joins: pairs of rows of two inputs, and rows of one that have, or have no, partner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from cep.planner.distances import Distance
from cep.planner.expressions import Expression, can_fail, conjuncts, renamed
from cep.planner.linear import distances
from cep.planner.logical.node import Node, Unary, told_apart
from cep.planner.logical.rows import Scan
from cep.planner.properties import Properties, WindowColumns
from cep.planner.units import duration
from cep.types import Schema


class JoinKind(Enum):
    """Which rows a join has besides, or instead of, the pairs."""

    INNER = "Inner"
    LEFT = "Left"
    RIGHT = "Right"
    FULL = "Full"
    SEMI = "Semi"
    ANTI = "Anti"

    @property
    def one_sided(self) -> bool:
        """Whether the rows are those of the left input alone."""
        return self in {JoinKind.SEMI, JoinKind.ANTI}

    @property
    def keeps_left(self) -> bool:
        """Whether rows of the left input without a partner are said, padded with NULLs if need be.

        Of an anti join these are all there are.
        """
        return self in {JoinKind.LEFT, JoinKind.FULL, JoinKind.ANTI}

    @property
    def keeps_right(self) -> bool:
        """Whether rows of the right input without a partner are said, padded with NULLs."""
        return self in {JoinKind.RIGHT, JoinKind.FULL}


@dataclass(frozen=True)
class JoinKey:
    """Two columns that must be equal: their positions in the left and in the right input.

    They have the same type. NULL equals nothing, but where `null_safe`, NULL equals NULL.
    """

    left: int
    right: int
    null_safe: bool = False


@dataclass(frozen=True)
class Interval:
    """Partners are near in time: low ≤ right's time - left's time ≤ high, in microseconds.

    `left` and `right` are the positions of event-time columns in their inputs; None is no bound.
    """

    left: int
    right: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class SameWindow:
    """Partners are in the same window: its bounds are among the keys, and both inputs have them."""


Bound = Interval | SameWindow


@dataclass(frozen=True)
class Join(Node):
    """Pairs of rows with equal keys, within a bound on their times, for which a condition holds.

    The columns are those of the left input, then those of the right one; of a semi or anti join
    only the left ones. `residual` reads the columns of both, in this order. `bound` says how far
    apart in event time partners may be, so that the watermark frees the rows that are kept, and
    rows without a partner are said when none can come any more. Without a bound they are said at
    once and taken back when one comes; but with `final` they wait for the end of an input that has
    one. `ttl` is in microseconds. `said` are the columns of the output by their positions among
    those of both inputs, None for all. With `correct` late rows are joined for so many microseconds
    more, and what was said of rows without a partner is taken back. `carried` are columns of the
    left, and of the right input, that nothing reads but whoever gets the late rows.
    """

    left: Node
    right: Node
    kind: JoinKind
    keys: tuple[JoinKey, ...] = ()
    residual: Expression | None = None
    bound: Bound | None = None
    final: bool = False
    ttl: int | None = None
    said: tuple[int, ...] | None = None
    correct: int = 0
    carried: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    def inputs(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def over(self, inputs: tuple[Node, ...]) -> Node:
        left, right = inputs
        return replace(self, left=left, right=right)

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns of the output, by their positions among those of both inputs."""
        if self.said is not None:
            return self.said
        right = 0 if self.kind.one_sided else len(self.right.schema)
        return tuple(range(len(self.left.schema) + right))

    @cached_property
    def schema(self) -> Schema:
        left, right = self.left.schema.fields, self.right.schema.fields
        if self.kind.keeps_right:
            left = tuple(replace(f, nullable=True) for f in left)
        if self.kind.keeps_left and not self.kind.one_sided:
            right = tuple(replace(f, nullable=True) for f in right)
        both = (*left, *right)
        return Schema(tuple(both[i] for i in self.columns))

    @cached_property
    def properties(self) -> Properties:
        left, right = self.left.properties, self.right.properties
        times = self._times()
        held = None if self.held is None else (left, right)[self.held]
        both = left.append_only and right.append_only
        whole = Properties(
            append_only=both and not self.revises if held is None else held.append_only,
            bounded=left.bounded and right.bounded,
            timed=any(self.timely),
            as_came=held is not None and held.as_came,
            time=times[0] if times else None,
            also=times[1:],
            key=self._key(),
            window=self._window(),
            apart=self._apart(),
        )
        moved = whole.projected({old: new for new, old in enumerate(self.columns)})
        return replace(moved, state=self._state())

    @property
    def widens(self) -> bool:
        """Whether it only adds columns: each row of the left input is said once, come what may.

        One that refuses late rows, or whose condition may fail, does more than that.
        """
        key = self.right.properties.key
        one = key is not None and set(key) <= {k.right for k in self.keys if not k.null_safe}
        plain = self.residual is None or not can_fail(self.residual)
        return self.kind is JoinKind.LEFT and self.bound is None and one and plain

    @property
    def forgets(self) -> int | None:
        """How long after they came rows are forgotten, where nothing else bounds them."""
        ends = self.left.properties.bounded or self.right.properties.bounded
        return None if ends or self.bound is not None else self.ttl

    @cached_property
    def held(self) -> int | None:
        """The input whose rows wait until the other one has ended, by its number; None: neither.

        So a stream that is looked up in a file keeps its event time: each of its rows is answered
        when it is its turn, once and for good.
        """
        if self.bound is not None:
            return None
        sides = (self.left.properties, self.right.properties)
        wanted = (not self.kind.keeps_right, self.kind in {JoinKind.INNER, JoinKind.RIGHT})
        for i, (mine, other) in enumerate((sides, sides[::-1])):
            # Of two that end, the one with event time is the one to be looked up.
            alone = not (mine.bounded and other.timed)
            if wanted[i] and mine.timed and mine.append_only and other.bounded and alone:
                return i
        return None

    def waits(self, *, left: bool) -> bool:
        """Say whether a row of an input is called without partner only when that is sure."""
        other = self.right if left else self.left
        ends = self.final and other.properties.bounded
        return self.bound is not None or self.held == (0 if left else 1) or ends

    @property
    def revises(self) -> bool:
        """Whether a row may be called without partner, and one may come yet."""
        early = self.kind.keeps_left and not self.waits(left=True)
        early = early or (self.kind.keeps_right and not self.waits(left=False))
        return early or (self.correct > 0 and (self.kind.keeps_left or self.kind.keeps_right))

    @cached_property
    def timely(self) -> tuple[bool, bool]:
        """Whether the time of the left, and that of the right input is one of every row.

        Of a full join each row has the time of either, which is then no column.
        """
        if self.held is not None:
            return (self.held == 0, self.held == 1)
        if isinstance(self.bound, Interval):
            # What a new row meets on the other side is no older than the interval is long.
            left, right = self.bound.high is not None, self.bound.low is not None
        else:
            left = right = self.bound is not None
        if self.kind is JoinKind.FULL:
            return (left and right, left and right)
        one = self.kind is JoinKind.LEFT or self.kind.one_sided
        return left and not self.kind.keeps_right, right and not one

    def _times(self) -> tuple[int, ...]:
        """Return the columns that are event times of the output too."""
        if self.kind is JoinKind.FULL:
            return ()
        if self.held is not None:
            known = (self.left if self.held == 0 else self.right).properties
            own = (*(() if known.time is None else (known.time,)), *known.also)
            return tuple(t + self.held * len(self.left.schema) for t in own)
        columns: list[int] = []
        for i, side in enumerate((self.left, self.right)):
            if not self.timely[i]:
                continue
            if isinstance(self.bound, Interval):
                column = self.bound.right if i else self.bound.left
            else:
                window = side.properties.window
                column = -1 if window is None else window.time
            if column >= 0:
                columns.append(i * len(self.left.schema) + column)
        return tuple(columns)

    def _key(self) -> tuple[int, ...] | None:
        left, right = self.left.properties.key, self.right.properties.key
        if self.kind.one_sided:
            return left
        width = len(self.left.schema)
        # Where a row meets one partner at most, what tells rows apart tells the pairs apart.
        one_right = right is not None and set(right) <= {k.right for k in self.keys}
        one_left = left is not None and set(left) <= {k.left for k in self.keys}
        if one_right and left is not None and not self.kind.keeps_right:
            return left
        if one_left and right is not None and not self.kind.keeps_left:
            return tuple(width + i for i in right)
        if left is None or right is None:
            return None
        return (*left, *(width + i for i in right))

    def _apart(self) -> tuple[Distance, ...]:
        """Return how far apart the times of rows are, on the sides that are always there."""
        width = len(self.left.schema)
        places = {i: width + i for i in range(len(self.right.schema))}
        apart = () if self.kind.keeps_right else self.left.properties.apart
        if not (self.kind.keeps_left or self.kind.one_sided):
            apart += tuple(d.moved(places) for d in self.right.properties.apart)
        if self.kind is JoinKind.INNER:
            apart += () if self.residual is None else distances(conjuncts(self.residual))
            if isinstance(self.bound, Interval):
                right = width + self.bound.right
                apart += (Distance(self.bound.left, right, self.bound.low, self.bound.high),)
        return apart

    def _window(self) -> WindowColumns | None:
        """Return the window columns, which every row of a window join has at one side."""
        if not isinstance(self.bound, SameWindow) or self.kind is JoinKind.FULL:
            return None
        if self.kind is not JoinKind.RIGHT:
            return self.left.properties.window
        window, width = self.right.properties.window, len(self.left.schema)
        if window is None:
            return None
        return window.moved({i: width + i for i in range(len(self.right.schema))})

    def _state(self) -> str:
        if self.forgets is not None:
            return (
                f"the rows of both inputs, forgotten {duration(self.forgets)} after they came: "
                "a partner that comes later is not found"
            )
        endless = [side for side in ("left", "right") if self._endless(left=side == "left")]
        if endless:
            whose = "both inputs" if len(endless) > 1 else f"the {endless[0]} input"
            return (
                f"the rows of both inputs; nothing bounds those of {whose} "
                "(WITH (state_ttl = …) would)"
            )
        return "the rows of both inputs, as long as a partner may come"

    def details(self) -> tuple[tuple[str, str], ...]:
        return (("left", self._kept(left=True)), ("right", self._kept(left=False)))

    def caution(self) -> str:
        sides = [s for s in (True, False) if self._endless(left=s)]
        if not sides:
            return ""
        whose = "both inputs" if len(sides) > 1 else f"the {'left' if sides[0] else 'right'} input"
        said = f"all rows of {whose} of a join are kept, as a partner may always come\n  "
        table = self._looked_up(left=not sides[0])
        if self.left.properties.timed and self.right.properties.timed:
            said += (
                "bound how far apart in event time partners are: … AND b.ts BETWEEN a.ts AND "
                "a.ts + INTERVAL '1' HOUR,\n  or "
            )
        elif table is not None:
            said += (
                "if rows need not be corrected when the table changes, write JOIN "
                f"{table} FOR SYSTEM_TIME AS OF PROCTIME(),\n  or "
            )
        return f"{said}write WITH (state_ttl = INTERVAL '1' DAY) at the end"

    def _looked_up(self, *, left: bool) -> str | None:
        """Return the table that an input is, if its rows could be looked up one by one."""
        node = self.left if left else self.right
        keys = {k.left if left else k.right for k in self.keys}
        kind = JoinKind.RIGHT if left else JoinKind.LEFT
        if not isinstance(node, Scan) or not node.relation.is_table or not node.properties.key:
            return None
        found = set(node.properties.key) <= keys and self.kind in {JoinKind.INNER, kind}
        return node.relation.name if found else None

    def _distance(self, *, left: bool) -> int | None:
        """Return how much later than a row's time its last partner may come; None for ever."""
        if not isinstance(self.bound, Interval):
            return None
        if left:
            return self.bound.high
        return None if self.bound.low is None else -self.bound.low

    def _endless(self, *, left: bool) -> bool:
        """Say whether the rows of an unbounded stream are kept for ever."""
        here, there = (self.left, self.right) if left else (self.right, self.left)
        ends = isinstance(self.bound, SameWindow) or self._distance(left=left) is not None
        ends = ends or there.properties.bounded or self.forgets is not None
        return not ends and not here.properties.bounded and here.properties.append_only

    def _kept(self, *, left: bool) -> str:
        """Say how long rows of an input are kept."""
        here, there = (self.left, self.right) if left else (self.right, self.left)
        more = f"{duration(self.correct)} after " if self.correct else ""
        if isinstance(self.bound, SameWindow):
            return f"rows are kept until {more}the watermark of the other input closes their window"
        distance = self._distance(left=left)
        if isinstance(self.bound, Interval) and distance is not None:
            own = here.schema.names[self.bound.left if left else self.bound.right]
            # What is an instant more or less comes of < and >.
            distance -= {1: 1, 999: -1}.get(distance % 1000, 0)
            shift = f" {'+' if distance > 0 else '-'} {duration(abs(distance))}" if distance else ""
            return f"rows are kept until {more}the watermark of the other input passes {own}{shift}"
        if self.held == (0 if left else 1):
            return "rows wait until the other input has ended"
        if there.properties.bounded:
            return "rows are kept until the other input ends"
        if self.forgets is not None:
            return f"rows are kept for {duration(self.forgets)}"
        if not here.properties.append_only:
            return "rows are kept until they are taken back"
        if here.properties.bounded:
            return "all rows are kept, and the input ends"
        return "all rows are kept, for ever: nothing bounds them"

    def describe(self) -> str:
        left, right = told_apart(self.left.schema.names, self.right.schema.names)
        on = [
            f"{left[k.left]} {'IS NOT DISTINCT FROM' if k.null_safe else '='} {right[k.right]}"
            for k in self.keys
        ]
        match self.bound:
            case Interval():
                on += _nearness(left[self.bound.left], right[self.bound.right], self.bound)
            case SameWindow():
                on.append("in the same window")
        if self.residual is not None:
            on += map(str, conjuncts(renamed(self.residual, (*left, *right))))
        head = f"{self.kind.value} join"
        if not on:
            return f"{head} of all pairs" if self.kind is JoinKind.INNER else head
        corrected = f", corrected for {duration(self.correct)}" if self.correct else ""
        return f"{head} on {' AND '.join(on)}{corrected}"


def _nearness(left: str, right: str, bound: Interval) -> list[str]:
    """Return the conditions that bound how far apart two times are."""

    def moved(distance: int) -> str:
        if not distance:
            return left
        return f"{left} {'-' if distance < 0 else '+'} {duration(abs(distance))}"

    # An instant more or less comes of < and >.
    low, high = bound.low, bound.high
    above = low is not None and low % 1000 == 1
    below = high is not None and high % 1000 == 999
    if low is not None and high is not None and not above and not below:
        return [f"{right} BETWEEN {moved(low)} AND {moved(high)}"]
    ends: list[str] = []
    if low is not None:
        ends.append(f"{right} > {moved(low - 1)}" if above else f"{right} >= {moved(low)}")
    if high is not None:
        ends.append(f"{right} < {moved(high + 1)}" if below else f"{right} <= {moved(high)}")
    return ends


@dataclass(frozen=True)
class ByTime(Unary):
    """The same rows, which go on by another of their event times: the column `time`."""

    time: int

    @property
    def schema(self) -> Schema:
        return self.input.schema

    @cached_property
    def properties(self) -> Properties:
        before = self.input.properties
        times = (*before.also, *(() if before.time is None else (before.time,)))
        also = tuple(t for t in times if t != self.time)
        return replace(before, time=self.time, also=also, state="none")

    def describe(self) -> str:
        return f"Go on by {self.schema.names[self.time]}"


def by_time(node: Node, column: int) -> Node:
    """Return a relation that goes on by a time, if that is one of its event times."""
    known = node.properties
    if known.timed and column != known.time and column in known.also:
        return ByTime(node, column)
    return node

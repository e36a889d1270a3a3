"""The program of a row pattern: a handful of instructions, and the conditions they test.

A walk begins at a row with instruction 0 and tries what is preferred first; where it can go no
further it goes back to the last choice. The first walk that reaches `Done` is the match that the
standard wants, because every choice lists its alternatives in the order of preference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Take:
    """Take the row if it satisfies the variable; `excluded` rows are not said."""

    variable: int
    excluded: bool = False


@dataclass(frozen=True)
class Fork:
    """Go on at `first`, and on failure at `second`."""

    first: int
    second: int


@dataclass(frozen=True)
class Jump:
    """Go on at `to`."""

    to: int


@dataclass(frozen=True)
class Mark:
    """Remember the place in the input: an iteration begins that may take no row."""

    register: int


@dataclass(frozen=True)
class Progress:
    """Go on, but at `otherwise` if no row was taken since the mark."""

    register: int
    otherwise: int


@dataclass(frozen=True)
class Zero:
    """Begin to count iterations."""

    register: int


@dataclass(frozen=True)
class Iterate:
    """Begin one more iteration at `body`, or leave to `out`, as the count allows and prefers."""

    register: int
    minimum: int
    maximum: int | None
    reluctant: bool
    body: int
    out: int


@dataclass(frozen=True)
class Enough:
    """Go on if no iteration is owed, which ends a repetition that takes no row; else elsewhere."""

    register: int
    minimum: int
    otherwise: int


@dataclass(frozen=True)
class Edge:
    """Go on only before the first row of the partition or, with `end`, after the last."""

    end: bool


@dataclass(frozen=True)
class Origin:
    """Remember the last row taken: a limit of time counts from it."""

    register: int


@dataclass(frozen=True)
class Seek:
    """Pass over rows up to the first that satisfies a variable of `targets`; it is not taken yet.

    On failure no other row is tried, unless `any`. A row that satisfies one of `absent` before is a
    failure. With `within` the row must come so many microseconds after that in `origin`.
    """

    targets: tuple[int, ...]
    absent: tuple[int, ...] = ()
    any: bool = False
    within: int | None = None
    origin: int = -1


@dataclass(frozen=True)
class Lack:
    """Pass over rows until a limit of time has come; one that satisfies `absent` is a failure."""

    absent: tuple[int, ...]
    within: int | None = None
    origin: int = -1


@dataclass(frozen=True)
class Each:
    """Go on at the body of the next part that was not met, in the order written; else at `out`.

    For PERMUTE of parts that leave no choice. `register` holds the parts met, as bits, and the next
    register the first part to try.
    """

    register: int
    bodies: tuple[int, ...]
    out: int


@dataclass(frozen=True)
class Order:
    """Choose an order of `count` parts; on failure the next one that could make a difference.

    For PERMUTE of parts with choices of their own. The registers: the order, the parts begun, the
    parts met at most, the frame of the choice.
    """

    register: int
    count: int


@dataclass(frozen=True)
class Step:
    """Go on at the body of the next part of the order; at `out` when all are met."""

    register: int
    bodies: tuple[int, ...]
    out: int


@dataclass(frozen=True)
class Done:
    """The rows taken are a match."""


Instruction = (
    Take
    | Fork
    | Jump
    | Mark
    | Progress
    | Zero
    | Iterate
    | Enough
    | Edge
    | Origin
    | Seek
    | Lack
    | Each
    | Order
    | Step
    | Done
)


class Reads(Enum):
    """How a condition is known."""

    NOTHING = "always true"
    COLUMN = "a column"
    MATCH = "per match"
    PYTHON = "per match, in Python"


@dataclass(frozen=True)
class Condition:
    """What a row must satisfy to be taken as a variable.

    A COLUMN is computed for all rows beforehand: a bit of the row's flags. A condition that reads
    the MATCH is the source of a few statements over registers and values, and the names of its
    truth and of its error. `ahead` says that rows after the current one are read.
    """

    reads: Reads
    text: str = ""
    ahead: bool = False
    lines: tuple[str, ...] = ()
    truth: str = "True"
    error: str = "0"
    fails: bool = False


class Keeps(Enum):
    """What a register holds of the rows taken so far as one of some variables."""

    LAST = "last row"
    FIRST = "first row"
    ROWS = "number of rows"
    LABEL = "last label"
    COUNT = "number of values"
    SUM = "sum"
    LOW = "sum of the low halves"
    HIGH = "sum of the high halves"
    MIN = "least"
    MAX = "greatest"


@dataclass(frozen=True)
class Register:
    """Something that conditions read of the rows taken, kept while a walk goes on and back.

    `variables` is None for all. `depth` counts rows from the last, or the first. `value` is the
    number of the value column that is summed up; `floating` says that it holds a DOUBLE. Whole
    numbers are summed in two halves of 32 bits, which cannot overflow.
    """

    keeps: Keeps
    variables: frozenset[int] | None
    depth: int = 0
    value: int = -1
    floating: bool = False

    def counts(self, variable: int) -> bool:
        """Say whether a row taken as the variable changes it."""
        return self.variables is None or variable in self.variables


class After(Enum):
    """Where the next match may start."""

    PAST_LAST = "past the last row"
    NEXT = "at the next row"
    FIRST = "at the first row of some variables"
    LAST = "at the last row of some variables"
    EVERYWHERE = "at the next row, when all matches of this one are said"


@dataclass(frozen=True)
class Frame:
    """Where the pattern of a window is looked for: from each row on, so many rows further.

    `following` is None where nothing bounds it. With `seek` the match may start later in the frame.
    """

    following: int | None
    seek: bool


@dataclass(frozen=True)
class Program:
    """A row pattern, ready to be run.

    `plain` are the registers of loops and limits, which hold whole numbers. `values` says of each
    value column whether it is of doubles. `marked` are the instructions at which a failure is
    remembered, because what follows them does not depend on how they were reached: for all starts,
    or with `each_start` only for one. `within` is in microseconds, None where there is no limit.
    `ahead` says that a match waits for rows after its last, as its measures read them. `distinct`
    says that matches of a start may be found twice, and are said once. With `frame` it is the
    pattern of a window: every row has a result, of its match or without one.
    """

    code: tuple[Instruction, ...]
    variables: tuple[str, ...]
    conditions: tuple[Condition, ...]
    registers: tuple[Register, ...] = ()
    plain: int = 0
    values: tuple[bool, ...] = ()
    marked: tuple[int, ...] = ()
    each_start: bool = True
    after: After = After.PAST_LAST
    to: frozenset[int] | None = None
    within: int | None = None
    timeouts: bool = False
    unmatched: bool = False
    ahead: bool = False
    distinct: bool = False
    frame: Frame | None = None

    @property
    def compilable(self) -> bool:
        """Whether the machine can be machine code."""
        return all(c.reads is not Reads.PYTHON for c in self.conditions)

    @property
    def fails(self) -> bool:
        """Whether some condition can fail for a row."""
        return any(c.fails for c in self.conditions)

    def listing(self) -> Iterator[str]:
        """Yield the instructions as EXPLAIN shows them."""
        for i, instruction in enumerate(self.code):
            yield f"{i:>3} {self._show(instruction)}"

    def _show(self, instruction: Instruction) -> str:  # noqa: PLR0912 - one branch for each
        def named(variables: tuple[int, ...]) -> str:
            return " | ".join(self.variables[v] for v in variables)

        match instruction:
            case Take(variable=v, excluded=excluded):
                return f"take {self.variables[v]}{', excluded' if excluded else ''}"
            case Fork(first=a, second=b):
                return f"fork {a}, else {b}"
            case Jump(to=to):
                return f"jump {to}"
            case Mark(register=r):
                return f"mark {r}"
            case Progress(register=r, otherwise=out):
                return f"progress since {r}, else {out}"
            case Zero(register=r):
                return f"count {r} from 0"
            case Iterate(register=r, minimum=m, maximum=n, body=body, out=out, reluctant=lazy):
                times = f"{m} to {'any' if n is None else n}"
                return f"iterate {r}, {times}{', reluctantly' if lazy else ''}: {body}, out {out}"
            case Enough(register=r, minimum=m, otherwise=out):
                return f"{m} of {r}, else {out}"
            case Edge(end=end):
                return "last row passed" if end else "first row"
            case Origin(register=r):
                return f"origin {r}"
            case Seek(targets=targets, absent=absent, any=free, within=within):
                gap = f" without {named(absent)}" if absent else ""
                limit = "" if within is None else f" within {_seconds(within)}"
                return (
                    f"seek {'any' if free else 'first'} {named(targets) or 'nothing'}{gap}{limit}"
                )
            case Lack(absent=absent, within=within):
                limit = "" if within is None else f" within {_seconds(within)}"
                return f"lack {named(absent)}{limit}"
            case Each(bodies=bodies, out=out):
                return f"each of {', '.join(map(str, bodies))}, then {out}"
            case Order(count=count):
                return f"order {count} parts"
            case Step(bodies=bodies, out=out):
                return f"step to {', '.join(map(str, bodies))}, then {out}"
            case Done():
                return "done"


def _seconds(microseconds: int) -> str:
    """Return a length of time to its last digit."""
    return f"{microseconds / 1_000_000:.6f}".rstrip("0").rstrip(".") + " s"

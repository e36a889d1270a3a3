"""The bound pattern: variables are numbers, and what the standard forbids is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cep.planner.units import duration

Names = Sequence[str]


@dataclass(frozen=True)
class Pattern:
    """A part of a pattern. Variables are numbered in the order in which they are first written."""

    def parts(self) -> tuple[Pattern, ...]:
        """Return what it is made of."""
        return ()

    def nullable(self) -> bool:
        """Say whether it can be met without taking a row."""
        return False

    def show(self, names: Names) -> str:
        """Return the pattern as it would be written, with the variables' names."""
        raise NotImplementedError


@dataclass(frozen=True)
class Take(Pattern):
    """One row that satisfies the condition of a variable."""

    variable: int

    def show(self, names: Names) -> str:
        return names[self.variable]


@dataclass(frozen=True)
class Empty(Pattern):
    """`()`."""

    def nullable(self) -> bool:
        return True

    def show(self, names: Names) -> str:
        return "()"


@dataclass(frozen=True)
class Edge(Pattern):
    """`^` or, with `end`, `$`: no row is taken, but the next one is the first, or there is none."""

    end: bool

    def nullable(self) -> bool:
        return True

    def show(self, names: Names) -> str:
        return "$" if self.end else "^"


@dataclass(frozen=True)
class Sequenced(Pattern):
    """Parts in adjacent rows, one after the other."""

    items: tuple[Pattern, ...]

    def parts(self) -> tuple[Pattern, ...]:
        return self.items

    def nullable(self) -> bool:
        return all(p.nullable() for p in self.items)

    def show(self, names: Names) -> str:
        return " ".join(_grouped(p, names, Choice | Follow | Lack) for p in self.items)


@dataclass(frozen=True)
class Choice(Pattern):
    """Alternatives; the left one is preferred."""

    items: tuple[Pattern, ...]

    def parts(self) -> tuple[Pattern, ...]:
        return self.items

    def nullable(self) -> bool:
        return any(p.nullable() for p in self.items)

    def show(self, names: Names) -> str:
        return " | ".join(p.show(names) for p in self.items)


@dataclass(frozen=True)
class Repeat(Pattern):
    """`minimum` to `maximum` (None: any number of) times; more is preferred unless `reluctant`.

    Iterations that take no row may meet the minimum; one beyond it ends the repetition.
    """

    operand: Pattern
    minimum: int
    maximum: int | None
    reluctant: bool = False

    def parts(self) -> tuple[Pattern, ...]:
        return (self.operand,)

    def nullable(self) -> bool:
        return self.minimum == 0 or self.operand.nullable()

    def show(self, names: Names) -> str:
        times = _TIMES.get((self.minimum, self.maximum)) or self._braces()
        simple = isinstance(self.operand, Take | Empty | Permute | Exclude | Edge)
        inner = self.operand.show(names)
        return f"{inner if simple else f'({inner})'}{times}{'?' if self.reluctant else ''}"

    def _braces(self) -> str:
        if self.minimum == self.maximum:
            return f"{{{self.minimum}}}"
        return f"{{{self.minimum},{'' if self.maximum is None else self.maximum}}}"


_TIMES = {(0, None): "*", (1, None): "+", (0, 1): "?"}


@dataclass(frozen=True)
class Permute(Pattern):
    """All parts in any order. As if all orders were written as alternatives, lexicographically."""

    items: tuple[Pattern, ...]

    def parts(self) -> tuple[Pattern, ...]:
        return self.items

    def nullable(self) -> bool:
        return all(p.nullable() for p in self.items)

    def show(self, names: Names) -> str:
        return f"PERMUTE({', '.join(p.show(names) for p in self.items)})"


@dataclass(frozen=True)
class Exclude(Pattern):
    """`{- p -}`: its rows are not among those said."""

    operand: Pattern

    def parts(self) -> tuple[Pattern, ...]:
        return (self.operand,)

    def nullable(self) -> bool:
        return self.operand.nullable()

    def show(self, names: Names) -> str:
        return f"{{- {self.operand.show(names)} -}}"


@dataclass(frozen=True)
class Follow(Pattern):
    """`left -> right`, with `any` `left ->> right`; neither side is nullable.

    The gap ends at the first row that can be the first of `right` (with `any`, on backtracking at a
    later one); no row in it satisfies a variable in `absent`. `within`, in microseconds, limits the
    time from the last row of `left` to the first of `right`.
    """

    left: Pattern
    right: Pattern
    any: bool = False
    absent: tuple[int, ...] = ()
    within: int | None = None

    def parts(self) -> tuple[Pattern, ...]:
        return (self.left, self.right)

    def show(self, names: Names) -> str:
        arrow = "->>" if self.any else "->"
        gap = "".join(f"-> !{names[v]} " for v in self.absent)
        within = "" if self.within is None else f" WITHIN {duration(self.within)}"
        left = _grouped(self.left, names, Choice)
        right = _grouped(self.right, names, Choice | Follow | Lack)
        return f"{left} {gap}{arrow} {right}{within}"


@dataclass(frozen=True)
class Lack(Pattern):
    """`left -> !B` at the end of a pattern: up to the limit no row satisfies one of `absent`.

    The limit is `within` microseconds after the last row of `left`, or the WITHIN of the pattern,
    whichever comes first; one of them is there.
    """

    left: Pattern
    absent: tuple[int, ...]
    within: int | None = None

    def parts(self) -> tuple[Pattern, ...]:
        return (self.left,)

    def show(self, names: Names) -> str:
        gap = "".join(f" -> !{names[v]}" for v in self.absent)
        within = "" if self.within is None else f" WITHIN {duration(self.within)}"
        return f"{_grouped(self.left, names, Choice)}{gap}{within}"


def _grouped(pattern: Pattern, names: Names, looser: object) -> str:
    text = pattern.show(names)
    return f"({text})" if isinstance(pattern, looser) else text  # type: ignore[arg-type]  # a union of classes


def walk(pattern: Pattern) -> Iterator[Pattern]:
    """Yield the pattern and everything in it, top down."""
    yield pattern
    for part in pattern.parts():
        yield from walk(part)


def firsts(pattern: Pattern) -> frozenset[int]:
    """Return the variables that the first row taken can be, where neither `^` nor `$` is met.

    So it is behind an arrow, where there is a row before and a row to take.
    """
    match pattern:
        case Take(variable=v):
            return frozenset((v,))
        case Sequenced(items=items):
            found: frozenset[int] = frozenset()
            for item in items:
                found |= firsts(item)
                if not _passable(item):
                    break
            return found
        case Follow(left=left) | Lack(left=left):
            return firsts(left)
    return frozenset(v for part in pattern.parts() for v in firsts(part))


def _passable(pattern: Pattern) -> bool:
    """Say whether it can be met without a row, where neither `^` nor `$` is met."""
    match pattern:
        case Edge():
            return False
        case Sequenced() | Permute():
            return all(map(_passable, pattern.parts()))
        case Choice() | Exclude():
            return any(map(_passable, pattern.parts()))
        case Repeat(operand=operand, minimum=minimum):
            return minimum == 0 or _passable(operand)
    return pattern.nullable()


def laters(pattern: Pattern) -> frozenset[int]:
    """Return the variables that rows after the first one taken by the pattern can be."""
    match pattern:
        case Sequenced(items=items):
            found: frozenset[int] = frozenset()
            for i, item in enumerate(items):
                found |= laters(item)
                if any(_taken(before) for before in items[:i]):
                    found |= firsts(item)
            return found
        case Repeat(operand=operand, maximum=maximum):
            return laters(operand) if maximum == 1 else _taken(operand)
        case Permute(items=items):
            return _taken(pattern) if len(items) > 1 else laters(items[0])
        case Follow(left=left, right=right):
            return laters(left) | _taken(right)
        case Lack(left=left):
            return laters(left)
    return frozenset(v for part in pattern.parts() for v in laters(part))


def _taken(pattern: Pattern) -> frozenset[int]:
    """Return the variables that rows taken by the pattern can be."""
    return frozenset(p.variable for p in walk(pattern) if isinstance(p, Take))


def limited(pattern: Pattern) -> bool:
    """Say whether the rows of a match, or its time, are bounded by the pattern itself."""
    return not any(
        (isinstance(p, Follow) and p.within is None)
        or (isinstance(p, Repeat) and p.maximum is None and _taken(p))
        for p in walk(pattern)
    )


def longest(pattern: Pattern) -> int | None:
    """Return how many rows a match has at most, those that arrows pass over too; None: any."""
    match pattern:
        case Take():
            return 1
        case Follow() | Lack():
            return None
        case Choice():
            lengths = [longest(p) for p in pattern.parts()]
            return None if None in lengths else max(n or 0 for n in lengths)
        case Repeat(operand=operand, maximum=maximum):
            length = longest(operand)
            if length == 0:
                return 0
            return None if length is None or maximum is None else length * maximum
    lengths = [longest(p) for p in pattern.parts()]
    return None if None in lengths else sum(n or 0 for n in lengths)

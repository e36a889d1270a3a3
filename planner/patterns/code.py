"""From a bound pattern to instructions."""

from __future__ import annotations

from dataclasses import replace

from cep.planner.patterns.tree import (
    Choice,
    Edge,
    Empty,
    Exclude,
    Follow,
    Lack,
    Pattern,
    Permute,
    Repeat,
    Sequenced,
    Take,
    firsts,
)
from cep.runtime.matcher import program as op
from cep.runtime.matcher.reach import SETS

_UNROLLED = 200
"""Instructions that a repetition may be written out to; above it iterations are counted."""

_ORDERED = 15
"""Parts of a PERMUTE that may have choices of their own."""


class TooManyParts(Exception):
    """A PERMUTE has more parts than can be put in order."""


def instructions(pattern: Pattern) -> tuple[tuple[op.Instruction, ...], int]:
    """Return the code of a pattern, and how many registers it uses for itself."""
    writer = _Writer()
    writer.write(pattern, excluded=False)
    writer.code.append(op.Done())
    return tuple(writer.code), writer.registers


class _Writer:
    def __init__(self) -> None:
        self.code: list[op.Instruction] = []
        self.registers = 0

    def new(self, count: int = 1) -> int:
        """Return the first of some registers."""
        self.registers += count
        return self.registers - count

    def hole(self) -> int:
        """Leave a place for an instruction whose targets are not known yet."""
        self.code.append(op.Done())
        return len(self.code) - 1

    @property
    def here(self) -> int:
        """The next instruction."""
        return len(self.code)

    def fork(self, hole: int, on: int, out: int, *, reluctant: bool) -> None:
        """Fill a hole with a choice between going on and leaving."""
        self.code[hole] = op.Fork(out, on) if reluctant else op.Fork(on, out)

    def write(self, pattern: Pattern, *, excluded: bool) -> None:
        """Append the code of a part."""
        match pattern:
            case Take(variable=v):
                self.code.append(op.Take(v, excluded))
            case Empty():
                pass
            case Edge(end=end):
                self.code.append(op.Edge(end))
            case Sequenced(items=items):
                for item in items:
                    self.write(item, excluded=excluded)
            case Choice(items=items):
                self._choice(items, excluded)
            case Repeat():
                self._repeat(pattern, excluded)
            case Permute(items=items):
                self._permute(items, excluded)
            case Exclude(operand=operand):
                self.write(operand, excluded=True)
            case Follow():
                self._follow(pattern, excluded)
            case Lack(left=left, absent=absent, within=within):
                self.write(left, excluded=excluded)
                self.code.append(op.Lack(absent, within, self._origin(within)))

    def _origin(self, within: int | None) -> int:
        if within is None:
            return -1
        register = self.new()
        self.code.append(op.Origin(register))
        return register

    def _follow(self, pattern: Follow, excluded: bool) -> None:
        self.write(pattern.left, excluded=excluded)
        origin = self._origin(pattern.within)
        targets = tuple(sorted(firsts(pattern.right)))
        self.code.append(op.Seek(targets, pattern.absent, pattern.any, pattern.within, origin))
        self.write(pattern.right, excluded=excluded)

    def _choice(self, items: tuple[Pattern, ...], excluded: bool) -> None:
        jumps = []
        for item in items[:-1]:
            hole = self.hole()
            self.write(item, excluded=excluded)
            jumps.append(self.hole())
            self.code[hole] = op.Fork(hole + 1, self.here)
        self.write(items[-1], excluded=excluded)
        for jump in jumps:
            self.code[jump] = op.Jump(self.here)

    # ------------------------------------------------------------ repetitions

    def _repeat(self, pattern: Repeat, excluded: bool) -> None:
        operand, least, most = pattern.operand, pattern.minimum, pattern.maximum
        size = _size(operand)
        if not size:
            return
        copies = least if most is None else most
        if size * copies > _UNROLLED:
            self._counted(pattern, excluded)
            return
        again = most is None and least > 0 and not operand.nullable()
        if operand.nullable() and least:
            # The last iteration that is owed ends the repetition too, if it takes no row.
            for _ in range(least - 1):
                self.write(operand, excluded=excluded)
            mark = self.new()
            self.code.append(op.Mark(mark))
            self.write(operand, excluded=excluded)
            progress = self.hole()
            self._repeat(replace(pattern, minimum=0, maximum=most and most - least), excluded)
            self.code[progress] = op.Progress(mark, self.here)
            return
        for _ in range(least - int(again)):
            self.write(operand, excluded=excluded)
        if again:
            begin = self.here
            self.write(operand, excluded=excluded)
            hole = self.hole()
            self.fork(hole, begin, self.here, reluctant=pattern.reluctant)
        elif most is None:
            self._loop(operand, pattern.reluctant, excluded)
        else:
            self._optional(operand, most - least, pattern.reluctant, excluded)

    def _loop(self, operand: Pattern, reluctant: bool, excluded: bool) -> None:
        hole = self.hole()
        progress, mark = -1, -1
        if operand.nullable():
            mark = self.new()
            self.code.append(op.Mark(mark))
        self.write(operand, excluded=excluded)
        if operand.nullable():
            progress = self.hole()
        self.code.append(op.Jump(hole))
        self.fork(hole, hole + 1, self.here, reluctant=reluctant)
        if progress >= 0:
            self.code[progress] = op.Progress(mark, self.here)

    def _optional(self, operand: Pattern, count: int, reluctant: bool, excluded: bool) -> None:
        """Write iterations, each of which may be left out with those after it."""
        mark = self.new() if operand.nullable() else -1
        holes, progress = [], []
        for _ in range(count):
            holes.append(self.hole())
            if mark >= 0:
                self.code.append(op.Mark(mark))
            self.write(operand, excluded=excluded)
            if mark >= 0:
                progress.append(self.hole())
        for hole in holes:
            self.fork(hole, hole + 1, self.here, reluctant=reluctant)
        for hole in progress:
            self.code[hole] = op.Progress(mark, self.here)

    def _counted(self, pattern: Repeat, excluded: bool) -> None:
        count = self.new()
        self.code.append(op.Zero(count))
        head = self.hole()
        nullable = pattern.operand.nullable()
        mark = self.new() if nullable else -1
        if nullable:
            self.code.append(op.Mark(mark))
        self.write(pattern.operand, excluded=excluded)
        if nullable:
            progress = self.hole()
            self.code.append(op.Jump(head))
            self.code[progress] = op.Progress(mark, self.here)
            self.code.append(op.Enough(count, pattern.minimum, head))
        else:
            self.code.append(op.Jump(head))
        self.code[head] = op.Iterate(
            count,
            pattern.minimum,
            pattern.maximum,
            pattern.reluctant,
            head + 1,
            self.here,
        )

    # ------------------------------------------------------------ PERMUTE

    def _permute(self, items: tuple[Pattern, ...], excluded: bool) -> None:
        if len(items) == 1:
            self.write(items[0], excluded=excluded)
            return
        if all(_choiceless(i) for i in items) and len(items) <= 62:
            register = self.new(2)
            self.code += [op.Zero(register), op.Zero(register + 1)]
            head = self.hole()
            bodies = self._bodies(items, head, excluded)
            self.code[head] = op.Each(register, bodies, self.here)
            return
        if len(items) > _ORDERED:
            raise TooManyParts
        register = self.new(4)
        self.code.append(op.Order(register, len(items)))
        head = self.hole()
        bodies = self._bodies(items, head, excluded)
        self.code[head] = op.Step(register, bodies, self.here)

    def _bodies(self, items: tuple[Pattern, ...], head: int, excluded: bool) -> tuple[int, ...]:
        bodies = []
        for item in items:
            bodies.append(self.here)
            self.write(item, excluded=excluded)
            self.code.append(op.Jump(head))
        return tuple(bodies)


def _size(pattern: Pattern) -> int:
    """Return about how many instructions a part takes; none if it does nothing."""
    match pattern:
        case Empty():
            return 0
        case Take() | Edge():
            return 1
        case Repeat(operand=operand, minimum=least, maximum=most):
            size = _size(operand)
            copies = least + 1 if most is None else most
            return min(size * copies, _UNROLLED) + 2 if size else 0
    return sum(_size(p) for p in pattern.parts()) + len(pattern.parts()) - 1


def _choiceless(pattern: Pattern) -> bool:
    """Say whether a part takes a fixed number of rows, at least one, in only one way."""
    match pattern:
        case Take():
            return True
        case Sequenced(items=items):
            return all(_choiceless(i) for i in items)
        case Exclude(operand=operand):
            return _choiceless(operand)
        case Repeat(operand=operand, minimum=least, maximum=most):
            return (
                least == most
                and least > 0
                and _choiceless(operand)
                and (_size(operand) * least <= _UNROLLED)
            )
    return False


def marked(
    code: tuple[op.Instruction, ...], conditions: tuple[op.Condition, ...]
) -> tuple[int, ...]:
    """Return the instructions after which all depends on the row alone.

    A failure that was met at one of them and a row is met there again, however it is reached.
    """
    return tuple(
        pc
        for pc, instruction in enumerate(code)
        if isinstance(instruction, op.Fork | op.Seek | op.Each)
        and not (isinstance(instruction, op.Seek) and instruction.within is not None)
        and not (isinstance(instruction, op.Each) and len(instruction.bodies) > SETS)
        and _by_row_alone(code, conditions, pc)
    )


def _by_row_alone(
    code: tuple[op.Instruction, ...], conditions: tuple[op.Condition, ...], start: int
) -> bool:
    seen: set[int] = set()
    pending = [start]
    while pending:
        pc = pending.pop()
        if pc in seen:
            continue
        seen.add(pc)
        instruction = code[pc]
        tested: tuple[int, ...] = ()
        match instruction:
            case op.Take(variable=v):
                tested = (v,)
            case op.Seek(targets=targets, absent=absent):
                tested = (*targets, *absent)
            case op.Lack(absent=absent):
                tested = absent
            case op.Iterate() | op.Order() | op.Step():
                return False
        by_row = {op.Reads.NOTHING, op.Reads.COLUMN}
        if any(conditions[v].reads not in by_row for v in tested):
            return False
        pending += _next(instruction, pc)
    return True


def _next(instruction: op.Instruction, pc: int) -> list[int]:
    match instruction:
        case op.Fork(first=first, second=second):
            return [first, second]
        case op.Jump(to=to):
            return [to]
        case op.Progress(otherwise=out) | op.Enough(otherwise=out):
            return [pc + 1, out]
        case op.Each(bodies=bodies, out=out):
            return [*bodies, out]
        case op.Done():
            return []
    return [pc + 1]


def ambiguous(code: tuple[op.Instruction, ...]) -> bool:
    """Say whether the same rows might be labelled alike in two ways.

    They cannot be where from each instruction on at most one takes a row as a given variable.
    """
    if any(isinstance(i, op.Seek | op.Each | op.Order | op.Iterate) for i in code):
        return True
    starts = [0] + [pc + 1 for pc, i in enumerate(code) if isinstance(i, op.Take)]
    return any(_meets_twice(code, start) for start in starts)


def _meets_twice(code: tuple[op.Instruction, ...], start: int) -> bool:
    """Say whether two ways lead from an instruction to the same variable, or to the end."""
    met: set[object] = set()
    seen: set[int] = set()
    pending = [start]
    while pending:
        pc = pending.pop()
        instruction = code[pc]
        if isinstance(instruction, op.Take | op.Done | op.Lack):
            what = instruction.variable if isinstance(instruction, op.Take) else "end"
            if what in met:
                return True
            met.add(what)
            continue
        if pc in seen:
            return True
        seen.add(pc)
        pending += _next(instruction, pc)
    return False

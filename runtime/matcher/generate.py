"""From a program to the source of one function that runs it.

The function walks the rows of some partitions, depth first, and keeps in arrays what it needs to go
on when more rows have come: the choices it can go back to, the rows taken, the registers. It is
written so that the same text runs as plain Python over memoryviews and as machine code: loops and
numbers only, one branch per instruction, registers in local variables.

`run(steps, parts, n, ended, watermark, cap, budget, arrays…)` returns why it stopped
(`cep.runtime.matcher.layout`); it can be called again after the reason is mended. `parts`: int64[n]
are partitions; no row with a time before `watermark` will come, and none at all if `ended`. `cap`
is the number of rows that the arrays by row can hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from cep.runtime.matcher import layout as at
from cep.runtime.matcher.program import (
    After,
    Condition,
    Done,
    Each,
    Edge,
    Enough,
    Fork,
    Instruction,
    Iterate,
    Jump,
    Keeps,
    Lack,
    Mark,
    Order,
    Origin,
    Program,
    Progress,
    Reads,
    Register,
    Seek,
    Step,
    Take,
    Zero,
)
from cep.runtime.time import END

ARRAYS = [
    "meta",
    "P",
    "PF",
    "nxt",
    "time",
    "flags",
    "bad",
    "ready",
    "seq",
    "memo",
    "orders",
    "S",
    "SF",
    "H",
    "M",
    "R",
    "E",
]  # in the order of the parameters; the value columns and their NULLs follow

TURNS = 50_000
"""Choices that are gone back to in one call: then it is seen whether compiling pays."""

SETS = 16
"""Parts of a PERMUTE whose sets are remembered."""

_FAIL = -1
_LATE = -2
_GROW_FRAMES = -3
_GROW_PATH = -4
_MOVE = -5
_EMIT_TIMEOUT = -6
_MISSED = -7
_ALONE = -8
_PASSED = -9

_OUT = -2
"""The next row, where it is behind the frame."""


def generate(program: Program) -> str:
    """Return the source of a module with the function `run` for a program."""
    return _Generator(program).module()


@dataclass(frozen=True)
class Reach:
    """How a walk could go on from an instruction.

    With `known` it has to take a row, one with a bit of `mask` among its flags. `rowless` says that
    it might come to an end without a row, `ahead` that those flags wait for later rows.
    """

    mask: int
    known: bool
    rowless: bool
    ahead: bool


def reach(program: Program, pc: int) -> Reach:
    """Find out what can come first from an instruction on."""
    mask, known, rowless, ahead = 0, True, False, False
    seen, pending = set(), [pc]
    while pending:
        at_pc = pending.pop()
        if at_pc in seen:
            continue
        seen.add(at_pc)
        match program.code[at_pc]:
            case Take(variable=v):
                condition = program.conditions[v]
                known = known and condition.reads is Reads.COLUMN
                ahead = ahead or condition.ahead
                mask |= 1 << v
            case Fork(first=first, second=second):
                pending += [first, second]
            case Jump(to=to):
                pending.append(to)
            case Progress(otherwise=out) | Enough(otherwise=out):
                pending += [at_pc + 1, out]
            case Mark() | Zero() | Origin():
                pending.append(at_pc + 1)
            case Edge(end=end):
                known, rowless = False, rowless or end
                pending.append(at_pc + 1)
            case Seek() | Order():
                known = False
            case Lack() | Done():
                known, rowless = False, True
            case Iterate(body=body, out=out):
                known = False
                pending += [body, out]
            case Each(bodies=bodies, out=out) | Step(bodies=bodies, out=out):
                known = False
                pending += [*bodies, out]
    return Reach(mask, known, rowless, ahead and known)


def order_base(program: Program, pc: int) -> int:
    """Return where the sets of parts of an `Each` are remembered, or with `-1` how many all are."""
    base = 0
    for marked in program.marked:
        if marked == pc:
            break
        instruction = program.code[marked]
        if isinstance(instruction, Each):
            base += 1 << len(instruction.bodies)
    return base


@dataclass(frozen=True)
class Shape:
    """How much the machine of a program keeps, in fields.

    `fields` of a partition, `frame` of a choice, `doubles` beside each, `sets` of parts that
    are remembered; `slot_fields` and `slot_places` are the registers that hold rows. With `extras`
    a partition has the fields for partial matches and for those that were said. `marks` are
    remembered of each row.
    """

    fields: int
    frame: int
    doubles: int
    sets: int
    slot_fields: tuple[int, ...]
    slot_places: tuple[int, ...]
    extras: bool
    marks: int


def shape(program: Program) -> Shape:
    """Return how much the machine of a program keeps."""
    generator = _Generator(program)
    rows = {f"q{i.register}" for i in program.code if isinstance(i, Mark | Origin)}
    rows |= {
        f"r{i}" for i, r in enumerate(program.registers) if r.keeps in {Keeps.LAST, Keeps.FIRST}
    }
    places = [i for i, name in enumerate(generator.wholes) if name in rows]
    return Shape(
        generator.fields,
        generator.frame,
        len(generator.doubles),
        order_base(program, -1),
        tuple(generator.first + i for i in places),
        tuple(at.FRAME + i for i in places),
        generator.extras,
        len(program.marked) * (2 if program.timeouts else 1),
    )


class _Generator:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.lines: list[str] = []
        self.indent = 0
        self.marked = {pc: i for i, pc in enumerate(program.marked)}

    # ------------------------------------------------------------ text

    def put(self, *lines: str) -> None:
        """Write lines at the current depth."""
        self.lines += ["    " * self.indent + line for line in lines]

    def block(self, head: str, body: Iterable[str]) -> None:
        """Write a compound statement."""
        self.put(head)
        self.put(*("    " + line for line in body))

    # ------------------------------------------------------------ what there is

    @cached_property
    def wholes(self) -> list[str]:
        """The registers that hold whole numbers, in the order of the fields."""
        own = [f"r{i}" for i, r in enumerate(self.program.registers) if not r.floating]
        return [f"q{i}" for i in range(self.program.plain)] + own + ["due"]

    @cached_property
    def doubles(self) -> list[str]:
        """The registers that hold doubles."""
        return [f"r{i}" for i, r in enumerate(self.program.registers) if r.floating]

    @cached_property
    def frame(self) -> int:
        """The fields of a frame."""
        return at.FRAME + len(self.wholes)

    @cached_property
    def fields(self) -> int:
        """The fields of a partition."""
        return self.first + len(self.wholes)

    @cached_property
    def extras(self) -> bool:
        """Whether partial matches, or all matches of a start, are remembered."""
        program = self.program
        everywhere = program.after is After.EVERYWHERE
        return program.timeouts or everywhere or program.frame is not None

    @property
    def first(self) -> int:
        """The field of the first register."""
        return at.FIELDS if self.extras else at.EXTRAS

    @property
    def locals(self) -> tuple[tuple[str, int], ...]:
        """The local variables that are fields of a partition."""
        return (*_LOCALS, *_EXTRAS) if self.extras else _LOCALS

    @cached_property
    def values(self) -> list[str]:
        """The names of the value columns, each with that of its NULLs."""
        return [n for i in range(len(self.program.values)) for n in (f"v{i}", f"n{i}")]

    def columns(self, variables: Iterable[int]) -> int | None:
        """Return the bits of variables known by columns; None if one is known otherwise."""
        mask = 0
        for v in variables:
            if self.program.conditions[v].reads is not Reads.COLUMN:
                return None
            mask |= 1 << v
        return mask

    def ahead(self, variables: Iterable[int]) -> bool:
        """Say whether a test of the variables needs later rows."""
        return any(self.program.conditions[v].ahead for v in variables)

    @cached_property
    def some_ahead(self) -> bool:
        """Whether any test needs later rows."""
        return self.program.ahead or self.ahead(range(len(self.program.conditions)))

    @property
    def bits(self) -> str:
        """The flags of a row that a branch could take, errors among them."""
        return "(flags[row] | bad[row])" if self.program.fails else "flags[row]"

    # ------------------------------------------------------------ the function

    def module(self) -> str:
        """Return the source."""
        shown = " ".join(self.program.listing()).replace("\\", "\\\\").replace('"', "'")
        shown = shown.encode("ascii", "backslashreplace").decode()
        self.put('"""Made from a row pattern; see cep.runtime.matcher.generate."""', "")
        self.put("# " + shown.replace("\n", " "), "", "")
        if any(isinstance(i, Order) for i in self.program.code):
            self.lines += _ORDERS.splitlines()
        python = [] if self.program.compilable else ["python"]
        names = [*ARRAYS, *self.values, *python]
        self.put(
            "def run(steps, parts, n, ended, watermark, cap, budget, " + ", ".join(names) + "):"
        )
        self.indent = 1
        self._partitions()
        return "\n".join(self.lines) + "\n"

    def _partitions(self) -> None:
        self.put(f"k = meta[{at.NEXT}]", "stop = 0")
        self.put(f"when = meta[{at.WHEN}]", f"back = meta[{at.BACK}]", "while k < n:")
        self.indent += 1
        self.put(f"p = parts[k] * {self.fields}", f"start = P[p + {at.START}]")
        nothing = f"start == {at.NONE}"
        if self.program.frame is not None:
            nothing += f" and (ended == 0 or P[p + {at.ORIGIN}] == {at.NONE})"
        self.block(f"if {nothing}:", ["k += 1", "continue"])
        for name, field in self.locals:
            self.put(f"{name} = P[p + {field}]")
        for i, name in enumerate(self.wholes):
            self.put(f"{name} = P[p + {self.first + i}]")
        for i, name in enumerate(self.doubles):
            self.put(f"{name} = PF[parts[k] * {len(self.doubles)} + {i}]")
        self.put(f"wait = {END}", "limit = 0", "edge = 0")
        if self.bounded:
            self.block(f"if origin != {at.NONE}:", [self._edge()])
        if self.program.within is not None:
            self.put(f"limit = time[start] + {self.program.within}")
        if self.program.frame is not None:
            self.block(f"if start == {at.NONE}:", [f"pc = {_ALONE}"])
        self._look(f"start if last == {at.NONE} else nxt[last]")
        self.put("while True:")
        self.indent += 1
        self._begin()
        for pc, instruction in enumerate(self.program.code):
            self.put(f"elif pc == {pc + 1}:")
            self.indent += 1
            self._instruction(pc, instruction)
            self.indent -= 1
        self._fail()
        self._late()
        self._grow()
        self._missed()
        self._move()
        self.indent -= 1
        for name, field in self.locals:
            self.put(f"P[p + {field}] = {name}")
        self.put(f"P[p + {at.START}] = start", f"P[p + {at.DUE}] = wait")
        for i, name in enumerate(self.wholes):
            self.put(f"P[p + {self.first + i}] = {name}")
        for i, name in enumerate(self.doubles):
            self.put(f"PF[parts[k] * {len(self.doubles)} + {i}] = {name}")
        self.block(
            "if stop != 0:",
            [
                f"meta[{at.NEXT}] = k",
                f"meta[{at.WHEN}] = when",
                f"meta[{at.BACK}] = back",
                "return stop",
            ],
        )
        self.put("k += 1")
        self.indent -= 1
        self.put(f"meta[{at.NEXT}] = 0", f"return {at.FINISHED}")

    @property
    def bounded(self) -> bool:
        """Whether rows further on are outside of the frame."""
        return self.program.frame is not None and self.program.frame.following is not None

    def _edge(self) -> str:
        assert self.program.frame is not None
        return f"edge = seq[origin] + {self.program.frame.following}"

    def _look(self, row: str) -> None:
        """Write which row comes next."""
        self.put(f"row = {row}")
        if self.bounded:
            self.put("if row >= 0:")
            self.put(f"    if seq[row] > edge: row = {_OUT}")
            self.put(f"elif last != {at.NONE} and seq[last] >= edge: row = {_OUT}")

    def _begin(self) -> None:
        """Write the beginning of a walk at `start`."""
        program = self.program
        self.put("if pc == 0:")
        self.indent += 1
        if program.frame is not None:
            self.put(f"if origin == {at.NONE}: origin = start")
            if self.bounded:
                self.put(self._edge())
                self.block("if seq[start] > edge:", [f"pc = {_ALONE}", "continue"])
        self.put("depth = 0", "length = 0", "work = 0", f"last = {at.NONE}", "row = start")
        if self.extras:
            self.put("best = 0", "found = 0", "said_length = 0")
        first = self._reach(0)
        if first.known:
            if first.ahead:
                self.block("if ready[row] == 0:", [f"wait = {END}", "break"])
            self.block(f"if {self.bits} & {first.mask} == 0:", [f"pc = {_MISSED}", "continue"])
        for i in range(program.plain):
            self.put(f"q{i} = 0")
        for i, register in enumerate(program.registers):
            self.put(f"r{i} = {_initial(register)}")
        self.put(f"due = {END}")
        if program.within is not None:
            self.put(f"limit = time[start] + {program.within}")
        if program.marked:
            if not program.each_start:
                self.put("if epoch == 0:")
                self.indent += 1
            self._new_epoch()
            self.indent -= int(not program.each_start)
        self.put("pc = 1")
        self.indent -= 1

    def _new_epoch(self) -> None:
        self.put(f"meta[{at.EPOCHS}] += 1", f"epoch = meta[{at.EPOCHS}]")

    # ------------------------------------------------------------ instructions

    def _instruction(self, pc: int, instruction: Instruction) -> None:
        following = pc + 2
        match instruction:
            case Take():
                self._take(pc, instruction)
            case Fork(first=first, second=second):
                self._fork(pc, first, second)
            case Jump(to=to):
                self.put(f"pc = {to + 1}")
            case Mark(register=r):
                self.put(f"q{r} = last", f"pc = {following}")
            case Progress(register=r, otherwise=out):
                self.put(f"pc = {out + 1} if q{r} == last else {following}")
            case Zero(register=r):
                self.put(f"q{r} = 0", f"pc = {following}")
            case Iterate():
                self._iterate(pc, instruction)
            case Enough(register=r, minimum=m, otherwise=out):
                self.put(f"pc = {following} if q{r} >= {m} else {out + 1}")
            case Edge(end=False):
                self.put(f"pc = {following} if row >= 0 and seq[row] == 0 else {_FAIL}")
            case Edge(end=True):
                self.block(f"if row == {at.NONE} and ended == 0:", self._wait())
                self.put(f"pc = {following} if row < 0 else {_FAIL}")
            case Origin(register=r):
                self.put(f"q{r} = last", f"pc = {following}")
            case Seek():
                self._seek(pc, instruction)
            case Lack():
                self._lack(pc, instruction)
            case Each():
                self._each(pc, instruction)
            case Order():
                self._order(pc, instruction)
            case Step():
                self._step(instruction)
            case Done():
                self._done()

    def _wait(self, until: str | None = None) -> list[str]:
        """Return the statements that let the walk rest until rows come, or time passes."""
        limit = "limit" if self.program.within is not None else str(END)
        return [f"wait = {until or limit}", "break"]

    def _need_row(self, until: str | None = None) -> None:
        """Write what happens where the next row has not come, or is out of time."""
        limit = until or ("limit" if self.program.within is not None else None)
        self.put("if row < 0:")
        self.indent += 1
        out = f"ended != 0 or row == {_OUT}" if self.bounded else "ended != 0"
        if limit is None:
            self.block(f"if {out}:", [f"pc = {_FAIL}", "continue"])
        else:
            self.block(
                f"if {out} or watermark >= {limit}:",
                [f"when = {limit}", f"pc = {_LATE}", "continue"],
            )
        self.put(*self._wait(limit))
        self.indent -= 1
        if limit is not None:
            self.block(
                f"if time[row] >= {limit}:", [f"when = {limit}", f"pc = {_LATE}", "continue"]
            )

    def _take(self, pc: int, take: Take) -> None:
        v = take.variable
        condition = self.program.conditions[v]
        self._need_row()
        if condition.ahead:
            self.block("if ready[row] == 0:", self._wait())
        self.block(
            "if length == path_room:", [f"back = {pc + 1}", f"pc = {_GROW_PATH}", "continue"]
        )
        changed = [(i, r) for i, r in enumerate(self.program.registers) if r.counts(v)]
        early = condition.reads is Reads.MATCH
        if early:
            self._tentative(changed, v)
        self._test(v, condition, [f"pc = {_FAIL}", "continue"])
        if not early:
            self._tentative(changed, v)
        label = v * 2 + int(take.excluded)
        self.put(f"H[path + length] = row << {at.LABEL_BITS} | {label}", "length += 1")
        for i, _ in changed:
            self.put(f"r{i} = t{i}")
        self.put("last = row")
        self._look("nxt[row]")
        self.put(f"pc = {pc + 2}")

    def _tentative(self, changed: Sequence[tuple[int, Register]], variable: int) -> None:
        """Write what registers would hold if the row were taken as the variable."""
        for i, register in changed:
            self.put(*self._changed(i, register, variable))

    def _changed(self, i: int, register: Register, variable: int) -> list[str]:
        j = register.value
        match register.keeps:
            case Keeps.LAST if register.depth == 0:
                return [f"t{i} = row"]
            case Keeps.LAST:
                return [f"t{i} = r{self._sibling(register, register.depth - 1)}"]
            case Keeps.FIRST:
                rows = self._rows_of(register)
                return [f"t{i} = row if r{rows} == {register.depth} else r{i}"]
            case Keeps.ROWS:
                return [f"t{i} = r{i} + 1"]
            case Keeps.LABEL:
                return [f"t{i} = {variable}"]
            case Keeps.COUNT:
                return [f"t{i} = r{i} if n{j}[row] else r{i} + 1"]
            case Keeps.SUM:
                return [f"t{i} = r{i} if n{j}[row] else r{i} + v{j}[row]"]
            case Keeps.LOW:
                return [f"t{i} = r{i} if n{j}[row] else r{i} + (v{j}[row] & 4294967295)"]
            case Keeps.HIGH:
                return [f"t{i} = r{i} if n{j}[row] else r{i} + (v{j}[row] >> 32)"]
        count = self._count_of(register)
        better = f"v{j}[row] < r{i}" if register.keeps is Keeps.MIN else f"v{j}[row] > r{i}"
        if register.floating:
            # NaN is the greatest number.
            nan = "r{0} != r{0}" if register.keeps is Keeps.MIN else "v{1}[row] != v{1}[row]"
            better = f"({better} or {nan.format(i, j)})"
        return [f"t{i} = r{i} if n{j}[row] or (r{count} > 0 and not {better}) else v{j}[row]"]

    def _sibling(self, register: Register, depth: int) -> int:
        wanted = Register(register.keeps, register.variables, depth)
        return self.program.registers.index(wanted)

    def _rows_of(self, register: Register) -> int:
        return self.program.registers.index(Register(Keeps.ROWS, register.variables))

    def _count_of(self, register: Register) -> int:
        wanted = Register(Keeps.COUNT, register.variables, value=register.value)
        return self.program.registers.index(wanted)

    def _test(self, v: int, condition: Condition, failing: list[str]) -> None:
        """Write the test of a variable at the row; `failing` follows where it does not hold."""
        match condition.reads:
            case Reads.NOTHING:
                return
            case Reads.COLUMN:
                self.put(f"if flags[row] & {1 << v} == 0:")
                self.indent += 1
                if condition.fails:
                    self.put(f"if bad[row] & {1 << v} != 0:")
                    self.indent += 1
                    self._error(v, "0")
                    self.indent -= 1
                self.put(*failing)
                self.indent -= 1
            case Reads.MATCH:
                self.put(*condition.lines)
                if condition.error != "0":
                    self.put(f"if {condition.error} != 0:")
                    self.indent += 1
                    self._error(v, condition.error)
                    self.put(*failing)
                    self.indent -= 1
                self.block(f"if not ({condition.truth}):", failing)
            case Reads.PYTHON:
                self.block(f"if not python({v}, parts[k], row, path, length, number):", failing)

    def _error(self, v: int, why: str) -> None:
        """Write down that a test failed with an error; what does not fit is counted by the other."""
        self.put(f"e = meta[{at.ERRORS}] * {at.ERROR}", "if e < len(E):")
        self.indent += 1
        self.put("E[e] = parts[k]", "E[e + 1] = row", f"E[e + 2] = {v}", f"E[e + 3] = {why}")
        self.put(f"meta[{at.ERRORS}] += 1")
        self.indent -= 1

    # ---- choices

    def _reach(self, pc: int) -> Reach:
        return reach(self.program, pc)

    def _push(self, pc: int, target: str, last: str = "last") -> None:
        """Write that the walk can come back to here and go on at `target`."""
        self.put(f"f = (frames + depth) * {self.frame}")
        self.put(f"S[f] = {target}", f"S[f + 1] = {last}", "S[f + 2] = length")
        for i, name in enumerate(self.wholes):
            self.put(f"S[f + {at.FRAME + i}] = {name}")
        for i, name in enumerate(self.doubles):
            self.put(f"SF[(frames + depth) * {len(self.doubles)} + {i}] = {name}")
        self.put("depth += 1")

    def _room(self, pc: int) -> None:
        """Write that there must be room for a frame."""
        self.block(
            "if depth == frames_room:", [f"back = {pc + 1}", f"pc = {_GROW_FRAMES}", "continue"]
        )

    def _remember(self, pc: int) -> None:
        """Write that a place that was reached before, and failed, fails again."""
        if pc not in self.marked:
            return
        cell = f"memo[{self.marked[pc]} * cap + row]"
        self.put("if row >= 0:")
        self.indent += 1
        if self.program.timeouts:
            # A longer partial match might run out of time behind it than before.
            longest = f"memo[{len(self.marked) + self.marked[pc]} * cap + row]"
            self.block(
                f"if {cell} == epoch and length <= {longest}:", [f"pc = {_FAIL}", "continue"]
            )
            self.put(f"{longest} = length")
        else:
            self.block(f"if {cell} == epoch:", [f"pc = {_FAIL}", "continue"])
        self.put(f"{cell} = epoch")
        self.indent -= 1

    def _fork(self, pc: int, first: int, second: int) -> None:
        one, other = self._reach(first), self._reach(second)
        if not one.rowless:
            self._wait_for_row()
        if one.ahead or other.ahead:
            self.block("if row >= 0 and ready[row] == 0:", self._wait())
        tests = [f"{self.bits} & {r.mask} != 0" if r.known else None for r in (one, other)]
        known = "row >= 0"
        if self.program.timeouts:
            known += " and time[row] < limit"
        # A branch that the row's flags rule out is no choice: 1 and 2 are the other one alone.
        self.put("hit = 0")
        if any(tests):
            self.put(f"if {known}:")
            self.indent += 1
            if tests[0] is not None:
                self.put(f"if not ({tests[0]}): hit = 2")
            if tests[1] is not None:
                self.put(f"if not ({tests[1]}): hit += 1")
            if all(tests):
                self.block("if hit == 3:", [f"pc = {_FAIL}", "continue"])
            self.indent -= 1
        self.block(
            "if hit == 0 and depth == frames_room:",
            [f"back = {pc + 1}", f"pc = {_GROW_FRAMES}", "continue"],
        )
        self._remember(pc)
        if any(tests):
            self.block(
                "if hit != 0:", [f"pc = {first + 1} if hit == 1 else {second + 1}", "continue"]
            )
        self._push(pc, str(second + 1))
        self.put(f"pc = {first + 1}")

    def _wait_for_row(self) -> None:
        """Write that nothing is chosen before the row that decides it has come."""
        over = "ended == 0"
        if self.program.within is not None:
            over += " and watermark < limit"
        self.block(f"if row == {at.NONE} and {over}:", self._wait())

    def _iterate(self, pc: int, loop: Iterate) -> None:
        c = f"q{loop.register}"
        again = [f"{c} += 1", f"pc = {loop.body + 1}", "continue"]
        if loop.minimum:
            self.block(f"if {c} < {loop.minimum}:", again)
        if loop.maximum is not None:
            self.block(f"if {c} >= {loop.maximum}:", [f"pc = {loop.out + 1}", "continue"])
        self._room(pc)
        if loop.reluctant:
            self.put(f"{c} += 1")
            self._push(pc, str(loop.body + 1))
            self.put(f"{c} -= 1", f"pc = {loop.out + 1}")
        else:
            self._push(pc, str(loop.out + 1))
            self.put(f"{c} += 1", f"pc = {loop.body + 1}")

    def _each(self, pc: int, each: Each) -> None:
        met, begin = f"q{each.register}", f"q{each.register + 1}"
        n = len(each.bodies)
        self.block(f"if {met} == {(1 << n) - 1}:", [f"pc = {each.out + 1}", "continue"])
        self._wait_for_row()
        self._room(pc)
        if pc in self.marked:
            # Which row comes next follows from the parts that are met and the row it began at.
            base = 3 * order_base(self.program, pc)
            self.put(f"if row >= 0 and {begin} == 0:")
            self.indent += 1
            self.put(f"o = {base} + 3 * {met}")
            seen = "orders[o] == epoch and orders[o + 1] == row and length <= orders[o + 2]"
            self.block(f"if {seen}:", [f"pc = {_FAIL}", "continue"])
            self.put("orders[o] = epoch", "orders[o + 1] = row", "orders[o + 2] = length")
            self.indent -= 1
        self.put(f"j = {n}")
        for j, body in enumerate(each.bodies):
            reached = self._reach(body)
            test = f"{begin} <= {j} and {met} & {1 << j} == 0"
            if reached.known and not reached.ahead and not self.program.timeouts:
                test += f" and (row < 0 or {self.bits} & {reached.mask} != 0)"
            self.block(f"{'if' if j == 0 else 'elif'} {test}:", [f"j = {j}"])
        self.block(f"if j == {n}:", [f"pc = {_FAIL}", "continue"])
        self.put(f"{begin} = j + 1")
        self._push(pc, str(pc + 1))
        self.put(f"{begin} = 0", f"{met} |= 1 << j")
        for j, body in enumerate(each.bodies):
            self.block(f"{'if' if j == 0 else 'elif'} j == {j}:", [f"pc = {body + 1}"])

    def _order(self, pc: int, order: Order) -> None:
        """Write the choice of an order, packed into 4 bits each, and its renewal on failure."""
        o, i, most, frame = (f"q{order.register + k}" for k in range(4))
        n = order.count
        self._room(pc)
        # A failed order comes back here with the number of parts that it met at most.
        self.put(f"if {frame} == -1:")
        self.indent += 1
        self.put(f"{o} = next_order({o}, {n}, {most} if {most} < {n - 1} else {n - 1})")
        self.block(f"if {o} < 0:", [f"{frame} = 0", f"pc = {_FAIL}", "continue"])
        self.indent -= 1
        self.put("else:")
        self.put(f"    {o} = {sum(k << (4 * k) for k in range(n))}")
        self.put(f"{i} = 0", f"{most} = 0", f"{frame} = -1")
        self._push(pc, str(pc + 1))
        self.put(f"{frame} = depth - 1", f"pc = {pc + 2}")

    def _step(self, step: Step) -> None:
        o, i, _, frame = (f"q{step.register + k}" for k in range(4))
        n = len(step.bodies)
        place = f"(frames + {frame}) * {self.frame} + {at.FRAME + step.register + 2}"
        self.put(f"f = {place}")
        self.block(f"if S[f] < {i}:", [f"S[f] = {i}"])
        self.block(f"if {i} == {n}:", [f"{frame} = 0", f"pc = {step.out + 1}", "continue"])
        self.put(f"j = {o} >> (4 * {i}) & 15", f"{i} += 1")
        for j, body in enumerate(step.bodies):
            self.block(f"{'if' if j == 0 else 'elif'} j == {j}:", [f"pc = {body + 1}"])

    # ---- gaps

    def _limit(self, within: int | None, origin: int) -> str | None:
        """Return the limit of time of a gap, and write what it needs."""
        if within is None:
            return None
        self.put(f"gap = time[q{origin}] + {within}")
        if self.program.within is not None:
            self.block("if limit < gap:", ["gap = limit"])
        return "gap"

    def _seek(self, pc: int, seek: Seek) -> None:
        self._need_row(self._limit(seek.within, seek.origin))
        if self.ahead((*seek.targets, *seek.absent)):
            self.block("if ready[row] == 0:", self._wait())
        if seek.any:
            self._room(pc)
        self._remember(pc)
        self.put("hit = 0")
        mask = self.columns(seek.targets)
        if mask is not None and not any(self.program.conditions[v].fails for v in seek.targets):
            self.block(f"if flags[row] & {mask} != 0:", ["hit = 1"])
        else:
            for v in seek.targets:
                self._try(v, "hit")
        self.put("ends = 0")
        if seek.absent:
            self.put("if hit == 0:" if not seek.any else "if True:")
            self.indent += 1
            for v in seek.absent:
                self._try(v, "ends")
            self.indent -= 1
        self.put("if hit != 0:")
        self.indent += 1
        if seek.any:
            self.put("if ends == 0:")
            self.indent += 1
            self._push(pc, str(pc + 1), "row")
            self.indent -= 1
        self.put(f"pc = {pc + 2}", "continue")
        self.indent -= 1
        self.block("if ends != 0:", [f"pc = {_FAIL}", "continue"])
        self.put("last = row")
        self._look("nxt[row]")

    def _try(self, v: int, outcome: str) -> None:
        """Write the test of a variable whose row is not taken by it."""
        condition = self.program.conditions[v]
        self.put(f"if {outcome} == 0:")
        self.indent += 1
        self.put("while True:")
        self.indent += 1
        if condition.reads is Reads.MATCH:
            changed = [(i, r) for i, r in enumerate(self.program.registers) if r.counts(v)]
            self._tentative(changed, v)
        self._test(v, condition, ["break"])
        self.put(f"{outcome} = 1", "break")
        self.indent -= 2

    def _lack(self, pc: int, lack: Lack) -> None:
        limit = self._limit(lack.within, lack.origin) or "limit"
        self.put("if row < 0:")
        self.indent += 1
        self.block(
            f"if ended != 0 or row == {_OUT} or watermark >= {limit}:",
            [f"due = {limit}", f"pc = {pc + 2}", "continue"],
        )
        self.put(*self._wait(limit))
        self.indent -= 1
        self.block(f"if time[row] >= {limit}:", [f"due = {limit}", f"pc = {pc + 2}", "continue"])
        if self.ahead(lack.absent):
            self.block("if ready[row] == 0:", self._wait())
        self.put("ends = 0")
        for v in lack.absent:
            self._try(v, "ends")
        self.block("if ends != 0:", [f"pc = {_FAIL}", "continue"])
        self.put("last = row")
        self._look("nxt[row]")

    # ------------------------------------------------------------ outcomes

    def _result(self, kind: str, length: str, base: str, time: str) -> None:
        """Write a result, and the rows taken that belong to it."""
        self.put(f"m = meta[{at.MATCHES}] * {at.RESULT}", f"o = meta[{at.ROWS}]")
        self.put(f"if m + {at.RESULT} > len(M) or o + {length} > len(R):")
        self.indent += 1
        self.put(f"meta[{at.NEED}] = {length}", f"stop = {at.FULL}", "break")
        self.indent -= 1
        fields = ["parts[k]", "start", "number", kind, "o", length, time]
        for i, value in enumerate(fields):
            self.put(f"M[m + {i}] = {value}")
        self.block(f"for i in range({length}):", [f"R[o + i] = H[{base} + i]"])
        self.put(f"meta[{at.MATCHES}] += 1", f"meta[{at.ROWS}] = o + {length}")

    def _done(self) -> None:
        program = self.program
        if program.ahead:
            self.block(
                f"if length > 0 and ready[H[path + length - 1] >> {at.LABEL_BITS}] == 0:",
                self._wait(),
            )
        if program.distinct:
            self._once()
        self.put("number += 1", f"kind = {at.COMPLETE}", f"to = {at.NONE}")
        last = f"H[path + length - 1] >> {at.LABEL_BITS}"
        match program.after:
            case After.PAST_LAST:
                self.put("to = start", f"if length > 0: to = {last}")
            case After.NEXT | After.EVERYWHERE:
                self.put("to = start")
            case After.FIRST | After.LAST:
                self._find_target()
        self.put(f"when = start if length == 0 else {last}", "when = time[when]")
        self.block(f"if due != {END}:", ["when = due"])
        self._checked_result()
        if program.frame is not None:
            self._skip_in_frame(last)
            return
        self.put(f"if length > 0 and seq[{last}] > cover: cover = seq[{last}]")
        if program.after is After.EVERYWHERE:
            self.put("found += 1", f"pc = {_FAIL}")
            if program.distinct:
                self._write_said()
            return
        if program.marked and not program.each_start:
            self._new_epoch()
        if program.after in {After.FIRST, After.LAST}:
            # `to` is the row to go on at; after an error it is the one after the start.
            self.put(f"if kind == {at.COMPLETE} and length > 0: start = to")
            self.put("else: start = nxt[start]")
        else:
            self.put("start = nxt[to]")
        self.put(f"pc = {_MOVE}")

    def _skip_in_frame(self, last: str) -> None:
        """Write which rows have no match of their own, as this one leads past them."""
        match self.program.after:
            case After.PAST_LAST:
                self.put(f"cover = seq[start] if length == 0 else seq[{last}]")
            case After.NEXT:
                self.put("cover = seq[origin]")
            case _:
                self.put("cover = seq[origin]")
                self.put(f"if kind == {at.COMPLETE} and length > 0: cover = seq[to] - 1")
        if self.program.marked and not self.program.each_start:
            self._new_epoch()
        self.put("start = nxt[origin]", f"origin = {at.NONE}", "length = 0", f"pc = {_PASSED}")

    def _once(self) -> None:
        """Write that a match that was said goes no further; and that there is room to note it."""
        self.put("if said_length + length + 1 > said_room:")
        self.indent += 1
        self._allot(
            "said",
            "said_room",
            "(said_length + length + 1) * 2",
            at.PATH_TOP,
            at.PATH_GONE,
            "H",
            "said_length",
        )
        self.indent -= 1
        self.put("i = 0", "hit = 0", "while i < said_length:")
        self.indent += 1
        self.put("need = -1 - H[said + i]", "i += 1")
        self.put("if need == length:")
        self.indent += 1
        self.put("j = 0")
        self.block("while j < length and H[said + i + j] >> 1 == H[path + j] >> 1:", ["j += 1"])
        self.block("if j == length:", ["hit = 1", "break"])
        self.indent -= 1
        self.put("i += need")
        self.indent -= 1
        self.block("if hit != 0:", [f"pc = {_FAIL}", "continue"])

    def _write_said(self) -> None:
        """Note a match that was said."""
        self.put("H[said + said_length] = -1 - length")
        self.block("for i in range(length):", ["H[said + said_length + 1 + i] = H[path + i]"])
        self.put("said_length += length + 1")

    def _checked_result(self) -> None:
        """Write the result; where there is no room the walk comes back to this instruction."""
        self.put(f"m = meta[{at.MATCHES}] * {at.RESULT}", f"o = meta[{at.ROWS}]")
        self.put(f"if m + {at.RESULT} > len(M) or o + length > len(R):")
        self.indent += 1
        self.put("number -= 1", f"meta[{at.NEED}] = length", f"stop = {at.FULL}", "break")
        self.indent -= 1
        begun = "start" if self.program.frame is None else "origin"
        for i, value in enumerate(["parts[k]", begun, "number", "kind", "o", "length", "when"]):
            self.put(f"M[m + {i}] = {value}")
        self.block("for i in range(length):", ["R[o + i] = H[path + i]"])
        self.put(f"meta[{at.MATCHES}] += 1", f"meta[{at.ROWS}] = o + length")

    def _find_target(self) -> None:
        """Write the search for the row that AFTER MATCH leads to."""
        to = self.program.to or frozenset()
        labels = " or ".join(f"j == {v}" for v in sorted(to)) or "False"
        self.put("i = 0")
        self.put("while i < length:")
        self.indent += 1
        where = "i" if self.program.after is After.FIRST else "length - 1 - i"
        self.put(f"o = H[path + {where}]", f"j = (o & {(1 << at.LABEL_BITS) - 1}) >> 1")
        self.block(f"if {labels}:", [f"to = o >> {at.LABEL_BITS}", "break"])
        self.put("i += 1")
        self.indent -= 1
        self.put(f"if to == {at.NONE} and length > 0: kind = {at.SKIPS_TO_NOTHING}")
        self.put(f"elif to == start: kind = {at.SKIPS_TO_FIRST}")

    def _fail(self) -> None:
        """Write the way back to the last choice, or the end of the walk."""
        self.put(f"elif pc == {_FAIL}:")
        self.indent += 1
        self.block("if depth == 0:", [f"pc = {_MISSED}", "continue"])
        self.put("work += 1")
        self.block("if work > budget:", [f"stop = {at.BUDGET}", "break"])
        self.put(f"meta[{at.TURNS}] += 1")
        self.block(f"if meta[{at.TURNS}] > {TURNS}:", [f"stop = {at.AGAIN}", "break"])
        self.put("depth -= 1", f"f = (frames + depth) * {self.frame}")
        self.put("pc = S[f]", "last = S[f + 1]", "length = S[f + 2]")
        for i, name in enumerate(self.wholes):
            self.put(f"{name} = S[f + {at.FRAME + i}]")
        for i, name in enumerate(self.doubles):
            self.put(f"{name} = SF[(frames + depth) * {len(self.doubles)} + {i}]")
        self._look(f"start if last == {at.NONE} else nxt[last]")
        self.indent -= 1

    def _late(self) -> None:
        """Write what happens to a walk that is out of time."""
        self.put(f"elif pc == {_LATE}:")
        self.indent += 1
        if self.program.timeouts:
            self.put("if length > best:")
            self.indent += 1
            self.put("if length > best_room:")
            self.indent += 1
            self._allot("best_path", "best_room", "length * 2", at.PATH_TOP, at.PATH_GONE, "H", "0")
            self.indent -= 1
            self.block("for i in range(length):", ["H[best_path + i] = H[path + i]"])
            self.put("best = length", "best_due = when")
            self.indent -= 1
        self.put(f"pc = {_FAIL}")
        self.indent -= 1

    def _allot(
        self, base: str, room: str, wanted: str, top: int, gone: int, pool: str, kept: str
    ) -> None:
        """Write that a place in a pool is given up for a greater one at its top."""
        width = self.frame if pool == "S" else 1
        status = at.MORE_FRAMES if pool == "S" else at.MORE_PATH
        self.put(f"need = {wanted}")
        self.put(f"if (meta[{top}] + need) * {width} > len({pool}):")
        self.indent += 1
        self.put(f"meta[{at.NEED}] = need", f"stop = {status}", "break")
        self.indent -= 1
        self.put(f"i = meta[{top}]", f"meta[{top}] = i + need", f"meta[{gone}] += {room}")
        self.put(f"for j in range({kept} * {width}):")
        self.put(f"    {pool}[i * {width} + j] = {pool}[{base} * {width} + j]")
        if pool == "S" and self.doubles:
            d = len(self.doubles)
            self.put(f"for j in range({kept} * {d}):")
            self.put(f"    SF[i * {d} + j] = SF[{base} * {d} + j]")
        self.put(f"{base} = i", f"{room} = need")

    def _grow(self) -> None:
        self.put(f"elif pc == {_GROW_FRAMES}:")
        self.indent += 1
        wanted = "frames_room * 2 if frames_room > 0 else 2"
        self._allot("frames", "frames_room", wanted, at.FRAMES_TOP, at.FRAMES_GONE, "S", "depth")
        self.put("pc = back")
        self.indent -= 1
        self.put(f"elif pc == {_GROW_PATH}:")
        self.indent += 1
        wanted = "path_room * 2 if path_room > 0 else 4"
        self._allot("path", "path_room", wanted, at.PATH_TOP, at.PATH_GONE, "H", "length")
        self.put("pc = back")
        self.indent -= 1

    def _missed(self) -> None:
        """Write what happens when no walk from the start led to a match, or to no further one."""
        program = self.program
        if program.frame is not None:
            self._missed_in_frame()
            return
        self.put(f"elif pc == {_MISSED}:")
        self.indent += 1
        if program.timeouts:
            self.put("if best > 0 and found == 0:")
            self.indent += 1
            self._timeout()
            self.indent -= 1
        if program.unmatched:
            found = " and found == 0" if self.extras else ""
            self.put(f"if seq[start] > cover{found}:")
            self.indent += 1
            self._result(str(at.UNMATCHED), "0", "0", "time[start]")
            self.indent -= 1
        self.put("start = nxt[start]", f"pc = {_MOVE}")
        self.indent -= 1

    def _missed_in_frame(self) -> None:
        """Write the way to a later start in the frame, or to the next frame."""
        assert self.program.frame is not None
        self.put(f"elif pc == {_MISSED}:")
        self.indent += 1
        if self.program.frame.seek:
            self.put("start = nxt[start]", "pc = 0", "depth = 0", "length = 0", f"last = {at.NONE}")
            self.put(f"if start == {at.NONE}:")
            self.indent += 1
            self.block("if ended == 0:", [f"wait = {END}", "break"])
            self.put(f"pc = {_ALONE}")
            self.indent -= 1
        else:
            self.put(f"pc = {_ALONE}")
        self.indent -= 1
        self.put(f"elif pc == {_ALONE}:")
        self.indent += 1
        self._without_match("origin")
        self.put("start = nxt[origin]", f"origin = {at.NONE}", f"pc = {_MOVE}")
        self.indent -= 1
        self.put(f"elif pc == {_PASSED}:")
        self.indent += 1
        self.block(f"if start == {at.NONE} or seq[start] > cover:", [f"pc = {_MOVE}", "continue"])
        self._without_match("start")
        self.put("start = nxt[start]")
        self.indent -= 1

    def _without_match(self, row: str) -> None:
        """Write the result of a row that has no match."""
        self.put(f"m = meta[{at.MATCHES}] * {at.RESULT}", f"o = meta[{at.ROWS}]")
        self.put(f"if m + {at.RESULT} > len(M):")
        self.indent += 1
        self.put(f"meta[{at.NEED}] = 0", f"stop = {at.FULL}", "break")
        self.indent -= 1
        fields = ["parts[k]", row, "number", str(at.UNMATCHED), "o", "0", f"time[{row}]"]
        for i, value in enumerate(fields):
            self.put(f"M[m + {i}] = {value}")
        self.put(f"meta[{at.MATCHES}] += 1")

    def _timeout(self) -> None:
        """Write the result of the longest partial match, and where the next may start."""
        last = f"H[best_path + best - 1] >> {at.LABEL_BITS}"
        self.put("length = best", "number += 1")
        self.put(f"m = meta[{at.MATCHES}] * {at.RESULT}", f"o = meta[{at.ROWS}]")
        self.put(f"if m + {at.RESULT} > len(M) or o + length > len(R):")
        self.indent += 1
        self.put("number -= 1", f"meta[{at.NEED}] = length", f"stop = {at.FULL}", "break")
        self.indent -= 1
        self.put("i = path", "path = best_path", f"kind = {at.TIMEOUT}", f"to = {at.NONE}")
        match self.program.after:
            case After.PAST_LAST:
                self.put(f"to = {last}")
            case After.NEXT | After.EVERYWHERE:
                self.put("to = start")
            case After.FIRST | After.LAST:
                self.put("back = i")
                self._find_target()
                self.put("i = back")
        self.put("path = i", f"o = meta[{at.ROWS}]")
        fields = ["parts[k]", "start", "number", "kind", "o", "length", "best_due"]
        for i, value in enumerate(fields):
            self.put(f"M[m + {i}] = {value}")
        self.block("for j in range(length):", ["R[o + j] = H[best_path + j]"])
        self.put(f"meta[{at.MATCHES}] += 1", f"meta[{at.ROWS}] = o + length")
        self.put(f"if seq[{last}] > cover: cover = seq[{last}]", "best = 0")
        if self.program.after in {After.FIRST, After.LAST}:
            self.put(f"if kind == {at.TIMEOUT}: start = to", "else: start = nxt[start]")
        else:
            self.put("start = nxt[to]")
        self.put(f"pc = {_MOVE}", "continue")

    def _move(self) -> None:
        """Write the step to the next start."""
        self.put("else:")
        self.indent += 1
        self.put("pc = 0", "depth = 0", "length = 0", f"last = {at.NONE}")
        self.block(f"if start == {at.NONE}:", [f"wait = {END}", "break"])
        self.indent -= 1


_LOCALS = (
    ("last", at.LAST),
    ("pc", at.PC),
    ("depth", at.DEPTH),
    ("length", at.LENGTH),
    ("epoch", at.EPOCH),
    ("number", at.NUMBER),
    ("frames", at.FRAMES),
    ("frames_room", at.FRAMES_ROOM),
    ("path", at.PATH),
    ("path_room", at.PATH_ROOM),
    ("work", at.WORK),
    ("cover", at.COVER),
)

_EXTRAS = (
    ("best_path", at.BEST),
    ("best_room", at.BEST_ROOM),
    ("best", at.BEST_LENGTH),
    ("best_due", at.BEST_DUE),
    ("found", at.FOUND),
    ("said", at.SAID),
    ("said_room", at.SAID_ROOM),
    ("said_length", at.SAID_LENGTH),
    ("origin", at.ORIGIN),
)


def _initial(register: Register) -> str:
    if register.floating:
        return "0.0"
    if register.keeps in {Keeps.LAST, Keeps.FIRST, Keeps.LABEL}:
        return str(at.NONE)
    return "0"


_ORDERS = '''\
def next_order(order, count, place):
    """Return the next order of the parts that differs up to `place`, or -1."""
    # All that can be rearranged behind the place is rearranged already.
    i = place + 1
    while i < count:
        j = i + 1
        while j < count:
            a = order >> (4 * i) & 15
            b = order >> (4 * j) & 15
            if a < b:
                order += (b - a) << (4 * i)
                order -= (b - a) << (4 * j)
            j += 1
        i += 1
    i = place
    while i >= 0:
        a = order >> (4 * i) & 15
        best = -1
        least = 16
        j = i + 1
        while j < count:
            b = order >> (4 * j) & 15
            if a < b and b < least:
                best = j
                least = b
            j += 1
        if best >= 0:
            order += (least - a) << (4 * i)
            order -= (least - a) << (4 * best)
            i += 1
            while i < count:
                j = i + 1
                while j < count:
                    a = order >> (4 * i) & 15
                    b = order >> (4 * j) & 15
                    if a > b:
                        order += (b - a) << (4 * i)
                        order -= (b - a) << (4 * j)
                    j += 1
                i += 1
            return order
        i -= 1
    return -1


'''

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

import functools
from dataclasses import dataclass

from cep.runtime.matcher import layout as at
from cep.runtime.matcher.program import (
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
    Register,
    Seek,
    Step,
    Take,
    Zero,
)
from cep.runtime.matcher.reach import order_base
from cep.runtime.matcher.write_choices import ORDERS, Choices
from cep.runtime.matcher.write_outcomes import Outcomes
from cep.runtime.matcher.write_tests import Tests
from cep.runtime.matcher.writer import ALONE, FAIL, MISSED
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


def generate(program: Program) -> str:
    """Return the source of a module with the function `run` for a program."""
    return _Generator(program).module()


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


@functools.lru_cache(maxsize=256)
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


class _Generator(Tests, Choices, Outcomes):
    """Writes the function."""

    def module(self) -> str:
        """Return the source."""
        shown = " ".join(self.program.listing()).replace("\\", "\\\\").replace('"', "'")
        shown = shown.encode("ascii", "backslashreplace").decode()
        self.put('"""Made from a row pattern; see cep.runtime.matcher.generate."""', "")
        self.put("# " + shown.replace("\n", " "), "", "")
        if any(isinstance(i, Order) for i in self.program.code):
            self.lines += ORDERS.splitlines()
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
            self.block(f"if origin != {at.NONE}:", [self.edge()])
        if self.program.within is not None:
            self.put(f"limit = time[start] + {self.program.within}")
        if self.program.frame is not None:
            self.block(f"if start == {at.NONE}:", [f"pc = {ALONE}"])
        self.look(f"start if last == {at.NONE} else nxt[last]")
        self.put("while True:")
        self.indent += 1
        self._begin()
        for pc, instruction in enumerate(self.program.code):
            self.put(f"elif pc == {pc + 1}:")
            self.indent += 1
            self._instruction(pc, instruction)
            self.indent -= 1
        self._fail()
        self.late()
        self.grow()
        self.missed()
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

    def _begin(self) -> None:
        """Write the beginning of a walk at `start`."""
        program = self.program
        self.put("if pc == 0:")
        self.indent += 1
        if program.frame is not None:
            opened = ["origin = start"]
            if self.bounded:
                # What fails at the edge of a frame may be met in the next.
                opened.append("epoch = 0")
            self.block(f"if origin == {at.NONE}:", opened)
            if self.bounded:
                self.put(self.edge())
                self.block("if seq[start] > edge:", [f"pc = {ALONE}", "continue"])
        self.put("depth = 0", "length = 0", "work = 0", f"last = {at.NONE}", "row = start")
        if self.extras:
            self.put("best = 0", "found = 0", "said_length = 0")
        first = self.reach(0)
        if first.known:
            if first.ahead:
                self.block("if ready[row] == 0:", [f"wait = {END}", "break"])
            self.block(f"if {self.bits} & {first.mask} == 0:", [f"pc = {MISSED}", "continue"])
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
            self.new_epoch()
            self.indent -= int(not program.each_start)
        self.put("pc = 1")
        self.indent -= 1

    def _instruction(  # noqa: PLR0912 - one branch for each
        self, pc: int, instruction: Instruction
    ) -> None:
        following = pc + 2
        match instruction:
            case Take():
                self.take(pc, instruction)
            case Fork(first=first, second=second):
                self.fork(pc, first, second)
            case Jump(to=to):
                self.put(f"pc = {to + 1}")
            case Mark(register=r):
                self.put(f"q{r} = last", f"pc = {following}")
            case Progress(register=r, otherwise=out):
                self.put(f"pc = {out + 1} if q{r} == last else {following}")
            case Zero(register=r):
                self.put(f"q{r} = 0", f"pc = {following}")
            case Iterate():
                self.iterate(pc, instruction)
            case Enough(register=r, minimum=m, otherwise=out):
                self.put(f"pc = {following} if q{r} >= {m} else {out + 1}")
            case Edge(end=False):
                self.put(f"pc = {following} if row >= 0 and seq[row] == 0 else {FAIL}")
            case Edge(end=True):
                self.block(f"if row == {at.NONE} and ended == 0:", self.wait())
                self.put(f"pc = {following} if row < 0 else {FAIL}")
            case Origin(register=r):
                self.put(f"q{r} = last", f"pc = {following}")
            case Seek():
                self.seek(pc, instruction)
            case Lack():
                self.lack(pc, instruction)
            case Each():
                self.each(pc, instruction)
            case Order():
                self.order(pc, instruction)
            case Step():
                self.step(instruction)
            case Done():
                self.done()

    def _fail(self) -> None:
        """Write the way back to the last choice, or the end of the walk."""
        self.put(f"elif pc == {FAIL}:")
        self.indent += 1
        self.block("if depth == 0:", [f"pc = {MISSED}", "continue"])
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
        self.look(f"start if last == {at.NONE} else nxt[last]")
        self.indent -= 1

    def _move(self) -> None:
        """Write the step to the next start."""
        self.put("else:")
        self.indent += 1
        self.put("pc = 0", "depth = 0", "length = 0", f"last = {at.NONE}")
        self.block(f"if start == {at.NONE}:", [f"wait = {END}", "break"])
        self.indent -= 1


def _initial(register: Register) -> str:
    if register.floating:
        return "0.0"
    if register.keeps in {Keeps.LAST, Keeps.FIRST, Keeps.LABEL}:
        return str(at.NONE)
    return "0"

"""What the source of a machine is put together with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from cep.runtime.matcher import layout as at
from cep.runtime.matcher.program import After, Program, Reads
from cep.runtime.matcher.reach import Reach, reach
from cep.runtime.time import END

# Where a walk goes on besides its instructions; `pc` is 0 before it begins, else one more than one.
FAIL = -1  # back to the last choice
LATE = -2  # out of time
GROW_FRAMES = -3  # there is no room for another choice
GROW_PATH = -4  # or another row
MOVE = -5  # on to the next start
MISSED = -7  # no walk from the start led to a match, or to no further one
ALONE = -8  # in a window: the row has no match in its frame
PASSED = -9  # in a window: rows that a match leads past

OUT = -2
"""The next row, where it is behind the frame."""


class Writer:
    """Writes what all instructions need: text, names, waiting for rows, choices to come back to."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lines: list[str] = []
        self.indent = 0
        self.marked = {pc: i for i, pc in enumerate(program.marked)}

    def put(self, *lines: str) -> None:
        """Write lines at the current depth."""
        self.lines += ["    " * self.indent + line for line in lines]

    def block(self, head: str, body: Iterable[str]) -> None:
        """Write a compound statement."""
        self.put(head)
        self.put(*("    " + line for line in body))

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

    @property
    def bounded(self) -> bool:
        """Whether rows further on are outside of the frame."""
        return self.program.frame is not None and self.program.frame.following is not None

    @property
    def far(self) -> bool:
        """Whether a match is looked for up to the end, however far from the row it is."""
        frame = self.program.frame
        return frame is not None and frame.seek and frame.following is None

    def edge(self) -> str:
        """Return the statement that finds the last row of the frame."""
        assert self.program.frame is not None
        return f"edge = seq[origin] + {self.program.frame.following}"

    def look(self, row: str) -> None:
        """Write which row comes next."""
        self.put(f"row = {row}")
        if self.bounded:
            self.put("if row >= 0:")
            self.put(f"    if seq[row] > edge: row = {OUT}")
            self.put(f"elif last != {at.NONE} and seq[last] >= edge: row = {OUT}")

    def new_epoch(self) -> None:
        """Write that failures from here on are told from those before."""
        self.put(f"meta[{at.EPOCHS}] += 1", f"epoch = meta[{at.EPOCHS}]")

    def wait(self, until: str | None = None) -> list[str]:
        """Return the statements that let the walk rest until rows come, or time passes."""
        limit = "limit" if self.program.within is not None else str(END)
        return [f"wait = {until or limit}", "break"]

    def need_row(self, until: str | None = None) -> None:
        """Write what happens where the next row has not come, or is out of time."""
        limit = until or ("limit" if self.program.within is not None else None)
        self.put("if row < 0:")
        self.indent += 1
        out = f"ended != 0 or row == {OUT}" if self.bounded else "ended != 0"
        if limit is None:
            self.block(f"if {out}:", [f"pc = {FAIL}", "continue"])
        else:
            self.block(
                f"if {out} or watermark >= {limit}:",
                [f"when = {limit}", f"pc = {LATE}", "continue"],
            )
        self.put(*self.wait(limit))
        self.indent -= 1
        if limit is not None:
            self.block(f"if time[row] >= {limit}:", [f"when = {limit}", f"pc = {LATE}", "continue"])

    def room_for_errors(self) -> None:
        """Write that there must be room for the errors of the tests to come."""
        if self.program.fails:
            most = at.ERROR * (len(self.program.variables) + 1)
            full = f"meta[{at.ERRORS}] * {at.ERROR} + {most} > len(E)"
            self.block(f"if {full}:", [f"meta[{at.NEED}] = 0", f"stop = {at.FULL}", "break"])

    def error(self, v: int, why: str, *, column: bool) -> None:
        """Write down that a test failed with an error, once for the row.

        The bit of a column says that it fails and is not told yet, that of another condition that
        it has been told.
        """
        self.put(f"if bad[row] & {1 << v} {'!=' if column else '=='} 0:")
        self.indent += 1
        self.put(f"bad[row] ^= {1 << v}", f"e = meta[{at.ERRORS}] * {at.ERROR}")
        self.put("E[e] = parts[k]", "E[e + 1] = row", f"E[e + 2] = {v}", f"E[e + 3] = {why}")
        self.put(f"meta[{at.ERRORS}] += 1")
        self.indent -= 1

    def reach(self, pc: int) -> Reach:
        """Return what can come first from an instruction on."""
        return reach(self.program, pc)

    def push(self, pc: int, target: str, last: str = "last") -> None:
        """Write that the walk can come back to here and go on at `target`."""
        self.put(f"f = (frames + depth) * {self.frame}")
        self.put(f"S[f] = {target}", f"S[f + 1] = {last}", "S[f + 2] = length")
        for i, name in enumerate(self.wholes):
            self.put(f"S[f + {at.FRAME + i}] = {name}")
        for i, name in enumerate(self.doubles):
            self.put(f"SF[(frames + depth) * {len(self.doubles)} + {i}] = {name}")
        self.put("depth += 1")

    def room(self, pc: int) -> None:
        """Write that there must be room for a frame."""
        self.block(
            "if depth == frames_room:", [f"back = {pc + 1}", f"pc = {GROW_FRAMES}", "continue"]
        )

    def remember(self, pc: int) -> None:
        """Write that a place that was reached before, and failed, fails again."""
        if pc not in self.marked:
            return
        cell = f"memo[{self.marked[pc]} * cap + row]"
        self.put("if row >= 0:")
        self.indent += 1
        if self.program.timeouts:
            # A longer partial match might run out of time behind it than before.
            longest = f"memo[{len(self.marked) + self.marked[pc]} * cap + row]"
            self.block(f"if {cell} == epoch and length <= {longest}:", [f"pc = {FAIL}", "continue"])
            self.put(f"{longest} = length")
        else:
            self.block(f"if {cell} == epoch:", [f"pc = {FAIL}", "continue"])
        self.put(f"{cell} = epoch")
        self.indent -= 1

    def wait_for_row(self) -> None:
        """Write that nothing is chosen before the row that decides it has come."""
        over = "ended == 0"
        if self.program.within is not None:
            over += " and watermark < limit"
        self.block(f"if row == {at.NONE} and {over}:", self.wait())


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

"""The source of what looks at rows: taking one, and passing over some in a gap."""

from __future__ import annotations

from collections.abc import Sequence

from cep.runtime.matcher import layout as at
from cep.runtime.matcher.program import Condition, Keeps, Lack, Reads, Register, Seek, Take
from cep.runtime.matcher.writer import FAIL, GROW_PATH, OUT, Writer


class Tests(Writer):
    """Writes how rows are tested and taken."""

    def take(self, pc: int, take: Take) -> None:
        """Write that the row is taken if it satisfies the variable."""
        v = take.variable
        condition = self.program.conditions[v]
        self.need_row()
        self.room_for_errors()
        if condition.ahead:
            self.block("if ready[row] == 0:", self.wait())
        self.block("if length == path_room:", [f"back = {pc + 1}", f"pc = {GROW_PATH}", "continue"])
        changed = [(i, r) for i, r in enumerate(self.program.registers) if r.counts(v)]
        early = condition.reads is Reads.MATCH
        if early:
            self.tentative(changed, v)
        self.test(v, condition, [f"pc = {FAIL}", "continue"])
        if not early:
            self.tentative(changed, v)
        label = v * 2 + int(take.excluded)
        self.put(f"H[path + length] = row << {at.LABEL_BITS} | {label}", "length += 1")
        for i, _ in changed:
            self.put(f"r{i} = t{i}")
        self.put("last = row")
        self.look("nxt[row]")
        self.put(f"pc = {pc + 2}")

    def tentative(self, changed: Sequence[tuple[int, Register]], variable: int) -> None:
        """Write what registers would hold if the row were taken as the variable."""
        for i, register in changed:
            self.put(*self.changed(i, register, variable))

    def changed(self, i: int, register: Register, variable: int) -> list[str]:
        """Write what a register would hold if the row were taken as the variable."""
        j = register.value
        match register.keeps:
            case Keeps.LAST if register.depth == 0:
                return [f"t{i} = row"]
            case Keeps.LAST:
                return [f"t{i} = r{self.sibling(register, register.depth - 1)}"]
            case Keeps.FIRST:
                rows = self.rows_of(register)
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
        count = self.count_of(register)
        better = f"v{j}[row] < r{i}" if register.keeps is Keeps.MIN else f"v{j}[row] > r{i}"
        if register.floating:
            # NaN is the greatest number.
            nan = "r{0} != r{0}" if register.keeps is Keeps.MIN else "v{1}[row] != v{1}[row]"
            better = f"({better} or {nan.format(i, j)})"
        return [f"t{i} = r{i} if n{j}[row] or (r{count} > 0 and not {better}) else v{j}[row]"]

    def sibling(self, register: Register, depth: int) -> int:
        """Return the register of the same rows at another depth."""
        wanted = Register(register.keeps, register.variables, depth)
        return self.program.registers.index(wanted)

    def rows_of(self, register: Register) -> int:
        """Return the register that counts the rows of another."""
        return self.program.registers.index(Register(Keeps.ROWS, register.variables))

    def count_of(self, register: Register) -> int:
        """Return the register that counts the values of another."""
        wanted = Register(Keeps.COUNT, register.variables, value=register.value)
        return self.program.registers.index(wanted)

    def test(self, v: int, condition: Condition, failing: list[str]) -> None:
        """Write the test of a variable at the row; `failing` follows where it does not hold."""
        match condition.reads:
            case Reads.NOTHING:
                return
            case Reads.COLUMN:
                self.put(f"if flags[row] & {1 << v} == 0:")
                self.indent += 1
                if condition.fails:
                    self.error(v, "0", column=True)
                self.put(*failing)
                self.indent -= 1
            case Reads.MATCH:
                self.put(*condition.lines)
                if condition.error != "0":
                    self.put(f"if {condition.error} != 0:")
                    self.indent += 1
                    self.error(v, condition.error, column=False)
                    self.put(*failing)
                    self.indent -= 1
                self.block(f"if not ({condition.truth}):", failing)
            case Reads.PYTHON:
                self.block(f"if not python({v}, parts[k], row, path, length, number):", failing)

    def limit(self, within: int | None, origin: int) -> str | None:
        """Return the limit of time of a gap, and write what it needs."""
        if within is None:
            return None
        self.put(f"gap = time[q{origin}] + {within}")
        if self.program.within is not None:
            self.block("if limit < gap:", ["gap = limit"])
        return "gap"

    def seek(self, pc: int, seek: Seek) -> None:
        """Write how rows are passed over up to one that fits."""
        self.need_row(self.limit(seek.within, seek.origin))
        if self.ahead((*seek.targets, *seek.absent)):
            self.block("if ready[row] == 0:", self.wait())
        self.room_for_errors()
        if seek.any:
            self.room(pc)
        self.remember(pc)
        self.put("hit = 0")
        mask = self.columns(seek.targets)
        if mask is not None and not any(self.program.conditions[v].fails for v in seek.targets):
            self.block(f"if flags[row] & {mask} != 0:", ["hit = 1"])
        else:
            for v in seek.targets:
                self.attempt(v, "hit")
        self.put("ends = 0")
        if seek.absent:
            self.put("if hit == 0:" if not seek.any else "if True:")
            self.indent += 1
            for v in seek.absent:
                self.attempt(v, "ends")
            self.indent -= 1
        self.put("if hit != 0:")
        self.indent += 1
        if seek.any:
            self.put("if ends == 0:")
            self.indent += 1
            self.push(pc, str(pc + 1), "row")
            self.indent -= 1
        self.put(f"pc = {pc + 2}", "continue")
        self.indent -= 1
        self.block("if ends != 0:", [f"pc = {FAIL}", "continue"])
        self.put("last = row")
        self.look("nxt[row]")

    def attempt(self, v: int, outcome: str) -> None:
        """Write the test of a variable whose row is not taken by it."""
        condition = self.program.conditions[v]
        self.put(f"if {outcome} == 0:")
        self.indent += 1
        self.put("while True:")
        self.indent += 1
        if condition.reads is Reads.MATCH:
            changed = [(i, r) for i, r in enumerate(self.program.registers) if r.counts(v)]
            self.tentative(changed, v)
        self.test(v, condition, ["break"])
        self.put(f"{outcome} = 1", "break")
        self.indent -= 2

    def lack(self, pc: int, lack: Lack) -> None:
        """Write the wait until the time is over, or a row comes that must not."""
        limit = self.limit(lack.within, lack.origin) or "limit"
        self.put("if row < 0:")
        self.indent += 1
        self.block(
            f"if ended != 0 or row == {OUT} or watermark >= {limit}:",
            [f"due = {limit}", f"pc = {pc + 2}", "continue"],
        )
        self.put(*self.wait(limit))
        self.indent -= 1
        self.block(f"if time[row] >= {limit}:", [f"due = {limit}", f"pc = {pc + 2}", "continue"])
        if self.ahead(lack.absent):
            self.block("if ready[row] == 0:", self.wait())
        self.room_for_errors()
        self.put("ends = 0")
        for v in lack.absent:
            self.attempt(v, "ends")
        self.block("if ends != 0:", [f"pc = {FAIL}", "continue"])
        self.put("last = row")
        self.look("nxt[row]")

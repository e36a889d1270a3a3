"""The source of what comes of a walk: matches, time-outs, rows without a match, and more room."""

from __future__ import annotations

from cep.runtime.matcher import layout as at
from cep.runtime.matcher.program import After
from cep.runtime.matcher.writer import (
    ALONE,
    FAIL,
    GROW_FRAMES,
    GROW_PATH,
    LATE,
    MISSED,
    MOVE,
    PASSED,
    Writer,
)
from cep.runtime.time import END


class Outcomes(Writer):
    """Writes results, and where the walk goes on after them."""

    def result(self, kind: str, length: str, base: str, time: str) -> None:
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

    def done(self) -> None:
        """Write that a match is found, and where the next may start."""
        program = self.program
        if program.ahead:
            self.block(
                f"if length > 0 and ready[H[path + length - 1] >> {at.LABEL_BITS}] == 0:",
                self.wait(),
            )
        if program.distinct:
            self.once()
        self.put("number += 1", f"kind = {at.COMPLETE}", f"to = {at.NONE}")
        last = f"H[path + length - 1] >> {at.LABEL_BITS}"
        match program.after:
            case After.PAST_LAST:
                self.put("to = start", f"if length > 0: to = {last}")
            case After.NEXT | After.EVERYWHERE:
                self.put("to = start")
            case After.FIRST | After.LAST:
                self.find_target()
        self.put(f"when = start if length == 0 else {last}", "when = time[when]")
        self.block(f"if due != {END}:", ["when = due"])
        self.checked_result()
        if program.frame is not None:
            self.skip_in_frame(last)
            return
        self.put(f"if length > 0 and seq[{last}] > cover: cover = seq[{last}]")
        if program.after is After.EVERYWHERE:
            # A match that is said costs more than a choice, and the same budget bounds both.
            self.put("found += 1", f"work += {at.MATCH_COST}", f"pc = {FAIL}")
            if program.distinct:
                self.write_said()
            return
        if program.marked and not program.each_start:
            self.new_epoch()
        if program.after in {After.FIRST, After.LAST}:
            # `to` is the row to go on at; after an error it is the one after the start.
            self.put(f"if kind == {at.COMPLETE} and length > 0: start = to")
            self.put("else: start = nxt[start]")
        else:
            self.put("start = nxt[to]")
        self.put(f"pc = {MOVE}")

    def skip_in_frame(self, last: str) -> None:
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
            self.new_epoch()
        if not self.far:
            self.put("start = nxt[origin]", f"origin = {at.NONE}", "length = 0", f"pc = {PASSED}")
            return
        # No row between the frame's and the match's first begins one, however far frames go.
        self.put("i = nxt[origin]", f"origin = {at.NONE}", "length = 0")
        self.block(
            f"if cover < seq[start] and i != {at.NONE} and seq[i] <= seq[start]:",
            ["origin = i", f"pc = {MOVE}", "continue"],
        )
        self.put("start = i", f"pc = {PASSED}")

    def once(self) -> None:
        """Write that a match that was said goes no further; and that there is room to note it."""
        self.put("if said_length + length + 1 > said_room:")
        self.indent += 1
        self.allot(
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
        self.block("if hit != 0:", [f"pc = {FAIL}", "continue"])

    def write_said(self) -> None:
        """Note a match that was said."""
        self.put("H[said + said_length] = -1 - length")
        self.block("for i in range(length):", ["H[said + said_length + 1 + i] = H[path + i]"])
        self.put("said_length += length + 1")

    def checked_result(self) -> None:
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

    def find_target(self) -> None:
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

    def late(self) -> None:
        """Write what happens to a walk that is out of time."""
        self.put(f"elif pc == {LATE}:")
        self.indent += 1
        if self.program.timeouts:
            self.put("if length > best:")
            self.indent += 1
            self.put("if length > best_room:")
            self.indent += 1
            self.allot("best_path", "best_room", "length * 2", at.PATH_TOP, at.PATH_GONE, "H", "0")
            self.indent -= 1
            self.block("for i in range(length):", ["H[best_path + i] = H[path + i]"])
            self.put("best = length", "best_due = when")
            self.indent -= 1
        self.put(f"pc = {FAIL}")
        self.indent -= 1

    def allot(
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

    def grow(self) -> None:
        """Write how room is made for choices and for rows taken."""
        self.put(f"elif pc == {GROW_FRAMES}:")
        self.indent += 1
        wanted = "frames_room * 2 if frames_room > 0 else 2"
        self.allot("frames", "frames_room", wanted, at.FRAMES_TOP, at.FRAMES_GONE, "S", "depth")
        self.put("pc = back")
        self.indent -= 1
        self.put(f"elif pc == {GROW_PATH}:")
        self.indent += 1
        wanted = "path_room * 2 if path_room > 0 else 4"
        self.allot("path", "path_room", wanted, at.PATH_TOP, at.PATH_GONE, "H", "length")
        self.put("pc = back")
        self.indent -= 1

    def missed(self) -> None:
        """Write what happens when no walk from the start led to a match, or to no further one."""
        program = self.program
        if program.frame is not None:
            self.missed_in_frame()
            return
        self.put(f"elif pc == {MISSED}:")
        self.indent += 1
        if program.timeouts:
            self.put("if best > 0 and found == 0:")
            self.indent += 1
            self.timeout()
            self.indent -= 1
        if program.unmatched:
            found = " and found == 0" if self.extras else ""
            self.put(f"if seq[start] > cover{found}:")
            self.indent += 1
            self.result(str(at.UNMATCHED), "0", "0", "time[start]")
            self.indent -= 1
        self.put("start = nxt[start]", f"pc = {MOVE}")
        self.indent -= 1

    def missed_in_frame(self) -> None:
        """Write the way to a later start in the frame, or to the next frame."""
        assert self.program.frame is not None
        self.put(f"elif pc == {MISSED}:")
        self.indent += 1
        if self.program.frame.seek:
            if self.bounded:
                self.block("if seq[start] >= edge:", [f"pc = {ALONE}", "continue"])
            self.put("start = nxt[start]", "pc = 0", "depth = 0", "length = 0", f"last = {at.NONE}")
            self.put(f"if start == {at.NONE}:")
            self.indent += 1
            self.block("if ended == 0:", [f"wait = {END}", "break"])
            self.put(f"pc = {ALONE}")
            self.indent -= 1
        else:
            self.put(f"pc = {ALONE}")
        self.indent -= 1
        self.put(f"elif pc == {ALONE}:")
        self.indent += 1
        self.without_match("origin")
        if self.far:
            # There is none up to the end, so the rows behind have none either.
            self.put("origin = nxt[origin]")
            self.block(f"if origin == {at.NONE}:", [f"pc = {MOVE}"])
        else:
            self.put("start = nxt[origin]", f"origin = {at.NONE}", f"pc = {MOVE}")
        self.indent -= 1
        self.put(f"elif pc == {PASSED}:")
        self.indent += 1
        self.block(f"if start == {at.NONE} or seq[start] > cover:", [f"pc = {MOVE}", "continue"])
        self.without_match("start")
        self.put("start = nxt[start]")
        self.indent -= 1

    def without_match(self, row: str) -> None:
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

    def timeout(self) -> None:
        """Write the result of the longest partial match, and where the next may start."""
        last = f"H[best_path + best - 1] >> {at.LABEL_BITS}"
        if self.program.ahead:
            self.block(f"if ready[{last}] == 0:", [f"wait = {END}", "break"])
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
                self.find_target()
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
        self.put(f"pc = {MOVE}", "continue")

"""The source of choices: forks, counted repetitions, and the orders of PERMUTE."""

from __future__ import annotations

from cep.runtime.matcher import layout as at
from cep.runtime.matcher.program import Each, Iterate, Order, Step
from cep.runtime.matcher.reach import order_base
from cep.runtime.matcher.writer import FAIL, GROW_FRAMES, Writer


class Choices(Writer):
    """Writes how a walk chooses, and what it can come back to."""

    def fork(self, pc: int, first: int, second: int) -> None:
        """Write a choice; a branch that the flags of the row rule out is none."""
        one, other = self.reach(first), self.reach(second)
        if not one.rowless:
            self.wait_for_row()
        if one.ahead or other.ahead:
            self.block("if row >= 0 and ready[row] == 0:", self.wait())
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
                self.block("if hit == 3:", [f"pc = {FAIL}", "continue"])
            self.indent -= 1
        self.block(
            "if hit == 0 and depth == frames_room:",
            [f"back = {pc + 1}", f"pc = {GROW_FRAMES}", "continue"],
        )
        self.remember(pc)
        if any(tests):
            self.block(
                "if hit != 0:", [f"pc = {first + 1} if hit == 1 else {second + 1}", "continue"]
            )
        self.push(pc, str(second + 1))
        self.put(f"pc = {first + 1}")

    def iterate(self, pc: int, loop: Iterate) -> None:
        """Write the beginning of an iteration that is counted."""
        c = f"q{loop.register}"
        again = [f"{c} += 1", f"pc = {loop.body + 1}", "continue"]
        if loop.minimum:
            self.block(f"if {c} < {loop.minimum}:", again)
        if loop.maximum is not None:
            self.block(f"if {c} >= {loop.maximum}:", [f"pc = {loop.out + 1}", "continue"])
        self.room(pc)
        if loop.reluctant:
            self.put(f"{c} += 1")
            self.push(pc, str(loop.body + 1))
            self.put(f"{c} -= 1", f"pc = {loop.out + 1}")
        else:
            self.push(pc, str(loop.out + 1))
            self.put(f"{c} += 1", f"pc = {loop.body + 1}")

    def each(self, pc: int, each: Each) -> None:
        """Write the choice of the next part of a PERMUTE of parts without choices."""
        met, begin = f"q{each.register}", f"q{each.register + 1}"
        n = len(each.bodies)
        self.block(f"if {met} == {(1 << n) - 1}:", [f"pc = {each.out + 1}", "continue"])
        self.wait_for_row()
        self.room(pc)
        if pc in self.marked:
            # Which row comes next follows from the parts that are met and the row it began at.
            base = 3 * order_base(self.program, pc)
            self.put(f"if row >= 0 and {begin} == 0:")
            self.indent += 1
            self.put(f"o = {base} + 3 * {met}")
            seen = "orders[o] == epoch and orders[o + 1] == row and length <= orders[o + 2]"
            self.block(f"if {seen}:", [f"pc = {FAIL}", "continue"])
            self.put("orders[o] = epoch", "orders[o + 1] = row", "orders[o + 2] = length")
            self.indent -= 1
        self.put(f"j = {n}")
        for j, body in enumerate(each.bodies):
            reached = self.reach(body)
            test = f"{begin} <= {j} and {met} & {1 << j} == 0"
            if reached.known and not reached.ahead and not self.program.timeouts:
                test += f" and (row < 0 or {self.bits} & {reached.mask} != 0)"
            self.block(f"{'if' if j == 0 else 'elif'} {test}:", [f"j = {j}"])
        self.block(f"if j == {n}:", [f"pc = {FAIL}", "continue"])
        self.put(f"{begin} = j + 1")
        self.push(pc, str(pc + 1))
        self.put(f"{begin} = 0", f"{met} |= 1 << j")
        for j, body in enumerate(each.bodies):
            self.block(f"{'if' if j == 0 else 'elif'} j == {j}:", [f"pc = {body + 1}"])

    def order(self, pc: int, order: Order) -> None:
        """Write the choice of an order, packed into 4 bits each, and its renewal on failure."""
        o, i, most, frame = (f"q{order.register + k}" for k in range(4))
        n = order.count
        self.room(pc)
        # A failed order comes back here with the number of parts that it met at most.
        self.put(f"if {frame} == -1:")
        self.indent += 1
        self.put(f"{o} = next_order({o}, {n}, {most} if {most} < {n - 1} else {n - 1})")
        self.block(f"if {o} < 0:", [f"{frame} = 0", f"pc = {FAIL}", "continue"])
        self.indent -= 1
        self.put("else:")
        self.put(f"    {o} = {sum(k << (4 * k) for k in range(n))}")
        self.put(f"{i} = 0", f"{most} = 0", f"{frame} = -1")
        self.push(pc, str(pc + 1))
        self.put(f"{frame} = depth - 1", f"pc = {pc + 2}")

    def step(self, step: Step) -> None:
        """Write the way to the next part of the order that was chosen."""
        o, i, _, frame = (f"q{step.register + k}" for k in range(4))
        n = len(step.bodies)
        place = f"(frames + {frame}) * {self.frame} + {at.FRAME + step.register + 2}"
        self.put(f"f = {place}")
        self.block(f"if S[f] < {i}:", [f"S[f] = {i}"])
        self.block(f"if {i} == {n}:", [f"{frame} = 0", f"pc = {step.out + 1}", "continue"])
        self.put(f"j = {o} >> (4 * {i}) & 15", f"{i} += 1")
        for j, body in enumerate(step.bodies):
            self.block(f"{'if' if j == 0 else 'elif'} j == {j}:", [f"pc = {body + 1}"])


ORDERS = '''\
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
"""A helper of machines with an `Order`."""

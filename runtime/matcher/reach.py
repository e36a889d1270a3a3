"""What can come first from an instruction of a program on."""

from __future__ import annotations

from dataclasses import dataclass

from cep.runtime.matcher.program import (
    Done,
    Each,
    Edge,
    Enough,
    Fork,
    Iterate,
    Jump,
    Lack,
    Mark,
    Order,
    Origin,
    Program,
    Progress,
    Reads,
    Seek,
    Step,
    Take,
    Zero,
)

SETS = 16
"""Parts of a PERMUTE whose sets are remembered."""


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

"""Random PATTERNs, as text."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

VARIABLES = ("A", "B", "C", "D")
ABSENT = "E"
"""The variable that is only ever written as `!E`."""


@dataclass(frozen=True)
class Text:
    """A part of a pattern: how it reads, how tightly it binds, and whether it may take no row."""

    text: str
    nullable: bool = False
    level: int = 3

    def within(self, level: int) -> str:
        """Return the text, in parentheses where it binds less tightly than is wanted."""
        return self.text if self.level >= level else f"({self.text})"


class Patterns:
    """Makes the text of PATTERN. Levels: 0 is `|`, 1 an arrow, 2 a concatenation, 3 one thing."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.variables = VARIABLES[: chance.choice((1, 2, 2, 2, 3, 3, 4))]
        self.arrows = chance.random() < 0.35
        self.excluding = chance.random() < 0.2
        self.ending = chance.random() < 0.3
        """Whether `$` may be written; the input ends, then."""
        self.anchored = True
        """Whether `^` and `$` may be written."""
        self.timed = True
        """Whether steps may have a WITHIN."""
        self.absent = False
        """Whether `!E` was written."""

    def whole(self, bounded: bool) -> Text:
        """Return a whole pattern; with `bounded` it may end in an absence."""
        depth = self.chance.choice((1, 2, 2, 2, 3, 4))
        pattern = self.part(depth)
        if bounded and self.arrows and self.chance.random() < 0.35:
            left = self.taking(depth - 1)
            self.absent = True
            lacking = Text(f"{left.within(1)} -> !{ABSENT}{self.step()}", level=1)
            if self.chance.random() < 0.2:
                either = [lacking.text, pattern.within(1)]
                self.chance.shuffle(either)
                return Text(" | ".join(either), level=0)
            return lacking
        return pattern

    def part(self, depth: int) -> Text:
        """Return a pattern of at most a depth."""
        if depth <= 0:
            return self.one()
        makers: list[tuple[int, Callable[[int], Text]]] = [
            (3, lambda _: self.one()),
            (7, self.concatenation),
            (4, self.alternation),
            (6, self.quantified),
            (1, self.permutation),
        ]
        if self.arrows:
            makers.append((9, self.arrow))
        if self.excluding:
            makers.append((3, self.exclusion))
        weights, functions = zip(*makers, strict=True)
        maker: Callable[[int], Text] = self.chance.choices(functions, weights)[0]
        return maker(depth - 1)

    def one(self) -> Text:
        """Return a variable; rarely `()` or an anchor."""
        kind = self.chance.random()
        if kind > 0.05:
            return Text(self.chance.choice(self.variables))
        if kind > 0.025 or not self.anchored:
            return Text("()", True)
        return Text("$" if self.ending and self.chance.random() < 0.5 else "^", True)

    def concatenation(self, depth: int) -> Text:
        parts = [self.part(depth) for _ in range(self.chance.choice((2, 2, 2, 3)))]
        return Text(" ".join(p.within(3) for p in parts), all(p.nullable for p in parts), 2)

    def alternation(self, depth: int) -> Text:
        parts = [self.part(depth) for _ in range(self.chance.choice((2, 2, 3)))]
        return Text(" | ".join(p.within(1) for p in parts), any(p.nullable for p in parts), 0)

    def permutation(self, depth: int) -> Text:
        parts = [self.part(depth) for _ in range(self.chance.choice((1, 2, 2, 3)))]
        text = ", ".join(p.text for p in parts)
        return Text(f"PERMUTE({text})", all(p.nullable for p in parts))

    def exclusion(self, depth: int) -> Text:
        inside = self.part(depth)
        return Text(f"{{- {inside.text} -}}", inside.nullable)

    def quantified(self, depth: int) -> Text:
        inside = self.part(depth if self.chance.random() < 0.5 else 0)
        low = self.chance.choice((0, 1, 2))
        high = low + self.chance.choice((0, 1, 2)) or 1
        sign, minimum = self.chance.choice(
            (
                ("*", 0),
                ("+", 1),
                ("?", 0),
                ("+", 1),
                (f"{{{low or 1}}}", low or 1),
                (f"{{{low},}}", low),
                (f"{{{low},{high}}}", low),
                (f"{{,{high}}}", 0),
            )
        )
        reluctant = "?" if self.chance.random() < 0.3 else ""
        operand = f"({inside.text})" if inside.text[-1] in "*+?}" else inside.within(3)
        return Text(f"{operand}{sign}{reluctant}", minimum == 0 or inside.nullable)

    def taking(self, depth: int) -> Text:
        """Return a pattern that takes a row."""
        for _ in range(4):
            pattern = self.part(depth)
            if not pattern.nullable:
                return pattern
        return Text(self.chance.choice(self.variables))

    def arrow(self, depth: int) -> Text:
        left, right = self.taking(depth), self.taking(depth)
        gap = ""
        if self.chance.random() < 0.25:
            self.absent = True
            gap = f" -> !{ABSENT}"
        sign = self.chance.choice(("->", "->>"))
        return Text(f"{left.within(1)}{gap} {sign} {right.within(2)}{self.step()}", level=1)

    def step(self) -> str:
        """Return the WITHIN of an arrow, or nothing."""
        if not self.timed or self.chance.random() < 0.8:
            return ""
        return f" WITHIN INTERVAL '{self.chance.randint(1, 5)}' SECOND"

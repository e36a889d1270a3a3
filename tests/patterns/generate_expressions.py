"""Random conditions and measures of row patterns, as text."""

from __future__ import annotations

import random
from collections.abc import Sequence


class Expressions:
    """Makes expressions of DEFINE and MEASURES over variables, and of conditions on inputs."""

    def __init__(
        self,
        chance: random.Random,
        names: Sequence[str],
        columns: Sequence[str] = ("v", "x", "n"),
        inputs: Sequence[str] = (),
    ) -> None:
        self.chance = chance
        self.names = names
        self.columns = columns
        self.inputs = inputs
        self.numbered = True
        """Whether matches have numbers."""

    def condition(self, variable: str) -> str:
        """Return the condition of a variable."""
        chance = self.chance
        kind = chance.random()
        small = chance.randint(0, 2)
        if self.inputs and kind < 0.5:
            return chance.choice((f"s.x >= {small}", f"p.w >= {small}", "p.w IS NULL", "s.x <> v"))
        if kind < 0.45:
            return self.local(variable)
        if kind < 0.6:
            step = chance.choice(("PREV(v)", "PREV(x)", "NEXT(v)", "PREV(v, 2)", "NEXT(x, 2)"))
            sign = chance.choice(("<", "<=", ">", ">=", "=", "<>"))
            text = f"v {sign} {step}"
            return text if chance.random() < 0.5 else f"{text} OR {step} IS NULL"
        if kind < 0.9:
            return f"{self.boolean(1)} OR {self.local(variable)}"
        return self.boolean(2)

    def local(self, variable: str) -> str:
        """Return a condition on the row itself, that often holds."""
        small = self.chance.randint(0, 2)
        return self.chance.choice(
            (
                f"v = {small}",
                f"v <> {small}",
                f"x >= {small}",
                f"x < {small + 1}",
                f"{variable}.v <= {small}",
                f"v + x > {small}",
                "v IS NOT NULL",
                f"COALESCE(x, {small}) <= 1",
                f"v IN ({small}, 2)",
            )
        )

    def boolean(self, depth: int) -> str:
        """Return a condition of any kind."""
        chance = self.chance
        if depth > 0:
            kind = chance.randint(0, 9)
            if kind == 0:
                return f"({self.boolean(depth - 1)} AND {self.boolean(depth - 1)})"
            if kind <= 2:
                return f"({self.boolean(depth - 1)} OR {self.boolean(depth - 1)})"
            if kind == 3:
                return f"NOT {self.boolean(depth - 1)}"
            if kind == 4:
                then = f"{self.boolean(depth - 1)} THEN {self.boolean(depth - 1)}"
                return f"CASE WHEN {then} ELSE {self.boolean(depth - 1)} END"
        kind = chance.randint(0, 11)
        if kind == 0:
            return f"{self.number(1)} IS {chance.choice(('', 'NOT '))}NULL"
        if kind == 1:
            return f"{self.number(1)} BETWEEN {self.number(0)} AND {self.number(1)}"
        if kind == 2:
            name = chance.choice(self.names).lower()
            return f"{self.label()} {chance.choice(('=', '<>'))} '{name}'"
        sign = chance.choice(("<", "<=", ">", ">=", "=", "<>"))
        return f"{self.number(1)} {sign} {self.number(1)}"

    def number(self, depth: int, final: bool = False) -> str:
        """Return a number; with `final` it may be of the whole match."""
        chance = self.chance
        if depth > 0:
            kind = chance.randint(0, 11)
            if kind <= 1:
                sign = chance.choice("+-*")
                return f"({self.number(depth - 1, final)} {sign} {self.number(depth - 1, final)})"
            if kind == 2:
                return f"COALESCE({self.number(depth - 1, final)}, {chance.randint(-1, 2)})"
            if kind == 3:
                return f"ABS({self.number(depth - 1, final)})"
        kind = chance.randint(0, 9)
        if kind == 0:
            return str(chance.randint(0, 3))
        if kind <= 3:
            return self.column()
        if kind <= 6:
            return self.navigation(final)
        if kind == 7 and not final and self.numbered:
            return "MATCH_NUMBER()"
        return self.aggregate(final)

    def column(self, name: str | None = None) -> str:
        """Return a column, bare or of a variable."""
        column = name or self.chance.choice(self.columns)
        if self.chance.random() < 0.4:
            return column
        return f"{self.chance.choice(self.names)}.{column}"

    def argument(self) -> str:
        """Return what a navigation or an aggregate is of: columns of one variable."""
        column = self.column()
        if self.chance.random() < 0.8:
            return column
        prefix = column[:-1] if "." in column else ""
        other = self.chance.choice((f"{prefix}{self.chance.choice(self.columns)}", "1", "2"))
        return f"{column} {self.chance.choice('+-*')} {other}"

    def semantics(self, final: bool) -> str:
        """Return RUNNING, FINAL or nothing."""
        return self.chance.choice(("", "", "FINAL ", "RUNNING ")) if final else ""

    def navigation(self, final: bool = False) -> str:
        """Return FIRST, LAST, PREV, NEXT, or one inside the other."""
        chance = self.chance
        argument, offset, steps = self.argument(), chance.randint(0, 2), chance.randint(0, 3)
        logical = f"{chance.choice(('FIRST', 'LAST'))}({argument}"
        logical += f", {offset})" if chance.random() < 0.5 else ")"
        physical = chance.choice(("PREV", "NEXT"))
        kind = chance.randint(0, 3)
        if kind == 0:
            return f"{physical}({argument})"
        if kind == 1:
            return f"{physical}({argument}, {steps})"
        if kind == 2:
            return f"{physical}({self.semantics(final)}{logical}, {steps})"
        return f"{self.semantics(final)}{logical}"

    def aggregate(self, final: bool = False) -> str:
        """Return an aggregate with a number as its result."""
        chance = self.chance
        name = chance.choice(self.names)
        kind = chance.randint(0, 6)
        if kind == 0:
            call = "COUNT(*)"
        elif kind == 1:
            call = f"COUNT({name}.*)"
        else:
            function = chance.choice(("COUNT", "SUM", "MIN", "MAX", "AVG", "SUM"))
            distinct = "DISTINCT " if chance.random() < 0.15 else ""
            call = f"{function}({distinct}{self.argument()})"
        return f"{self.semantics(final)}{call}"

    def label(self) -> str:
        """Return the label of a row."""
        variable = self.chance.choice(("", "", self.chance.choice(self.names)))
        return self.chance.choice(
            (
                f"CLASSIFIER({variable})",
                f"CLASSIFIER({variable})",
                "PREV(CLASSIFIER())",
                "NEXT(CLASSIFIER())",
                f"FIRST(CLASSIFIER({variable}))",
                "LAST(CLASSIFIER(), 1)",
            )
        )

    def measure(self) -> str:
        """Return a measure."""
        kind = self.chance.randint(0, 9)
        if kind == 0:
            return self.label()
        if kind == 1:
            return f"{self.semantics(True)}ARRAY_AGG({self.argument()})"
        if kind == 2:
            return f"{self.semantics(True)}ARRAY_AGG(CLASSIFIER())"
        if kind == 3:
            return f"(CASE WHEN {self.boolean(1)} THEN {self.number(1, True)} END)"
        return self.number(2, True)

"""Random conditions and values over columns, in words that cep and DuckDB mean alike."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

WORDS = ("'x'", "'y'", "'z'")

ROUGH = "rough"
"""The kind of numbers whose last digits depend on the order of computing: they are only shown."""


@dataclass(frozen=True)
class Column:
    """A column in scope, as it is written."""

    name: str
    kind: str

    @property
    def short(self) -> str:
        """The name without that of its relation."""
        return self.name.split(".")[-1]

    @property
    def merged(self) -> bool:
        """Whether it is one that USING or NATURAL made of two."""
        return "." not in self.name


@dataclass(frozen=True)
class Relation:
    """What stands in FROM, with the columns that it has."""

    text: str
    columns: tuple[Column, ...]
    single: bool = True
    """Whether it is no join."""

    @property
    def qualified(self) -> tuple[Column, ...]:
        """The columns that can be named wherever the relation is in scope."""
        return tuple(c for c in self.columns if not c.merged)


def pairs_of(left: Relation, right: Relation) -> list[tuple[Column, Column]]:
    """Return the pairs of columns that can be compared."""
    return [
        (a, b)
        for a in left.qualified
        for b in right.qualified
        if a.kind == b.kind and a.kind not in {"double", ROUGH}
    ]


@dataclass
class Terms:
    """Draws what stands in expressions, without queries."""

    chance: random.Random

    def often(self, share: float) -> bool:
        """Say yes as often as is said."""
        return self.chance.random() < share

    def direction(self) -> str:
        """Return how a key of ORDER BY goes."""
        nulls = self.chance.choice(("FIRST", "LAST"))
        return f"{self.chance.choice(('ASC', 'DESC'))} NULLS {nulls}"

    def value(self, columns: Sequence[Column], kind: str) -> str:
        """Return an expression of a kind over columns."""
        known = [c.name for c in columns if c.kind == kind]
        if kind == "text":
            if not known:
                return self.chance.choice(WORDS)
            one = self.chance.choice(known)
            return f"COALESCE({one}, 'n')" if self.often(0.15) else one
        if not known:
            return str(self.chance.randint(0, 3))
        one = self.chance.choice(known)
        form = self.chance.random()
        if form < 0.15:
            return f"{one} + {self.chance.randint(1, 2)}"
        if form < 0.2:
            return f"CASE WHEN {one} > 1 THEN {self.chance.choice(known)} ELSE 0 END"
        if form < 0.23:
            return f"NULLIF({one}, {self.chance.choice(known)})"
        return one

    def simple(self, columns: Sequence[Column]) -> str:
        """Return a condition on columns."""
        column = self.chance.choice(columns)
        name = column.name
        negated = self.chance.choice(("", "NOT ", "NOT "))
        if column.kind == ROUGH or self.often(0.15):
            return f"{name} IS {negated}NULL"
        if column.kind == "bool":
            return f"{self.chance.choice(('', 'NOT '))}{name}"
        others = [c.name for c in columns if c.kind == column.kind and c != column]
        constant = (
            self.chance.choice(WORDS) if column.kind == "text" else str(self.chance.randint(1, 3))
        )
        other = self.chance.choice(others) if others and self.often(0.3) else constant
        form = self.chance.random()
        if form < 0.1:
            return f"{name} IS {negated}DISTINCT FROM {other}"
        if column.kind == "text":
            if form < 0.15:
                return f"{name} {self.chance.choice(('', 'NOT '))}IN ('x', {other})"
            return f"{name} {self.chance.choice(('=', '<>', '<', '>='))} {other}"
        if form < 0.15:
            return f"{name} {self.chance.choice(('', 'NOT '))}BETWEEN 1 AND {other}"
        operator = self.chance.choice(("=", "<>", "<", ">", "<=", "<=", ">=", ">="))
        return f"{name} {operator} {other}"

    def pairing(self, left: Relation, right: Relation, *, full: bool) -> str | None:
        """Return the condition of a join, or None where no columns can be compared."""
        pairs = pairs_of(left, right)
        if not pairs:
            return None
        a, b = self.chance.choice(pairs)
        form = self.chance.random()
        # DuckDB can compute a full join only where columns are equal.
        if form < 0.12 and not full and a.kind != "bool":
            return f"{a.name} {self.chance.choice(('<', '>=', '<>'))} {b.name}"
        equal = "IS NOT DISTINCT FROM" if self.often(0.15) else "="
        condition = f"{a.name} {equal} {b.name}"
        if form < 0.18 and not full:
            c, d = self.chance.choice(pairs)
            return f"({condition} OR {c.name} = {d.name})"
        if form < 0.3:
            c, d = self.chance.choice(pairs)
            condition += f" AND {c.name} = {d.name}"
        if self.often(0.3) and not full:
            condition += f" AND {self.simple((*left.qualified, *right.qualified))}"
        elif self.often(0.3):
            # What is asked of a pair of columns can be asked of a full join besides.
            c, d = self.chance.choice(pairs)
            if c.kind != "bool":
                condition += f" AND {c.name} {self.chance.choice(('<', '>='))} {d.name}"
        return condition

    def aggregate(self, columns: Sequence[Column]) -> tuple[str, str]:
        """Return a call of an aggregate, and its kind."""
        numbers = [c.name for c in columns if c.kind == "int"]
        texts = [c.name for c in columns if c.kind == "text"]
        anything = self.chance.choice([c.name for c in columns if c.kind != ROUGH] or ["1"])
        where = f" FILTER (WHERE {self.simple(columns)})" if self.often(0.2) else ""
        if texts and self.often(0.1):
            call = self.chance.choice(("MIN", "MAX"))
            return f"{call}({self.chance.choice(texts)}){where}", "text"
        if not numbers or self.often(0.3):
            call = self.chance.choice(
                ("COUNT(*)", f"COUNT({anything})", f"COUNT(DISTINCT {anything})")
            )
            return call + where, "int"
        number = self.chance.choice(numbers)
        form, kind = self.chance.choice(_OF_NUMBERS)
        return form.format(number) + where, kind


_OF_NUMBERS = (
    ("SUM({})", "int"),
    ("MIN({})", "int"),
    ("MAX({})", "int"),
    ("SUM(DISTINCT {})", "int"),
    ("AVG({})", "double"),
    ("MEDIAN({})", "double"),
    ("BOOL_OR({} > 1)", "bool"),
    ("BOOL_AND({} > 1)", "bool"),
    ("VAR_POP({})", ROUGH),
    ("STDDEV_SAMP({})", ROUGH),
)

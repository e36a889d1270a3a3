"""Random queries over three relations, in words that cep and DuckDB mean alike.

Numbers are few, so that rows meet, and NULLs are among them. Where first rows are asked for, all
columns decide the order, so that no tie is left.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

TABLES = ("r", "s", "t")

COLUMNS = (("id", "int"), ("a", "int"), ("b", "int"), ("c", "text"))
"""The columns of each of them; id is the key of a table."""

_WORDS = ("'x'", "'y'", "'z'")


@dataclass(frozen=True)
class Column:
    """A column in scope, as it is written."""

    name: str
    kind: str


@dataclass(frozen=True)
class Relation:
    """What stands in FROM, with the columns that it has."""

    text: str
    columns: tuple[Column, ...]


@dataclass
class Writer:
    """Draws queries; `depth` is how far they may still be nested."""

    chance: random.Random
    names: int = 0
    common: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    """The WITH queries that have been written: name, text, the kinds of their columns."""

    def query(self) -> str:
        """Return a whole query."""
        if self._often(0.15):
            text, kinds = self.select(1)
            names = ", ".join(f"c{i}" for i in range(len(kinds)))
            self.common.append((f"w ({names})", text, kinds))
        text, kinds = self.body(2)
        if self._often(0.2):
            text = self._first_rows(text, kinds)
        if self.common:
            text = f"WITH {', '.join(f'{n} AS ({q})' for n, q, _ in self.common)} {text}"
        return text

    def _often(self, share: float) -> bool:
        return self.chance.random() < share

    def _name(self) -> str:
        self.names += 1
        return f"q{self.names}"

    def _first_rows(self, text: str, kinds: Sequence[str]) -> str:
        order = list(range(1, len(kinds) + 1))
        self.chance.shuffle(order)
        keys = ", ".join(f"{i} {self._direction()}" for i in order)
        offset = f" OFFSET {self.chance.randint(1, 2)}" if self._often(0.25) else ""
        limit = self.chance.choice((1, 2, 3, 5))
        return f"SELECT * FROM ({text}) AS {self._name()} ORDER BY {keys} LIMIT {limit}{offset}"

    def _direction(self) -> str:
        nulls = self.chance.choice(("FIRST", "LAST"))
        return f"{self.chance.choice(('ASC', 'DESC'))} NULLS {nulls}"

    # Queries.

    def body(self, depth: int) -> tuple[str, tuple[str, ...]]:
        """Return a SELECT or a set operation, and the kinds of its columns."""
        if depth and self._often(0.25):
            kinds = tuple(self.chance.choice(("int", "int", "text")) for _ in range(2))
            operator = self.chance.choice(("UNION", "INTERSECT", "EXCEPT"))
            every = " ALL" if self._often(0.5) else ""
            parts = [self.of_kinds(depth - 1, kinds) for _ in range(self.chance.choice((2, 2, 3)))]
            return f" {operator}{every} ".join(f"({p})" for p in parts), kinds
        return self.select(depth)

    def of_kinds(self, depth: int, kinds: Sequence[str]) -> str:
        """Return a SELECT with columns of given kinds."""
        source = self.source(depth)
        items = [self.value(source.columns, k) for k in kinds]
        distinct = "DISTINCT " if self._often(0.2) else ""
        return f"SELECT {distinct}{', '.join(items)} FROM {source.text}{self.where(source, depth)}"

    def select(self, depth: int) -> tuple[str, tuple[str, ...]]:
        """Return a SELECT block, and the kinds of its columns."""
        source = self.source(depth)
        where = self.where(source, depth)
        if self._often(0.4):
            return self._grouped(source, where, depth)
        kinds = tuple(
            self.chance.choice(("int", "int", "text")) for _ in range(self.chance.randint(1, 3))
        )
        items = [self.value(source.columns, k) for k in kinds]
        if depth and self._often(0.2):
            kinds = (*kinds, "int")
            items.append(self._scalar(source, depth))
        if depth and self._often(0.1):
            kinds = (*kinds, "bool")
            items.append(self._asked(source, depth))
        named = ", ".join(f"{e} AS x{i}" for i, e in enumerate(items))
        distinct = "DISTINCT " if self._often(0.2) else ""
        text = f"SELECT {distinct}{named} FROM {source.text}{where}"
        if not distinct and self._often(0.15):
            return self._ranked(text, kinds), kinds
        return text, kinds

    def _ranked(self, text: str, kinds: Sequence[str]) -> str:
        """Return the first rows of each value of the first column."""
        function = self.chance.choice(("ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK"))
        columns = [f"x{i}" for i in range(len(kinds))]
        order = columns[1:] or columns
        if function != "ROW_NUMBER":
            order = order[:1]
        keys = ", ".join(f"{c} {self._direction()}" for c in order)
        window = f"{function}() OVER (PARTITION BY x0 ORDER BY {keys})"
        condition = self.chance.choice(("<= 2", "= 1", "BETWEEN 2 AND 3", "< 4"))
        names = ", ".join(columns)
        inner = f"SELECT {names}, {window} AS n FROM ({text}) AS {self._name()}"
        return f"SELECT {names} FROM ({inner}) AS {self._name()} WHERE n {condition}"

    def _grouped(self, source: Relation, where: str, depth: int) -> tuple[str, tuple[str, ...]]:
        keys = self.chance.sample(
            source.columns, min(len(source.columns), self.chance.choice((0, 1, 1, 2)))
        )
        calls = [self._aggregate(source.columns) for _ in range(self.chance.randint(1, 3))]
        items = [*(k.name for k in keys), *(c for c, _ in calls)]
        kinds = (*(k.kind for k in keys), *(k for _, k in calls))
        named = ", ".join(f"{e} AS x{i}" for i, e in enumerate(items))
        text = f"SELECT {named} FROM {source.text}{where}"
        if keys:
            text += f" GROUP BY {', '.join(k.name for k in keys)}"
        if self._often(0.3):
            text += f" HAVING {self._of_groups(source, depth)}"
        return text, kinds

    def _of_groups(self, source: Relation, depth: int) -> str:
        """Return a condition on groups."""
        number = next((c.name for c in source.columns if c.kind == "int"), None)
        form = self.chance.random()
        if number is not None and depth and form < 0.2:
            operator = self.chance.choice((">", "<="))
            return f"MAX({number}) {operator} {self._scalar(Relation('', ()), depth)}"
        if number is not None and form < 0.7:
            call = self.chance.choice(("SUM", "MAX", "COUNT"))
            return f"{call}({number}) >= {self.chance.randint(0, 4)}"
        return self.chance.choice(("COUNT(*) > 1", "COUNT(*) = 2", "MIN(1) = 1"))

    def _aggregate(self, columns: Sequence[Column]) -> tuple[str, str]:
        numbers = [c.name for c in columns if c.kind == "int"]
        anything = self.chance.choice([c.name for c in columns])
        where = f" FILTER (WHERE {self._simple(columns)})" if self._often(0.2) else ""
        if not numbers or self._often(0.3):
            call = self.chance.choice(
                ("COUNT(*)", f"COUNT({anything})", f"COUNT(DISTINCT {anything})")
            )
            return call + where, "int"
        number = self.chance.choice(numbers)
        name = self.chance.choice(
            ("SUM", "MIN", "MAX", "AVG", "SUM(DISTINCT", "BOOL_OR", "BOOL_AND", "VAR_POP")
        )
        if name.startswith("BOOL"):
            return f"{name}({number} > 1){where}", "bool"
        call = f"{name} {number})" if name.endswith("DISTINCT") else f"{name}({number})"
        return call + where, "double" if name in {"AVG", "VAR_POP"} else "int"

    # FROM.

    def source(self, depth: int) -> Relation:
        """Return one relation, or a join of two to four."""
        one = self._relation(depth)
        if not self._often(0.45):
            return one
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            one = self._joined(one, self._relation(min(depth, 1) if depth else 0))
        return one

    def _relation(self, depth: int) -> Relation:
        name = self._name()
        if self.common and self._often(0.4):
            _, _, kinds = self.common[0]
            columns = tuple(Column(f"{name}.c{i}", k) for i, k in enumerate(kinds))
            return Relation(f"w AS {name}", columns)
        if depth and self._often(0.2):
            text, kinds = self.body(depth - 1)
            names = ", ".join(f"d{i}" for i in range(len(kinds)))
            columns = tuple(Column(f"{name}.d{i}", k) for i, k in enumerate(kinds))
            return Relation(f"({text}) AS {name} ({names})", columns)
        columns = tuple(Column(f"{name}.{c}", k) for c, k in COLUMNS)
        return Relation(f"{self.chance.choice(TABLES)} AS {name}", columns)

    def _joined(self, left: Relation, right: Relation) -> Relation:
        columns = (*left.columns, *right.columns)
        kind = self.chance.choice(
            ("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")
        )
        pairs = [
            (a, b) for a in left.columns for b in right.columns if a.kind == b.kind != "double"
        ]
        if kind == "CROSS JOIN" or not pairs:
            return Relation(f"{left.text} CROSS JOIN {right.text}", columns)
        a, b = self.chance.choice(pairs)
        equal = "IS NOT DISTINCT FROM" if self._often(0.15) else "="
        condition = f"{a.name} {equal} {b.name}"
        if self._often(0.3):
            # DuckDB asks more of FULL JOIN than equality only where it can compute it.
            condition += f" AND {self._simple(columns)}" if kind != "FULL JOIN" else ""
        return Relation(f"{left.text} {kind} {right.text} ON {condition}", columns)

    # Conditions and values.

    def where(self, source: Relation, depth: int) -> str:
        """Return WHERE, or nothing."""
        parts = []
        if self._often(0.35):
            parts.append(self._simple(source.columns))
        if depth and self._often(0.35):
            parts.append(self._asked(source, depth))
        if depth and self._often(0.15):
            number = self.value(source.columns, "int")
            parts.append(
                f"{number} {self.chance.choice(('=', '<', '>='))} {self._scalar(source, depth)}"
            )
        if not parts:
            return ""
        glue = " OR " if self._often(0.3) else " AND "
        return f" WHERE {glue.join(parts)}"

    def _simple(self, columns: Sequence[Column]) -> str:
        column = self.chance.choice(columns)
        if self._often(0.15):
            negated = self.chance.choice(("", "NOT ", "NOT "))
            return f"{column.name} IS {negated}NULL"
        if column.kind == "bool":
            return column.name
        others = [c.name for c in columns if c.kind == column.kind and c != column]
        other = self.chance.choice(others) if others and self._often(0.3) else None
        if column.kind == "text":
            operator = self.chance.choice(("=", "<>", "<", ">="))
            return f"{column.name} {operator} {other or self.chance.choice(_WORDS)}"
        operator = self.chance.choice(("=", "<>", "<", ">", "<=", "<=", ">=", ">="))
        return f"{column.name} {operator} {other or self.chance.randint(1, 3)}"

    def _asked(self, source: Relation, depth: int) -> str:
        """Return EXISTS or IN, related to the query around or not."""
        inner = self.source(depth - 1)
        where = self._related(source, inner)
        negated = self.chance.choice(("", "NOT "))
        if self._often(0.5):
            return f"{negated}EXISTS (SELECT 1 FROM {inner.text}{where})"
        kind = self.chance.choice(("int", "text"))
        operand = self.value(source.columns, kind)
        item = self.value(inner.columns, kind)
        return f"{operand} {negated}IN (SELECT {item} FROM {inner.text}{where})"

    def _related(self, source: Relation, inner: Relation, *, equal: bool = False) -> str:
        """Return the WHERE of a subquery."""
        parts = [self._simple(inner.columns)] if self._often(0.25) else []
        pairs = [
            (a, b) for a in source.columns for b in inner.columns if a.kind == b.kind != "double"
        ]
        if pairs and self._often(0.7):
            a, b = self.chance.choice(pairs)
            operator = "=" if equal or self._often(0.8) else self.chance.choice(("<", ">", "<>"))
            if a.kind == "bool":
                operator = "="
            parts.append(f"{b.name} {operator} {a.name}")
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _scalar(self, source: Relation, depth: int) -> str:
        """Return a query for one number."""
        inner = self.source(depth - 1)
        where = self._related(source, inner, equal=True)
        number = self.value(inner.columns, "int")
        if self._often(0.2):
            direction = self._direction()
            return f"(SELECT {number} FROM {inner.text}{where} ORDER BY 1 {direction} LIMIT 1)"
        call = self.chance.choice(
            ("COUNT(*)", f"MAX({number})", f"SUM({number})", f"COUNT({number}) + 1")
        )
        return f"(SELECT {call} FROM {inner.text}{where})"

    def value(self, columns: Sequence[Column], kind: str) -> str:
        """Return an expression of a kind over columns."""
        known = [c.name for c in columns if c.kind == kind]
        if kind == "text":
            if not known:
                return self.chance.choice(_WORDS)
            one = self.chance.choice(known)
            return f"COALESCE({one}, 'n')" if self._often(0.15) else one
        if not known:
            return str(self.chance.randint(0, 3))
        one = self.chance.choice(known)
        form = self.chance.random()
        if form < 0.15:
            return f"{one} + {self.chance.randint(1, 2)}"
        if form < 0.2:
            return f"CASE WHEN {one} > 1 THEN {self.chance.choice(known)} ELSE 0 END"
        return one

"""Random queries over three relations, in words that cep and DuckDB mean alike.

Numbers are few, so that rows meet, and NULLs are among them. Where first rows are asked for, all
columns decide the order, so that no tie is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.changes.terms import ROUGH, WORDS, Column, Relation, Terms, pairs_of

TABLES = ("r", "s", "t")

COLUMNS = (("id", "int"), ("a", "int"), ("b", "int"), ("c", "text"))
"""The columns of each of them; id is the key of a table."""

Kinds = tuple[str, ...]


@dataclass
class Writer(Terms):
    """Draws queries; `depth` is how far they may still be nested."""

    names: int = 0
    common: list[tuple[str, str, Kinds]] = field(default_factory=list)
    """The WITH queries that have been written: name, text, the kinds of their columns."""

    def query(self) -> str:
        """Return a whole query."""
        for number in range(self.chance.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2))):
            text, kinds = self.body(1)
            self.common.append((f"w{number}", text, kinds))
        text, kinds = self.body(2)
        if ROUGH not in kinds and self.often(0.2):
            text = self._first_rows(text, kinds)
        if self.common:
            named = (f"{n} ({_numbered('c', k)}) AS ({q})" for n, q, k in self.common)
            text = f"WITH {', '.join(named)} {text}"
        return text

    def _name(self) -> str:
        self.names += 1
        return f"q{self.names}"

    def _first_rows(self, text: str, kinds: Kinds) -> str:
        order = list(range(1, len(kinds) + 1))
        self.chance.shuffle(order)
        keys = ", ".join(f"{i} {self.direction()}" for i in order)
        offset = f" OFFSET {self.chance.randint(1, 2)}" if self.often(0.3) else ""
        limit = self.chance.choice((1, 2, 3, 5))
        return f"SELECT * FROM ({text}) AS {self._name()} ORDER BY {keys} LIMIT {limit}{offset}"

    def _some_kinds(self, many: int) -> Kinds:
        return tuple(self.chance.choice(("int", "int", "text")) for _ in range(many))

    # Queries.

    def body(self, depth: int) -> tuple[str, Kinds]:
        """Return a SELECT or a set operation, and the kinds of its columns."""
        if depth and self.often(0.25):
            kinds = self._some_kinds(2)
            return self.set_operation(depth, kinds), kinds
        return self.select(depth)

    def set_operation(self, depth: int, kinds: Kinds, around: Relation | None = None) -> str:
        """Return UNION, INTERSECT or EXCEPT of queries with columns of given kinds."""
        many = self.chance.choice((2, 2, 3))
        parts = [self.of_kinds(depth - 1, kinds, around) for _ in range(many)]
        text = f"({parts[0]})" if self.often(0.5) else parts[0]
        for part in parts[1:]:
            operator = self.chance.choice(("UNION", "INTERSECT", "EXCEPT"))
            every = " ALL" if self.often(0.5) else ""
            text += f" {operator}{every} " + (f"({part})" if self.often(0.5) else part)
        return text

    def of_kinds(self, depth: int, kinds: Kinds, around: Relation | None = None) -> str:
        """Return a SELECT with columns of given kinds, related to what is around it."""
        source = self.source(depth)
        where = self.where(source, depth) if around is None else self._related(around, source)
        items = [self.value(source.columns, k) for k in kinds]
        distinct = "DISTINCT " if self.often(0.2) else ""
        return f"SELECT {distinct}{', '.join(items)} FROM {source.text}{where}"

    def select(self, depth: int) -> tuple[str, Kinds]:
        """Return a SELECT block, and the kinds of its columns."""
        source = self.source(depth)
        where = self.where(source, depth)
        if self.often(0.4):
            return self._grouped(source, where, depth)
        kinds = self._some_kinds(self.chance.randint(1, 3))
        items = [self.value(source.columns, k) for k in kinds]
        if depth and self.often(0.2):
            kinds = (*kinds, "int")
            items.append(self.scalar(source, depth))
        if depth and self.often(0.1):
            kinds = (*kinds, "bool")
            items.append(self.asked(source, depth))
        named = ", ".join(f"{e} AS x{i}" for i, e in enumerate(items))
        distinct = "DISTINCT " if self.often(0.2) else ""
        text = f"SELECT {distinct}{named} FROM {source.text}{where}"
        if not distinct and self.often(0.15):
            text = self._ranked(text, kinds)
        return text, kinds

    def _ranked(self, text: str, kinds: Kinds) -> str:
        """Return the first rows of each value of the first column."""
        function = self.chance.choice(("ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK"))
        columns = [f"x{i}" for i in range(len(kinds))]
        order = columns[1:] or columns
        if function != "ROW_NUMBER":
            order = order[:1]
        keys = ", ".join(f"{c} {self.direction()}" for c in order)
        window = f"{function}() OVER (PARTITION BY x0 ORDER BY {keys})"
        condition = self.chance.choice(("<= 2", "= 1", "BETWEEN 2 AND 3", "< 4"))
        names = ", ".join(columns)
        if self.often(0.3):
            return f"SELECT {names} FROM ({text}) AS {self._name()} QUALIFY {window} {condition}"
        inner = f"SELECT {names}, {window} AS n FROM ({text}) AS {self._name()}"
        return f"SELECT {names} FROM ({inner}) AS {self._name()} WHERE n {condition}"

    def _grouped(self, source: Relation, where: str, depth: int) -> tuple[str, Kinds]:
        known = [c for c in source.columns if c.kind != ROUGH]
        keys = self.chance.sample(known, min(len(known), self.chance.choice((0, 1, 1, 2))))
        # A number is now and then computed before it is a key.
        plain = not any(k.kind == "int" for k in keys) or self.often(0.85)
        by = [k.name if plain or k.kind != "int" else f"{k.name} + 1" for k in keys]
        calls = [self.aggregate(source.columns) for _ in range(self.chance.randint(1, 3))]
        items = [*by, *(c for c, _ in calls)]
        kinds = (*(k.kind for k in keys), *(k for _, k in calls))
        form = self.chance.random()
        if depth and keys and plain and form < 0.1:
            items.append(self.scalar(Relation("", tuple(keys)), depth))
            kinds = (*kinds, "int")
        named = ", ".join(f"{e} AS x{i}" for i, e in enumerate(items))
        distinct = "DISTINCT " if ROUGH not in kinds and self.often(0.1) else ""
        text = f"SELECT {distinct}{named} FROM {source.text}{where}"
        if by:
            keyed = ", ".join(by)
            if form > 0.85:
                keyed = self.chance.choice(
                    (f"ROLLUP ({keyed})", f"CUBE ({keyed})", f"GROUPING SETS (({keyed}), ())")
                )
            text += f" GROUP BY {keyed}"
        if self.often(0.3):
            text += f" HAVING {self._of_groups(source, depth)}"
        return text, kinds

    def _of_groups(self, source: Relation, depth: int) -> str:
        """Return a condition on groups."""
        number = next((c.name for c in source.columns if c.kind == "int"), None)
        form = self.chance.random()
        if number is not None and depth and form < 0.2:
            operator = self.chance.choice((">", "<="))
            return f"MAX({number}) {operator} {self.scalar(Relation('', ()), depth)}"
        if number is not None and form < 0.7:
            call = self.chance.choice(("SUM", "MAX", "COUNT"))
            return f"{call}({number}) >= {self.chance.randint(0, 4)}"
        return self.chance.choice(("COUNT(*) > 1", "COUNT(*) = 2", "MIN(1) = 1"))

    # FROM.

    def source(self, depth: int) -> Relation:
        """Return one relation, or a join of two to four."""
        one = self._relation(depth)
        if not self.often(0.45):
            return one
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            other = self._relation(min(depth, 1) if depth else 0)
            if self.often(0.1):
                two = self._joined(other, self._relation(0))
                other = Relation(f"({two.text})", two.qualified, single=False)
            one = self._joined(one, other)
        return one

    def _relation(self, depth: int) -> Relation:
        name = self._name()
        if self.common and self.often(0.4):
            common, _, kinds = self.chance.choice(self.common)
            return Relation(f"{common} AS {name}", _columns(name, "c", kinds))
        if depth and self.often(0.2):
            text, kinds = self.body(depth - 1)
            if ROUGH not in kinds and self.often(0.15):
                text = self._first_rows(text, kinds)
            columns = _columns(name, "d", kinds)
            return Relation(f"({text}) AS {name} ({_numbered('d', kinds)})", columns)
        if self.often(0.04):
            rows = ", ".join(
                f"({self.chance.choice((1, 2, 3))}, {self.chance.choice((*WORDS, 'NULL'))})"
                for _ in range(self.chance.randint(1, 3))
            )
            columns = (Column(f"{name}.a", "int"), Column(f"{name}.c", "text"))
            return Relation(f"(VALUES {rows}, (NULL, 'x')) AS {name} (a, c)", columns)
        columns = tuple(Column(f"{name}.{c}", k) for c, k in COLUMNS)
        return Relation(f"{self.chance.choice(TABLES)} AS {name}", columns)

    def _joined(self, left: Relation, right: Relation) -> Relation:
        columns = (*left.qualified, *right.qualified)
        kind = self.chance.choice(
            ("", "", "LEFT ", "LEFT ", "RIGHT ", "FULL ", "CROSS ", "SEMI ", "ANTI ")
        )
        if kind in {"SEMI ", "ANTI "}:
            columns = left.qualified
        if kind != "CROSS " and left.single and right.single and self.often(0.25):
            merged = self._merged(left, right, kind)
            if merged is not None:
                return merged
        condition = None
        if kind != "CROSS ":
            condition = self.pairing(left, right, full=kind == "FULL ")
        if condition is None:
            both = (*left.qualified, *right.qualified)
            return Relation(f"{left.text} CROSS JOIN {right.text}", both, single=False)
        text = f"{left.text} {kind}JOIN {right.text} ON {condition}"
        return Relation(text, columns, single=False)

    def _merged(self, left: Relation, right: Relation, kind: str) -> Relation | None:
        """Return a join by columns of one name, if there are some."""
        theirs = {c.short: c.kind for c in right.columns}
        named = [c for c in left.columns if c.short in theirs]
        same = [c for c in named if c.kind == theirs[c.short] and c.kind not in {"double", ROUGH}]
        if not same:
            return None
        columns = (*left.qualified, *right.qualified)
        natural = same == named and self.often(0.5 if len(same) < 3 else 0.1)
        if not natural:
            same = self.chance.sample(same, min(len(same), self.chance.choice((1, 1, 2))))
        if kind in {"SEMI ", "ANTI "}:
            columns = left.qualified
        else:
            columns = (*columns, *(Column(c.short, c.kind) for c in same))
        if natural:
            text = f"{left.text} NATURAL {kind}JOIN {right.text}"
        else:
            text = f"{left.text} {kind}JOIN {right.text} USING ({', '.join(c.short for c in same)})"
        return Relation(text, columns, single=False)

    # What asks another query.

    def where(self, source: Relation, depth: int) -> str:
        """Return WHERE, or nothing."""
        parts = []
        if self.often(0.35):
            parts.append(self.simple(source.columns))
        if depth and self.often(0.35):
            parts.append(self.asked(source, depth))
        if depth and self.often(0.15):
            number = self.value(source.columns, "int")
            operator = self.chance.choice(("=", "<", ">="))
            parts.append(f"{number} {operator} {self.scalar(source, depth)}")
        if not parts:
            return ""
        glue = " OR " if self.often(0.3) else " AND "
        whole = glue.join(parts)
        return f" WHERE NOT ({whole})" if self.often(0.1) else f" WHERE {whole}"

    def asked(self, source: Relation, depth: int) -> str:
        """Return EXISTS or IN, related to the query around or not."""
        negated = self.chance.choice(("", "NOT "))
        kind = self.chance.choice(("int", "text"))
        if self.often(0.15):
            several = self.set_operation(depth, (kind,), source)
            if self.often(0.4):
                return f"{negated}EXISTS ({several})"
            return f"{self.value(source.columns, kind)} {negated}IN ({several})"
        inner = self.source(depth - 1)
        form = self.chance.random()
        if self.often(0.5):
            where = self._related(source, inner)
            tail = " LIMIT 2" if form < 0.05 else self._tail(inner) if form < 0.2 else ""
            return f"{negated}EXISTS (SELECT 1 FROM {inner.text}{where}{tail})"
        operand, item = self.value(source.columns, kind), self.value(inner.columns, kind)
        where, tail = self._related(source, inner), ""
        if kind == "int" and self.often(0.1):
            item += self._added(source)
        if form < 0.1:
            item = f"MAX({item})"
        elif form < 0.25:
            item, tail = f"MIN({item})", self._tail(inner)
        elif form < 0.4:
            tail = f" ORDER BY 1 {self.direction()} LIMIT 2"
        elif form < 0.5:
            # DuckDB looks for several values only where nothing relates them.
            where = f" WHERE {self.simple(inner.columns)}" if self.often(0.3) else ""
            operand = f"({operand}, {self.value(source.columns, 'int')})"
            item = f"{self.value(inner.columns, kind)}, {self.value(inner.columns, 'int')}"
        return f"{operand} {negated}IN (SELECT {item} FROM {inner.text}{where}{tail})"

    def _tail(self, inner: Relation) -> str:
        """Return GROUP BY, with HAVING or without."""
        keys = [c.name for c in inner.qualified if c.kind != ROUGH]
        if not keys:
            return ""
        having = " HAVING COUNT(*) > 1" if self.often(0.5) else ""
        return f" GROUP BY {self.chance.choice(keys)}{having}"

    def _added(self, source: Relation) -> str:
        """Return what a column of the query around adds to a number."""
        known = [c.name for c in source.qualified if c.kind == "int"]
        return f" + {self.chance.choice(known)}" if known else ""

    def _related(self, source: Relation, inner: Relation) -> str:
        """Return the WHERE of a subquery."""
        parts = [self.simple(inner.columns)] if self.often(0.25) else []
        pairs = pairs_of(source, inner)
        for share in (0.7, 0.1):
            if not pairs or not self.often(share):
                break
            a, b = self.chance.choice(pairs)
            operator = "=" if self.often(0.8) else self.chance.choice(("<", ">", "<>"))
            if a.kind == "bool":
                operator = "="
            elif self.often(0.1):
                operator = "IS NOT DISTINCT FROM"
            parts.append(f"{b.name} {operator} {a.name}")
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def scalar(self, source: Relation, depth: int) -> str:
        """Return a query for one number."""
        inner = self.source(depth - 1)
        where = self._related(source, inner)
        number = self.value(inner.columns, "int") + (self._added(source) if self.often(0.1) else "")
        if self.often(0.2):
            first = f" ORDER BY 1 {self.direction()} LIMIT 1"
            offset = " OFFSET 1" if self.often(0.2) else ""
            return f"(SELECT {number} FROM {inner.text}{where}{first}{offset})"
        call = self.chance.choice(
            ("COUNT(*)", f"MAX({number})", f"SUM({number})", f"COUNT({number}) + 1")
        )
        having = " HAVING COUNT(*) > 1" if self.often(0.1) else ""
        return f"(SELECT {call} FROM {inner.text}{where}{having})"


def _numbered(letter: str, kinds: Sequence[str]) -> str:
    return ", ".join(f"{letter}{i}" for i in range(len(kinds)))


def _columns(relation: str, letter: str, kinds: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column(f"{relation}.{letter}{i}", k) for i, k in enumerate(kinds))

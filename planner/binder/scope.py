"""Which names stand for which columns while a SELECT is bound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cep.errors import BindError, Span, did_you_mean
from cep.planner.expressions import Input
from cep.planner.properties import Properties
from cep.types import Field, Schema


@dataclass(frozen=True)
class ScopeColumn:
    """A column that can be named, with the name of the relation it came from.

    A `merged` one goes by its own name only after that of its relation, as in `a.k`: USING (k) has
    made one column of it and another.
    """

    qualifier: str | None
    field: Field
    merged: bool = False


@dataclass(frozen=True)
class Scope:
    """The columns of the relation that expressions are bound against, in order."""

    columns: tuple[ScopeColumn, ...] = ()
    properties: Properties | None = None
    """What is known of the relation, where an expression may depend on it."""
    order: tuple[int, ...] | None = None
    """The columns that * stands for, where these are not all of them as they are."""
    variables: frozenset[str] = frozenset()
    """The variables of the row pattern that the columns are measures of."""

    @classmethod
    def of(cls, schema: Schema, qualifier: str | None) -> Scope:
        """Return the scope of one relation under one name."""
        return cls(tuple(ScopeColumn(qualifier, f) for f in schema.fields))

    def qualified(self, qualifier: str) -> Scope:
        """Return the same columns under another relation name."""
        return Scope(tuple(replace(c, qualifier=qualifier) for c in self.columns))

    def has_relation(self, qualifier: str) -> bool:
        """Say whether a relation of that name is in scope."""
        return any(c.qualifier == qualifier for c in self.columns)

    def relations(self) -> list[str]:
        """Return the names of the relations in scope."""
        return list(_distinct(c.qualifier for c in self.columns if c.qualifier))

    def star(self) -> tuple[int, ...]:
        """Return the columns that * stands for."""
        return tuple(range(len(self.columns))) if self.order is None else self.order

    def find(self, name: str, qualifier: str | None = None) -> list[int]:
        """Return the positions of the columns called `name`."""
        return [
            i
            for i, c in enumerate(self.columns)
            if c.field.name == name
            and (not c.merged if qualifier is None else c.qualifier == qualifier)
        ]

    def input(self, index: int) -> Input:
        """Return the expression that reads a column."""
        field = self.columns[index].field
        return Input(field.type, index, field.name)

    def resolve(self, name: str, qualifier: str | None, span: Span) -> Input:
        """Return the one column of that name; raise BindError where there is none or several."""
        found = self.find(name, qualifier)
        if len(found) == 1:
            return self.input(found[0])
        written = f"{qualifier}.{name}" if qualifier else name
        if found:
            owners = sorted({self.columns[i].qualifier or "?" for i in found})
            raise BindError(
                f"{written} is ambiguous: {len(found)} columns are called so",
                span=span,
                hint=f"write {' or '.join(f'{o}.{name}' for o in owners)}"
                if len(owners) > 1
                else "give them different aliases",
            )
        raise BindError(
            f"there is no column called {written}", span=span, hint=self.suggest(name, qualifier)
        )

    def suggest(self, name: str, qualifier: str | None = None) -> str:
        """Return a hint for a name that was not found."""
        names = list(_distinct(c.field.name for c in self.columns if c.field.name[:1] != "$"))
        if qualifier is not None and not self.has_relation(qualifier):
            return self._suggest_relation(name, qualifier)
        if not names:
            return "there is no FROM, so there are no columns"
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        others = "; MEASURES of the row pattern can name others" if self.variables else ""
        return did_you_mean(name, names) or f"the columns here are: {shown}{others}"

    def _suggest_relation(self, name: str, qualifier: str) -> str:
        relations = self.relations()
        if qualifier in self.variables:
            return (
                f"{qualifier} is a variable of the row pattern: write MEASURES "
                f"{qualifier}.{name} AS {qualifier}_{name}, and select {qualifier}_{name}"
            )
        if relations:
            shown = f"the relations here are: {', '.join(relations)}"
            return did_you_mean(qualifier, relations) or shown
        bare = f": write {name}" if self.find(name) else ""
        return f"no relation here has a name{bare}"


def _distinct(names: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(names)

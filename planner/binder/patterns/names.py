"""The variables of a row pattern, and the SUBSETs of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cep.errors import BindError, did_you_mean
from cep.grammar import ast
from cep.grammar.unparse import quoted


@dataclass(frozen=True)
class Names:
    """What can stand before the dot of a column, and after SKIP TO.

    `variables` are the names by number, `labels` the variables that rows can be labelled with (the
    others are only ever absent), `subsets` the variables in each SUBSET.
    """

    variables: tuple[str, ...]
    labels: frozenset[int]
    subsets: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def find(self, name: str) -> frozenset[int] | None:
        """Return the variables that a name stands for; None where it stands for none."""
        if name in self.variables:
            return frozenset((self.variables.index(name),))
        return self.subsets.get(name)

    def lookup(self, name: ast.Name, testing: int | None = None) -> frozenset[int]:
        """Return the variables that a name stands for; raise BindError where no row can be one.

        `testing` is the variable whose condition is being bound: it may be absent otherwise.
        """
        found = self.find(name.value)
        if found is None:
            raise BindError(
                f"{quoted(name.value)} is no variable of the pattern",
                span=name.span,
                hint=self.suggest(name.value),
            )
        if testing not in found and not found & self.labels:
            raise BindError(
                f"{quoted(name.value)} is only ever absent, so no row of a match is one",
                span=name.span,
                hint=f"only the condition of {quoted(name.value)} itself can read it",
            )
        return found

    def variable(self, name: ast.Name) -> int:
        """Return the number of a variable; raise BindError for a SUBSET or an unknown name."""
        if name.value in self.subsets:
            raise BindError(
                f"{quoted(name.value)} is a SUBSET, and no row is labelled with that",
                span=name.span,
                hint="DEFINE the variables that it is made of",
            )
        if name.value not in self.variables:
            raise BindError(
                f"{quoted(name.value)} is no variable of the pattern",
                span=name.span,
                hint=self._alike(name.value, self.variables),
            )
        return self.variables.index(name.value)

    def suggest(self, name: str) -> str:
        """Return a hint for a name that was not found."""
        return self._alike(name, (*self.variables, *self.subsets))

    def _alike(self, name: str, known: Sequence[str]) -> str:
        shown = ", ".join(map(quoted, known))
        return did_you_mean(name, known) or (
            f"its variables are {shown}" if known else "the pattern has no variables"
        )


def with_subsets(
    variables: Sequence[str],
    labels: Collection[int],
    written: Sequence[ast.Subset],
    inputs: Collection[str],
) -> Names:
    """Return the names of a pattern, none of which is one of the merged `inputs`."""
    names = Names(tuple(variables), frozenset(labels))
    subsets: dict[str, frozenset[int]] = {}
    for subset in written:
        name = subset.name.value
        if name in inputs:
            raise BindError(
                f"{quoted(name)} is the name of an input, and cannot be that of a SUBSET too",
                span=subset.name.span,
                hint="call one of them otherwise",
            )
        if name in variables:
            raise BindError(
                f"{quoted(name)} is a variable of the pattern, and cannot be a SUBSET too",
                span=subset.name.span,
                hint="give the SUBSET a name of its own, and leave that out of PATTERN",
            )
        if name in subsets:
            raise BindError(
                f"there are two SUBSETs called {quoted(name)}",
                span=subset.name.span,
                hint="call one of them otherwise",
            )
        subsets[name] = _members(subset, names, {s.name.value for s in written})
    return Names(names.variables, names.labels, subsets)


def _members(subset: ast.Subset, names: Names, subsets: Collection[str]) -> frozenset[int]:
    members: list[int] = []
    for name in subset.variables:
        if name.value in subsets and name.value not in names.variables:
            raise BindError(
                f"{quoted(name.value)} is a SUBSET, and a SUBSET is made of variables",
                span=name.span,
                hint=f"list the variables of {quoted(name.value)} themselves",
            )
        number = names.variable(name)
        if number in members:
            raise BindError(
                f"{quoted(name.value)} is listed twice", span=name.span, hint="leave one out"
            )
        members.append(number)
    return frozenset(members)

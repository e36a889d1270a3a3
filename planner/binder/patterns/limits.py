"""What a row pattern may not ask of the machine, and words that were meant otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from cep.errors import BindError
from cep.grammar import ast
from cep.planner.expressions import Expression, walk
from cep.planner.logical import Skip, SkipTo
from cep.planner.patterns.code import TooManyParts, instructions
from cep.planner.patterns.expressions import MatchNumber
from cep.planner.patterns.tree import Pattern

MOST_VARIABLES = 62
"""A row's flags are the bits of one number."""

_WORDS = {
    "and": "write A B for one after the other, PERMUTE(A, B) for either order",
    "or": "write A | B",
    "not": "absence is written A -> !B, with WITHIN",
}


def check_limits(
    written: ast.RowPattern,
    pattern: Pattern,
    variables: Sequence[str],
    conditions: Sequence[Expression | None],
    skip: Skip,
) -> None:
    """Refuse what the machine cannot do, and what was surely meant otherwise."""
    if len(variables) > MOST_VARIABLES:
        raise BindError(
            f"a pattern has at most {MOST_VARIABLES} variables, this one has {len(variables)}",
            span=written.pattern.span,
            hint="let one variable stand for several: DEFINE A AS kind IN ('x', 'y')",
        )
    for name, condition in zip(variables, conditions, strict=True):
        if condition is None and name in _WORDS:
            raise BindError(
                f"{name.upper()} is a variable here, one that every row satisfies",
                span=written.pattern.span,
                hint=_WORDS[name],
            )
    try:
        instructions(pattern)
    except TooManyParts:
        raise BindError(
            "a PERMUTE of more than 15 parts takes single rows only",
            span=written.pattern.span,
            hint="drop the quantifiers and alternatives inside of it, or name fewer parts",
        ) from None
    if skip.to is SkipTo.NONE and any(
        isinstance(e, MatchNumber) for c in conditions if c is not None for e in walk(c)
    ):
        raise BindError(
            "with NO SKIP matches are found while others are looked for, so no condition can read "
            "MATCH_NUMBER()",
            span=written.definitions[0].span,
            hint="MEASURES can: MATCH_NUMBER() AS n",
        )

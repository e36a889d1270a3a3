"""What row patterns alone have, met somewhere else."""

from __future__ import annotations

from cep.errors import BindError
from cep.grammar import ast

_MEASURE = "write it in MEASURES of MATCH_RECOGNIZE (…), {}() AS {}, and select {}"
_SEMANTICS = "write it before FIRST, LAST or an aggregate: {} LAST(a.x)"

_BOTH = "MEASURES and DEFINE"

_PLACES = {
    "classifier": (_BOTH, _MEASURE.format("CLASSIFIER", "label", "label")),
    "match_number": (_BOTH, _MEASURE.format("MATCH_NUMBER", "number", "number")),
    "match_status": ("MEASURES", _MEASURE.format("MATCH_STATUS", "status", "status")),
    "match_rowtime": ("MEASURES", _MEASURE.format("MATCH_ROWTIME", "at", "at")),
    "prev": (_BOTH, "elsewhere it is LAG(x) OVER (ORDER BY …)"),
    "next": (_BOTH, "elsewhere it is LEAD(x) OVER (ORDER BY …)"),
    "first": (_BOTH, "elsewhere it is FIRST_VALUE(x), of a group or OVER (…)"),
    "last": (_BOTH, "elsewhere it is LAST_VALUE(x), of a group or OVER (…)"),
    "permute": ("PATTERN (…)", "write PATTERN (PERMUTE(A, B)) in MATCH_RECOGNIZE (…)"),
    "final": ("MEASURES", _SEMANTICS.format("FINAL")),
    "running": (_BOTH, _SEMANTICS.format("RUNNING")),
}
"""For each function in which clauses of a row pattern it stands, and what to write."""


def of_patterns(name: ast.Name) -> BindError | None:
    """Return why a function of row patterns cannot stand here, None for any other name."""
    if name.value not in _PLACES:
        return None
    clauses, hint = _PLACES[name.value]
    return BindError(
        f"{name.value.upper()} has a meaning in {clauses} of a row pattern only",
        span=name.span,
        hint=hint,
    )


def misplaced(written: ast.Semantics) -> BindError:
    """Return why FINAL or RUNNING cannot stand before a call here."""
    word = written.kind.upper()
    clauses, _ = _PLACES[written.kind]
    return BindError(
        f"{word} has a meaning in {clauses} of a row pattern only",
        span=written.span,
        hint=f"leave {word} out",
    )

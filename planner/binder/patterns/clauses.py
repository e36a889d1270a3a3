"""The clauses from MEASURES to DEFINE, which MATCH_RECOGNIZE and the windows of OVER share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cep.errors import BindError
from cep.grammar import ast
from cep.grammar.unparse import quoted
from cep.planner.binder.context import Context
from cep.planner.binder.patterns.limits import check_limits
from cep.planner.binder.patterns.names import Names, with_subsets
from cep.planner.binder.patterns.rows import Rows
from cep.planner.binder.patterns.tree import TreeBinder, length_within
from cep.planner.binder.patterns.values import Clause, ValueBinder, both
from cep.planner.expressions import Expression
from cep.planner.logical import Said, Skip, SkipTo
from cep.planner.patterns.tree import (
    Exclude,
    Follow,
    Lack,
    Pattern,
    firsts,
    laters,
    limited,
    walk,
)

_SKIPS = {
    "past last row": SkipTo.PAST_LAST,
    "to next row": SkipTo.NEXT,
    "to first": SkipTo.FIRST,
    "to last": SkipTo.LAST,
    "no skip": SkipTo.NONE,
}

_ROWS = {"row": "PAST LAST ROW", "next": "TO NEXT ROW", "past": "PAST LAST ROW"}
"""What was meant by SKIP TO [FIRST | LAST] and a word that is no variable."""


@dataclass(frozen=True)
class RowPattern:
    """A bound row pattern; the fields are those of `Match`."""

    pattern: Pattern
    variables: tuple[str, ...]
    conditions: tuple[Expression | None, ...]
    measures: tuple[Expression, ...]
    names: tuple[str, ...]
    said: Said
    skip: Skip
    within: int | None


def bind_row_pattern(
    written: ast.RowPattern,
    rows: Rows,
    context: Context,
    *,
    time: Expression | None,
    timely: bool,
    bounded: bool,
) -> RowPattern:
    """Return the bound form of a row pattern.

    `rows` are what it is matched against, `time` is the ascending time that they are ordered by,
    None where they are not, `timely` whether each has one, `bounded` whether they end.
    """
    within = None
    if written.within is not None:
        within = length_within(written.within, context, timed=time is not None)
    binder = TreeBinder(context, bounded, time is not None, within is not None, rows.input_names)
    pattern = binder.bind(written.pattern)
    names = with_subsets(binder.variables, binder.labels, written.subsets, rows.input_names)
    said = _said(written.rows_per_match)
    _check_rows(written, pattern, said, within)
    skip = _skip(written.after_match, pattern, names)
    if skip.to is SkipTo.NONE and within is None and not limited(pattern):
        assert written.after_match is not None
        raise BindError(
            "with NO SKIP every way to match is said, and nothing bounds how many there are",
            span=written.after_match.span,
            hint="write WITHIN INTERVAL '5' MINUTE after PATTERN (…), or {1,3} for * and +",
        )
    conditions = _conditions(written, names, rows, context)
    if time is not None and not timely and _goes_by_time(pattern, within):
        timed = ValueBinder(rows, names, context, Clause()).given(time, written.pattern.span)
        conditions = tuple(both(timed, condition) for condition in conditions)
    check_limits(written, pattern, names.variables, conditions, skip)
    measuring = ValueBinder(
        rows, names, context, Clause(final=said.one, time=None if time is None else time.type)
    )
    return RowPattern(
        pattern,
        names.variables,
        conditions,
        tuple(measuring.measure(m.expression) for m in written.measures),
        _measured(written.measures),
        said,
        skip,
        within,
    )


def _measured(measures: Iterable[ast.Measure]) -> tuple[str, ...]:
    names: list[str] = []
    for measure in measures:
        if measure.name.value in names:
            raise BindError(
                f"there are two measures called {quoted(measure.name.value)}",
                span=measure.name.span,
                hint="call one of them otherwise",
            )
        names.append(measure.name.value)
    return tuple(names)


def _conditions(
    written: ast.RowPattern, names: Names, rows: Rows, context: Context
) -> tuple[Expression | None, ...]:
    """Return the condition of each variable, None for those that any row satisfies."""
    conditions: list[Expression | None] = [None] * len(names.variables)
    defined: set[int] = set()
    for definition in written.definitions:
        number = names.variable(definition.variable)
        if number in defined:
            raise BindError(
                f"{quoted(definition.variable.value)} is defined twice",
                span=definition.variable.span,
                hint="put both conditions together with AND",
            )
        defined.add(number)
        binder = ValueBinder(rows, names, context, Clause(testing=number))
        conditions[number] = binder.defined(definition.condition)
    return tuple(conditions)


# ---------------------------------------------------------------- what is said, and how long it tak


def _said(written: ast.RowsPerMatch | None) -> Said:
    if written is None or written.kind == "one":
        return Said.TIMEOUTS if written is not None and written.timeouts else Said.ONE
    return {"omit": Said.NONEMPTY, "unmatched": Said.UNMATCHED}.get(written.empty or "", Said.ALL)


def _check_rows(written: ast.RowPattern, pattern: Pattern, said: Said, within: int | None) -> None:
    """Check what is said against what there can be."""
    place = written.rows_per_match
    if place is None:
        return
    if said is Said.UNMATCHED and any(isinstance(p, Exclude) for p in walk(pattern)):
        raise BindError(
            "{- … -} leaves rows out that are matched, and WITH UNMATCHED ROWS wants every row",
            span=place.span,
            hint="leave out either {- … -} or WITH UNMATCHED ROWS",
        )
    if said is Said.TIMEOUTS and within is None and not _timed_steps(pattern):
        raise BindError(
            "no match can run out of time, since nothing says how long one may take",
            span=place.span,
            hint="write WITHIN INTERVAL '5' MINUTE after PATTERN (…), or leave TIMEOUT ROWS out",
        )


def _timed_steps(pattern: Pattern) -> bool:
    return any(isinstance(p, Follow) and p.within is not None for p in walk(pattern))


def _goes_by_time(pattern: Pattern, within: int | None) -> bool:
    parts = (p for p in walk(pattern) if isinstance(p, Follow | Lack))
    return within is not None or any(part.within is not None for part in parts)


# ---------------------------------------------------------------- AFTER MATCH


def _skip(written: ast.AfterMatch | None, pattern: Pattern, names: Names) -> Skip:
    if written is None:
        return Skip()
    to = _SKIPS[written.kind]
    if written.variable is None:
        return Skip(to)
    name = written.variable
    if name.value in _ROWS and names.find(name.value) is None:
        raise BindError(
            f"{quoted(name.value)} is no variable of the pattern",
            span=written.span,
            hint=f"write AFTER MATCH SKIP {_ROWS[name.value]}",
        )
    variables = names.lookup(name)
    always_first = firsts(pattern) <= variables
    if always_first and (to is SkipTo.FIRST or not laters(pattern) & variables):
        raise BindError(
            f"{quoted(name.value)} is the first row of each match, and from there it would be "
            "found again",
            span=written.span,
            hint="write AFTER MATCH SKIP TO NEXT ROW",
        )
    return Skip(to, variables, name.value)

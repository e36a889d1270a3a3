"""Expressions become closures over whole columns.

An evaluator takes the columns of a batch and their number of rows, and returns the values (an
Arrow array, or a scalar that stands for every row) with the errors of single rows. Errors travel
beside the values, so nothing needs to be computed lazily: CASE, AND, OR and COALESCE drop the
errors of what a row did not need. For the same reason a part that several expressions of one
operator share can be computed once: its operator puts the outcome behind the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.planner.expressions import (
    Call,
    Case,
    Cast,
    Coalesce,
    Constant,
    CurrentWatermark,
    Expression,
    Input,
    Logical,
    Shared,
)
from cep.planner.units import time_unit
from cep.runtime.functions.casts import cast
from cep.runtime.functions.years import FIRST, LAST, checked, has_years
from cep.runtime.rowerrors import Mask, Messages, Operand, attempt, failed, merge, only_where
from cep.runtime.session import Session
from cep.runtime.state.vectors import arrow

Outcome = tuple[Operand, Messages | None]
Evaluator = Callable[[Sequence[pa.Array], int], Outcome]


def compile_expression(expression: Expression, session: Session) -> Evaluator:
    """Return the evaluator of a bound expression."""
    return _COMPILERS[type(expression)](expression, session)


def compile_column(
    expression: Expression, session: Session
) -> Callable[[Sequence[pa.Array], int], tuple[pa.Array, Messages | None]]:
    """Return an evaluator that always gives an array, also for a constant."""
    inner = compile_expression(expression, session)
    if isinstance(expression, Input):
        index = expression.index
        return lambda columns, _: (columns[index], None)

    def evaluate(columns: Sequence[pa.Array], rows: int) -> tuple[pa.Array, Messages | None]:
        values, errors = inner(columns, rows)
        return as_array(values, rows), errors

    return evaluate


def compile_predicate(
    expression: Expression, session: Session
) -> Callable[[Sequence[pa.Array], int], tuple[Mask, Messages | None]]:
    """Return an evaluator of a condition: a numpy mask that is true where the condition is."""
    inner = compile_expression(expression, session)

    def evaluate(columns: Sequence[pa.Array], rows: int) -> tuple[Mask, Messages | None]:
        values, errors = inner(columns, rows)
        return truth(values, rows), errors

    return evaluate


def as_array(values: Operand, rows: int) -> pa.Array:
    """Return the values as an array of `rows` rows."""
    return values if isinstance(values, pa.Array) else pa.repeat(values, rows)


def truth(values: Operand, rows: int) -> Mask:
    """Return where a BOOLEAN operand is true; NULL is not."""
    if not isinstance(values, pa.Array):
        return np.full(rows, values.as_py() is True)
    if values.null_count:
        values = pc.fill_null(values, False)
    mask: Mask = values.to_numpy(zero_copy_only=False)
    return mask


def _constant(expression: Constant, session: Session) -> Evaluator:
    value = expression.value
    return lambda _columns, _rows: (value, None)


def _input(expression: Input, session: Session) -> Evaluator:
    index = expression.index
    return lambda columns, _: (columns[index], None)


def _shared(expression: Shared, session: Session) -> Evaluator:
    position = expression.index

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        outcome: Outcome = columns[position]
        return outcome

    return evaluate


def _watermark(expression: CurrentWatermark, session: Session) -> Evaluator:
    kind, unit = expression.type.arrow, time_unit(expression.type)

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        # A time is before the watermark just when it is before the next whole unit.
        marks = -(-np.maximum(columns[-1], FIRST - 2 * unit) // unit) * unit
        return arrow(marks, kind, (marks >= FIRST) & (marks <= LAST)), None

    return evaluate


def _call(expression: Call, session: Session) -> Evaluator:
    function = expression.function
    kernel = partial(function.kernel, session=session) if function.session else function.kernel
    arguments = [compile_expression(a, session) for a in expression.arguments]
    result = expression.type.arrow
    if has_years(expression.type) and arguments:
        kernel = checked(kernel)
    if function.rows:
        # Only a function without columns needs the number of rows.
        return lambda _columns, rows: attempt(partial(kernel, rows=rows), (), rows, result)
    each = bool(function.python) and not function.deterministic
    if len(arguments) == 1 and not each:
        only = arguments[0]

        def unary(columns: Sequence[pa.Array], rows: int) -> Outcome:
            value, before = only(columns, rows)
            outcome, errors = attempt(kernel, (value,), rows, result)
            return outcome, merge(before, errors)

        return unary

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        before: Messages | None = None
        values = []
        for argument in arguments:
            value, errors = argument(columns, rows)
            # A function that gives another value each time is asked for every row.
            values.append(as_array(value, rows) if each else value)
            before = merge(before, errors)
        outcome, errors = attempt(kernel, values, rows, result)
        return outcome, merge(before, errors)

    return evaluate


def _cast(expression: Cast, session: Session) -> Evaluator:
    operand = compile_expression(expression.operand, session)
    source, target, safe = expression.operand.type, expression.type, expression.safe
    result = target.arrow

    def kernel(value: Operand) -> Operand:
        return cast(value, source, target, session)

    if has_years(target):
        kernel = checked(kernel)

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        value, before = operand(columns, rows)
        outcome, errors = attempt(kernel, (value,), rows, result)
        return outcome, before if safe else merge(before, errors)

    return evaluate


def _logical(expression: Logical, session: Session) -> Evaluator:
    operands = [compile_expression(o, session) for o in expression.operands]
    combine = pc.and_kleene if expression.operator == "and" else pc.or_kleene
    decides = expression.operator == "or"

    def settled(values: Operand, rows: int) -> Mask:
        """Return where the operand alone decides the outcome."""
        return truth(values if decides else pc.invert(values), rows)

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        total, errors = operands[0](columns, rows)
        for operand in operands[1:]:
            value, more = operand(columns, rows)
            # An error counts only where the other side does not decide without it.
            if errors is not None:
                errors = only_where(errors, ~settled(value, rows))
            if more is not None:
                errors = merge(errors, only_where(more, ~settled(total, rows)))
            total = combine(total, value)
        return total, errors

    return evaluate


def _case(expression: Case, session: Session) -> Evaluator:
    conditions = [compile_expression(c, session) for c in expression.conditions]
    results = [compile_expression(r, session) for r in expression.results]
    otherwise = compile_expression(expression.otherwise, session)
    arrow = expression.type.arrow

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        open_rows = np.ones(rows, dtype=bool)
        errors: Messages | None = None
        masks: list[pa.Array] = []
        values: list[Operand] = []
        for condition, result in zip(conditions, results, strict=True):
            test, test_errors = condition(columns, rows)
            errors = merge(errors, only_where(test_errors, open_rows))
            taken = truth(test, rows) & open_rows
            if test_errors is not None:
                # A row whose condition failed takes no branch: the error is its outcome.
                open_rows &= ~failed(test_errors)
            open_rows &= ~taken
            value, value_errors = result(columns, rows)
            errors = merge(errors, only_where(value_errors, taken))
            masks.append(pa.array(taken))
            values.append(value)
        value, value_errors = otherwise(columns, rows)
        errors = merge(errors, only_where(value_errors, open_rows))
        chosen = pc.case_when(
            pa.StructArray.from_arrays(masks, names=[str(i) for i in range(len(masks))]),
            *(as_array(v, rows) for v in values),
            as_array(value, rows),
        )
        return (chosen if chosen.type == arrow else chosen.cast(arrow)), errors

    return evaluate


def _coalesce(expression: Coalesce, session: Session) -> Evaluator:
    operands = [compile_expression(o, session) for o in expression.operands]

    def evaluate(columns: Sequence[pa.Array], rows: int) -> Outcome:
        total, errors = operands[0](columns, rows)
        for operand in operands[1:]:
            value, more = operand(columns, rows)
            if more is not None:
                missing = pc.is_null(as_array(total, rows)).to_numpy(zero_copy_only=False)
                if errors is not None:
                    missing &= ~failed(errors)
                errors = merge(errors, only_where(more, missing))
            total = pc.coalesce(total, value)
        return total, errors

    return evaluate


_COMPILERS: dict[type[Expression], Callable[..., Evaluator]] = {
    Constant: _constant,
    Input: _input,
    Shared: _shared,
    Call: _call,
    Cast: _cast,
    CurrentWatermark: _watermark,
    Logical: _logical,
    Case: _case,
    Coalesce: _coalesce,
}

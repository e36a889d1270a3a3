"""What holds for every function: a batch is its rows, a constant is a column of one value.

Each overload is called with random columns of its signature. The values and the errors must be the
same whether the rows come together, one by one, or with constants in place of columns.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from cep.runtime.functions.builtin import BUILTIN
from cep.runtime.functions.registry import Function
from cep.runtime.rowerrors import Messages, Operand
from cep.types import VARCHAR, DataType
from tests.functions.columns import argument_types, column
from tests.functions.evaluator import run, session

ROWS = 13
OVERLOADS = [f for f in BUILTIN if f.deterministic and f.parameters and f.name != "get_field"]


def show(outcome: Operand, errors: Messages | None, rows: int) -> list[Any]:
    """Return for each row its value, as text that tells NaN and -0.0, or its error."""
    values = outcome if isinstance(outcome, pa.Array) else pa.repeat(outcome, rows)
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.int32() if values.type == pa.date32() else pa.int64())
    shown = [repr(v) for v in values.to_pylist()]
    if errors is not None:
        shown = [s if e is None else f"error: {e}" for s, e in zip(shown, errors, strict=True)]
    return shown


def arguments(
    function: Function, chance: random.Random
) -> tuple[list[DataType], list[pa.Array | pa.Scalar]]:
    """Return random columns (constants for a Choice) for which this overload is the one chosen."""
    for _ in range(100):
        drawn = argument_types(function, chance)
        given = [VARCHAR if isinstance(t, str) else t for t in drawn]
        if BUILTIN.resolve(function.name, given) == (function, tuple(given)):
            made = [pa.scalar(t) if isinstance(t, str) else column(t, ROWS, chance) for t in drawn]
            return given, made
    raise AssertionError(f"{function.signature} is never chosen")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("function", OVERLOADS, ids=lambda f: f.signature)
def test_batch_equals_rows_equals_constants(function: Function, seed: int) -> None:
    chance = random.Random(f"{function.signature} {seed}")
    within = session(chance.choice(("UTC", "Europe/Berlin", "America/St_Johns")))
    converted, columns = arguments(function, chance)

    outcome, errors = run(function, converted, columns, ROWS, within)
    assert errors is None or function.can_fail, f"{function.signature} is said not to fail"
    together = show(outcome, errors, ROWS)

    alone, constant = [], []
    for row in range(ROWS):
        one = [c.slice(row, 1) if isinstance(c, pa.Array) else c for c in columns]
        alone += show(*run(function, converted, one, 1, within), 1)
        scalars = [c[row] if isinstance(c, pa.Array) else c for c in columns]
        constant += show(*run(function, converted, scalars, 1, within), 1)
    assert together == alone
    assert together == constant

    varying = [i for i, c in enumerate(columns) if isinstance(c, pa.Array)]
    for fixed in varying if len(varying) > 1 else ():
        row = chance.randrange(ROWS)
        mixed, spread = list(columns), list(columns)
        mixed[fixed] = columns[fixed][row]
        spread[fixed] = columns[fixed].take(pa.array(np.full(ROWS, row)))
        assert show(*run(function, converted, mixed, ROWS, within), ROWS) == show(
            *run(function, converted, spread, ROWS, within), ROWS
        )

    empty = [c.slice(0, 0) if isinstance(c, pa.Array) else c for c in columns]
    if varying:
        outcome, errors = run(function, converted, empty, 0, within)
        assert len(outcome) == 0
        assert errors is None

"""How the rows that fail are found, and that the others are computed all the same."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cep.runtime.rowerrors import Messages, Operand, RowFailure, attempt


def picky(column: Operand) -> Operand:
    """Fail as a whole for a negative value, without saying where."""
    if any(v is not None and v < 0 for v in column.to_pylist()):
        raise ValueError("negative")
    return column


def test_culprits_are_found_by_halving() -> None:
    outcome, errors = attempt(picky, [pa.array([1, -2, None, 4, -5])], 5, pa.int64())
    assert outcome.to_pylist() == [1, None, None, 4, None]
    assert errors is not None
    assert errors.tolist() == [None, "negative", None, None, "negative"]


def test_a_kernel_may_name_its_culprits_and_tell_each_its_own_message() -> None:
    def kernel(column: Operand) -> Operand:
        values = column.to_pylist()
        messages: Messages = np.array([f"bad {v}" if v < 0 else None for v in values], object)
        bad = np.array([v < 0 for v in values])
        if bad.any():
            raise RowFailure(bad, messages)
        return column

    outcome, errors = attempt(kernel, [pa.array([1, -2, -3])], 3, pa.int64())
    assert outcome.to_pylist() == [1, None, None]
    assert errors is not None
    assert errors.tolist() == [None, "bad -2", "bad -3"]


def test_constants_fail_for_all_rows_and_for_none_of_no_rows() -> None:
    def kernel(constant: Operand) -> Operand:
        raise RowFailure(True, "no")

    outcome, errors = attempt(kernel, [pa.scalar(1)], 2, pa.int64())
    assert outcome.to_pylist() == [None, None]
    assert errors is not None
    assert errors.tolist() == ["no", "no"]
    outcome, errors = attempt(kernel, [pa.scalar(1)], 0, pa.int64())
    assert len(outcome) == 0
    assert errors is None

"""Scalar functions written in Python, as kernels: value by value, or over whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.functions.registry import Kernel
from cep.runtime.rowerrors import Messages, Operand, RowFailure, failed
from cep.types import DataType


def said(name: str, error: BaseException) -> str:
    """Return what an exception inside a user's function says to the reader of a row's error."""
    text = str(error).partition("\n")[0]
    return f"{name}: {type(error).__name__}{f': {text}' if text else ''}"


def as_column(name: str, values: Sequence[Any], kind: DataType) -> tuple[pa.Array, Messages | None]:
    """Return Python values as a column, and messages where one is not of the type."""
    try:
        return pa.array(values, kind.arrow), None
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    messages: Messages = np.full(len(values), None, dtype=object)
    sound = []
    for i, value in enumerate(values):
        try:
            sound.append(pa.scalar(value, kind.arrow).as_py())
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            messages[i] = f"{name}: {_short(value)} is no {kind}"
            sound.append(None)
    return pa.array(sound, kind.arrow), messages


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def by_value(
    name: str, function: Callable[..., Any], result: DataType, *, strict: bool, once: bool
) -> Kernel:
    """Return the kernel of a function of Python values.

    `strict` makes the result NULL where an argument is, without a call. With `once` it is called
    once for equal arguments of a batch.
    """

    def kernel(*arguments: Operand, rows: int = 1) -> Operand:
        arrays = [a for a in arguments if isinstance(a, pa.Array)]
        n = len(arrays[0]) if arrays else rows
        columns = [
            a.to_pylist() if isinstance(a, pa.Array) else repeat(a.as_py(), n) for a in arguments
        ]
        given = zip(*columns, strict=True) if columns else repeat((), n)
        known: dict[tuple[Any, ...], tuple[Any, str | None]] = {}
        values: list[Any] = []
        messages: Messages = np.full(n, None, dtype=object)
        for i, one in enumerate(given):
            outcome: tuple[Any, str | None] | None = (None, None)
            if not (strict and None in one):
                outcome = _known(known, one) if once else None
                if outcome is None:
                    outcome = _called(name, function, one)
                    if once:
                        _note(known, one, outcome)
            assert outcome is not None
            values.append(outcome[0])
            messages[i] = outcome[1]
        column, wrong = as_column(name, values, result)
        if wrong is not None:
            messages = np.where(failed(messages), messages, wrong)
        if failed(messages).any():
            raise RowFailure(failed(messages), messages)
        return column if arrays or not arguments else column[0]

    kernel.__doc__ = function.__doc__
    return kernel


def _called(
    name: str, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, str | None]:
    try:
        return function(*arguments), None
    except Exception as error:
        return None, said(name, error)


def _known(
    known: dict[tuple[Any, ...], tuple[Any, str | None]], arguments: tuple[Any, ...]
) -> tuple[Any, str | None] | None:
    try:
        return known.get(arguments)
    except TypeError:  # a list or a dict among them
        return None


def _note(
    known: dict[tuple[Any, ...], tuple[Any, str | None]],
    arguments: tuple[Any, ...],
    outcome: tuple[Any, str | None],
) -> None:
    try:
        known[arguments] = outcome
    except TypeError:
        return


def by_column(name: str, function: Callable[..., Any], result: DataType) -> Kernel:
    """Return the kernel of a function of Arrow arrays, all of one length, that returns another.

    It may also return a numpy array or a list. NULLs are its own business.
    """

    def kernel(*arguments: Operand, rows: int = 1) -> Operand:
        arrays = [a for a in arguments if isinstance(a, pa.Array)]
        n = len(arrays[0]) if arrays else rows
        columns = [a if isinstance(a, pa.Array) else pa.repeat(a, n) for a in arguments]
        try:
            values = column_of(function(*columns), result)
        except Exception as error:
            raise ValueError(said(name, error)) from error
        if len(values) != n:
            raise ValueError(f"{name}: {len(values)} values for {n} rows")
        return values if arrays or not arguments else values[0]

    kernel.__doc__ = function.__doc__
    return kernel


def column_of(values: Any, kind: DataType) -> pa.Array:
    """Return what a user's function over columns returned as an array of the right type."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array):
        return pa.array(values, kind.arrow)
    return values if values.type == kind.arrow else values.cast(kind.arrow)

"""Functions and aggregates of the program: how they are declared on an engine."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from cep.errors import CepError, UsageError
from cep.grammar import ast
from cep.grammar.parser import parse_query
from cep.planner.binder.types import bind_type
from cep.runtime.aggregates.lists import Listing
from cep.runtime.aggregates.python import Objects, Replayed, Written, replaying
from cep.runtime.aggregates.registry import Aggregate, Aggregates, Ordering
from cep.runtime.functions.python import by_column, by_value
from cep.runtime.functions.registry import Function, Functions
from cep.types import DataType

TypeText = str | DataType

_FIXED = ("coalesce", "grouping")
"""Called like functions, but with rules of their own."""


def read_type(text: TypeText) -> DataType:
    """Return the type that SQL text means; raise UsageError where it means none."""
    if isinstance(text, DataType):
        return text
    try:
        query = parse_query(f"SELECT CAST(NULL AS {text})")
        assert isinstance(query.body, ast.Select)
        written = query.body.items[0].expression
        assert isinstance(written, ast.Cast)
        return bind_type(written.type)
    except (CepError, AssertionError, IndexError) as error:
        message = error.message if isinstance(error, CepError) else f"there is no type {text}"
        raise UsageError(
            message, hint="write a type as in CREATE STREAM: 'INT', 'DECIMAL(10, 2)', …"
        ) from None


def function(
    functions: Functions,
    aggregates: Aggregates,
    name: str,
    parameters: Sequence[TypeText],
    result: TypeText,
    implementation: Callable[..., Any],
    *,
    vectorized: bool,
    nulls: bool,
    deterministic: bool,
    replace: bool,
) -> None:
    """Declare a scalar function; see `Engine.function`."""
    name = name.lower()
    types = tuple(read_type(p) for p in parameters)
    returned = read_type(result)
    if not callable(implementation):
        raise UsageError(f"{name} is to be a function, and {implementation!r} cannot be called")
    if vectorized:
        kernel = by_column(name, implementation, returned)
    else:
        kernel = by_value(name, implementation, returned, strict=not nulls, once=deterministic)
    _make_room(name, types, functions, aggregates, replace=replace)
    functions.add(
        Function(
            name,
            types,
            returned,
            kernel,
            deterministic=deterministic,
            can_fail=True,
            rows=not types,
            python="over columns" if vectorized else "value by value",
        )
    )


def aggregate(
    functions: Functions,
    aggregates: Aggregates,
    name: str,
    parameters: Sequence[TypeText],
    result: TypeText,
    implementation: Callable[..., Any],
    *,
    state: TypeText | None,
    replace: bool,
) -> None:
    """Declare an aggregate: a class, or a function of arrays; see `Engine.aggregate`."""
    name = name.lower()
    types = tuple(read_type(p) for p in parameters)
    if not types:
        raise UsageError(f"the aggregate {name} has no parameter", hint="name one at least")
    returned = read_type(result)
    written = _written(name, implementation, state) if inspect.isclass(implementation) else None
    if written is None and state is not None:
        raise UsageError(
            f"{name} keeps its rows, so it has no state of its own", hint="leave state out"
        )
    called = implementation if written is None else replaying(written)

    def listed(like: Listing, kinds: Sequence[DataType]) -> Replayed:
        return Replayed(like, kinds, name, called)

    def appended(kinds: Sequence[DataType]) -> Objects | Replayed:
        return Objects(written, kinds) if written else listed(Listing.of(kinds), kinds)

    def retracted(kinds: Sequence[DataType]) -> Objects | Replayed:
        if written and hasattr(implementation, "retract"):
            return Objects(written, kinds)
        return listed(Listing.retracting(kinds), kinds)

    def valued(kinds: Sequence[DataType]) -> Objects | Replayed:
        return Objects(written, kinds) if written else listed(Listing.valued(kinds), kinds)

    def taken_back(kinds: Sequence[DataType]) -> Objects | Replayed:
        if written and hasattr(implementation, "retract"):
            return Objects(written, kinds)
        return listed(Listing.valued(kinds), kinds)

    def ordered(kinds: Sequence[DataType], order: Ordering, append_only: bool) -> Replayed:
        return listed(Listing.ordered(kinds, order, append_only), kinds)

    _make_room(name, types, functions, aggregates, replace=replace)
    aggregates.add(
        Aggregate(
            name,
            types,
            returned,
            appended,
            lambda kept, groups, kind: kept.value(groups, kind),
            (inspect.getdoc(implementation) or "").partition("\n")[0],
            retracting=retracted,
            valued=(valued, taken_back),
            ordered=ordered,
            can_fail=True,
            python="an object per group" if written else "over the rows of a group",
        )
    )


def _written(name: str, implementation: Any, state: TypeText | None) -> Written:
    """Check that a class has what an aggregate needs."""
    wanted = ["add", "merge", "value", *(["to_state", "from_state"] if state is not None else [])]
    missing = [w for w in wanted if not callable(getattr(implementation, w, None))]
    if missing:
        raise UsageError(
            f"the class of the aggregate {name} has no {missing[0]}",
            hint=f"write {', '.join(wanted)}, and retract if it can take a row back",
        )
    kind = None if state is None else read_type(state)
    made = None if state is None else implementation.from_state
    return Written(name, implementation, kind, made)


def _make_room(
    name: str,
    parameters: tuple[DataType, ...],
    functions: Functions,
    aggregates: Aggregates,
    *,
    replace: bool,
) -> None:
    """Check that a name can be called, and is free for these parameters."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name) or not _callable(name):
        raise UsageError(
            f"{name} cannot be called as a function",
            hint="a name has letters, digits and _, and is no word of the grammar",
        )
    if replace:
        functions.remove(name)
        aggregates.remove(name)
        return
    same: list[Function | Aggregate] = [
        *functions.overloads(name),
        *aggregates.overloads(name),
    ]
    if not same:
        return
    built_in = any(not one.python for one in same)
    if built_in or any(one.parameters == parameters for one in same):
        raise UsageError(
            f"there is a function called {name}{' already' if not built_in else ''}",
            hint="choose another name, or say replace=True",
        )


def _callable(name: str) -> bool:
    """Say whether the grammar reads name(1) as a call."""
    if name in _FIXED:
        return False
    try:
        query = parse_query(f"SELECT {name}(1)")
    except CepError:
        return False
    call = query.body.items[0].expression if isinstance(query.body, ast.Select) else None
    return isinstance(call, ast.Call) and call.name.value == name

"""How a scalar function is declared: its name, its signature and its kernel, in one place.

    functions = Functions()

    @functions.scalar("upper", [VARCHAR], VARCHAR)
    def upper(text: Operand) -> Operand:
        '''Return the text in upper case.'''
        return pc.utf8_upper(text)

A kernel gets whole columns: a `pa.Array` for what varies over the rows, a `pa.Scalar` for a
constant, and returns an array of as many rows (or a scalar where every argument was one). It has
its arguments in the Arrow types of its signature, NULLs included. Where a row has no value it
raises, and `cep.runtime.rowerrors` finds out which.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cep.runtime.rowerrors import Operand
from cep.types import Array, DataType, Map, Null, common_type, converts

Kernel = Callable[..., Operand]


@dataclass(frozen=True)
class Family:
    """A parameter that takes any type of a kind, as it is: `Family("number", is_numeric, DOUBLE)`.

    `default` is what a bare NULL becomes.
    """

    name: str
    accepts: Callable[[DataType], bool]
    default: DataType

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Variable:
    """A type variable: all parameters that name it are converted to their common type."""

    name: str
    accepts: Callable[[DataType], bool] = lambda _: True
    default: DataType = Null()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class ArrayOf:
    """An ARRAY whose elements are of the type that a variable takes."""

    element: Variable

    def __str__(self) -> str:
        return f"ARRAY<{self.element}>"


@dataclass(frozen=True)
class MapOf:
    """A MAP whose keys and values are of the types that two variables take."""

    key: Variable
    value: Variable

    def __str__(self) -> str:
        return f"MAP<{self.key}, {self.value}>"


@dataclass(frozen=True)
class Choice:
    """A constant word out of a few, such as the unit of DATE_TRUNC.

    The binder passes it as a VARCHAR constant in lower case; TIMESTAMPDIFF(HOUR, …) may write it
    bare.
    """

    name: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Setting:
    """A constant that an aggregate is told once, such as the fraction of a percentile.

    `check` returns what is wrong with a value, or None.
    """

    name: str
    type: DataType
    check: Callable[[Any], str | None] = field(repr=False)

    def __str__(self) -> str:
        return self.name


Pattern = Variable | ArrayOf | MapOf
"""What is known once its variables are."""

Parameter = DataType | Family | Pattern | Choice | Setting
Result = DataType | Pattern | Callable[..., DataType]
"""A fixed type, one made of variables, or a function of the (converted) argument types."""


class Signature:
    """A name with the parameters it takes and the result it gives: what overloads are chosen by.

    Scalar functions and aggregates are declared as one.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    optional: int
    variadic: int

    @property
    def signature(self) -> str:
        """The call as a user would write it: `substring(VARCHAR, INT [, INT])`."""
        shown = [str(p) for p in self.parameters]
        first = len(shown) - self.optional
        text = ", ".join(shown[:first])
        for p in shown[first:]:
            text += f" [, {p}]" if text else f"[{p}]"
        return f"{self.name}({text}{', …' if self.variadic else ''})"

    def parameter(self, position: int) -> Parameter:
        """Return the parameter that an argument at `position` goes to."""
        beyond = position - len(self.parameters)
        if beyond < 0:
            return self.parameters[position]
        return self.parameters[beyond % max(self.variadic, 1) - max(self.variadic, 1)]

    def takes(self, count: int) -> bool:
        """Say whether a call with `count` arguments fits the arity."""
        least = len(self.parameters) - self.optional
        beyond = count - len(self.parameters)
        return least <= count and (
            beyond <= 0 or (self.variadic > 0 and not beyond % self.variadic)
        )

    def match(self, types: Sequence[DataType]) -> tuple[DataType, ...] | None:
        """Return the type each argument is to be converted to, or None where one does not fit.

        Whether a Choice got one of its words is the binder's to check; it needs the value.
        """
        if not self.takes(len(types)):
            return None
        parameters = [self.parameter(position) for position in range(len(types))]
        variables: dict[Variable, DataType] = {}
        for p, t in zip(parameters, types, strict=True):
            if isinstance(p, Pattern) and not _unify(p, t, variables):
                return None
        converted: list[DataType] = []
        for p, t in zip(parameters, types, strict=True):
            target: DataType
            if isinstance(p, Pattern):
                target = _made(p, variables)
            elif isinstance(p, Family):
                if not (isinstance(t, Null) or p.accepts(t)):
                    return None
                target = p.default if isinstance(t, Null) else t
            elif isinstance(p, Choice):
                target = t
            elif isinstance(p, Setting):
                if not converts(t, p.type):
                    return None
                target = p.type
            else:
                if not converts(t, p):
                    return None
                target = p
            converted.append(target)
        return tuple(converted)

    def result_type(self, types: Sequence[DataType]) -> DataType:
        """Return the type of a call whose arguments have the converted `types`."""
        if isinstance(self.result, DataType):
            return self.result
        if isinstance(self.result, Pattern):
            variables: dict[Variable, DataType] = {}
            for position, t in enumerate(types):
                p = self.parameter(position)
                if isinstance(p, Pattern):
                    _unify(p, t, variables)
            return _made(self.result, variables)
        return self.result(*types)


def _unify(pattern: Pattern, t: DataType, variables: dict[Variable, DataType]) -> bool:
    """Widen the variables of a pattern so that it takes the type; say whether that was possible."""
    if isinstance(pattern, Variable):
        joined = common_type(variables.get(pattern, Null()), t)
        if joined is None or not (isinstance(joined, Null) or pattern.accepts(joined)):
            return False
        variables[pattern] = joined
        return True
    if isinstance(t, Null):
        return True
    if isinstance(pattern, ArrayOf):
        return isinstance(t, Array) and _unify(pattern.element, t.element, variables)
    return (
        isinstance(t, Map)
        and _unify(pattern.key, t.key, variables)
        and _unify(pattern.value, t.value, variables)
    )


def _made(pattern: Pattern, variables: dict[Variable, DataType]) -> DataType:
    """Return the type that a pattern stands for."""
    if isinstance(pattern, Variable):
        known = variables.get(pattern, Null())
        return pattern.default if isinstance(known, Null) else known
    if isinstance(pattern, ArrayOf):
        return Array(_made(pattern.element, variables))
    return Map(_made(pattern.key, variables), _made(pattern.value, variables))


@dataclass(frozen=True)
class Function(Signature):
    """One overload of a scalar function.

    `optional` counts the parameters at the end that may be left out; the last `variadic` ones may
    be repeated. `deterministic` functions of constants are computed once, as the query is planned.
    `can_fail` keeps the optimizer from moving a call before a filter. `session` and `rows` ask for
    keyword arguments of those names: the `Session`, and the number of rows of the batch.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    kernel: Kernel = field(repr=False)
    optional: int = 0
    variadic: int = 0
    deterministic: bool = True
    can_fail: bool = False
    session: bool = False
    rows: bool = False
    python: str = ""
    """How it is called, where a program brought it."""
    sketch: bool = False
    """Whether it reads sketches, and so needs the library that does."""

    @property
    def summary(self) -> str:
        """The first line of the kernel's docstring."""
        return (inspect.getdoc(self.kernel) or "").partition("\n")[0]


S = TypeVar("S", bound=Signature)


class Overloads(Generic[S]):
    """A set of signatures, by name; several may share one."""

    def __init__(self, parts: Iterable[Overloads[S]] = ()) -> None:
        self._by_name: dict[str, list[S]] = {}
        for part in parts:
            for function in part:
                self.add(function)

    def __iter__(self) -> Iterator[S]:
        for overloads in self._by_name.values():
            yield from overloads

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
        return tuple(sorted(self._by_name))

    def overloads(self, name: str) -> Sequence[S]:
        """Return the overloads of `name` in the order of their declaration."""
        return self._by_name.get(name, ())

    def add(self, function: S) -> None:
        """Register one overload."""
        self._by_name.setdefault(function.name, []).append(function)

    def remove(self, name: str) -> None:
        """Forget all overloads of `name`."""
        self._by_name.pop(name, None)

    def resolve(
        self, name: str, types: Sequence[DataType]
    ) -> tuple[S, tuple[DataType, ...]] | None:
        """Choose the overload that fits `types` with the fewest conversions, first declared first.

        Returns it with the types its arguments are to be converted to, or None where none fits.
        """
        best: tuple[int, S, tuple[DataType, ...]] | None = None
        for function in self.overloads(name):
            converted = function.match(types)
            if converted is None:
                continue
            cost = sum(a != b for a, b in zip(types, converted, strict=True))
            if best is None or cost < best[0]:
                best = (cost, function, converted)
        return best[1:] if best else None


class Functions(Overloads[Function]):
    """A set of scalar functions, by name; several overloads may share one."""

    def scalar(
        self,
        name: str | Sequence[str],
        parameters: Sequence[Parameter],
        result: Result,
        *,
        optional: int = 0,
        variadic: int = 0,
        deterministic: bool = True,
        can_fail: bool = False,
        session: bool = False,
        rows: bool = False,
        sketch: bool = False,
    ) -> Callable[[Kernel], Kernel]:
        """Declare the decorated kernel under a name, or under several (aliases)."""

        def declare(kernel: Kernel) -> Kernel:
            for one in [name] if isinstance(name, str) else name:
                self.add(
                    Function(
                        one,
                        tuple(parameters),
                        result,
                        kernel,
                        optional=optional,
                        variadic=variadic,
                        deterministic=deterministic,
                        can_fail=can_fail,
                        session=session,
                        rows=rows,
                        sketch=sketch,
                    )
                )
            return kernel

        return declare

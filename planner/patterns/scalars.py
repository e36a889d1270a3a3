"""Conditions that read the match become statements over numbers, for the generated machine.

What can be said so: comparisons, arithmetic, three-valued logic, CASE and COALESCE over whole
numbers, DECIMALs of up to 18 digits, DOUBLEs, times and intervals; equality of texts; COUNT, SUM,
AVG, MIN and MAX. Everything else raises `Inexpressible`, and is evaluated by Python.

Each part gives three names: its value, whether it is NULL, and what went wrong (0: nothing). A part
that failed is NULL; what is not needed does not count, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from cep.planner.expressions import (
    Call,
    Case,
    Cast,
    Coalesce,
    Constant,
    Expression,
    Logical,
    can_fail,
)
from cep.planner.patterns.expressions import Label, MatchAggregate, MatchNumber, Navigation
from cep.planner.patterns.places import (
    CURRENT,
    Place,
    local,
    one_place,
    place,
    reads_label,
    shifted,
)
from cep.runtime.matcher.program import Condition, Keeps, Reads, Register
from cep.runtime.state.vectors import view
from cep.types import (
    DOUBLE,
    Boolean,
    Bytes,
    DataType,
    Date,
    DayInterval,
    Decimal,
    Float,
    Integer,
    MonthInterval,
    Time,
    Timestamp,
    TimestampLtz,
    Varchar,
)

MESSAGES = ("", "division by zero", "the result is out of range")
"""What an error says, by its number."""

_DIGITS = 18
_BITS_DIGITS = {8: 3, 16: 5, 32: 10, 64: 19}
_LONGEST_SUM = 11
"""Digits of DECIMALs whose sum over any match that fits into memory has at most 18."""


class Inexpressible(Exception):
    """The condition needs Python."""


@dataclass(frozen=True)
class Value:
    """The names of a part: a `kind` of "whole", "double", "truth", "text" or "label"."""

    kind: str
    code: str
    null: str = "False"
    error: str = "0"
    scale: int = 0
    digits: int = 19


@dataclass
class Pool:
    """What the conditions of a pattern share: value columns and registers, each kept once."""

    values: list[tuple[Expression, bool]] = field(default_factory=list)
    registers: list[Register] = field(default_factory=list)

    def value(self, expression: Expression, *, floating: bool) -> int:
        """Return the number of the column that holds an expression over one row."""
        wanted = (expression, floating)
        if wanted not in self.values:
            self.values.append(wanted)
        return self.values.index(wanted)

    def register(self, register: Register) -> int:
        """Return the number of a register, and see that those are there that it goes by."""
        if register in self.registers:
            return self.registers.index(register)
        if register.keeps is Keeps.LAST and register.depth:
            self.register(Register(Keeps.LAST, register.variables, register.depth - 1))
        if register.keeps is Keeps.FIRST:
            self.register(Register(Keeps.ROWS, register.variables))
        if register.keeps in {Keeps.MIN, Keeps.MAX}:
            self.register(Register(Keeps.COUNT, register.variables, value=register.value))
        self.registers.append(register)
        return len(self.registers) - 1


class Scalars:
    """Turns the condition of one variable into statements."""

    def __init__(self, pool: Pool, variable: int, names: tuple[str, ...]) -> None:
        self.pool = pool
        self.variable = variable
        self.names = names
        self.lines: list[str] = []
        self._made = 0

    def condition(self, expression: Expression, *, ahead: bool) -> Condition:
        """Return the condition; raise Inexpressible where it needs Python."""
        value = self.part(expression)
        truth = value.code if value.null == "False" else f"not {value.null} and {value.code}"
        return Condition(
            Reads.MATCH,
            str(expression),
            ahead,
            tuple(self.lines),
            truth,
            value.error,
            value.error != "0",
        )

    def name(self, text: str) -> str:
        """Write an assignment and return the new name."""
        if text in {"0", "False", "True"} or text.isidentifier():
            return text
        self._made += 1
        name = f"x{self.variable}_{self._made}"
        self.lines.append(f"{name} = {text}")
        return name

    def part(self, expression: Expression) -> Value:
        """Return the names of a part."""
        here = one_place(expression, self.variable)
        if here is not None and _holdable(expression.type) and not can_fail(local(expression)):
            return self._column(local(expression), here)
        match expression:
            case Constant():
                return self._constant(expression)
            case Navigation():
                return self._navigation(expression)
            case MatchAggregate():
                return self._aggregate(expression)
            case MatchNumber():
                return Value("whole", self.name("number + 1"))
            case Logical():
                return self._logical(expression)
            case Case():
                return self._case(expression)
            case Coalesce():
                return self._coalesce(expression)
            case Cast():
                return self._cast(expression)
            case Call():
                return self._call(expression)
        raise Inexpressible

    # ------------------------------------------------------------ rows

    def _slot(self, here: Place) -> str | None:
        """Return the name of the slot of a place; None is the row under test."""
        if here == CURRENT or here.is_current(self.variable):
            return None
        keeps = Keeps.LAST if here.last else Keeps.FIRST
        return self._register(Register(keeps, here.variables, here.offset))

    def _register(self, register: Register) -> str:
        """Return the name of a register as it would be with the row under test."""
        number = self.pool.register(register)
        return f"{'t' if register.counts(self.variable) else 'r'}{number}"

    def _column(self, expression: Expression, here: Place) -> Value:
        """Return the value of an expression over one row at a place."""
        kind, scale, digits = _kind(expression.type)
        j = self.pool.value(expression, floating=kind == "double")
        slot = self._slot(here)
        if slot is None:
            null = self.name(f"n{j}[row]")
            code = self.name(f"v{j}[row]" + (" != 0" if kind == "truth" else ""))
            return Value(kind, code, null, "0", scale, digits)
        null = self.name(f"{slot} < 0 or n{j}[{slot}]")
        code = self.name(f"v{j}[{slot}]" + (" != 0" if kind == "truth" else ""))
        return Value(kind, code, null, "0", scale, digits)

    def _navigation(self, expression: Navigation) -> Value:
        if isinstance(expression.operand, Label) and not expression.shift:
            return self._label(expression)
        # It can fail, so it is computed of the columns, at the row.
        inner = expression.operand
        if not inner.children() or not isinstance(inner, Call | Cast):
            raise Inexpressible
        spread = inner.rebuilt(
            tuple(
                c
                if isinstance(c, Constant)
                else Navigation(
                    c.type,
                    c,
                    expression.variables,
                    expression.last,
                    expression.offset,
                    expression.shift,
                )
                for c in inner.children()
            )
        )
        if isinstance(inner, Call) and inner.function.name not in _ARITHMETIC:
            raise Inexpressible
        return self.part(spread)

    def _label(self, expression: Navigation) -> Value:
        here = place(expression)
        if here.is_current(self.variable):
            return Value("label", str(self.variable))
        if not here.last or here.offset:
            raise Inexpressible
        label = self._register(Register(Keeps.LABEL, here.variables))
        return Value("label", label, self.name(f"{label} < 0"))

    # ------------------------------------------------------------ aggregates

    def _aggregate(self, call: MatchAggregate) -> Value:
        if call.distinct or call.filter is not None or call.order is not None:
            raise Inexpressible
        name = call.aggregate.name
        if name == "count" and not call.arguments:
            return Value("whole", self._register(Register(Keeps.ROWS, call.variables)))
        if len(call.arguments) != 1 or name not in {"count", "sum", "avg", "min", "max"}:
            raise Inexpressible
        (argument,) = call.arguments
        if can_fail(argument) or reads_label(argument):
            raise Inexpressible
        kind, scale, digits = _kind(argument.type)
        if kind == "text" and name != "count":
            raise Inexpressible
        floating = kind == "double"
        j = self.pool.value(shifted(argument, 0), floating=floating)
        count = self._register(Register(Keeps.COUNT, call.variables, value=j))
        if name == "count":
            return Value("whole", count)
        null = self.name(f"{count} == 0")
        if name in {"min", "max"}:
            keeps = Keeps.MIN if name == "min" else Keeps.MAX
            best = self._register(Register(keeps, call.variables, value=j, floating=floating))
            if kind == "truth":
                best = self.name(f"{best} != 0")
            return Value(kind, best, null, "0", scale, digits)
        if floating:
            total = self._register(Register(Keeps.SUM, call.variables, value=j, floating=True))
            if name == "avg":
                total = self.name(f"{total} / {count} if {count} > 0 else 0.0")
            return Value("double", total, null)
        return self._whole_sum(call, argument.type, j, count, null)

    def _whole_sum(
        self, call: MatchAggregate, kind: DataType, j: int, count: str, null: str
    ) -> Value:
        scale = kind.scale if isinstance(kind, Decimal) else 0
        if isinstance(kind, Decimal) and kind.precision > _LONGEST_SUM:
            raise Inexpressible
        if not isinstance(kind, Decimal | Integer):
            raise Inexpressible
        low = self._register(Register(Keeps.LOW, call.variables, value=j))
        high = self._register(Register(Keeps.HIGH, call.variables, value=j))
        if call.aggregate.name == "avg" and isinstance(kind, Integer):
            total = self.name(f"{high} * 4294967296.0 + {low}")
            return Value("double", self.name(f"{total} / {count} if {count} > 0 else 0.0"), null)
        top = self.name(f"{high} + ({low} >> 32)")
        fits = self.name(f"-2147483648 <= {top} and {top} < 2147483648")
        total = self.name(f"({top} << 32) + ({low} & 4294967295) if {fits} else 0")
        if call.aggregate.name == "sum":
            error = "0" if isinstance(kind, Decimal) else self.name(f"0 if {fits} else 2")
            return Value("whole", total, null, error, scale, _DIGITS)
        # Rounded half up, away from zero.
        more = max(scale, 6) - scale
        size = self.name(f"{total} if {total} >= 0 else -{total}")
        some = self.name(f"{count} if {count} > 0 else 1")
        rest = self.name(f"(2 * ({size} % {some}) * {10**more} + {some}) // (2 * {some})")
        mean = self.name(f"{size} // {some} * {10**more} + {rest}")
        signed = self.name(f"{mean} if {total} >= 0 else -{mean}")
        return Value("whole", signed, null, "0", scale + more, _LONGEST_SUM + more)

    # ------------------------------------------------------------ expressions

    def _constant(self, expression: Constant) -> Value:
        scalar = expression.value
        kind, scale, digits = _kind(expression.type)
        if not scalar.is_valid:
            code = {"double": "0.0", "truth": "False"}.get(kind, "0")
            return Value(kind, code, "True", "0", scale, digits)
        if kind == "text":
            if scalar.as_py() not in self.names:
                raise Inexpressible
            return Value("label", str(self.names.index(scalar.as_py())))
        if kind == "truth":
            return Value("truth", str(scalar.as_py()))
        if kind == "double":
            number = float(scalar.as_py())
            if number - number != 0:  # infinity or NaN
                raise Inexpressible
            return Value("double", repr(number))
        stored = view(pa.repeat(scalar, 1))
        whole = int(stored[0, 0]) if stored.ndim == 2 else int(stored[0])
        return Value("whole", f"({whole})", scale=scale, digits=len(str(abs(whole))))

    def _logical(self, expression: Logical) -> Value:
        parts = [self.part(o) for o in expression.operands]
        total = parts[0]
        decides = "" if expression.operator == "or" else "not "
        for other in parts[1:]:
            total = self._both(total, other, expression.operator, decides)
        return total

    def _both(self, a: Value, b: Value, operator: str, decides: str) -> Value:
        by_a = self.name(_and(_not(a.null), f"{decides}{a.code}"))
        by_b = self.name(_and(_not(b.null), f"{decides}{b.code}"))
        settled = self.name(f"{by_a} or {by_b}")
        null = "False"
        if (a.null, b.null) != ("False", "False"):
            null = self.name(f"not {settled} and ({a.null} or {b.null})")
        error = "0"
        if a.error != "0" or b.error != "0":
            error = self.name(
                f"({a.error} if not ({by_b}) and {a.error} != 0 else "
                f"({b.error} if not ({by_a}) else 0))"
            )
        code = self.name(settled if operator == "or" else f"not {settled}")
        return Value("truth", code, null, error)

    def _case(self, expression: Case) -> Value:
        results = self._alike([*expression.results, expression.otherwise])
        total = results[-1]
        for condition, result in reversed(
            list(zip(expression.conditions, results[:-1], strict=True))
        ):
            test = self.part(condition)
            taken = self.name(_and(_not(test.null), test.code))
            error = "0"
            if (test.error, result.error, total.error) != ("0", "0", "0"):
                error = self.name(
                    f"{test.error} if {test.error} != 0 else "
                    f"({result.error} if {taken} else {total.error})"
                )
            total = Value(
                total.kind,
                self.name(f"{result.code} if {taken} else {total.code}"),
                self._choice(result.null, taken, total.null),
                error,
                total.scale,
                max(total.digits, result.digits),
            )
        return total

    def _coalesce(self, expression: Coalesce) -> Value:
        parts = self._alike(list(expression.operands))
        total = parts[-1]
        for part in reversed(parts[:-1]):
            if part.null == "False":
                total = part
                continue
            error = "0"
            if part.error != "0" or total.error != "0":
                error = self.name(
                    f"{part.error} if {part.error} != 0 else ({total.error} if {part.null} else 0)"
                )
            total = Value(
                part.kind,
                self.name(f"{total.code} if {part.null} else {part.code}"),
                self.name(f"{part.null} and {total.null}"),
                error,
                part.scale,
                max(total.digits, part.digits),
            )
        return total

    def _choice(self, one: str, taken: str, other: str) -> str:
        return one if one == other else self.name(f"{one} if {taken} else {other}")

    def _alike(self, expressions: list[Expression]) -> list[Value]:
        """Return values of one kind and scale."""
        values = [self.part(e) for e in expressions]
        if len({(v.kind, v.scale) for v in values}) > 1 or values[0].kind in {"text", "label"}:
            raise Inexpressible
        return values

    def _cast(self, expression: Cast) -> Value:
        value = self.part(expression.operand)
        if isinstance(expression.type, Decimal):
            kind, scale, digits = "whole", expression.type.scale, expression.type.precision
        else:
            kind, scale, digits = _kind(expression.type)
        if kind == value.kind == "double" and expression.type == DOUBLE:
            return value
        if kind == "double" and value.kind == "whole" and expression.type == DOUBLE:
            return self._double(value)
        if kind == value.kind == "whole" and _numeric(expression.type):
            if not _numeric(expression.operand.type) or scale < value.scale:
                raise Inexpressible
            if isinstance(expression.type, Integer) and digits < value.digits:
                raise Inexpressible
            return self._rescaled(value, scale)
        if kind == value.kind and expression.type == expression.operand.type:
            return value
        raise Inexpressible

    def _double(self, value: Value) -> Value:
        if value.kind == "double":
            return value
        if value.kind != "whole":
            raise Inexpressible
        code = self.name(f"{value.code} / {10.0**value.scale!r}")
        return Value("double", code, value.null, value.error)

    def _rescaled(self, value: Value, scale: int) -> Value:
        if scale == value.scale:
            return value
        more = scale - value.scale
        if value.digits + more > _DIGITS:
            raise Inexpressible
        code = self.name(f"{value.code} * {10**more}")
        return Value("whole", code, value.null, value.error, scale, value.digits + more)

    def _call(self, expression: Call) -> Value:
        name = expression.function.name
        values = [self.part(a) for a in expression.arguments]
        if name in {"is null", "is not null"}:
            (value,) = values
            null = value.null if name == "is null" else self.name(_not(value.null))
            return Value("truth", null, "False", value.error)
        if name == "not":
            (value,) = values
            return Value("truth", self.name(f"not {value.code}"), value.null, value.error)
        if len(values) != 2:
            if name == "negate" and values[0].kind in {"double", "whole"}:
                return self._negated(expression, values[0])
            raise Inexpressible
        if name in _COMPARISONS:
            return self._comparison(name, *values)
        if name in _ARITHMETIC:
            return self._arithmetic(name, expression, *values)
        raise Inexpressible

    def _negated(self, expression: Call, value: Value) -> Value:
        if isinstance(expression.type, Integer) and value.digits >= 19:
            raise Inexpressible
        return Value(
            value.kind,
            self.name(f"-{value.code}"),
            value.null,
            value.error,
            value.scale,
            value.digits,
        )

    def _either(self, a: str, b: str, nothing: str) -> str:
        if a == nothing:
            return b
        return a if b == nothing else self.name(f"{a} or {b}")

    def _comparison(self, symbol: str, a: Value, b: Value) -> Value:
        if "double" in {a.kind, b.kind} and a.kind != b.kind:
            a, b = self._double(a), self._double(b)
        if a.kind != b.kind:
            raise Inexpressible
        if a.kind in {"text", "label"} and symbol not in {"=", "<>"}:
            raise Inexpressible
        if a.scale != b.scale:
            scale = max(a.scale, b.scale)
            a, b = self._rescaled(a, scale), self._rescaled(b, scale)
        null = self._either(a.null, b.null, "False")
        error = self._either(a.error, b.error, "0")
        if a.kind == "double":
            return Value("truth", self.name(_floats(symbol, a.code, b.code)), null, error)
        return Value("truth", self.name(f"{a.code} {_COMPARISONS[symbol]} {b.code}"), null, error)

    def _arithmetic(self, symbol: str, expression: Call, a: Value, b: Value) -> Value:
        null = self._either(a.null, b.null, "False")
        error = self._either(a.error, b.error, "0")
        kind = expression.type
        if kind == DOUBLE and symbol in "+-*/":
            a, b = self._double(a), self._double(b)
            if symbol != "/":
                return Value("double", self.name(f"{a.code} {symbol} {b.code}"), null, error)
            zero = self.name(f"{b.code} == 0.0")
            if null != "False":
                zero = self.name(f"not {null} and {zero}")
            code = self.name(f"{a.code} / {b.code} if {b.code} != 0.0 else 0.0")
            failed = self.name(f"1 if {zero} else {error}")
            return Value("double", code, self._either(null, zero, "False"), failed)
        if a.kind != "whole" or b.kind != "whole":
            raise Inexpressible
        if isinstance(kind, Timestamp | TimestampLtz | DayInterval) and symbol in "+-":
            whole = (Timestamp, TimestampLtz, DayInterval)
            if all(isinstance(e.type, whole) for e in expression.arguments):
                return Value("whole", self.name(f"{a.code} {symbol} {b.code}"), null, error)
        if isinstance(kind, Decimal) and symbol in "+-*":
            return self._decimals(symbol, a, b, null, error)
        if isinstance(kind, Integer) and symbol in "+-" and kind.bits < 64:
            limit = 1 << (kind.bits - 1)
            code = self.name(f"{a.code} {symbol} {b.code}")
            out = self.name(f"{code} < -{limit} or {code} >= {limit}")
            if null != "False":
                out = self.name(f"not {null} and {out}")
            failed = self.name(f"2 if {out} else {error}")
            digits = _BITS_DIGITS[kind.bits]
            return Value("whole", code, self._either(null, out, "False"), failed, 0, digits)
        raise Inexpressible

    def _decimals(self, symbol: str, a: Value, b: Value, null: str, error: str) -> Value:
        if symbol == "*":
            if a.digits + b.digits > _DIGITS:
                raise Inexpressible
            code = self.name(f"{a.code} * {b.code}")
            return Value("whole", code, null, error, a.scale + b.scale, a.digits + b.digits)
        scale = max(a.scale, b.scale)
        a, b = self._rescaled(a, scale), self._rescaled(b, scale)
        digits = max(a.digits, b.digits) + 1
        if digits > _DIGITS:
            raise Inexpressible
        code = self.name(f"{a.code} {symbol} {b.code}")
        return Value("whole", code, null, error, scale, digits)


_COMPARISONS = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_ARITHMETIC = frozenset("+-*/")


def _floats(symbol: str, a: str, b: str) -> str:
    """Return a comparison in which NaN equals NaN and is greater than every other number."""
    equal = f"({a} == {b} or ({a} != {a} and {b} != {b}))"
    less = f"({a} < {b} or ({a} == {a} and {b} != {b}))"
    greater = f"({b} < {a} or ({b} == {b} and {a} != {a}))"
    return {
        "=": equal,
        "<>": f"not {equal}",
        "<": less,
        "<=": f"not {greater}",
        ">": greater,
        ">=": f"not {less}",
    }[symbol]


def _and(a: str, b: str) -> str:
    return b if a == "True" else f"{a} and {b}"


def _not(name: str) -> str:
    return {"False": "True", "True": "False"}.get(name, f"not {name}")


def _kind(kind: DataType) -> tuple[str, int, int]:
    """Return how values of a type are held: the kind, the scale and how many digits they have."""
    match kind:
        case Boolean():
            return "truth", 0, 1
        case Integer(bits=bits):
            return "whole", 0, _BITS_DIGITS[bits]
        case Decimal(precision=precision, scale=scale) if precision <= _DIGITS:
            return "whole", scale, precision
        case Float():
            return "double", 0, 0
        case Date() | Time() | Timestamp() | TimestampLtz() | DayInterval() | MonthInterval():
            return "whole", 0, 19
        case Varchar() | Bytes():
            return "text", 0, 0
    raise Inexpressible


def _holdable(kind: DataType) -> bool:
    try:
        _kind(kind)
    except Inexpressible:
        return False
    return True


def _numeric(kind: DataType) -> bool:
    return isinstance(kind, Integer | Decimal)

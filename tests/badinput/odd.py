"""Odd values of every type; calls of every scalar function with them, and casts to every type.

python -m tests.badinput.odd --calls 20000 --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cep
from cep.errors import CepError
from cep.results import Result
from cep.runtime.functions.builtin import BUILTIN
from cep.runtime.functions.casts import castable
from cep.runtime.functions.registry import (
    ArrayOf,
    Choice,
    Family,
    Function,
    MapOf,
    Parameter,
    Variable,
)
from cep.types import DataType, Null

INTEGERS = ["0", "1", "-1", "2", "7", "38", "64", "127", "-128"]
TEXTS = [
    *("", " ", "0", "-1", "a", "abc", "1,2", "%", "_", "\\", "[", "(a+)+$", "a{99999}", "*", "$1"),
    *(
        "\0",
        "naïve",
        "\U0001f600x",
        "\u0130",
        "e\u0301",
        "\ufeff",
        "true",
        "NaN",
        "Infinity",
        "1e999",
    ),
    *(
        "99999999999999999999",
        "2024-02-29",
        "2024-02-30",
        "0001-01-01",
        "9999-12-31 23:59:59.999999",
    ),
    *("10000-01-01", "-2024-01-01", "24:00:00", "23:59:60", "2024-03-10T02:30:00Z", "12:30", "x'"),
    *("Europe/Berlin", "No/Where", "../etc/passwd", "UTC", "utf8", "utf-16", "latin1", "hex"),
    *(
        "yyyy-MM-dd",
        "%Y-%m-%d",
        "%",
        "yyyy'",
        "EEEE",
        "$",
        "$.a",
        "$.a[0]",
        "$[",
        "$..*",
        "lax $.a",
    ),
    *(
        '{"a": [1, null, {"b": 2}]}',
        "{",
        "[" * 2000,
        '{"a": 1e999}',
        "null",
        '"\\ud800"',
        "YWJj",
        "YW",
    ),
    *(
        "CAFE",
        "0xZ",
        "https://u:p@h:99999/p?q=1&q=2#f",
        "http://[",
        "%zz",
        "HOST",
        "QUERY",
        "z" * 300,
    ),
]
TIMES = [
    *("1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2024-02-29 12:00:00"),
    *("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2024-03-31 01:59:59.999"),
    *("2024-10-27 02:30:00", "1582-10-10 00:00:00"),
]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


ODD: dict[str, list[str]] = {
    "BOOLEAN": ["TRUE", "FALSE"],
    "TINYINT": [*INTEGERS],
    "SMALLINT": [*INTEGERS, "32767", "-32768"],
    "INT": [*INTEGERS, "2147483647", "-2147483648", "1000000"],
    "BIGINT": [*INTEGERS, "9223372036854775807", "-9223372036854775808", "100000000000"],
    "REAL": ["0", "-1.5", "'NaN'", "'Infinity'", "'-Infinity'", "3.4e38", "1e-45", "-0e0"],
    "DOUBLE": [
        *("0", "1", "-1.5", "0.5", "'NaN'", "'Infinity'", "'-Infinity'", "1.7976931348623157e308"),
        *("-1.7976931348623157e308", "5e-324", "-0e0", "1e19", "1e15"),
    ],
    "DECIMAL(10, 2)": ["0", "0.01", "-0.01", "99999999.99", "-99999999.99", "2.50"],
    "DECIMAL(38, 0)": ["0", "1", "-1", "9" * 38, "-" + "9" * 38],
    "DECIMAL(38, 38)": ["0", "0." + "9" * 38, "-0." + "9" * 38, "0." + "0" * 37 + "1"],
    "VARCHAR": [_quoted(t) for t in TEXTS],
    "BYTES": ["X''", "X'00'", "X'FF'", "X'C3A4'", "X'0A0D27'"],
    "DATE": [_quoted(t[:10]) for t in TIMES],
    "TIME(0)": ["'00:00:00'", "'23:59:59'"],
    "TIME(6)": ["'00:00:00'", "'23:59:59.999999'", "'12:30:00.000001'"],
    "TIMESTAMP(0)": [_quoted(t[:19]) for t in TIMES],
    "TIMESTAMP(6)": [_quoted(t) for t in TIMES],
    "TIMESTAMP_LTZ(3)": [_quoted(t[:23]) for t in TIMES],
    "INTERVAL DAY TO SECOND": [
        *("INTERVAL '0' SECOND", "INTERVAL '1' DAY", "INTERVAL -'0.000001' SECOND"),
        *("INTERVAL '106751990' DAY", "INTERVAL -'106751990' DAY"),
    ],
    "INTERVAL YEAR TO MONTH": [
        *("INTERVAL '0' MONTH", "INTERVAL '1' MONTH", "INTERVAL -'13' MONTH"),
        *("INTERVAL '2147483647' MONTH", "INTERVAL '9999' YEAR", "INTERVAL -'9999' YEAR"),
    ],
    "ARRAY<INT>": [
        *("ARRAY[1, 2, 3]", "ARRAY[NULL, 1]", "ARRAY[2147483647, -2147483648]", "ARRAY[1, 1]"),
    ],
    "ARRAY<VARCHAR>": ["ARRAY['a', '']", "ARRAY['b', NULL, 'a']"],
    "ARRAY<DOUBLE>": ["ARRAY[CAST('NaN' AS DOUBLE), 1e0, NULL]"],
    "MAP<VARCHAR, INT>": ["MAP['a', 1]", "MAP['', NULL, 'b', 2]"],
    "ROW<a INT, b VARCHAR>": ["ROW(1, 'x')", "ROW(NULL, '')"],
}
"""Texts of values by the type that they are cast to; NULL is a value of each."""

WRITTEN = {
    "negate": "-{0}",
    "not": "NOT {0}",
    "floor to": "FLOOR({1} TO {0})",
    "ceil to": "CEIL({1} TO {0})",
    "extract": "EXTRACT({0} FROM {1})",
    "similar": "{0} SIMILAR TO {1}",
    "subscript": "({0})[{1}]",
    "get_field": "({0}).a",
    "array": "ARRAY[{all}]",
    "map": "MAP[{all}]",
    "row": "ROW({all})",
    "at_time_zone": "{0} AT TIME ZONE {1}",
    "is json": "{0} IS JSON",
}
"""How a call is written that has no name and parentheses."""


@dataclass(frozen=True)
class Sample:
    """A call, written over the columns c0, c1, …, with their types and values."""

    call: str
    types: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def select(self, row: Sequence[str]) -> str:
        """Return the query that computes the call for one row, of constants."""
        return f"SELECT {_filled(self.call, row)}"


def _filled(call: str, values: Sequence[str]) -> str:
    for i, value in reversed(list(enumerate(values))):
        call = call.replace(f"c{i}_", value)
    return call


def samples(count: int, seed: int, rows: int = 8) -> Iterator[Sample]:
    """Yield calls of the scalar functions, all overloads in turn, and casts, with odd arguments."""
    chance = random.Random(seed)
    functions: list[Function | str] = [*BUILTIN, *ODD]
    for i in range(count):
        chosen = functions[i % len(functions)]
        if isinstance(chosen, str):
            yield _cast(chosen, chance, rows)
        elif (sample := _sample(chosen, chance, rows)) is not None:
            yield sample


def _cast(kind: str, chance: random.Random, rows: int) -> Sample:
    target = chance.choice([n for n, t in _TYPES.items() if castable(_TYPES[kind], t)])
    table = tuple((_value(kind, chance),) for _ in range(rows))
    return Sample(f"CAST(c0_ AS {target})", (kind,), table)


def _sample(function: Function, chance: random.Random, rows: int) -> Sample | None:
    wanted = len(function.parameters) - chance.randint(0, function.optional)
    if function.variadic:
        wanted += function.variadic * chance.randint(0, 2)
    variables: dict[Variable, str] = {}
    written: list[str] = []
    types: list[str] = []
    for position in range(wanted):
        parameter = function.parameter(position)
        if isinstance(parameter, Choice):
            written.append(chance.choice(parameter.words))
            continue
        kind = _type(parameter, variables, chance)
        if kind is None:
            return None
        written.append(f"c{len(types)}_")
        types.append(kind)
    table = tuple(tuple(_value(t, chance) for t in types) for _ in range(rows))
    return Sample(_call(function.name, written), tuple(types), table)


def _call(name: str, written: list[str]) -> str:
    template = WRITTEN.get(name)
    if template is not None:
        return template.format(*written, all=", ".join(written))
    if name.startswith("is ") and len(written) == 1:
        return f"{written[0]} {name.upper()}"
    if not name[0].isalpha() or " " in name or name in ("like", "ilike"):
        return f" {name.upper()} ".join(written[:2])
    return f"{name}({', '.join(written)})"


def _type(
    parameter: Parameter, variables: dict[Variable, str], chance: random.Random
) -> str | None:
    """Return the name of a type that a parameter takes."""
    if isinstance(parameter, Variable):
        if parameter not in variables:
            taken = [n for n, t in _TYPES.items() if parameter.accepts(t)]
            variables[parameter] = chance.choice(taken)
        return variables[parameter]
    if isinstance(parameter, ArrayOf):
        arrays = [n for n in ODD if n.startswith("ARRAY")]
        known = f"ARRAY<{variables.get(parameter.element, '')}>"
        chosen = known if known in arrays else chance.choice(arrays)
        variables[parameter.element] = chosen[6:-1]
        return chosen
    if isinstance(parameter, MapOf):
        variables.update({parameter.key: "VARCHAR", parameter.value: "INT"})
        return "MAP<VARCHAR, INT>"
    if isinstance(parameter, Family):
        taken = [n for n, t in _TYPES.items() if parameter.accepts(t)]
        return chance.choice(taken) if taken else None
    assert isinstance(parameter, DataType)
    exact = [n for n, t in _TYPES.items() if type(t) is type(parameter)]
    return chance.choice(exact) if exact else None


def _value(kind: str, chance: random.Random) -> str:
    if chance.random() < 0.1:
        return f"CAST(NULL AS {kind})"
    return f"CAST({chance.choice(ODD[kind])} AS {kind})"


def _types() -> dict[str, DataType]:
    engine = cep.Engine()
    found: dict[str, DataType] = {}
    for name in ODD:
        found[name] = engine.execute(f"SELECT CAST(NULL AS {name})").schema.types[0]
    assert not any(isinstance(t, Null) for t in found.values())
    return found


_TYPES = _types()


def problems(sample: Sample) -> Iterator[str]:
    """Compute a call row by row, and as a query over a stream; yield what goes wrong.

    Only a CepError may come out of the first. The second goes on whatever comes: it says the same
    rows, and puts into errors.<query> exactly those that failed alone.
    """
    alone: list[str | None] = []
    for row in sample.rows:
        try:
            alone.append(repr(cep.Engine().execute(sample.select(row)).fetchall()[0][0]))
        except CepError as error:
            str(error)
            alone.append(None)
        except Exception as error:
            alone.append(None)
            yield f"{sample.select(row)}\n{_shown(error)}"
    try:
        said, errors = _streamed(sample)
    except CepError as error:
        if any(a is not None for a in alone):
            yield f"{sample}: alone {alone}, and over a stream {error}"
        return
    except Exception as error:
        yield f"{sample}\n{_shown(error)}"
        return
    if len(said) + errors != len(sample.rows):
        yield f"{sample}: {len(said)} rows said and {errors} errors"
    for i, outcome in enumerate(alone):
        if _VARYING.isdisjoint(sample.call.partition("(")[:1]) and said.get(i) != outcome:
            yield f"{sample.select(sample.rows[i])}: alone {outcome}, in a column {said.get(i)}"


def _streamed(sample: Sample) -> tuple[dict[int, str], int]:
    """Return what a query over a stream says of each row, and how many rows it put aside."""
    call = _filled(sample.call, [f"c{i}" for i in range(len(sample.types))])
    columns = ", ".join(["id INT", *(f"c{i} {t}" for i, t in enumerate(sample.types))])
    values = ", ".join(f"({', '.join([str(i), *r])})" for i, r in enumerate(sample.rows))
    with cep.Engine() as engine:
        engine.execute(f"CREATE STREAM odd ({columns})")
        engine.execute(f"START q AS SELECT id, {call} AS result FROM odd")
        query = engine.queries["q"]
        engine.execute(f"INSERT INTO odd VALUES {values}")
        if query.failure is not None:
            raise RuntimeError(f"the query stopped: {query.failure!r}") from query.failure
        rows = Result(query.plan.schema, ready=query.said).fetchall()
        return {id_: repr(result) for id_, result in rows}, query.aside.errors.count


_VARYING = {
    "random",
    "rand",
    "uuid",
    "now",
    "proctime",
    "localtime",
    "localtimestamp",
    "unix_timestamp",
} | {f"current_{what}" for what in ("timestamp", "row_timestamp", "date", "time")}
"""Functions that say something else each time."""


def _shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-6:])


def main() -> int:
    """Run the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--calls", type=int, default=2_000)
    arguments.add_argument("--seed", type=int, default=0)
    chosen = arguments.parse_args()
    found: Counter[str] = Counter()
    total = 0
    for sample in samples(chosen.calls, chosen.seed):
        total += 1
        for problem in problems(sample):
            found[sample.call] += 1
            if found[sample.call] == 1:
                print(problem)
    print(
        f"{total} calls, seed {chosen.seed}: {sum(found.values())} problems in {len(found)} kinds"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""All that is done with a text short of running it, as one call, and texts that mean something.

`python -m tests.grammar.fuzz --plan` gives mutated scripts to `planned`. Nothing is read or
written: no statement is run that would open a file.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cep.catalog import Entry
from cep.checking import Checker
from cep.engine import Engine
from cep.errors import CepError
from cep.grammar import ast
from cep.grammar.parser import parse
from cep.grammar.unparse import unparse
from cep.runtime.functions.builtin import BUILTIN

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "scripts"
WORD = re.compile(r"[A-Za-z_]\w*")

DECLARED = """
CREATE STREAM s (k VARCHAR, v DOUBLE, n INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
CREATE STREAM t (
  k VARCHAR NOT NULL, b BOOLEAN, i8 TINYINT, i16 SMALLINT, i INT, l BIGINT, r REAL, d DOUBLE,
  m DECIMAL(10, 2), huge DECIMAL(38, 38), x BYTES, day DATE, clock TIME(3), ts TIMESTAMP(6),
  at TIMESTAMP_LTZ(3), span INTERVAL DAY TO SECOND, months INTERVAL YEAR TO MONTH,
  list ARRAY<INT>, tags MAP<VARCHAR, INT>, pair ROW<a INT, b VARCHAR>,
  double_i AS i * 2, WATERMARK FOR ts);
CREATE STREAM plain (a INT, b VARCHAR);
CREATE VIEW big AS SELECT k, v, n, ts FROM s WHERE v > 10;
"""
"""What every script finds declared."""

NUMBERS = [
    *("0", "1", "-1", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808"),
    *("1" + "0" * 30, "9" * 38, "9" * 39, "1e308", "1e309", "1e-400", "0.5", "." + "9" * 38),
    *("NULL", "TRUE", "''", "X'00'", "ts", "CAST('NaN' AS DOUBLE)", "127", "38", "39", "1000000"),
]
STRINGS = [
    *(
        "''",
        "' '",
        "'0'",
        "'-1'",
        "'999999999999'",
        "'99999999999999999999'",
        "'NaN'",
        "'Infinity'",
    ),
    *("'9999-12-31'", "'0001-01-01'", "'9999-12-31 23:59:59.999999'", "'0000-00-00'", "'24:00:00'"),
    *(
        "'2024-02-30'",
        "'294247-01-10 04:00:54.775807'",
        "'%'",
        "'\\'",
        "'['",
        "'(('",
        "'\U0001f600'",
    ),
    *(
        "'\0'",
        "'$[0]'",
        "'$..*'",
        "'{\"a\":[1]}'",
        "'Europe/Berlin'",
        "'No/Where'",
        "'../x'",
        "'%Y'",
    ),
    *(
        "'yyyy'",
        "'a*'",
        "'(a+)+$'",
        "'{99999}'",
        "'1:30'",
        "'1-6'",
        "'12:30:00'",
        "'x'",
        "NULL",
        "1",
    ),
]


def planned(text: str) -> None:
    """Parse a script, then check, plan, explain and write back each of its statements.

    The first CepError is raised when all of them have had their turn, since the next statement may
    well fail in another way.
    """
    checker = Checker()
    for entry in _declared():
        checker.engine.catalog.put(entry)
    first: CepError | None = None
    for statement in parse(text).statements:
        again = parse(unparse(statement)).statements
        assert again == (statement,), unparse(statement)
        try:
            if _opens_a_file(statement):
                continue
            checker._check(statement)
            checker.plan(statement)
        except CepError as error:
            str(error.within(text))
            first = first or error
    if first is not None:
        raise first


@cache
def _declared() -> tuple[Entry, ...]:
    engine = Engine()
    engine.execute(DECLARED)
    return tuple(engine.catalog)


def _opens_a_file(statement: ast.Statement) -> bool:
    """Say whether a statement would look into a file to learn its columns."""
    return isinstance(statement, ast.CreateRelation) and not any(
        c.computed is None and not c.from_metadata for c in statement.columns
    )


def meaningful() -> list[str]:
    """Return scripts that can be planned: the golden ones, and a call of every function."""
    golden = [p.read_text(encoding="utf-8") for p in sorted(GOLDEN.glob("*/*.sql"))]
    assert golden
    calls = [p.read_text(encoding="utf-8") for p in sorted(HERE.glob("planning/*.sql"))]
    assert calls
    return golden + calls * 3


def changed(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    """Put another value, name or function in the place of one, so that most texts still parse."""
    place = chance.randrange(len(tokens))
    for at in range(place, len(tokens)):
        token = tokens[at]
        if token[:1].isdigit():
            tokens[at] = chance.choice(NUMBERS)
        elif token[:1] == "'":
            tokens[at] = chance.choice(STRINGS)
        elif WORD.fullmatch(token) and token.lower() in BUILTIN:
            tokens[at] = chance.choice(_CALLED)
        elif WORD.fullmatch(token) and token.islower():
            names = [t for t in tokens if WORD.fullmatch(t) and t.islower()]
            tokens[at] = chance.choice([*names, *_COLUMNS])
        else:
            continue
        return


_CALLED = [n for n in BUILTIN.names() if WORD.fullmatch(n)]
_COLUMNS = [w for w in WORD.findall(DECLARED) if w.islower()]

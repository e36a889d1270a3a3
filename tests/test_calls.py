"""How the engine answers a program that calls it in a way that has no meaning."""

from __future__ import annotations

from typing import Any

import pytest

import cep


@pytest.mark.parametrize(
    ("sql", "parameters", "message"),
    [
        (None, (), "SQL is text, and this is a NoneType"),
        ("SELECT ?", 5, "the parameters cannot be a int"),
        ("SELECT ?", "5", "the parameters cannot be a str"),
        ("SELECT ? + (SELECT 1)", [1, 2], "there are 2 parameters for 1 ?"),
    ],
)
def test_a_call_without_meaning_is_refused(sql: Any, parameters: Any, message: str) -> None:
    for call in (cep.Engine().execute, cep.Engine().query):
        with pytest.raises(cep.UsageError, match=message):
            call(sql, parameters)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(cep.UsageError, match="there is no time zone 'Mars/X'"):
        cep.Engine(zone="Mars/X")
    with pytest.raises(cep.UsageError, match="line 1, column 17"):
        cep.Engine().execute("SET time_zone = 'Mars/X'")

"""A share of the fuzzing that `python -m tests.grammar.fuzz` does at length."""

from __future__ import annotations

from cep.grammar.parser import parse
from cep.grammar.unparse import unparse
from tests.grammar.fuzz import failures


def test_nothing_but_errors_of_our_own_comes_out() -> None:
    assert list(failures(parse, count=2_000, seed=20_261_122)) == []


def test_whatever_reads_is_written_back_as_the_same() -> None:
    def there_and_back(text: str) -> None:
        script = parse(text)
        assert parse(unparse(script)) == script, unparse(script)

    assert list(failures(there_and_back, count=2_000, seed=1)) == []

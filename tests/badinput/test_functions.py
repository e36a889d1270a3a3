"""Every scalar function and cast with odd arguments: alone, and over a stream.

`python -m tests.badinput.odd` does the same at length.
"""

from __future__ import annotations

from cep.runtime.functions.builtin import BUILTIN
from tests.badinput.odd import ODD, problems, samples

EVERY = len(list(BUILTIN)) + len(ODD)


def test_nothing_but_errors_of_our_own_and_none_is_lost() -> None:
    found = [p for s in samples(EVERY, seed=1, rows=6) for p in problems(s)]
    assert found == []


def test_every_type_has_odd_values_that_are_values() -> None:
    calls = list(samples(EVERY, seed=0))
    assert {c.types[0] for c in calls if c.call.startswith("CAST(")} == set(ODD)
    assert len({c.call for c in calls}) > 240

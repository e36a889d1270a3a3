"""A share of what `python -m tests.grammar.fuzz --plan` does at length."""

from __future__ import annotations

from cep.errors import CepError
from tests.grammar.fuzz import MUTATIONS, failures
from tests.grammar.planning import changed, meaningful, planned

COUNT = 400


def test_nothing_but_errors_of_our_own_comes_out_of_planning() -> None:
    outcomes = {"planned": 0, "refused": 0}

    def plan(text: str) -> None:
        try:
            planned(text)
        except CepError:
            outcomes["refused"] += 1
            raise
        outcomes["planned"] += 1

    mutations = (*MUTATIONS, *[changed] * 14)
    assert list(failures(plan, COUNT, 1, meaningful(), mutations)) == []
    # Were all of them refused at once, nothing would have been tried.
    assert min(outcomes.values()) > COUNT // 10, outcomes

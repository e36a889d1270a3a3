"""The ways in which every query of a script is run, and what must be equal among them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cep.bags import Bag, difference, ordered_difference
from cep.errors import AssertionFailed
from cep.grammar import ast
from cep.testing import replay
from cep.testing.arrange import batches
from cep.testing.outcome import Outcome, counted, settled
from cep.testing.stage import Stage, Traits

ROUNDS = 3
"""How often each variant that draws lots is run."""


class Skip(Exception):
    """Raised by a variant that has no meaning for a query; says why."""


@dataclass(frozen=True)
class Question:
    """A query of a script with the answer that it must give.

    `expected` are the rows of its ASSERT; `reference` is what it said when the events came one by
    one, None for a query that has a meaning over finished tables only.
    """

    stage: Stage
    query: ast.Query
    traits: Traits
    expected: Sequence[tuple[object, ...]]
    reference: Outcome | None
    not_on_duckdb: str | None = None


@dataclass(frozen=True)
class Variant:
    """One way of running; `test` raises AssertionFailed where the answer differs."""

    name: str
    test: Callable[[Question, int], None]


def _same_rows(question: Question, outcome: Outcome, *, finished: bool = False) -> None:
    """Compare the net result with the expected rows; `finished` says it was asked over tables."""
    net = outcome.net()
    taken = [row for row, n in net.items() if n < 0]
    if taken:
        raise AssertionFailed(f"rows were taken back that had not been said: {taken[:3]}")
    ordered = question.traits.ordered and not any(w < 0 for _, _, w in outcome.changes)
    ordered = ordered and (finished or not question.traits.kept)
    problem = (
        ordered_difference(outcome.said(), question.expected)
        if ordered
        else difference(net, Bag(question.expected))
    )
    if problem is not None:
        raise AssertionFailed(problem)


def _same_aside(question: Question, outcome: Outcome) -> None:
    """Compare the rows in error and the late ones with the reference's."""
    reference = question.reference
    if reference is None or question.traits.limited:
        # A LIMIT ends a query when it is full, and what came with the last row is not looked at.
        return
    for what, found, wanted in (
        ("rows in error", outcome.errors, reference.errors),
        ("late rows", outcome.late, reference.late),
    ):
        if found != wanted:
            raise AssertionFailed(
                f"{what} differ: {counted(found)}; one event at a time: {counted(wanted)}"
            )


def _same_said(question: Question, outcome: Outcome) -> None:
    """Compare what stood in the result at every moment with the run of one event at a time."""
    reference = question.reference
    if reference is None or question.traits.limited:
        return
    for position in outcome.positions:
        problem = difference(settled(outcome.net(position)), settled(reference.net(position)))
        if problem is not None:
            raise AssertionFailed(
                f"after {position} events the result is another than one event at a time: {problem}"
            )


def _table(question: Question, seed: int) -> None:
    _finished_tables(question)
    outcome = replay.once(question.stage, question.query)
    reference = question.reference
    # Net of retractions; an evaluation that fails and is taken back may or may not be raised.
    if outcome.raised is not None:
        if reference is not None and not any(w for w in reference.errors.values()):
            raise AssertionFailed(f"asked once, it raises: {outcome.raised}")
        return
    if reference is not None and any(where == replay.NAME for where, _ in reference.errors):
        raise AssertionFailed(
            f"asked once, it does not raise; continuously there are {counted(reference.errors)}"
        )
    _same_rows(question, outcome, finished=True)
    if question.traits.tables:
        views = question.traits.views
        _same_rows(question, replay.of_the_moment(question.stage, question.query, finished=views))


def _finished_tables(question: Question) -> None:
    if question.traits.derived:
        raise Skip("it reads a stream that another query feeds, which is no finished table")
    if question.traits.as_came:
        raise Skip("what a row finds depends on when it comes")
    if question.stage.moved:
        raise Skip("the clock goes on between the rows, which a finished table does not know")


def _tables(question: Question, seed: int) -> None:
    _finished_tables(question)
    outcome = replay.over_tables(question.stage, question.query)
    _same_rows(question, outcome, finished=True)
    _same_aside(question, outcome)


def _batches(size: int | None) -> Callable[[Question, int], None]:
    def test(question: Question, seed: int) -> None:
        outcome = question.reference
        if outcome is None:
            raise Skip(_only_over_tables(question))
        if size != 1:
            outcome = replay.in_batches(
                question.stage, question.query, size, as_came=question.traits.as_came
            )
        _same_rows(question, outcome)
        _same_aside(question, outcome)
        _same_said(question, outcome)

    return test


def _only_over_tables(question: Question) -> str:
    refusal = question.traits.continuous
    return f"it has a meaning over finished data only: {refusal.message if refusal else ''}"


def _shuffled(question: Question, seed: int) -> None:
    _drawn(question, seed, replay.in_another_order)


def _restarted(question: Question, seed: int) -> None:
    _drawn(question, seed, replay.with_restarts)
    if question.traits.tables:
        for n in range(ROUNDS):
            chance = random.Random(f"{seed}/{n}")
            _same_rows(question, replay.started_late(question.stage, question.query, chance))


def _drawn(
    question: Question,
    seed: int,
    run: Callable[[Stage, ast.Query, random.Random], Outcome],
) -> None:
    if question.reference is None:
        raise Skip(_only_over_tables(question))
    if question.stage.moved and run is replay.in_another_order:
        raise Skip("the clock goes on between the rows")
    if question.traits.limited and run is replay.in_another_order:
        raise Skip("LIMIT without ORDER BY takes the first rows to arrive")
    if question.traits.as_came and run is replay.in_another_order:
        raise Skip("what a row finds depends on when it comes")
    for n in range(ROUNDS):
        outcome = run(question.stage, question.query, random.Random(f"{seed}/{n}"))
        try:
            _same_rows(question, outcome)
            _same_aside(question, outcome)
            _same_said(question, outcome)
        except AssertionFailed as failure:
            raise AssertionFailed(f"{failure.message}\n(seed {seed}, round {n})") from None


def _duckdb(question: Question, seed: int) -> None:
    try:
        from cep.testing import duckdb_oracle  # noqa: PLC0415 - an extra, for this variant only
    except ImportError:
        raise Skip("DuckDB is not installed (pip install duckdb)") from None

    _finished_tables(question)
    if question.not_on_duckdb is not None:
        raise Skip(question.not_on_duckdb)
    reference = question.reference
    if reference is not None and any(where == replay.NAME for where, _ in reference.errors):
        raise Skip("rows in error: DuckDB knows no errors of single rows")
    try:
        rows = duckdb_oracle.answer(question.stage, question.query)
    except duckdb_oracle.Untranslatable as reason:
        raise Skip(str(reason)) from None
    # DuckDB leaves the order of ties open, so that only the rows can be compared.
    problem = difference(Bag(rows), Bag(question.expected))
    if problem is not None:
        raise AssertionFailed(f"DuckDB says {problem}")


VARIANTS: tuple[Variant, ...] = (
    Variant("asked once", _table),
    Variant("over finished tables", _tables),
    Variant("batches of 1", _batches(1)),
    Variant("batches of 7", _batches(7)),
    Variant("batches of 1000", _batches(1000)),
    Variant("one batch", _batches(None)),
    Variant("shuffled", _shuffled),
    Variant("restarted", _restarted),
    Variant("duckdb", _duckdb),
)

NAMES = tuple(v.name for v in VARIANTS)

SIZES = {"batches of 1": 1, "batches of 7": 7, "batches of 1000": 1000}
"""How events are cut before a query over what the engine keeps itself (`errors.q`, `late.q`)."""


def test_system(
    variant: Variant, stage: Stage, query: ast.Query, expected: Sequence[tuple[object, ...]]
) -> None:
    """Compare what the engine keeps itself after the script has been played in batches."""
    if variant.name not in SIZES:
        raise Skip("it reads what the engine keeps of queries that the script started")
    size = SIZES[variant.name]
    outcome = replay.system_rows(stage, query, lambda events: batches(events, size))
    problem = difference(outcome.net(), Bag(expected))
    if problem is not None:
        raise AssertionFailed(problem)

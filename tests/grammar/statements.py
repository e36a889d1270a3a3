"""Random statements, and scripts of them; what they are made of is in strategies.py."""

from __future__ import annotations

from hypothesis import strategies as st

from cep.grammar import ast
from tests.grammar.strategies import (
    BOOLEANS,
    DURATIONS,
    INTERVALS,
    NAMES,
    NUMBERS,
    OPTIONS,
    PARAMETERS,
    STRINGS,
    TEXT,
    WORDS,
    Strategy,
    expressions,
    few,
    full_queries,
    maybe,
    rows,
    shared,
    types,
)


@shared
def definitions() -> Strategy:
    flag = st.booleans()
    created = {"if_not_exists": flag, "or_replace": flag}
    inner = expressions(1)
    columns = st.one_of(
        st.builds(ast.ColumnDefinition, NAMES, computed=inner),
        st.builds(ast.ColumnDefinition, NAMES, types(), flag, primary_key=flag),
        st.builds(
            ast.ColumnDefinition,
            NAMES,
            types(),
            flag,
            from_metadata=st.just(True),
            metadata=maybe(TEXT),
        ),
    )
    watermarks = st.builds(
        ast.Watermark,
        NAMES,
        maybe(inner),
        maybe(inner),
        few(NAMES),
        maybe(DURATIONS),
        maybe(DURATIONS),
    )
    alerts = {
        "severity": maybe(TEXT),
        "labels": OPTIONS,
        "message": maybe(TEXT),
        "throttle": maybe(st.builds(ast.Throttle, DURATIONS, DURATIONS, few(NAMES))),
        "holding_for": maybe(DURATIONS),
        "keep_firing_for": maybe(DURATIONS),
        "targets": few(NAMES),
        **created,
    }
    dedup = {"dedup_by": few(NAMES, least=1), "dedup_for": maybe(DURATIONS)}
    return st.one_of(
        st.builds(
            ast.CreateRelation,
            st.sampled_from(["stream", "table"]),
            NAMES,
            few(columns),
            few(NAMES),
            few(watermarks),
            few(inner),
            OPTIONS,
            **created,
        ),
        st.builds(ast.CreateView, NAMES, full_queries(), few(NAMES), materialized=flag, **created),
        st.builds(ast.CreateSink, NAMES, OPTIONS, maybe(full_queries()), **created),
        st.builds(ast.CreateAlert, NAMES, full_queries(), **alerts),
        st.builds(ast.CreateAlert, NAMES, full_queries(), **alerts, **dedup),
    )


@shared
def explained() -> Strategy:
    where = maybe(expressions(1))
    return st.one_of(
        st.builds(ast.QueryStatement, full_queries()),
        st.builds(ast.Insert, NAMES, full_queries(), few(NAMES)),
        st.builds(ast.StartQuery, NAMES, full_queries()),
        st.builds(
            ast.Update,
            NAMES,
            few(st.builds(ast.Assignment, NAMES, expressions(1)), least=1),
            where,
        ),
        st.builds(ast.Delete, NAMES, where),
        st.builds(ast.Subscribe, NAMES, st.booleans(), st.booleans()),
    )


@shared
def statements() -> Strategy:
    kinds = ["stream", "table", "view", "materialized view", "sink", "alert"]
    shown = "streams tables views sinks alerts queries functions watermarks"
    settings = st.one_of(
        STRINGS,
        NUMBERS,
        BOOLEANS,
        INTERVALS,
        PARAMETERS,
        st.builds(ast.Unary, st.sampled_from("+-"), NUMBERS),
    )
    return st.one_of(
        explained(),
        definitions(),
        st.builds(ast.Explain, explained(), st.booleans()),
        st.builds(ast.SilenceAlert, NAMES, maybe(expressions(1)), maybe(DURATIONS)),
        st.builds(ast.UnsilenceAlert, NAMES),
        st.builds(ast.BacktestAlert, NAMES, TEXT),
        st.builds(ast.Drop, st.sampled_from(kinds), NAMES, st.booleans()),
        st.builds(ast.Alter, st.sampled_from(["query", "view", "alert"]), NAMES, full_queries()),
        st.builds(ast.StopQuery, NAMES, st.sampled_from(["drain", "cancel"])),
        st.builds(ast.Show, st.sampled_from(shown.split())),
        st.builds(ast.Describe, NAMES),
        st.builds(ast.SetOption, WORDS | TEXT, settings),
        st.builds(ast.Checkpoint),
        st.builds(ast.Replay, NAMES, expressions(1)),
        st.builds(ast.AssertRows, full_queries(), st.just(()) | rows(1)),
    )


def scripts() -> Strategy:
    """Return scripts of a few statements."""
    return st.builds(ast.Script, few(statements(), most=2))

"""Random syntax trees: every node, in every shape in which the parser can make it.

`depth` bounds the nesting. What the parser never makes is left out, each time with its reason.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cep.grammar import ast
from cep.grammar.build_expressions import EXTRACTED
from cep.grammar.parser import keywords
from cep.grammar.words import UNITS

Strategy = st.SearchStrategy[Any]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
WORDS = st.one_of(
    st.sampled_from(["a", "b", "t", "ts", "größe", "Mixed", "two words", 'say "x"', "errors.s"]),
    st.sampled_from(sorted(keywords())).map(str.lower),
    TEXT.filter(bool),
)
NAMES: Strategy = st.builds(ast.Name, WORDS)
STRINGS: Strategy = st.builds(ast.StringLiteral, TEXT)
UNIT = st.sampled_from(UNITS)
ANY_UNIT = st.sampled_from([*UNITS, *EXTRACTED])
NUMBERS: Strategy = st.builds(
    ast.NumberLiteral, st.from_regex(r"\A([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
).filter(lambda node: node.text.isascii())
INTERVALS: Strategy = st.builds(
    ast.IntervalLiteral, TEXT, UNIT, st.none() | UNIT, negative=st.booleans()
)
# Positions of `?` are counted in the order of the text; test_trees.py shows them.
PARAMETERS: Strategy = st.builds(ast.Parameter, st.sampled_from(["a", "Name", "_1", "select"]))
BOOLEANS: Strategy = st.builds(ast.BooleanLiteral, st.booleans())


def few(items: Strategy, least: int = 0, most: int = 2) -> Strategy:
    """Return tuples of some items."""
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def maybe(items: Strategy) -> Strategy:
    """Return an item or None."""
    return st.none() | items


def shared(make: Callable[..., Strategy]) -> Callable[..., Strategy]:
    """Make a strategy once for each depth, and only when it is drawn from."""
    made = functools.cache(make)

    # A composite keeps the descriptions short that hypothesis makes of nested strategies.
    def drawn(draw: st.DrawFn, *depth: int) -> Any:
        return draw(made(*depth))

    return functools.cache(st.composite(drawn))


# ---------------------------------------------------------------- types


@shared
def types(depth: int = 2) -> Strategy:
    parameters = few(st.integers(0, 99))
    plain = st.builds(
        ast.TypeName, st.sampled_from(["INT", "DECIMAL", "VARCHAR", "BYTES", "X_1"]), parameters
    )
    instants = st.builds(
        ast.TypeName,
        st.sampled_from(["TIMESTAMP", "TIMESTAMP_LTZ", "DOUBLE"]),
        few(st.integers(0, 9), most=1),
    )
    intervals = st.builds(ast.TypeName, UNIT.map("INTERVAL {}".format)) | st.builds(
        ast.TypeName, st.builds("INTERVAL {} TO {}".format, UNIT, UNIT)
    )
    if depth == 0:
        return plain | instants | intervals
    inner = types(depth - 1)
    rows = few(st.tuples(NAMES, inner), least=1).map(
        lambda fields: ast.TypeName(
            "ROW", arguments=tuple(f[1] for f in fields), fields=tuple(f[0] for f in fields)
        )
    )
    return st.one_of(
        plain,
        instants,
        intervals,
        st.builds(ast.TypeName, st.just("ARRAY"), arguments=st.tuples(inner)),
        st.builds(ast.TypeName, st.just("MAP"), arguments=st.tuples(inner, inner)),
        rows,
    )


# ---------------------------------------------------------------- expressions

LEAVES = st.one_of(
    st.builds(ast.ColumnReference, few(NAMES, least=1)),
    st.builds(ast.NullLiteral),
    BOOLEANS,
    NUMBERS,
    STRINGS,
    st.builds(ast.BytesLiteral, st.binary(max_size=3).map(lambda value: value.hex().upper())),
    st.builds(
        ast.TypedLiteral, st.sampled_from(["DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ"]), TEXT
    ),
    INTERVALS,
    PARAMETERS,
)
OPERATORS = ["or", "and", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||"]


@shared
def expressions(depth: int = 2) -> Strategy:
    if depth == 0:
        return LEAVES
    inner = expressions(depth - 1)
    query = queries(depth - 1)
    flag = st.booleans()
    return st.one_of(
        LEAVES,
        st.builds(ast.Unary, st.sampled_from(["-", "+", "not"]), inner),
        st.builds(ast.Binary, st.sampled_from(OPERATORS), inner, inner),
        st.builds(ast.Is, inner, st.sampled_from(["null", "true", "false", "unknown"]), flag),
        st.builds(ast.IsDistinct, inner, inner, flag),
        st.builds(ast.Between, inner, inner, inner, flag),
        # A list of one subquery is a subquery.
        st.builds(ast.InList, inner, few(inner, least=1), flag).filter(
            lambda node: len(node.items) > 1 or not isinstance(node.items[0], ast.ScalarQuery)
        ),
        st.builds(ast.InQuery, inner, query, flag),
        st.builds(
            ast.Like,
            inner,
            inner,
            maybe(inner),
            st.sampled_from(["like", "ilike", "similar"]),
            flag,
        ),
        st.builds(ast.AtTimeZone, inner, inner),
        st.builds(ast.Exists, query),
        st.builds(ast.ScalarQuery, query),
        st.builds(
            ast.Case, maybe(inner), few(st.builds(ast.When, inner, inner), least=1), maybe(inner)
        ),
        st.builds(ast.Cast, inner, types(depth - 1), flag),
        st.builds(ast.Extract, ANY_UNIT, inner),
        st.builds(ast.RoundTo, st.sampled_from(["floor", "ceil"]), inner, ANY_UNIT),
        st.builds(ast.ArrayLiteral, few(inner)),
        st.builds(ast.MapLiteral, few(inner, most=4)),
        st.builds(ast.RowLiteral, few(inner)),
        st.builds(ast.Subscript, inner, inner),
        st.builds(ast.FieldAccess, inner, NAMES),
        calls(depth - 1),
        st.builds(ast.Semantics, st.sampled_from(["running", "final"]), calls(depth - 1)),
        st.builds(ast.MeasureReference, NAMES, NAMES | window_specifications(depth - 1)),
    )


FUNCTIONS = st.builds(
    ast.Name,
    st.sampled_from(["floor", "ceil", "ceiling", "trim", "substring", "overlay", "position"]),
)


@shared
def calls(depth: int) -> Strategy:
    order = few(order_items(depth))
    clauses = {
        "within_group": order,
        "filter": maybe(expressions(depth)),
        "ignore_nulls": st.booleans(),
        "over": maybe(NAMES | window_specifications(depth)),
    }
    some = few(arguments(depth), least=1)
    name = NAMES | FUNCTIONS
    return st.one_of(
        st.builds(ast.Call, name),
        st.builds(ast.Call, name, some),
        # DISTINCT and ORDER BY stand beside arguments.
        st.builds(ast.Call, name, some, distinct=st.booleans(), order_by=order, **clauses),
    )


@shared
def arguments(depth: int) -> Strategy:
    plain = expressions(depth)
    named = st.builds(ast.NamedArgument, NAMES, plain)
    return st.one_of(plain, st.builds(ast.Star, maybe(NAMES)), named)


@shared
def table_function_arguments(depth: int) -> Strategy:
    special = st.builds(ast.Descriptor, few(NAMES, least=1)) | table_arguments(depth)
    given = expressions(depth) | special
    return given | st.builds(ast.NamedArgument, NAMES, given)


@shared
def table_arguments(depth: int) -> Strategy:
    # A row after PARTITION BY or ORDER BY is a list there; a list has no directions.
    single = expressions(depth).filter(lambda node: not isinstance(node, ast.RowLiteral))
    plain = st.builds(ast.OrderItem, expressions(depth))
    directed = st.builds(ast.OrderItem, single, st.booleans(), maybe(st.booleans()))
    several = few(expressions(depth), least=2)
    return st.builds(
        ast.TableArgument,
        st.builds(ast.TableReference, NAMES) | st.builds(ast.DerivedTable, queries(depth)),
        st.just(()) | st.tuples(single) | several,
        st.just(()) | st.tuples(directed) | few(plain, least=2),
    )


@shared
def order_items(depth: int) -> Strategy:
    return st.builds(ast.OrderItem, expressions(depth), st.booleans(), maybe(st.booleans()))


@shared
def window_specifications(depth: int) -> Strategy:
    bounds = st.builds(
        ast.FrameBound,
        st.sampled_from(["unbounded preceding", "current row", "unbounded following"]),
    ) | st.builds(ast.FrameBound, st.sampled_from(["preceding", "following"]), expressions(depth))
    frames = st.builds(ast.Frame, st.sampled_from(["rows", "range"]), bounds, maybe(bounds))
    return st.builds(
        ast.WindowSpecification,
        maybe(NAMES),
        few(expressions(depth)),
        few(order_items(depth)),
        maybe(frames),
        maybe(row_patterns(depth, st.none())),
    )


# ---------------------------------------------------------------- row patterns


def group(depth: int, least: int) -> Strategy:
    """Return tuples of parts of a pattern, of which none is absent."""
    return few(patterns(depth), least=least, most=3)


@shared
def patterns(depth: int) -> Strategy:
    leaves = st.one_of(
        st.builds(ast.PatternVariable, NAMES),
        st.builds(ast.EmptyPattern),
        st.builds(ast.Anchor, st.sampled_from("^$")),
    )
    if depth == 0:
        return leaves
    inner = patterns(depth - 1)
    times = st.integers(0, 4)
    # Places of `?` would be counted, and `:name` is refused as well.
    within = maybe(INTERVALS | st.builds(ast.ColumnReference, few(NAMES, least=1)))
    absent = st.builds(ast.Absence, NAMES)
    return st.one_of(
        leaves,
        st.builds(ast.PatternConcatenation, group(depth - 1, 2)),
        st.builds(ast.PatternAlternation, group(depth - 1, 2)),
        st.builds(ast.Quantified, inner, times, maybe(times), st.booleans()),
        st.builds(ast.Permutation, group(depth - 1, 1)),
        st.builds(ast.Exclusion, inner),
        st.builds(ast.FollowedBy, inner, inner | absent, st.booleans(), within),
    )


@shared
def measures(depth: int) -> Strategy:
    return st.builds(ast.Measure, expressions(depth), NAMES)


def row_patterns(depth: int, rows_per_match: Strategy) -> Strategy:
    """Return the clauses from MEASURES to DEFINE."""
    inner = expressions(min(depth, 1))
    skips = st.one_of(
        st.builds(ast.AfterMatch, st.sampled_from(["past last row", "to next row", "no skip"])),
        st.builds(ast.AfterMatch, st.sampled_from(["to first", "to last"]), NAMES),
    )
    return st.builds(
        ast.RowPattern,
        patterns(2),
        few(measures(min(depth, 1))),
        rows_per_match,
        maybe(skips),
        maybe(st.sampled_from(["initial", "seek"])),
        maybe(inner),
        few(st.builds(ast.Subset, NAMES, few(NAMES, least=1))),
        few(st.builds(ast.Definition, NAMES, inner)),
    )


@shared
def matches(depth: int) -> Strategy:
    rows = st.one_of(
        st.builds(ast.RowsPerMatch, st.just("one"), timeouts=st.booleans()),
        st.builds(
            ast.RowsPerMatch, st.just("all"), maybe(st.sampled_from(["show", "omit", "unmatched"]))
        ),
    )
    return st.builds(
        ast.MatchRecognize,
        few(relations(depth - 1), least=1, most=3),
        few(expressions(1)),
        few(order_items(1)),
        row_patterns(depth, maybe(rows)),
        maybe(st.builds(ast.Alias, NAMES, few(NAMES))),
    )


# ---------------------------------------------------------------- relations


@shared
def relations(depth: int) -> Strategy:
    alias = maybe(st.builds(ast.Alias, NAMES, few(NAMES)))
    inner = expressions(min(depth, 1))
    tables = st.builds(ast.TableReference, NAMES, alias, maybe(inner))
    if depth == 0:
        return tables
    sides = (relations(depth - 1), relations(depth - 1))
    kinds = st.sampled_from(["inner", "left", "right", "full", "semi", "anti"])
    using = few(NAMES, least=1)
    asof = {"asof": st.just(True), "match_condition": inner}
    either = st.sampled_from(["inner", "left"])
    return st.one_of(
        tables,
        st.builds(ast.DerivedTable, queries(depth - 1), alias),
        st.builds(ast.TableFunction, NAMES, few(table_function_arguments(depth - 1)), alias),
        matches(depth),
        st.builds(ast.Join, st.just("cross"), *sides),
        st.builds(ast.Join, kinds, *sides, natural=st.just(True)),
        st.builds(ast.Join, kinds, *sides, on=inner),
        st.builds(ast.Join, kinds, *sides, using=using),
        st.builds(ast.Join, either, *sides, **asof),
        st.builds(ast.Join, either, *sides, on=inner, **asof),
        st.builds(ast.Join, either, *sides, using=using, **asof),
    )


# ---------------------------------------------------------------- queries


@shared
def selects(depth: int) -> Strategy:
    inner = expressions(depth)
    items = st.builds(ast.SelectItem, inner, maybe(NAMES)) | st.builds(
        ast.SelectItem, st.builds(ast.Star, maybe(NAMES))
    )
    # A set of one row is the set of its fields.
    sets = few(inner).filter(lambda s: len(s) != 1 or not isinstance(s[0], ast.RowLiteral))
    grouping = st.builds(
        ast.GroupingSets,
        st.sampled_from(["grouping sets", "rollup", "cube"]),
        few(sets, least=1),
    )
    return st.builds(
        ast.Select,
        few(items, least=1),
        maybe(relations(depth)),
        distinct=st.booleans(),
        where=maybe(inner),
        group_by=maybe(few(inner | grouping)),
        having=maybe(inner),
        windows=few(st.builds(ast.NamedWindow, NAMES, window_specifications(depth))),
        qualify=maybe(inner),
    )


def rows(depth: int) -> Strategy:
    return few(few(expressions(depth), least=1), least=1)


@shared
def bodies(depth: int) -> Strategy:
    simple = selects(depth) | st.builds(ast.Values, rows(depth))
    if depth == 0:
        return simple
    inner = bodies(depth - 1)
    return st.one_of(
        simple,
        st.builds(
            ast.SetOperation,
            st.sampled_from(["union", "intersect", "except"]),
            st.booleans(),
            inner,
            inner,
        ),
        # Parentheses around a query without clauses of its own make no node.
        st.builds(ast.Nested, queries(depth - 1).filter(_has_clauses)),
    )


def _has_clauses(query: ast.Query) -> bool:
    return query != ast.Query(query.body)


@shared
def queries(depth: int = 1) -> Strategy:
    """Return queries without what only the outermost may have."""
    inner = expressions(depth)
    common = st.builds(ast.CommonTable, NAMES, few(NAMES), queries(depth - 1)) if depth else None
    return st.builds(
        ast.Query,
        bodies(depth),
        st.just(()) if common is None else few(common),
        few(order_items(depth)),
        maybe(inner),
        maybe(inner),
    ).filter(lambda query: _has_clauses(query) or not isinstance(query.body, ast.Nested))


OPTIONS = few(st.builds(ast.Option, WORDS | TEXT, STRINGS | INTERVALS | PARAMETERS))
DURATIONS = expressions(1)


@shared
def full_queries() -> Strategy:
    emits = st.builds(ast.Emit, st.just("watermark")) | st.builds(
        ast.Emit, st.just("stream"), maybe(DURATIONS)
    )
    late = st.one_of(
        st.builds(ast.LateRows, st.sampled_from(["drop", "error"])),
        st.builds(ast.LateRows, st.just("correct"), DURATIONS),
        st.builds(ast.LateRows, st.just("to"), target=NAMES),
    )
    return st.builds(
        lambda query, emit, late, stop, options: ast.Query(
            query.body,
            query.common,
            query.order_by,
            query.limit,
            query.offset,
            emit,
            late,
            stop,
            options,
        ),
        queries(1),
        maybe(emits),
        maybe(late),
        st.booleans(),
        OPTIONS,
    )

"""Keywords as names: what a column, a table or a function may be called."""

from __future__ import annotations

import re

import pytest

from cep.errors import ParseError
from cep.grammar import ast
from cep.grammar.parser import keywords, parse, parse_expression, parse_query, parse_statement
from cep.grammar.unparse import quoted, unparse
from cep.grammar.walk import walk
from cep.grammar.words import NEVER_BARE_ALIAS, PATTERN_WORDS, RESERVED, words

COMMON = words(
    """
    value count first last match date interval window timestamp type key time offset partition
    start end stop stream table view sink alert query name order_id message severity emit late
    limit row rows range array map position left right floor year day hour minute second status
    current set sets show by to at for of per max idle within filter over if exists any some
    rank level state label data source target result error
"""
)
FREE = sorted(COMMON | {word.lower() for word in keywords() - RESERVED})


def column(name: str) -> ast.ColumnReference:
    return ast.ColumnReference((ast.Name(name),))


@pytest.mark.parametrize("name", FREE)
def test_every_word_that_is_not_reserved_is_a_name(name: str) -> None:
    query = parse_query(
        f"SELECT {name}, t.{name}, {name} + 1, {name} AS {name}, sum({name}) FROM t AS {name} "
        f"WHERE {name} = 1 AND {name}.{name} IS NULL GROUP BY {name} HAVING {name} > 2 "
        f"ORDER BY {name} DESC"
    )
    assert isinstance(query.body, ast.Select)
    assert query.body.items[0].expression == column(name)
    assert query.body.group_by == (column(name),)
    assert query.order_by[0].expression == column(name)
    assert parse_query(unparse(query)) == query


@pytest.mark.parametrize("name", FREE)
def test_definitions_take_every_word_that_is_not_reserved(name: str) -> None:
    created = parse_statement(
        f"CREATE STREAM {name} ({name} INT, ts TIMESTAMP(3), PRIMARY KEY ({name}), "
        f"WATERMARK FOR {name} AS {name} PER {name}) WITH ({name} = {name}, '{name}' = '{name}')"
    )
    assert isinstance(created, ast.CreateRelation)
    assert created.columns[0].name == created.name == ast.Name(name)
    parse(
        f"INSERT INTO {name} ({name}) VALUES (1); UPDATE {name} SET {name} = {name};"
        f"DELETE FROM {name}; DROP STREAM {name}; DESCRIBE {name}; STOP {name}; SUBSCRIBE {name};"
        f"SELECT * FROM {name}; SELECT * FROM {name} AS x; SELECT * FROM {name} JOIN t USING (k)"
    )


@pytest.mark.parametrize("name", sorted(word.lower() for word in RESERVED))
def test_reserved_words_must_be_quoted(name: str) -> None:
    with pytest.raises(ParseError):
        parse_query(f"SELECT x AS {name}, t.{name} FROM {name}")
    query = parse_query(f'SELECT "{name}" AS "{name}" FROM "{name}"')
    assert unparse(query) == f'SELECT "{name}" AS "{name}" FROM "{name}"'


@pytest.mark.parametrize("name", sorted(word.lower() for word in NEVER_BARE_ALIAS))
def test_a_clause_word_is_no_bare_alias(name: str) -> None:
    for text in (f"SELECT a {name}", f"SELECT a {name}, b FROM t", f"SELECT a FROM t {name}"):
        with pytest.raises(ParseError):
            parse(text)
    parse(f"SELECT a AS {name} FROM t AS {name}")


@pytest.mark.parametrize("name", ["x", "value", "per", "max", "first", "desc", "date", "größe"])
def test_other_words_are(name: str) -> None:
    assert parse(f"SELECT a {name}, b FROM t {name}") == parse(
        f"SELECT a AS {name}, b FROM t AS {name}"
    )


def test_a_type_name_is_a_literal_only_before_a_string() -> None:
    assert parse_expression("date") == column("date")
    assert parse_expression("date '2026-01-01'") == ast.TypedLiteral("DATE", "2026-01-01")
    assert parse_expression("interval - '1'") == ast.Binary(
        "-", column("interval"), ast.StringLiteral("1")
    )
    assert parse_expression("interval - '1' day") == ast.IntervalLiteral("1", "DAY", None, True)
    assert parse_expression("array[1]") == ast.ArrayLiteral((ast.NumberLiteral("1"),))
    assert unparse(ast.Subscript(column("array"), ast.NumberLiteral("1"))) == '"array"[1]'


@pytest.mark.parametrize("name", ["left", "date", "count", "if", "replace", "grouping", "year"])
def test_function_names_are_not_keywords(name: str) -> None:
    assert parse_expression(f"{name}(a)") == ast.Call(ast.Name(name), (column("a"),))


@pytest.mark.parametrize("name", sorted(word.lower() for word in keywords() - PATTERN_WORDS))
def test_every_other_word_is_a_variable_in_a_pattern(name: str) -> None:
    texts = (name, f"({name}+ | {name}) {name}??", f"a -> !{name} ->> {name}", f"{{- {name} -}}")
    for text in (*texts, f"PERMUTE({name}, a)", f"a -> {name} WITHIN INTERVAL '1' DAY"):
        query = parse_query(f"SELECT * FROM s MATCH_RECOGNIZE (PATTERN ({text}))")
        quoted_too = re.sub(rf"\b{name}\b", f'"{name}"', text)
        assert query == parse_query(f"SELECT * FROM s MATCH_RECOGNIZE (PATTERN ({quoted_too}))")
        assert parse_query(unparse(query)) == query


@pytest.mark.parametrize("name", FREE)
def test_row_patterns_take_every_word_that_is_not_reserved(name: str) -> None:
    variable = f'"{name}"' if name.upper() in PATTERN_WORDS else name
    query = parse_query(
        f"SELECT {name} FROM {name} AS {name} MATCH_RECOGNIZE (PARTITION BY {name} ORDER BY {name} "
        f"MEASURES {name} AS {name}, {name}.{name} + 1 AS {name}, last({name}.{name}) AS {name}, "
        f"count({name}.*) AS {name} AFTER MATCH SKIP TO LAST {name} PATTERN (a {variable}+) "
        f"WITHIN {name} SUBSET {name} = ({name}, {name}), {name} = ({name}) "
        f"DEFINE {name} AS {name}, {name} AS {name}.{name} > prev({name}.{name})) AS {name}"
    )
    assert isinstance(query.body, ast.Select)
    source = query.body.source
    assert isinstance(source, ast.MatchRecognize)
    assert source.partition_by == (column(name),)
    assert source.row_pattern.measures[0] == ast.Measure(column(name), ast.Name(name))
    assert source.row_pattern.after_match == ast.AfterMatch("to last", ast.Name(name))
    assert source.row_pattern.definitions[0] == ast.Definition(ast.Name(name), column(name))
    assert parse_query(unparse(query)) == query


WHEREVER = (
    """SELECT * FROM s MATCH_RECOGNIZE (PARTITION BY {0} ORDER BY {0} MEASURES {0} AS y PATTERN (a)
    WITHIN {0} DEFINE a AS {0})""",
    """SELECT {0}, sum(y) OVER (PARTITION BY {0} ORDER BY {0} MEASURES {0} AS u
    ROWS BETWEEN {0} PRECEDING AND {0} FOLLOWING PATTERN (a))
    FROM t JOIN u ON {0} WHERE {0} LIKE {0} ESCAPE {0} GROUP BY {0} HAVING {0} QUALIFY {0}
    ORDER BY {0} LIMIT {0} OFFSET {0}""",
    """CREATE STREAM s (y AS {0}, WATERMARK FOR x AS {0} MARKED BY {0} PER a IDLE AFTER {0})""",
    """SELECT CASE {0} WHEN {0} THEN {0} ELSE {0} END, {0} AT TIME ZONE {0}, {0} IN ({0}), a[{0}],
    {0} BETWEEN {0} AND {0}, substring({0} FROM {0} FOR {0}), trim({0} FROM {0}),
    f({0} ORDER BY {0})""",
)


@pytest.mark.parametrize("word", sorted(word.lower() for word in keywords()))
def test_final_stands_before_a_call_of_any_name_wherever_a_value_may(word: str) -> None:
    final = unparse(ast.Semantics("final", ast.Call(ast.Name(word), (column("x"),))))
    for text in WHEREVER:
        script = parse(text.format(final))
        found = [node for node in walk(script) if isinstance(node, ast.Semantics)]
        assert len(found) == text.count("{0}")
        assert parse(unparse(script)) == script


@pytest.mark.parametrize("name", ["final", "running"])
def test_final_is_a_name_where_no_call_follows(name: str) -> None:
    for text in WHEREVER:
        script = parse(text.format(name))
        assert not any(isinstance(node, ast.Semantics) for node in walk(script))
        assert script == parse(text.format(f'"{name}"'))


def test_names_fold_to_lower_case_unless_quoted() -> None:
    assert parse_expression("ABC") == parse_expression('"abc"') != parse_expression('"ABC"')
    assert [quoted(name) for name in ("a", "A", "a b", "select", "emit", 'x"y')] == [
        "a",
        '"A"',
        '"a b"',
        '"select"',
        "emit",
        '"x""y"',
    ]

"""Keywords as names: what a column, a table or a function may be called."""

from __future__ import annotations

import pytest

from cep.errors import ParseError
from cep.grammar import ast
from cep.grammar.parser import keywords, parse, parse_expression, parse_query, parse_statement
from cep.grammar.unparse import quoted, unparse
from cep.grammar.words import NEVER_BARE_ALIAS, RESERVED, words

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

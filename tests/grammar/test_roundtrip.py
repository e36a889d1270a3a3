"""Any tree, written out, reads back as the same tree."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, settings

from cep.grammar import ast
from cep.grammar.parser import parse, parse_expression, parse_query, parse_statement
from cep.grammar.unparse import unparse
from tests.grammar import statements, strategies

relaxed = settings(
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def nodes(value: object) -> Iterator[ast.Node]:
    """Yield every node of a tree."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, ast.Node):
        yield value
        for field in dataclasses.fields(value):
            yield from nodes(getattr(value, field.name))


def selected(relation: ast.Relation) -> ast.Query:
    """Return a query over a relation."""
    return ast.Query(ast.Select((ast.SelectItem(ast.Star()),), relation))


RELATIONS = strategies.relations(2).map(selected)


@relaxed
@given(strategies.expressions())
def test_expressions(expression: ast.Expression) -> None:
    assert parse_expression(unparse(expression)) == expression


@relaxed
@given(RELATIONS)
def test_relations(query: ast.Query) -> None:
    assert parse_query(unparse(query)) == query


@relaxed
@given(strategies.full_queries())
def test_queries(query: ast.Query) -> None:
    assert parse_query(unparse(query)) == query


@relaxed
@given(statements.definitions())
def test_definitions(statement: ast.Statement) -> None:
    assert parse_statement(unparse(statement)) == statement


@relaxed
@given(statements.scripts())
def test_scripts(script: ast.Script) -> None:
    assert parse(unparse(script)) == script


def test_the_strategies_make_every_node() -> None:
    seen: set[type[ast.Node]] = set()
    made = (
        strategies.expressions(),
        RELATIONS,
        statements.definitions(),
        statements.explained(),
        statements.statements(),
        statements.scripts(),
    )
    for strategy in made:

        @settings(relaxed, max_examples=400, database=None, phases=[Phase.generate])
        @given(strategy)
        def collect(tree: ast.Node) -> None:
            seen.update(type(node) for node in nodes(tree))

        collect()
    abstract = {ast.Node, ast.Expression, ast.Relation, ast.Pattern, ast.QueryBody, ast.Statement}
    known = {
        kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.Node)
    }
    assert known - abstract - seen == set()

"""What the tree says beyond its text: places, parameters, shapes that the text hides."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cep.errors import NOWHERE
from cep.grammar import ast
from cep.grammar.parser import parse, parse_expression, parse_query, parse_statement, split
from cep.grammar.unparse import unparse
from cep.grammar.walk import positional_parameters

SCRIPTS = sorted((Path(__file__).parent / "syntax").glob("*.sql"))


def at(text: str, node: ast.Node) -> str:
    """Return the part of the text that a node stands for."""
    return text[node.span.start : node.span.end]


def test_places() -> None:
    text = "SELECT (a + b) * c AS x, count(*) FROM s AS t WHERE d IN (1, 2) LIMIT 3;"
    query = parse_query(text)
    assert at(text, query) == text[:-1]
    assert isinstance(query.body, ast.Select)
    first, second = query.body.items
    assert at(text, first) == "(a + b) * c AS x"
    assert isinstance(first.expression, ast.Binary)
    assert at(text, first.expression) == "(a + b) * c"
    assert at(text, first.expression.left) == "a + b"
    assert at(text, second.expression) == "count(*)"
    assert query.body.source is not None
    assert query.body.where is not None
    assert query.limit is not None
    assert at(text, query.body.source) == "s AS t"
    assert at(text, query.body.where) == "d IN (1, 2)"
    assert at(text, query.limit) == "3"


def test_places_in_a_script_count_from_its_start() -> None:
    text = "-- first\nSELECT 1;\n\n  EXPLAIN SELECT a ;"
    script = parse(text)
    assert [at(text, statement) for statement in script.statements] == [
        "SELECT 1",
        "EXPLAIN SELECT a",
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_node_has_a_place_within_its_parent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    def check(node: ast.Node) -> None:
        assert node.span != NOWHERE
        for field in dataclasses.fields(node):
            for child in nodes(getattr(node, field.name)):
                assert node.span.start <= child.span.start <= child.span.end <= node.span.end
                check(child)

    def nodes(value: object) -> list[ast.Node]:
        if isinstance(value, tuple):
            return [node for item in value for node in nodes(item)]
        return [value] if isinstance(value, ast.Node) else []

    check(parse(text))


def test_parameters_are_counted_over_the_script() -> None:
    script = parse("SELECT ?, ? + :x; SELECT ?")
    assert parse(unparse(script)) == script
    last = script.statements[-1]
    assert isinstance(last, ast.QueryStatement)
    assert isinstance(last.query.body, ast.Select)
    assert last.query.body.items[0].expression == ast.Parameter(2)


def test_values_of_options_are_strings() -> None:
    sink = parse_statement("CREATE SINK s WITH (a = 'x', b = word, c = 1, d = TRUE, e = NULL1)")
    assert isinstance(sink, ast.CreateSink)
    values = [option.value for option in sink.options]
    assert values == [ast.StringLiteral(text) for text in ("x", "word", "1", "true", "null1")]


def test_parentheses_make_no_node() -> None:
    assert parse("((SELECT 1))") == parse("SELECT 1")
    assert parse("SELECT ((a))") == parse("SELECT a")
    assert parse("SELECT * FROM ((a CROSS JOIN b))") == parse("SELECT * FROM a CROSS JOIN b")
    assert parse("(SELECT 1 LIMIT 1)") == parse("SELECT 1 LIMIT 1")


def test_long_chains_are_balanced() -> None:
    def depth(node: ast.Expression) -> int:
        return 1 + max(depth(node.left), depth(node.right)) if isinstance(node, ast.Binary) else 0

    text = " OR ".join(f"a{n}" for n in range(1000))
    chain = parse_expression(text)
    assert depth(chain) == 10
    assert parse_expression(unparse(chain)) == chain
    assert depth(parse_expression("a OR b OR c OR d")) == 3


def pattern(text: str) -> ast.Pattern:
    """Return what PATTERN (…) holds."""
    query = parse_query(f"SELECT * FROM s MATCH_RECOGNIZE (PATTERN ({text}))")
    assert isinstance(query.body, ast.Select)
    assert isinstance(query.body.source, ast.MatchRecognize)
    return query.body.source.row_pattern.pattern


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("A B+ | C D", "(A (B+)) | (C D)"),
        ("A B -> C D | E", "((A B) -> (C D)) | E"),
        ("A -> B -> C", "(A -> B) -> C"),
        (
            "A -> B ->> C WITHIN x -> D",
            "((A -> B) ->> C WITHIN x) -> D",
        ),
        ("A | B -> C WITHIN x | D", "A | (B -> C WITHIN x) | D"),
        ("A -> !B -> C", "(A -> !B) -> C"),
        ("(A | B)+? C", "((A | B)+?) (C)"),
        ("A{-B-}", "(A) ({- B -})"),
        ("^A$", "(^) (A) ($)"),
    ],
)
def test_how_tightly_patterns_bind(text: str, grouped: str) -> None:
    assert pattern(text) == pattern(grouped)


@pytest.mark.parametrize(
    ("text", "minimum", "maximum", "reluctant"),
    [
        ("A*", 0, None, False),
        ("A*?", 0, None, True),
        ("A+", 1, None, False),
        ("A + ?", 1, None, True),
        ("A?", 0, 1, False),
        ("A??", 0, 1, True),
        ("A ? ?", 0, 1, True),
        ("A{2}", 2, 2, False),
        ("A{2}?", 2, 2, True),
        ("A{ 2 , 3 }", 2, 3, False),
        ("A{2,}?", 2, None, True),
        ("A{,3}", 0, 3, False),
        ("A{,}", 0, None, False),
        ("A{3,2}", 3, 2, False),
    ],
)
def test_quantifiers(text: str, minimum: int, maximum: int | None, reluctant: bool) -> None:
    operand = ast.PatternVariable(ast.Name("a"))
    assert pattern(text) == ast.Quantified(operand, minimum, maximum, reluctant)


def test_a_question_mark_in_a_pattern_is_no_parameter() -> None:
    query = parse_query("SELECT ? FROM s MATCH_RECOGNIZE (PATTERN (A? B??) DEFINE A AS x > ?)")
    assert positional_parameters(query) == 2


def test_split_finds_where_statements_end() -> None:
    assert split("SELECT 1; SELECT ';' -- ;\n; SELECT") == (
        ("SELECT 1;", "SELECT ';' -- ;\n;"),
        " SELECT",
    )
    assert split("SELECT 1;\n -- done\n") == (("SELECT 1;",), "")
    assert split("SELECT ';") == ((), "SELECT ';")
    assert split("SELECT /* ; ") == ((), "SELECT /* ; ")
    assert split('SELECT ";"') == ((), 'SELECT ";"')
    assert split("; ;") == ((), "")
    assert split("") == ((), "")

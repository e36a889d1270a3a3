"""What is said about mistakes: each text beside the whole message that it gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cep.errors import CepError, ParseError
from cep.grammar.parser import parse, parse_expression, parse_query, parse_statement

CASES = [
    case.strip("\n").split("\n", 1)
    for case in re.split(
        r"^-{4,}.*$",
        (Path(__file__).parent / "errors.txt").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    if case.strip()
]


@pytest.mark.parametrize(("text", "message"), CASES, ids=[text for text, _ in CASES])
def test_message(text: str, message: str) -> None:
    with pytest.raises(CepError) as caught:
        parse(text)
    assert str(caught.value) == message


def test_errors_name_the_file_and_line() -> None:
    with pytest.raises(ParseError) as caught:
        parse("SELECT 1;\n\nSELECT a\nFORM t;", origin="queries.sql")
    assert str(caught.value) == (
        "unexpected FORM\n"
        " --> queries.sql, line 4, column 1\n"
        "4 | FORM t;\n"
        "  | ^^^^\n"
        "hint: did you mean FROM?"
    )


def pattern(text: str) -> str:
    return f"SELECT * FROM s MATCH_RECOGNIZE (PATTERN ({text}))"


def test_an_arrow_that_begins_a_comment() -> None:
    for text in ("a --> b\n", "a* -- so\n /* -> */ --> b\n c", "a -> b --> c"):
        with pytest.raises(ParseError, match="this begins a comment") as caught:
            parse(pattern(text))
        assert caught.value.hint is not None
        assert "an arrow is written ->" in caught.value.hint
    parse("SELECT a --> b\n FROM t --> u")
    parse(pattern("a -- > b\n /* --> */ b") + "--> c")
    parse("SELECT * FROM s --> t\n MATCH_RECOGNIZE (--> x\n PATTERN --> y\n (--> z\n a) --> b\n)")


@pytest.mark.parametrize("count", ["9" * 100_000, "1e2", "1.0", ".5"])
def test_how_often_is_a_small_whole_number(count: str) -> None:
    for text in (f"a{{{count}}}", f"a{{{count},}}", f"a{{,{count}}}"):
        with pytest.raises(ParseError, match="how often is a small whole number"):
            parse(pattern(text))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 10_000 + "1" + ")" * 10_000,
        "SELECT " + "NOT " * 10_000 + "a",
        "SELECT " + "- " * 10_000 + "a",
        "SELECT " + " + ".join(["a"] * 10_000),
        "SELECT a" + "[1]" * 10_000,
        "SELECT a" + "::INT" * 10_000,
        "SELECT " + "CASE WHEN date THEN " * 10_000 + "1" + " END" * 10_000,
        "SELECT 1" + " UNION SELECT 1" * 10_000,
        "SELECT * FROM a" + ", a" * 10_000,
        "SELECT CAST(a AS " + "ARRAY<" * 10_000 + "INT" + ">" * 10_000 + ")",
        "SELECT * FROM " + "(SELECT * FROM " * 10_000 + "t" + ")" * 10_000,
        pattern("(" * 10_000 + "a" + ")" * 10_000),
        pattern("{-" * 10_000 + "a" + "-}" * 10_000),
        pattern("PERMUTE(" * 10_000 + "a" + ")" * 10_000),
        pattern("!" * 10_000 + "a"),
        pattern(" -> ".join(["a"] * 10_000)),
        "SELECT * FROM s" + " MATCH_RECOGNIZE (PATTERN (a))" * 10_000,
    ],
    ids=lambda text: text[:30],
)
def test_nesting_has_a_limit(text: str) -> None:
    with pytest.raises(ParseError, match="nested more than 200 levels deep"):
        parse(text)


def test_long_is_not_deep() -> None:
    for operator in (" OR ", " AND "):
        parse("SELECT " + operator.join(f"a = {n}" for n in range(2_000)))
    parse(f"SELECT a IN ({', '.join(map(str, range(2_000)))})")
    parse("INSERT INTO t VALUES " + ", ".join(["(1, 'a')"] * 2_000))
    parse(f"SELECT {'.'.join(['a'] * 2_000)}")
    for separator in (" ", " | ", "+? "):
        parse(pattern(separator.join(["a"] * 2_000)))
    parse(pattern(f"PERMUTE({', '.join(['a'] * 2_000)})"))


@pytest.mark.parametrize("text", ["\0", "\ud800", "'\ud800", "9" * 100_000 + "a", "\x1b[31m"])
def test_odd_characters(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(f"SELECT a {text} b")
    assert str(caught.value)


def test_huge_numbers_are_numbers() -> None:
    parse(f"SELECT {'9' * 100_000}, 1e999999999")
    with pytest.raises(ParseError, match="a type takes small whole numbers"):
        parse(f"SELECT CAST(a AS DECIMAL({'9' * 100_000}))")


def test_what_is_to_be_single_is_single() -> None:
    for read, what in (
        (parse_statement, "statement"),
        (parse_query, "query"),
        (parse_expression, "expression"),
    ):
        with pytest.raises(ParseError, match=f"there is no {what} here"):
            read(" -- nothing\n;")
        text = "a; a" if what == "expression" else "SELECT 1; SELECT 2;"
        with pytest.raises(ParseError, match=f"one {what} was expected, but more follows"):
            read(text)
    assert parse("") == parse(" ; ; -- nothing")
    with pytest.raises(ParseError, match="unexpected CREATE, expected a query"):
        parse_query("CREATE STREAM s")
    with pytest.raises(ParseError, match="unexpected FROM, expected"):
        parse_expression("a FROM t")

"""Tables: aligned, whole, and no wider than the terminal."""

from __future__ import annotations

from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from cep.rendering import Style, Table
from cep.types import BIGINT, BOOLEAN, VARCHAR, Field, Schema, TimestampLtz


def shown(columns: dict[str, list[str | None]], style: Style, *pages: int) -> str:
    schema = Schema(tuple(Field(n, VARCHAR) for n in columns))
    table = Table(schema, style)
    batch = pa.record_batch([pa.array(c, pa.string()) for c in columns.values()], list(columns))
    cuts = [0, *pages, batch.num_rows]
    return "".join(table.page(batch.slice(a, b - a)) for a, b in pairwise(cuts))


def test_numbers_are_on_the_right() -> None:
    schema = Schema((Field("n", BIGINT), Field("b", BOOLEAN)))
    batch = pa.record_batch([pa.array([1, None, -300]), pa.array([True, False, None])], ["n", "b"])
    assert Table(schema, Style()).page(batch) == (
        "    n │ b\n──────┼───────\n    1 │ true\n NULL │ false\n -300 │ NULL\n"
    )


def test_null_is_dim_and_a_header_bold_where_there_are_colours() -> None:
    text = shown({"a": ["NULL", None]}, Style(colour=True))
    assert text == " \x1b[1ma\x1b[0m\n──────\n NULL\n \x1b[2mNULL\x1b[0m\n"


def test_plain_characters_where_there_are_no_others() -> None:
    assert shown({"a": ["1"], "b": ["2"]}, Style(unicode=False)) == " a | b\n---+---\n 1 | 2\n"


def test_wide_characters_take_two_places() -> None:
    text = shown({"a": ["日本", "ab", "é"], "b": ["1", "2", "3"]}, Style())
    assert text == " a    │ b\n──────┼───\n 日本 │ 1\n ab   │ 2\n é    │ 3\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a\nb", "a\\nb"), ("\t", "\\t"), ("\x1b[2J", "\\x1b[2J"), ("\u202e", "\\u202e")],
)
def test_control_characters_do_nothing_to_a_terminal(value: str, expected: str) -> None:
    assert shown({"a": [value]}, Style()).splitlines()[2] == f" {expected}"


def test_later_pages_only_grow() -> None:
    text = shown({"a": ["1", "22222", "3"], "b": ["x"] * 3}, Style(), 1, 2)
    assert text.splitlines() == [" a │ b", "───┼───", " 1 │ x", " 22222 │ x", " 3     │ x"]


def test_a_pipe_gets_every_value_whole() -> None:
    text = shown({"a": ["x" * 500], "b": ["y" * 500]}, Style())
    assert "x" * 500 + " │ " + "y" * 500 in text


def test_the_widest_columns_are_folded_to_fit() -> None:
    text = shown({"k": ["short"], "text": ["a sentence that is much too long to fit"]}, Style(30))
    assert text.splitlines() == [
        " k     │ text",
        "───────┼──────────────────────",
        " short │ a sentence that is",
        "       │ much too long to fit",
    ]
    assert all(len(line) <= 30 for line in text.splitlines())


def test_nothing_is_lost_in_folding() -> None:
    value = "".join(chr(97 + i % 26) for i in range(200))
    text = shown({"k": ["short"], "text": [value]}, Style(30))
    assert "".join(line.partition("│ ")[2] for line in text.splitlines()[2:]) == value


def test_rows_become_blocks_where_columns_do_not_fit() -> None:
    columns: dict[str, list[str | None]] = {f"column{i}": [f"value number {i}"] for i in range(5)}
    assert shown(columns | {"none": [None]}, Style(30)).splitlines() == [
        "── row 1 ─────────────────────",
        " column0 │ value number 0",
        " column1 │ value number 1",
        " column2 │ value number 2",
        " column3 │ value number 3",
        " column4 │ value number 4",
        " none    │ NULL",
    ]


def test_instants_are_shown_by_the_clocks_of_the_zone() -> None:
    schema = Schema((Field("t", TimestampLtz(0)),))
    column = pa.array([0, 1_750_000_000_000_000, None], pa.timestamp("us", tz="UTC"))
    text = Table(schema, Style(zone=ZoneInfo("Europe/Berlin"))).page(
        pa.record_batch([column], ["t"])
    )
    assert text.splitlines()[2:] == [
        " 1970-01-01 01:00:00+01:00",
        " 2025-06-15 17:06:40+02:00",
        " NULL",
    ]

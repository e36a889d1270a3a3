"""Where scripts come from, and `${name}` in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cep.errors import BindError, UsageError
from cep.scripts import Script, fill, read_script, settings


def filled(text: str, **values: str) -> str:
    return fill([Script(text)], values)[0].text


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("SELECT ${n}", {"n": "1"}, "SELECT 1"),
        ("SELECT ${n} + ${n}", {"n": "1"}, "SELECT 1 + 1"),
        ("SELECT ${n:-2}", {}, "SELECT 2"),
        ("SELECT ${n:-2}", {"n": "1"}, "SELECT 1"),
        ("SELECT '${n:-}'", {}, "SELECT ''"),
        ("'${dir:-/tmp}/a:-b.csv'", {}, "'/tmp/a:-b.csv'"),
        ("SELECT '${n}'", {"n": "it's"}, "SELECT 'it''s'"),
        ('SELECT "${n}"', {"n": 'a"b'}, 'SELECT "a""b"'),
        ("SELECT 1 -- ${n}", {}, "SELECT 1 -- ${n}"),
        ("SELECT /* ${n} */ 1", {}, "SELECT /* ${n} */ 1"),
        ("SELECT '--', ${n}", {"n": "1"}, "SELECT '--', 1"),
        ("SELECT 'it''s ${n}'", {"n": "1"}, "SELECT 'it''s 1'"),
        ("SELECT ${n}", {"n": "${m}"}, "SELECT ${m}"),
        ("SELECT $ {n}", {}, "SELECT $ {n}"),
    ],
)
def test_placeholders(text: str, values: dict[str, str], expected: str) -> None:
    assert filled(text, **values) == expected


def test_a_missing_value_has_its_place() -> None:
    with pytest.raises(BindError) as caught:
        fill([Script("SELECT 1;\nSELECT '${naem}'", "s.sql")], {"name": "x"})
    assert str(caught.value) == (
        "${naem} has no value\n"
        " --> s.sql, line 2, column 9\n"
        "2 | SELECT '${naem}'\n"
        "  |         ^^^^^^^\n"
        "hint: did you mean name?"
    )


def test_a_missing_value_says_how_to_give_one() -> None:
    with pytest.raises(BindError, match=r"write --set n=…, or a default: \$\{n:-…\}"):
        filled("SELECT ${n}")


@pytest.mark.parametrize("text", ["SELECT ${n", "SELECT '${n'", "SELECT ${}", "SELECT ${a b}"])
def test_broken_placeholders(text: str) -> None:
    with pytest.raises(BindError, match=r"write \$\{name\} or \$\{name:-default\}"):
        filled(text)


def test_a_value_that_is_not_used() -> None:
    with pytest.raises(
        UsageError, match=r"the script has no \$\{naem\}\nhint: did you mean name\?"
    ):
        filled("SELECT ${name}", name="1", naem="2")


def test_a_value_may_be_used_in_any_of_the_scripts() -> None:
    assert [s.text for s in fill([Script("1"), Script("${a}")], {"a": "2"})] == ["1", "2"]


def test_settings() -> None:
    assert settings(["a=1", "b=", "c=x=y"]) == {"a": "1", "b": "", "c": "x=y"}
    with pytest.raises(UsageError, match="write --set a=value"):
        settings(["a"])


def test_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "s.sql").write_bytes(b"\xef\xbb\xbfSELECT 1")
    assert read_script(str(tmp_path / "s.sql")).text == "SELECT 1"


def test_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "delays.sql").touch()
    with pytest.raises(UsageError, match=r"there is no file .*\nhint: did you mean delays.sql\?"):
        read_script(str(tmp_path / "dealys.sql"))
    with pytest.raises(UsageError, match="cep run -c"):
        read_script(str(tmp_path / "none" / "s.sql"))


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        read_script(str(tmp_path))
    (tmp_path / "a.sql").touch()
    with pytest.raises(UsageError, match=r"hint: name one of its scripts: a\.sql"):
        read_script(str(tmp_path))


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "s.sql").write_bytes(b"SELECT 1;\nSELECT 'caf\xe9'")
    with pytest.raises(UsageError, match="is not UTF-8: line 2 has the byte 0xe9"):
        read_script(str(tmp_path / "s.sql"))

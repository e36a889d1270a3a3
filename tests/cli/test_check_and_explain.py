"""`cep check` finds every error it can without running anything; `cep explain` shows plans."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import Cep


def test_a_good_script(cep: Cep, declared: str) -> None:
    ran = cep("check", "-c", declared + "CREATE VIEW w AS SELECT k FROM e; SELECT * FROM w")
    assert (ran.code, ran.out, ran.err) == (0, "ok: 3 statements\n", "")


def test_one_statement(cep: Cep) -> None:
    assert cep("check", "-c", "SELECT 1").out == "ok: 1 statement\n"


def test_every_error_is_reported_with_its_place(cep: Cep, tmp_path: Path) -> None:
    script = tmp_path / "s.sql"
    script.write_text("SELCT 1;\nSELECT 1; SELECT x FROM (VALUES (1)) t(y);\n\nSELECT 'open;\n")
    ran = cep("check", str(script))
    assert ran.code == 1
    assert ran.out == ""
    assert f" --> {script}, line 1, column 1\n1 | SELCT 1;" in ran.err
    assert f" --> {script}, line 2, column 18\n2 | SELECT 1; SELECT x FROM" in ran.err
    assert f" --> {script}, line 4, column 8\n4 | SELECT 'open;" in ran.err
    assert ran.err.endswith("\n3 errors in 4 statements\n")


def test_what_follows_from_an_error_is_not_reported(cep: Cep) -> None:
    ran = cep("check", "-c", "CREATE VIEW v AS SELECT x; SELECT * FROM v; SELECT y")
    assert "no column called x" in ran.err
    assert "no column called y" in ran.err
    assert ran.err.endswith("\n2 errors in 3 statements\n")


def test_nothing_is_run(cep: Cep, declared: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    ran = cep(
        "check",
        "-c",
        declared
        + f"CREATE SINK o WITH (connector = 'file', path = '{path}') AS SELECT k FROM e;"
        + "START q AS SELECT k FROM e; SELECT * FROM errors.q; STOP q;"
        + "INSERT INTO o SELECT k FROM e;"
        + "CREATE STREAM s (a INT); INSERT INTO s VALUES (1); SELECT * FROM s;"
        + "ASSERT EMPTY SELECT 1; EXPLAIN ANALYZE SELECT 1 / 0; SHOW STREAMS; DESCRIBE e",
    )
    assert (ran.code, ran.err) == (0, "")
    assert list(tmp_path.glob("out*")) == []


def test_what_was_dropped_is_gone(cep: Cep) -> None:
    ran = cep("check", "-c", "CREATE VIEW v AS SELECT 1 AS a; DROP VIEW v; SELECT * FROM v")
    assert ran.code == 1
    assert "called v" in ran.err


def test_the_plan_of_each_query(cep: Cep, declared: str) -> None:
    ran = cep(
        "explain", "-c", declared + "SELECT k FROM e\nWHERE v > 6;\nSTART q AS SELECT v FROM e"
    )
    assert ran.code == 0
    first, second = ran.out.split("\n\n-- ")
    assert first.startswith("-- line 2: SELECT k FROM e …\n")
    assert "Scan e " in first
    assert second.startswith("line 4: START q AS SELECT v FROM e\n")


def test_an_explained_statement_is_explained_once(cep: Cep) -> None:
    plain, explained = cep("explain", "-c", "SELECT 1"), cep("explain", "-c", "EXPLAIN SELECT 1")
    assert plain.out.splitlines()[1:] == explained.out.splitlines()[1:]


def test_nothing_to_explain(cep: Cep, declared: str) -> None:
    assert cep("explain", "-c", declared).err == "there is no query to explain\n"


def test_an_error_is_shown_instead_of_a_plan(cep: Cep) -> None:
    ran = cep("explain", "-c", "SELECT x")
    assert (ran.code, ran.out) == (1, "")
    assert "there is no column called x" in ran.err

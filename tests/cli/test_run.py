"""`cep run`: scripts in, rows out, and everything else on standard error."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest

from cep import Engine, Result
from cep.console import Console
from cep.output import TableOutput, Target
from cep.scripts import Script
from tests.cli.running import Cep

TWO = "SELECT 1 AS a, NULL AS b; SELECT 'x' AS c;"


def test_a_table_has_a_header_aligned_numbers_and_a_count(cep: Cep) -> None:
    ran = cep("run", "-c", "SELECT * FROM (VALUES (1, 'one'), (22, NULL)) t(n, word)")
    assert ran.code == 0
    assert ran.out == ("  n │ word\n────┼──────\n  1 │ one\n 22 │ NULL\n(2 rows)\n")


def test_several_tables_are_parted_by_an_empty_line(cep: Cep) -> None:
    assert cep("run", "-c", TWO).out == (
        " a │ b\n───┼──────\n 1 │ NULL\n(1 row)\n\n c\n───\n x\n(1 row)\n"
    )


def test_a_result_without_rows_still_has_its_header(cep: Cep) -> None:
    assert cep("run", "-c", "SELECT 1 AS a WHERE FALSE").out == " a\n───\n(0 rows)\n"


def test_csv(cep: Cep) -> None:
    assert cep("run", "-c", TWO, "--format", "csv").out == '"a","b"\n1,\n\n"c"\n"x"\n'


def test_json_lines(cep: Cep) -> None:
    lines = cep("run", "-c", TWO, "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == [{"a": 1, "b": None}, {"c": "x"}]


def test_arrow_is_one_stream(cep: Cep) -> None:
    ran = cep("run", "-c", "SELECT 1 AS a", "--format", "arrow")
    assert pa.ipc.open_stream(io.BytesIO(ran.raw)).read_all().to_pydict() == {"a": [1]}


def test_arrow_holds_one_result_only(cep: Cep) -> None:
    ran = cep("run", "-c", TWO, "--format", "arrow")
    assert ran.code == 2
    assert "holds one result" in ran.err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", b'"a"\n1\n'),
        ("r.jsonl", b'{"a":1}\n'),
        ("r.txt", " a\n───\n 1\n(1 row)\n".encode()),
    ],
)
def test_the_name_of_the_output_says_its_format(
    cep: Cep, tmp_path: Path, name: str, content: bytes
) -> None:
    ran = cep("run", "-c", "SELECT 1 AS a", "--output", str(tmp_path / name))
    assert (ran.code, ran.out) == (0, "")
    assert (tmp_path / name).read_bytes() == content


def test_an_output_that_cannot_be_written(cep: Cep, tmp_path: Path) -> None:
    ran = cep("run", "-c", "SELECT 1", "--output", str(tmp_path / "none" / "r.csv"))
    assert ran.code == 1
    assert "cannot be written: No such file or directory" in ran.err


def test_a_parquet_output_names_the_way(cep: Cep) -> None:
    ran = cep("run", "-c", "SELECT 1", "--output", "r.parquet")
    assert ran.code == 2
    assert "CREATE SINK out" in ran.err


def test_a_script_that_fails_makes_no_output(cep: Cep, tmp_path: Path) -> None:
    assert cep("run", "-c", "SELECT x", "--output", str(tmp_path / "r.csv")).code == 1
    assert not (tmp_path / "r.csv").exists()


def test_changes_have_their_operation_in_front(cep: Cep, declared: str) -> None:
    query = "SELECT k, count(*) AS n FROM e GROUP BY k EMIT STREAM"
    ran = cep("run", "-c", declared + query, "--format", "csv")
    assert ran.out.startswith('"op","k","n"\n')


def test_what_was_declared_is_said_only_on_request(cep: Cep, declared: str) -> None:
    assert cep("run", "-c", declared).err == ""
    assert cep("run", "-c", declared, "-v").err == "created stream e\n"


def test_rows_that_cannot_be_read_are_said(cep: Cep, declared: str) -> None:
    ran = cep("run", "-c", declared + "SELECT k, v FROM e", "--format", "csv")
    assert ran.code == 0
    assert ran.err.startswith("note: 1 row of e could not be read, for example ")
    assert "many" in ran.err
    assert ran.err.endswith("SELECT * FROM errors.e shows them\n")


def test_the_same_note_is_said_once(cep: Cep, declared: str) -> None:
    ran = cep("run", "-c", declared + "SELECT k, v FROM e; SELECT v FROM e", "--format", "csv")
    assert ran.err.count("could not be read") == 1


WINDOWS = (
    "SELECT window_start, count(*) AS n FROM TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND) "
    "GROUP BY window_start, window_end"
)


def test_late_rows_are_said(cep: Cep, declared: str) -> None:
    assert "note: 1 row late\n" in cep("run", "-c", declared + WINDOWS).err


def test_late_rows_of_a_named_query_can_be_read(cep: Cep, declared: str) -> None:
    ran = cep("run", "-c", declared + f"START w AS {WINDOWS}; SELECT count(*) AS n FROM late.w")
    assert "note: 1 row late in w\n  SELECT * FROM late.w shows them\n" in ran.err
    assert ran.out == " n\n───\n 1\n(1 row)\n"


def test_a_query_that_can_hear_nothing_says_why(cep: Cep) -> None:
    ran = cep("run", "-c", "CREATE STREAM s (a INT); INSERT INTO s VALUES (1); SELECT * FROM s")
    assert ran.code == 0
    assert "(0 rows)" in ran.out
    assert ran.err.startswith("note: rows come into s by INSERT, and a query hears only those")


def test_a_sink_is_written_and_nothing_is_shown(cep: Cep, declared: str, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    sink = (
        f"CREATE SINK o WITH (connector = 'file', path = '{path}') AS SELECT k FROM e WHERE v > 6"
    )
    assert cep("run", "-c", declared + sink).out == ""
    assert path.read_text() == '"k"\n"a"\n"b"\n'


def test_an_error_has_its_place(cep: Cep, tmp_path: Path) -> None:
    script = tmp_path / "s.sql"
    script.write_text("SELECT 1;\nSELECT x FROM (VALUES (1)) t(y);\n")
    ran = cep("run", str(script))
    assert ran.code == 1
    assert ran.out == " column1\n─────────\n       1\n(1 row)\n"
    assert ran.err == (
        "error: there is no column called x\n"
        f" --> {script}, line 2, column 8\n"
        "2 | SELECT x FROM (VALUES (1)) t(y);\n"
        "  |        ^\n"
        "hint: the columns here are: y\n"
    )


def test_a_row_that_cannot_be_computed_ends_the_script(cep: Cep) -> None:
    ran = cep("run", "-c", "SELECT 1 / x FROM (VALUES (0)) t(x); SELECT 2")
    assert ran.code == 1
    assert "division by zero" in ran.err
    assert "2" not in ran.out


def test_standard_input_as_script(cep: Cep) -> None:
    assert cep("run", "-", given=b"SELECT 1 AS a;").out == " a\n───\n 1\n(1 row)\n"
    assert cep(given=b"SELECT 1 AS a").out == " a\n───\n 1\n(1 row)\n"


def test_nothing_on_standard_input(cep: Cep) -> None:
    assert cep(given=b"") == cep("run", "-c", "")
    assert cep(given=b"").code == 0


def test_commands_run_after_the_file(cep: Cep, tmp_path: Path) -> None:
    script = tmp_path / "s.sql"
    script.write_text("CREATE VIEW v AS SELECT 7 AS seven;")
    ran = cep("run", str(script), "-c", "SELECT * FROM v", "-c", "SELECT seven + 1 AS e FROM v")
    assert ran.out == " seven\n───────\n     7\n(1 row)\n\n e\n───\n 8\n(1 row)\n"


def test_settings_fill_the_script(cep: Cep) -> None:
    ran = cep("run", "-c", "SELECT '${who}' AS who", "--set", "who=O'Brien", "--format", "jsonl")
    assert json.loads(ran.out) == {"who": "O'Brien"}


@pytest.mark.parametrize("arguments", [("run",), ("run", "--fromat", "csv"), ("rnu",), ("check",)])
def test_wrong_usage(cep: Cep, arguments: tuple[str, ...]) -> None:
    ran = cep(*arguments)
    assert ran.code == 2
    assert ran.err.startswith("Usage: cep ")


def test_the_version(cep: Cep) -> None:
    import cep as package

    assert cep("--version").out == f"cep {package.__version__}\n"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(cep: Cep, option: str) -> None:
    assert "explain" in cep(option).out
    assert "--set NAME=VALUE" in cep("run", option).out


def test_a_note_on_what_is_kept_comes_before_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Shown(TableOutput):
        def write(self, result: Result) -> int:
            said.append("rows")
            result.close()
            return super().write(result)

    monkeypatch.setattr("cep.console.note", said.append)
    endless = "WITH (connector = 'datagen', fields.k.min = '1', fields.k.max = '2')"
    script = f"""
        CREATE STREAM a (k INT) {endless};
        CREATE STREAM b (k INT) {endless};
        SELECT a.k FROM a JOIN b ON a.k = b.k;
    """
    with Engine() as e:
        Console(e, Shown(Target(None), e.session)).run([Script(script)], finish=False)
    assert said[0].startswith("query_1: all rows of both inputs of a join are kept")
    assert said[1:] == ["rows"]

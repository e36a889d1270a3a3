"""The prompt: when a statement is complete, what is coloured and completed, what is answered."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from cep.console import Console
from cep.engine import Engine
from cep.output import Output, Target
from cep.repl import Repl, complete
from cep.results import Result
from cep.scripts import Script
from cep.words import Words, coloured


@pytest.fixture(autouse=True)
def _own_history(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CEP_HISTORY", str(tmp_path / "history"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1;", True),
        ("SELECT 1; ", True),
        ("SELECT 1", False),
        ("SELECT\n1", False),
        ("SELECT ';", False),
        ("SELECT 1 -- ;", False),
        ("SELECT 1; -- done", True),
        ("SELECT 1; SELECT 2", False),
        ("", True),
        ("\\help", True),
        ("quit", True),
        ("exit", True),
    ],
)
def test_a_statement_ends_at_its_semicolon(text: str, expected: bool) -> None:
    assert complete(text) is expected


def test_words_are_coloured_as_the_grammar_reads_them() -> None:
    text = "SELECT max(t.first), 'a' -- b\nFROM t WHERE x > 1.5"
    pieces = [(p[0], p[1]) for p in coloured(text)]
    assert "".join(p[1] for p in pieces) == text
    styles = {t: s.removeprefix("class:") for s, t in pieces if s}
    assert styles["SELECT"] == styles["FROM"] == "keyword"
    assert styles["max"] == "function"
    assert styles["'a'"] == "string"
    assert styles["1.5"] == "number"
    assert styles[" -- b\n"] == "comment"
    assert "first" not in styles  # a column of t, whatever it is called


def completions(engine: Engine, text: str) -> list[str]:
    found = Words(engine).get_completions(Document(text), CompleteEvent(completion_requested=True))
    return [c.text for c in found]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        engine.execute(
            "CREATE STREAM flights (origin VARCHAR, delay INT);"
            "CREATE STREAM gates (gate VARCHAR);"
            "CREATE VIEW late_ones AS SELECT origin AS place FROM flights WHERE delay > 30;"
            "START watch AS SELECT origin FROM flights"
        )
        yield engine


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SEL", ["SELECT"]),
        ("selec", ["select"]),
        ("SELECT * FROM fli", ["flights"]),
        ("SELECT ori", ["origin"]),
        ("SELECT f.del", ["delay"]),
        ("SELECT place FROM late_ones WHERE plac", ["place", "placing"]),
        ("SELECT delay FROM flights WHERE gat", ["gates"]),  # and not the column of another stream
        ("SELECT first_v", ["first_value"]),
        ("SELECT * FROM errors.", ["watch", "flights", "gates", "late_ones"]),
        ("STOP ", ["watch"]),
        ("SELECT 'ori", []),
    ],
)
def test_completion(engine: Engine, text: str, expected: list[str]) -> None:
    found = completions(engine, text)
    assert set(expected) <= set(found)
    assert len(found) == len(expected)


def answers(capsys: pytest.CaptureFixture[str], *typed: str) -> tuple[str, str]:
    repl = Repl()
    capsys.readouterr()
    for text in typed:
        assert repl.answer(text)
    return capsys.readouterr()


def test_rows_are_shown_and_declarations_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = answers(capsys, "CREATE VIEW v AS SELECT 1 AS a;", "SELECT * FROM v;")
    assert out == " a\n───\n 1\n(1 row)\n"
    assert err == "created view v\n"


def test_an_error_leaves_the_prompt_open(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = answers(capsys, "SELECT a frm t;", "SELECT 1 AS a;")
    assert err.startswith("error: unexpected frm\n --> line 1, column 10\n1 | SELECT a frm t;\n")
    assert out == " a\n───\n 1\n(1 row)\n"


def test_describe_shows_the_statement_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = answers(capsys, "CREATE STREAM s (a INT);", "DESCRIBE s;")
    assert "CREATE STREAM s (\n  a INT\n);" in out


def test_a_script_can_be_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "s.sql").write_text("SELECT 1 AS a; SELECT x;")
    out, err = answers(capsys, f"\\run {tmp_path / 's.sql'}", "\\run none.sql")
    assert out == " a\n───\n 1\n(1 row)\n"
    assert f" --> {tmp_path / 's.sql'}, line 1, column 23" in err
    assert "there is no file none.sql" in err


def test_sinks_print_where_the_prompt_is(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = answers(
        capsys,
        "CREATE SINK p WITH (connector = 'print') AS SELECT 1 AS a;",
        "CREATE SINK o WITH (connector = 'stdout', format = 'csv') AS SELECT 'é' AS a;",
    )
    assert out == '[1]\n"a"\n"é"\n'


def test_a_query_goes_on_while_the_prompt_waits(capsys: pytest.CaptureFixture[str]) -> None:
    repl = Repl()
    repl.answer(
        "CREATE STREAM d (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts) "
        "WITH (connector = 'datagen');"
        "START q AS SELECT id FROM d WHERE id < 0;"
    )
    query = repl.engine.queries["q"]
    with repl.driven():
        while not query.rows_in:
            pass
    repl.engine.close()


def test_help_and_unknown_commands(capsys: pytest.CaptureFixture[str]) -> None:
    _, err = answers(capsys, "\\help", "help", "\\hlp", "", " ")
    assert err.count("End a statement with ;") == 2
    assert "there is no command \\hlp; \\help lists what there is" in err


@pytest.mark.parametrize("word", ["\\quit", "\\q", "quit", "exit", "quit;"])
def test_leaving(word: str) -> None:
    assert not Repl().answer(word)


def conversation(keys: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Type some keys at a prompt; return what was answered."""
    with create_pipe_input() as typed, create_app_session(input=typed, output=DummyOutput()):
        typed.send_text(keys)
        Repl().run()
    return capsys.readouterr()


def test_a_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = conversation("SELECT 1 AS a,\n2 AS b;\nSELECT 3 AS c;\n\x04", capsys)
    assert out == " a │ b\n───┼───\n 1 │ 2\n(1 row)\n c\n───\n 3\n(1 row)\n"
    assert err.startswith("cep ")


def test_ctrl_c_throws_away_what_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = conversation("SELECT 1\n\x03SELECT 2 AS b;\n\x04", capsys)
    assert out == " b\n───\n 2\n(1 row)\n"


def test_what_was_typed_is_remembered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    conversation("SELECT 1 AS a;\n\x04", capsys)
    out, _ = conversation("\x1b[A\n\x04", capsys)
    assert out == " a\n───\n 1\n(1 row)\n"
    assert "SELECT 1 AS a;" in (tmp_path / "history").read_text()


class Pressing(Output):
    """An output that presses Ctrl-C when it has got some rows."""

    def _write(self, result: Result) -> int:
        rows = 0
        for batch in result.batches():
            if not rows:
                signal.raise_signal(signal.SIGINT)
            rows += batch.num_rows
        return rows


def test_ctrl_c_ends_a_live_query_and_not_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    with Engine() as engine:
        console = Console(engine, Pressing(Target(None)))
        endless = (
            "CREATE STREAM d (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts) "
            "WITH (connector = 'datagen'); SELECT id FROM d; SELECT never"
        )
        assert not console.run([Script(endless)], finish=False)
        assert capsys.readouterr().err.startswith("stopped after ")
        assert engine.execute("SELECT 1 AS a").fetchall() == [(1,)]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

"""What only a process of its own can show: pipes, Ctrl-C, and what is imported."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Process

ENDLESS = (
    "CREATE STREAM d (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts) WITH (connector = 'datagen');"
    "SELECT id FROM d"
)


def test_a_reader_that_leaves_early_is_no_error(process: Process) -> None:
    with process("run", "--format", "csv", "-c", ENDLESS) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b'"id"\n'
        running.stdout.close()
        assert running.wait(60) == 141
        assert running.stderr is not None
        assert running.stderr.read() == b""


@pytest.mark.parametrize("form", ["csv", "jsonl", "table"])
def test_ctrl_c_ends_a_live_query_and_says_what_was_done(process: Process, form: str) -> None:
    with process("run", "--format", form, "-c", ENDLESS) as running:
        assert running.stdout is not None
        for _ in range(3):
            running.stdout.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        assert running.returncode == 130
        assert out.endswith(b"\n")
        assert err.startswith(b"stopped after ")
        assert b" rows read, " in err


def test_ctrl_c_finishes_what_was_written(process: Process, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    script = ENDLESS.replace(
        "SELECT id FROM d",
        f"CREATE SINK o WITH (connector = 'file', path = '{path}') AS SELECT id FROM d;"
        "SELECT id FROM d",
    )
    with process("run", "--format", "csv", "-c", script) as running:
        assert running.stdout is not None
        for _ in range(3):
            running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert b" said by o" in err
    assert path.read_text().startswith('"id"\n0\n1\n')


def test_a_script_on_standard_input_is_run_without_a_prompt(process: Process) -> None:
    with process() as running:
        out, err = running.communicate(b"SELECT 1 AS a;\nSELECT 2 AS b;\n", timeout=60)
        assert (running.returncode, err) == (0, b"")
        assert out.decode() == " a\n───\n 1\n(1 row)\n\n b\n───\n 2\n(1 row)\n"


def test_a_slow_pipe_is_read_to_its_end(process: Process) -> None:
    script = (
        "CREATE STREAM s (a INT) WITH (connector = 'stdin', format = 'csv', header = 'false');"
        "SELECT a FROM s"
    )
    with process("run", "--format", "csv", "-c", script) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stdout.readline() == b'"a"\n'
        running.stdin.write(b"1\n2\n")
        out, _ = running.communicate(timeout=60)
        assert out == b"1\n2\n"


def test_arrow_is_not_written_to_a_terminal() -> None:
    ours, theirs = pty.openpty()
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "cep", "run", "-c", "SELECT 1", "--format", "arrow"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(theirs)
        os.close(ours)
    assert ran.returncode == 2
    assert b"a terminal cannot show it" in ran.stderr


def imported(*arguments: str) -> set[str]:
    """Return the modules that a run has imported."""
    program = (
        "import sys\n"
        "from cep.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0
    return set(ran.stderr.decode().split())


def test_a_short_run_imports_no_more_than_it_needs() -> None:
    modules = imported("run", "-c", "SELECT count(*) AS n FROM (VALUES (1), (2)) t(a)")
    assert modules.isdisjoint(("numba", "rich", "prompt_toolkit", "pandas", "pyarrow.parquet"))


def test_the_version_is_said_without_loading_the_engine() -> None:
    assert imported("--version").isdisjoint(("pyarrow", "numpy", "lark", "cep.engine"))

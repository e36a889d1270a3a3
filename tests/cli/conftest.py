"""Running the command line inside the test, and as a process of its own."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from cep.cli import main
from tests.cli.running import ROOT, Cep, Outcome, Process


@pytest.fixture
def cep(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Cep:
    """Run `cep` with some arguments; `given` is what comes on standard input."""

    def run(*arguments: str, given: bytes = b"") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        out, err = capsysbinary.readouterr()
        return Outcome(exit_.value.code, out.decode("utf-8", "replace"), err.decode(), out)

    return run


@pytest.fixture
def process() -> Process:
    """Start `cep` as a process of its own."""

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "cep", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return start


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Return a file of events, one of which comes late and one of which cannot be read."""
    path = tmp_path / "events.csv"
    path.write_text(
        "ts,k,v\n"
        "2026-01-01 00:00:01,a,5\n"
        "2026-01-01 00:00:02,b,\n"
        "2026-01-01 00:00:09,a,7\n"
        "2026-01-01 00:00:01,b,99\n"
        "2026-01-01 00:00:10,c,many\n"
    )
    return path


@pytest.fixture
def declared(events: Path) -> str:
    """Return the statement that declares a stream `e` of the events."""
    return (
        "CREATE STREAM e (ts TIMESTAMP(3), k VARCHAR, v INT, "
        "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) "
        f"WITH (connector = 'file', path = '{events}');\n"
    )

"""The programs with an engine inside print what their comments promise."""

from __future__ import annotations

import runpy
from datetime import datetime
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / "examples/embed"


def printed(name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    return capsys.readouterr().out.splitlines()


def at(second: int) -> str:
    return repr(datetime(2026, 1, 1, 0, 0, second))


def test_windows(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed("windows", capsys) == [
        "open:    []",
        "closed:  a 2026-01-01 00:00:00 2 21.0",
        "closed:  b 2026-01-01 00:00:00 1 5.0",
        f"advanced: Row(sensor='a', window_start={at(10)}, readings=1, mean=30.0)",
        f"late:    [Row(event_time={at(5)}, watermark=datetime.datetime(2026, 1, 1, 0, 1))]",
        "error:   [Row(error=\"value: 'warm' is not a DOUBLE\")]",
    ]


def test_frames(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split() for line in printed("frames", capsys)]
    assert lines[:8] == [
        ["op", "customer", "total"],
        ["0", "+", "ann", "20.0"],
        ["1", "+", "bob", "35.5"],
        [],
        ["op", "customer", "total"],
        ["0", "-", "ann", "20.00"],
        ["1", "+", "ann", "32.25"],
        ["2", "+", "cy", "80.00"],
    ]
    frame = [[cell for cell in line if cell not in "│┆"] for line in lines[9:]]
    assert frame[-4:-1] == [
        ["2026-01-01", "09:00:00", "2", "55.5"],
        ["2026-01-01", "09:01:00", "1", "12.25"],
        ["2026-01-01", "09:02:00", "1", "80.0"],
    ]

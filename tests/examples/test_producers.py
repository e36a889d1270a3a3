"""The story of three producers: everything is said, and SHOW WATERMARKS says what it waited for."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / "examples/producers/fleet.py"


def test_the_story_of_three_vans(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(SCRIPT), run_name="__main__")
    text = capsys.readouterr().out
    chapters = {c.splitlines()[0].partition(":")[0]: c for c in text.split("\n\n")}
    assert "bert stands at 09:00:07, holds the others back" in chapters["+70 s"]
    assert "09:00: 2, up to 55\n  09:01: 1, up to 45\n" in chapters["+133 s"]
    assert "bert stands at 09:00:07, has left: silent" in chapters["+133 s"]
    assert "carl stands at 09:02:15\n" in chapters["+140 s"]
    assert "bert stands at 09:02:06, holds the others back" in chapters["+200 s"]
    assert "anna stands at 09:02:06, has left: said its end" in chapters["+210 s"]
    assert "carl stands at 09:05:00" in chapters["+260 s"]
    assert "09:03: 2, up to 75" in chapters["+400 s"]
    assert text.endswith("too late: 09:00:50, behind 09:02:06\n")

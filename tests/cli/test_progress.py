"""The progress bar: not before it is worth it, and gone when something else is written."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import pytest

from cep.progress import ProgressBar


@dataclass
class Work:
    rows_in: int = 0
    done: tuple[int, int] | None = None

    def progress(self) -> tuple[int, int] | None:
        return self.done


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Screen:
    """A bar, its clock and what it wrote."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.clock = Clock()
        self.bar = ProgressBar(self.stream, enabled=True, clock=self.clock)

    def tick(self, work: Work, at: float) -> str:
        self.clock.now = at
        before = len(self.stream.getvalue())
        self.bar.tick(work)
        written = self.stream.getvalue()[before:]
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("COLUMNS", "120")
    return Screen()


def test_nothing_is_drawn_for_a_short_query(screen: Screen) -> None:
    work = Work(10, (1, 4))
    assert screen.tick(work, 0.0) == ""
    assert screen.tick(work, 0.4) == ""


def test_rows_rate_and_time_left(screen: Screen) -> None:
    screen.tick(Work(), 0.0)
    work = Work(0, (0, 400))
    screen.tick(work, 1.0)
    work.rows_in, work.done = 50_000, (100, 400)
    drawn = screen.tick(work, 3.0)
    assert "25%" in drawn
    assert "50,000 rows  25,000 rows/s" in drawn
    assert "6 s left" in drawn


def test_without_an_end_rows_are_counted(screen: Screen) -> None:
    work = Work()
    screen.tick(work, 0.0)
    work.rows_in = 1000
    drawn = screen.tick(work, 2.0)
    assert "1,000 rows  500 rows/s" in drawn
    assert "left" not in drawn


def test_hiding_takes_the_bar_away_until_the_next_drawing(screen: Screen) -> None:
    work = Work(1, (1, 2))
    screen.tick(work, 0.0)
    screen.tick(work, 1.0)
    seen = [screen.bar.visible]
    screen.bar.hide()
    seen.append(screen.bar.visible)
    screen.tick(work, 2.0)
    assert [*seen, screen.bar.visible] == [True, False, True]


def test_each_query_begins_anew(screen: Screen) -> None:
    screen.tick(Work(), 0.0)
    screen.tick(Work(), 10.0)
    assert not screen.bar.visible


def test_no_terminal_no_bar() -> None:
    stream, clock = io.StringIO(), Clock()
    bar, work = ProgressBar(stream, clock=clock), Work(5, (1, 2))
    for clock.now in (0.0, 1.0, 2.0):
        bar.tick(work)
    assert stream.getvalue() == ""

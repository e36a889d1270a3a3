"""The queries of the Nexmark suite say what DuckDB says, in batches of any size."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.nexmark.ours import answer
from benchmarks.nexmark.queries import NAMES
from benchmarks.nexmark.theirs import expected, unlike

EVENTS = 3000
RATE = 100.0
"""Events a second: half a minute of them, so that windows close."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the generated rows are kept."""
    return tmp_path_factory.mktemp("nexmark")


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_duckdbs(name: str, folder: Path) -> None:
    wanted = expected(name, EVENTS, RATE, folder)
    assert wanted.num_rows > 0
    for batch_rows in (7, 1000, None):
        found = pa.Table.from_batches(list(answer(name, EVENTS, RATE, folder, batch_rows)))
        assert unlike(found, wanted) is None, f"in batches of {batch_rows}"


def test_rows_that_are_said_and_not_wanted_are_found(folder: Path) -> None:
    wanted = expected("q17", EVENTS, RATE, folder)
    changes = pa.Table.from_batches(list(answer("q17", EVENTS, RATE, folder, 1000)))
    assert unlike(changes, wanted.slice(1)) is not None
    only_taken = changes.filter(pa.compute.equal(changes["op"], "-"))
    assert "taken back" in str(unlike(only_taken, wanted))

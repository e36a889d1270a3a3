"""SET changes what an engine does from then on."""

from __future__ import annotations

from pathlib import Path

import pytest

import cep


@pytest.fixture
def numbers(tmp_path: Path) -> str:
    path = tmp_path / "numbers.csv"
    path.write_text("n\n1\n2\n3\n4\n5\n6\n")
    return str(path)


def greatest_so_far(engine: cep.Engine, path: str) -> list[tuple[str, int]]:
    engine.execute(f"CREATE STREAM numbers (n INT) WITH (connector = 'file', path = '{path}')")
    result = engine.execute("SELECT MAX(n) FROM numbers HAVING COUNT(*) > 0 EMIT STREAM")
    return [tuple(row) for row in result]


def test_batch_rows_decides_how_closely_changes_are_followed(numbers: str) -> None:
    with cep.Engine() as engine:
        engine.execute("SET batch_rows = 3")
        changes = greatest_so_far(engine, numbers)
    assert changes == [("+", 3), ("-", 3), ("+", 6)]


def test_by_default_a_small_file_is_one_batch(numbers: str) -> None:
    with cep.Engine() as engine:
        assert greatest_so_far(engine, numbers) == [("+", 6)]


@pytest.mark.parametrize("value", ["0", "-1", "'many'", "TRUE"])
def test_batch_rows_is_a_positive_number(value: str) -> None:
    with cep.Engine() as engine, pytest.raises(cep.BindError, match="batch_rows cannot be"):
        engine.execute(f"SET batch_rows = {value}")


def test_an_unknown_setting_is_refused_with_a_likely_one() -> None:
    with (
        cep.Engine() as engine,
        pytest.raises(cep.BindError, match="no setting batchrows") as error,
    ):
        engine.execute("SET batchrows = 5")
    assert error.value.hint == "did you mean batch_rows?"

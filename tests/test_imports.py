"""What takes long to import is imported when it is needed, and not with the engine."""

import subprocess
import sys

import pytest

SLOW = ("numba", "pandas", "polars", "prompt_toolkit", "rich", "duckdb")


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Return what a process has imported that has asked for the engine and done nothing with it."""
    program = "import cep, sys; cep.Engine(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", SLOW)
def test_the_engine_does_not_import(module: str, imported: set[str]) -> None:
    assert module not in imported

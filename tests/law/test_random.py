"""A fixed share of the random queries; `python -m tests.law.random` runs as many as you like."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _module() -> ModuleType:
    """Return the sibling module; the folders of tests are no packages."""
    path = Path(__file__).with_name("random.py")
    spec = importlib.util.spec_from_file_location("tests_law_random", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CASES = _module()
BLOCK = 10


@pytest.mark.parametrize("first", range(0, 60, BLOCK))
def test_random_queries(first: int) -> None:
    for seed in range(first, first + BLOCK):
        CASES.Case.of(seed).run()

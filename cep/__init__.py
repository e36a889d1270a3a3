"""Complex event processing in Python: continuous queries in SQL over streams of events.

import cep

engine = cep.Engine()
engine.execute("SELECT a + b AS c FROM (VALUES (1, 2)) t(a, b)").fetchall()
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cep.engine import Engine
    from cep.errors import (
        AssertionFailed,
        BindError,
        CepError,
        ConnectorError,
        EvaluationError,
        ParseError,
        StateError,
        UnsupportedError,
        UsageError,
    )
    from cep.results import Result, Row
    from cep.runtime.time import Clock, VirtualClock, WallClock

    __version__: str

__all__ = [
    "AssertionFailed",
    "BindError",
    "CepError",
    "Clock",
    "ConnectorError",
    "Engine",
    "EvaluationError",
    "ParseError",
    "Result",
    "Row",
    "StateError",
    "UnsupportedError",
    "UsageError",
    "VirtualClock",
    "WallClock",
    "__version__",
]

# A name is imported when it is first asked for (PEP 562): the command line, whose modules lie in
# this package, can so say its version or that a file is missing without loading the engine.
_HOMES = {"Engine": "engine", "Result": "results", "Row": "results"} | dict.fromkeys(
    ("Clock", "VirtualClock", "WallClock"), "runtime.time"
)


def __getattr__(name: str) -> object:
    value: object
    if name == "__version__":
        value = _version()
    elif name in __all__:
        value = getattr(importlib.import_module(f"cep.{_HOMES.get(name, 'errors')}"), name)
    else:
        raise AttributeError(f"module 'cep' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    metadata = importlib.import_module("importlib.metadata")
    try:
        return str(metadata.version("cep-engine"))
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        return "0"

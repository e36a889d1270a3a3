"""Complex event processing in Python: continuous queries in SQL over streams of events.

import cep

engine = cep.Engine()
engine.execute("SELECT a + b AS c FROM (VALUES (1, 2)) t(a, b)").fetchall()
"""

from importlib.metadata import PackageNotFoundError, version

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

try:
    __version__ = version("cep-engine")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0"

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

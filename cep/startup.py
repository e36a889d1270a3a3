"""What the command line does so that it starts quickly."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Without(MetaPathFinder):
    """Says of one package that it is not installed."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == self._package:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


@contextmanager
def loading() -> Iterator[None]:
    """Import pyarrow and then what is imported inside, without looking for garbage meanwhile.

    Modules are full of objects that live until the end; the collector would look at all of them
    again and again, for a tenth of the time of starting.
    """
    gc.disable()
    try:
        load_arrow()
        yield
    finally:
        gc.freeze()
        gc.enable()


def load_arrow() -> None:
    """Import pyarrow, without pandas.

    When pyarrow makes its first array it imports pandas, where that is installed, to know its
    types; this takes 0.3 seconds, a third of a short run, and no command hands out frames. Later
    pandas can be imported as ever.
    """
    import pyarrow as pa  # noqa: PLC0415 - this is the point of the function

    if "pandas" in sys.modules:
        return
    without = _Without("pandas")
    sys.meta_path.insert(0, without)
    try:
        pa.array([None])
    finally:
        sys.meta_path.remove(without)

"""From the source of a machine to a function that compiles itself once that pays.

The source is written to a file in the user's cache directory, named by its hash: numba keeps
machine code only of functions that stand in files. So a pattern is compiled once for an
installation. A machine that is in the cache is taken from there as soon as any kernel would be; one
that is not is compiled, which takes some seconds, when the stream has shown that it is worth it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cep.cache import cache_directory
from cep.runtime.kernels.compile import LOAD_STEPS, Kernel
from cep.runtime.matcher.generate import generate
from cep.runtime.matcher.program import Program

Machine = Callable[..., int]

COMPILE_STEPS = 1_000_000
"""Plain steps, each of one to two microseconds, that cost as much as compiling a machine."""


@functools.lru_cache(maxsize=256)
def load(program: Program) -> Machine:
    """Return the machine of a program; equal patterns share it."""
    source = generate(program)
    if not program.compilable:
        function = _compiled_text(source)["run"]
        return functools.partial(_plainly, function)
    return _machine(source)


@functools.lru_cache(maxsize=256)
def _machine(source: str) -> Machine:
    """Return the machine of a source, which patterns over other columns may share."""
    module = _from_file(source)
    if module is None:
        return Kernel(_compiled_text(source)["run"], COMPILE_STEPS)
    path = Path(str(module.__file__))
    known = any((path.parent / "__pycache__").glob(f"{path.stem}.run-*.nbi"))
    return Kernel(module.run, LOAD_STEPS if known else COMPILE_STEPS)


def _plainly(function: Machine, *arguments: Any) -> int:
    plain: Any = Kernel(function, COMPILE_STEPS).plain
    outcome: int = plain(*arguments)
    return outcome


def _compiled_text(source: str) -> dict[str, Any]:
    """Run the source where there is no file to keep it in."""
    names: dict[str, Any] = {"__name__": "cep_row_pattern"}
    exec(compile(source, "<row pattern>", "exec"), names)
    return names


def _from_file(source: str) -> ModuleType | None:
    """Return the module of a source in the cache directory, None where it cannot be written."""
    directory = cache_directory()
    if directory is None:
        return None
    name = f"cep_pattern_{hashlib.sha256(source.encode()).hexdigest()[:24]}"
    path = directory / "patterns" / f"{name}.py"
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != source:
            _write(path, source)
        specification = importlib.util.spec_from_file_location(name, path)
        if specification is None or specification.loader is None:
            return None
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module  # numba looks there when it reads machine code from its cache
        specification.loader.exec_module(module)
    except OSError:
        return None
    return module


def _write(path: Path, source: str) -> None:
    """Put a file there in one step, as another process may do the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(source)
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise

"""From the source of a machine to a function that compiles itself once that pays.

At first the source runs as plain Python. When the stream has shown that compiling is worth it, the
source is written to a file in the user's cache directory, named by its hash: numba keeps machine
code only of functions that stand in files. So a pattern is compiled once for an installation. A
machine that is in the cache is taken from there as soon as any kernel would be; one that is not is
compiled, which takes some seconds. What was not used for the longest time leaves the cache when
that has grown too large.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cep.cache import bound, cache_directory, used
from cep.runtime.kernels.compile import LOAD_STEPS, Kernel
from cep.runtime.matcher.generate import generate
from cep.runtime.matcher.program import Program

Machine = Callable[..., int]

COMPILE_STEPS = 1_000_000
"""Plain steps, each of one to two microseconds, that cost as much as compiling a machine."""

MOST_BYTES = 256 * 2**20
"""What sources and machine code of patterns may take on disk: some hundreds of patterns."""

PREFIX = "cep_pattern_"


@functools.lru_cache(maxsize=256)
def load(program: Program) -> Machine:
    """Return the machine of a program; equal patterns share it."""
    source = generate(program)
    if not program.compilable:
        function = _run_text(source)["run"]
        return functools.partial(_plainly, function)
    return _machine(source)


@functools.lru_cache(maxsize=256)
def _machine(source: str) -> Machine:
    """Return the machine of a source, which patterns over other columns may share."""
    plain: Machine = _run_text(source)["run"]
    worth = LOAD_STEPS if _machine_code(_name(source)) else COMPILE_STEPS
    return Kernel(plain, worth, functools.partial(_from_file, source))


def _plainly(function: Machine, *arguments: Any) -> int:
    plain: Any = Kernel(function, COMPILE_STEPS).plain
    outcome: int = plain(*arguments)
    return outcome


def _run_text(source: str) -> dict[str, Any]:
    """Return what a source defines."""
    names: dict[str, Any] = {"__name__": "cep_row_pattern"}
    exec(compile(source, "<row pattern>", "exec"), names)
    return names


# ---------------------------------------------------------------- the cache on disk


def _name(source: str) -> str:
    return f"{PREFIX}{hashlib.sha256(source.encode()).hexdigest()[:24]}"


def _directory() -> Path | None:
    directory = cache_directory()
    return None if directory is None else directory / "patterns"


def _directories(sources: Path) -> Iterator[Path]:
    """Yield the directories in which sources and their machine code may be."""
    yield sources
    yield sources / "__pycache__"
    if named := os.environ.get("NUMBA_CACHE_DIR"):
        yield from Path(named).glob(f"{sources.name}_*")


def _machine_code(name: str) -> list[Path]:
    """Return the indexes of what numba has compiled of a source."""
    sources = _directory()
    if sources is None:
        return []
    return [i for d in _directories(sources) for i in d.glob(f"{name}.run-*.nbi")]


def _from_file(source: str) -> Machine | None:
    """Return the function of a source in the cache directory, None where there can be no file."""
    directory = _directory()
    if directory is None:
        return None
    name = _name(source)
    path = directory / f"{name}.py"
    try:
        if not path.exists() or path.read_text(encoding="utf-8") != source:
            _write(path, source)
            bound(_directories(directory), PREFIX, MOST_BYTES)
        specification = importlib.util.spec_from_file_location(name, path)
        if specification is None or specification.loader is None:
            return None
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module  # numba looks there when it reads machine code from its cache
        specification.loader.exec_module(module)
    except OSError:
        return None
    for index in _machine_code(name):
        used(index)
    run: Machine = module.run
    return run


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

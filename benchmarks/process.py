"""Functions run in fresh processes, each pinned to one core."""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Failed(Exception):
    """A process of a benchmark ended with an error."""


def core() -> int:
    """Return the core that measured processes are pinned to: the last one this process may use."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def pin() -> None:
    """Keep this process, and all threads it starts, on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core()})


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a measured process.

    It can import the checkout, and finds its modules compiled, as those of an install are.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "cep-benchmarks-bytecode"),
        "PYTHONPATH": os.pathsep.join(p for p in paths if p),
        **(extra or {}),
    }


def call(target: str, /, **arguments: object) -> Any:
    """Call `package.module:function` in a fresh process, and return what it returned.

    Arguments and result travel as JSON. Raises Failed where the process does not end well.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.process", target, json.dumps(arguments)],
        stdout=subprocess.PIPE,
        env=environment(),
        check=False,
        text=True,
    )
    if done.returncode:
        raise Failed(f"{target} ended with code {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


@dataclass(frozen=True)
class Timed:
    """What a command printed, and its seconds on the wall and of the processor."""

    seconds: float
    processor: float
    output: str


def command(arguments: Sequence[str], extra: Mapping[str, str] | None = None) -> Timed:
    """Run a Python command line, pinned to the core; raises Failed where it does not end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        env=environment(extra),
        check=False,
        text=True,
        preexec_fn=pin,
    )
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise Failed(f"{' '.join(arguments[:3])} ended with code {done.returncode}")
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Timed(seconds, busy, done.stdout)


def main() -> None:
    """Do what `call` asks for; the last line of the output is the result."""
    pin()
    target, arguments = sys.argv[1:]
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    result = function(**json.loads(arguments))
    print(json.dumps(result))


if __name__ == "__main__":
    main()

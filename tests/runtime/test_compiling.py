"""Kernels are compiled beside a stream of small calls, which does not wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from cep.runtime.kernels import compile as kernels
from cep.runtime.kernels.compile import Ints, Kernel

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setattr(kernels, "IMPORT_STEPS", 0)
    before = kernels.use("auto")
    yield
    kernels.use(before)


def total(count: int, values: Ints) -> int:
    """Add up int64[count]."""
    n = 0
    for i in range(count):
        n += values[i]
    return n


def wait(until: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold back what is compiled until the event is set."""
    gate = threading.Event()
    make = kernels._Code.make

    def held(code: kernels._Code[Any], args: Sequence[Any]) -> None:
        assert gate.wait(PATIENCE)
        make(code, args)

    monkeypatch.setattr(kernels._Code, "make", held)
    yield gate
    gate.set()


def test_small_calls_go_on_while_a_kernel_is_compiled(made: threading.Event) -> None:
    one = Kernel(total, worth=10)
    values = np.arange(8)
    for _ in range(20):
        assert one(8, values) == 28
    assert one._compiled is None
    made.set()
    wait(lambda: one._compiled is not None)
    assert one(8, values) == 28


def test_a_large_call_waits_and_a_kernel_is_compiled_once(made: threading.Event) -> None:
    compiled: list[str] = []
    kernels.on_compile(compiled.append)
    one = Kernel(total, worth=10)
    values = np.arange(kernels.WAIT_STEPS)
    assert one(10, values) == 45
    threading.Timer(0.1, made.set).start()
    assert one(len(values), values) == values.sum()
    assert one._compiled is not None
    kernels.on_compile(None)
    assert len(compiled) <= 1  # none if its machine code is in the cache


def test_what_cannot_be_compiled_is_an_error_of_a_call() -> None:
    def stray(count: int, values: Ints) -> int:
        return {"a": object()}.get("a") is None  # what numba refuses

    one = Kernel(stray, worth=10)
    values = np.arange(8)
    assert not one(8, values)
    assert not one(8, values)
    wait(lambda: one._failed)
    with pytest.raises(Exception, match=r"(?i)object|nopython"):
        one(8, values)


def test_what_is_compiled_for_keeps_no_memory() -> None:
    values = np.arange(1000)
    like = kernels._like(values)
    assert (like.dtype, like.ndim, like.size, like.base) == (values.dtype, 1, 0, None)
    values.flags.writeable = False
    assert not kernels._like(values).flags.writeable

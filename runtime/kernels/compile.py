"""Kernels: loops over arrays that run as plain Python first and as machine code once that pays.

    @kernel
    def count_true(count: int, flags: Flags) -> int:
        '''Return how many of the first `count` flags are true: bool[n], O(count).'''
        ...

A kernel is a pure loop over contiguous int64, float64, bool or uint8 arrays: no allocation, no call
but to helper functions of its own module, and integers that stay below 2**63 in magnitude, so that
Python, whose integers grow, and compiled code, whose integers wrap, agree. Its first parameter is
the number of steps that it is about to make; by it the process weighs what compiling would save.

Run plainly, a kernel is handed its arrays as memoryviews: an element of one is a Python number, so
the loop is two to three times as fast as over numpy scalars, and no overflow warns.

Importing numba costs about 0.4 s, taking a kernel from the cache on disk some 20 ms, and a plain
step about a microsecond. So numba is imported when the process has made `IMPORT_STEPS` plain steps,
and a kernel is taken from the cache when it has made `LOAD_STEPS` itself: whatever the stream turns
out to be, at most about twice the time is spent that a clairvoyant would have spent.

Without a cache compiling takes seconds, and a stream of single rows should not stand still so
long. So a kernel is compiled in a thread beside it, while calls of few steps go on as plain Python;
a call of `WAIT_STEPS` or more waits for it.
"""

from __future__ import annotations

import functools
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Generic, Literal, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Octets = npt.NDArray[np.uint8]

IMPORT_STEPS = 400_000
"""Plain steps of all kernels that cost as much as importing numba."""

LOAD_STEPS = 20_000
"""Plain steps of one kernel that cost as much as reading it from the cache."""

WAIT_STEPS = 50_000
"""Plain steps of one call that are worth standing still for."""

Mode = Literal["auto", "python", "compiled"]

P = ParamSpec("P")
R = TypeVar("R")


class _Process:
    """What all kernels of the process share."""

    def __init__(self) -> None:
        self.mode: Mode = "auto"
        self.steps = 0
        self.on_compile: Callable[[str], None] | None = None
        self.listening = False
        self.compiling: str | None = None
        self.turn = threading.Lock()
        """Held by who compiles."""


_process = _Process()


class _Beside:
    """Does jobs one after the other in a thread of its own, which ends when there are none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[Callable[[], None]] = deque()
        self._working = False

    def put(self, job: Callable[[], None]) -> None:
        """Have a job done."""
        with self._lock:
            self._jobs.append(job)
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name="cep-compile").start()

    def _work(self) -> None:
        while True:
            with self._lock:
                # A process that ends waits for the job under way, and for no more.
                if not self._jobs or not threading.main_thread().is_alive():
                    self._working = False
                    return
                job = self._jobs.popleft()
            job()


_beside = _Beside()


def use(mode: Mode) -> Mode:
    """Choose how kernels run and return how they ran before.

    `auto` compiles when it pays, `python` never, `compiled` at the first call. The environment
    variable NUMBA_DISABLE_JIT=1 stands above all of them and means `python`.
    """
    before, _process.mode = _process.mode, mode
    return before


def on_compile(hook: Callable[[str], None] | None) -> None:
    """Have `hook` called with a kernel's name before it is really compiled, not read from disk."""
    _process.on_compile = hook


class Kernel(Generic[P, R]):
    """A loop that knows when to have itself compiled; made by `kernel`.

    `worth` is how many plain steps cost as much as having it compiled. `filed` returns the same
    function from a file, where numba can keep what it compiles of it, or None if there is no such
    file; it is asked when it comes to that.
    """

    def __init__(
        self,
        function: Callable[P, R],
        worth: int = LOAD_STEPS,
        filed: Callable[[], Callable[P, R] | None] | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.worth = worth
        self._filed = filed
        self._steps = 0
        self._compiled: _Code[R] | None = None
        self._awaited = False
        self._failed = False

    def compiled(self, steps: int = 0) -> bool:
        """Say whether a call of so many steps is worth machine code, if that is ready or not."""
        mode = _process.mode
        if self._compiled is not None and mode != "python":
            return True
        pays = _process.steps + steps >= IMPORT_STEPS and self._steps + steps >= self.worth
        if mode == "python" or (mode == "auto" and not pays):
            return False
        return not _jit_disabled()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._compiled is not None and _process.mode != "python":
            return self._compiled(*args)
        steps: Any = args[0]
        if self.compiled(steps):
            if _process.mode == "compiled" or steps >= WAIT_STEPS or self._failed:
                return self._made(args)(*args)
            if not self._awaited:
                self._awaited = True
                _beside.put(functools.partial(self._make, tuple(map(_like, args))))
        self._steps += steps
        _process.steps += steps
        return self.plain(*args, **kwargs)

    def _made(self, args: Sequence[Any]) -> _Code[R]:
        """Return the machine code for arguments of such types, made now if it is not there."""
        with _process.turn:
            if self._compiled is None:
                filed = self._filed() if self._filed is not None else None
                code = _Code(filed or self.function)
                _process.compiling = self.function.__name__
                try:
                    code.make(args)
                finally:
                    _process.compiling = None
                self._compiled = code
            return self._compiled

    def _make(self, args: Sequence[Any]) -> None:
        """Make the machine code; if that fails the next call meets the error."""
        try:
            self._made(args)
        except Exception:  # whatever it is, it is raised to whoever calls the kernel
            self._failed = True

    def plain(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the loop as plain Python."""
        given: tuple[Any, ...] = args
        function: Any = self.function
        outcome: R = function(*[_plain(a) for a in given])
        return outcome


def _plain(argument: Any) -> Any:
    """Return what a plain loop is handed for an argument."""
    if not isinstance(argument, np.ndarray):
        return argument
    array: Any = argument
    return memoryview(array)


def _like(argument: Any) -> Any:
    """Return something of an argument's type that keeps none of its memory."""
    if not isinstance(argument, np.ndarray):
        return argument
    like: npt.NDArray[Any] = np.empty((0,) * argument.ndim, argument.dtype)
    like.flags.writeable = argument.flags.writeable
    return like


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Turn a pure loop function into a kernel; see the module for what it may contain."""
    return Kernel(function)


def _jit_disabled() -> bool:
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}


class _Code(Generic[R]):
    """A function as machine code, from the cache on disk where that can be read or written."""

    def __init__(self, function: Callable[..., R]) -> None:
        import numba  # noqa: PLC0415 - numba takes 0.4 s to import, and most runs are shorter

        _listen()
        self._typeof = numba.typeof
        self._linked = _linked(function, numba.njit(nogil=True))
        self._uncached = numba.njit(nogil=True)
        try:
            self._call: Any = numba.njit(cache=True, nogil=True)(self._linked)
        except RuntimeError:  # neither the folder of the source nor the user's cache can be written
            self._call = self._uncached(self._linked)

    def make(self, args: Sequence[Any]) -> None:
        """Compile for arguments of such types, or read that from the cache."""
        types = tuple(map(self._typeof, args))
        try:
            self._call.compile(types)
        except OSError:  # the disk is full, or the cache was taken away meanwhile
            self._call = self._uncached(self._linked)
            self._call.compile(types)

    def __call__(self, *args: Any) -> R:
        try:
            outcome: R = self._call(*args)
        except OSError:  # as above, for arguments of other types
            self._call = self._uncached(self._linked)
            outcome = self._call(*args)
        return outcome


def _linked(function: Callable[..., R], jit: Callable[[Any], Any]) -> Callable[..., R]:
    """Return the function with the helpers it calls, and those that these call, compiled too.

    Helpers live in the module of the kernel: numba renews a cached kernel when its own file
    changes, not when another does.
    """
    if not isinstance(function, FunctionType):
        raise TypeError("a kernel is a plain function")
    own = {
        name: jit(_linked(helper, jit))
        for name in function.__code__.co_names
        if isinstance(helper := function.__globals__.get(name), FunctionType)
        and helper.__module__ == function.__module__
    }
    if not own:
        return function
    copy = FunctionType(
        function.__code__, {**function.__globals__, **own}, function.__name__, function.__defaults__
    )
    copy.__qualname__ = function.__qualname__
    copy.__module__ = function.__module__
    linked: Callable[..., R] = copy
    return linked


def _listen() -> None:
    """Pass numba's own event of a compilation on to the hook."""
    if _process.listening:
        return
    from numba.core import event  # noqa: PLC0415 - see _compile

    class Listener(event.Listener):  # type: ignore[misc]  # numba has no types
        def on_start(self, event: Any) -> None:
            name = _process.compiling
            if _process.on_compile is not None and name is not None:
                _process.compiling = None  # its helpers are compiled within
                _process.on_compile(name)

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", Listener())
    _process.listening = True

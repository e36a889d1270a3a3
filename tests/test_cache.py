"""The cache on disk: it stays within its bound, and what is gone is made anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cep.cache import bound, used
from cep.runtime.kernels import compile as kernels
from cep.runtime.matcher import load


def put(path: Path, size: int, age: int) -> Path:
    """Write a file that was last used `age` seconds after the epoch."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (age, age))
    return path


def test_the_longest_unused_goes_with_all_its_files(tmp_path: Path) -> None:
    code = tmp_path / "__pycache__"
    old = [put(tmp_path / "p_1.py", 10, 1), put(code / "p_1.run-6.nbi", 40, 2)]
    middle = [put(tmp_path / "p_2.py", 10, 3), put(code / "p_2.run-6.nbi", 40, 4)]
    # Written first, and used last.
    often = [put(tmp_path / "p_3.py", 10, 0), put(code / "p_3.run-6.nbi", 40, 0)]
    used(often[1])
    other = put(tmp_path / "q_1.py", 1000, 0)

    bound([tmp_path, code, tmp_path / "nowhere"], "p_", 150)
    assert all(file.exists() for file in (*old, *middle, *often, other))

    bound([tmp_path, code], "p_", 149)
    assert not any(file.exists() for file in old)
    assert all(file.exists() for file in (*middle, *often, other))


def test_what_is_gone_is_not_used(tmp_path: Path) -> None:
    used(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a cache directory of its own, and machines that are not loaded yet."""
    monkeypatch.setenv("CEP_CACHE_DIR", str(tmp_path))
    for cached in (load.load, load._machine):
        cached.cache_clear()
    yield tmp_path / "patterns"
    for cached in (load.load, load._machine):
        cached.cache_clear()


SOURCE = "def run(steps):\n    return steps + 1\n"


def test_only_what_is_compiled_is_kept(cache: Path) -> None:
    before = kernels.use("python")
    try:
        machine = load._machine(SOURCE)
        assert machine(1) == 2
        assert not cache.exists()
        kernels.use("compiled")
        assert machine(1) == 2
    finally:
        kernels.use(before)
    (source,) = cache.glob("cep_pattern_*.py")
    assert source.read_text() == SOURCE
    assert list((cache / "__pycache__").glob(f"{source.stem}.run-*.nbi"))


def test_what_is_kept_is_taken_sooner(cache: Path) -> None:
    new = load._machine(SOURCE)
    put(cache / "__pycache__" / f"{load._name(SOURCE)}.run-1.py311.nbi", 10, 1)
    load._machine.cache_clear()
    kept = load._machine(SOURCE)
    assert isinstance(new, kernels.Kernel)
    assert isinstance(kept, kernels.Kernel)
    assert kept.worth < new.worth


def test_a_full_cache_makes_room(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = put(cache / f"{load.PREFIX}stale.py", 5000, 1)
    orphan = put(cache / "__pycache__" / f"{load.PREFIX}gone.run-6.py311.nbi", 5000, 1)
    monkeypatch.setattr(load, "MOST_BYTES", 9000)
    function = load._from_file(SOURCE)
    assert function is not None
    assert function(3) == 4
    assert not stale.exists() or not orphan.exists()
    written = cache / f"{load._name(SOURCE)}.py"
    assert written.read_text() == SOURCE
    # Another process may remove it at any moment.
    written.unlink()
    again = load._from_file(SOURCE)
    assert again is not None
    assert again(4) == 5


def test_no_cache_directory_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "file", 1, 1)
    monkeypatch.setenv("CEP_CACHE_DIR", str(tmp_path / "file"))
    assert load._from_file(SOURCE) is None

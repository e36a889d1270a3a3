"""Where what is made once for an installation is kept: parse tables, compiled row patterns.

Any number of processes use the directory at the same time, without a lock: a file is put there in
one step, and who finds a file gone makes it anew.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def cache_directory() -> Path | None:
    """Return where this user's caches are kept, or None where there is no home.

    The environment variable CEP_CACHE_DIR names another place.
    """
    if named := os.environ.get("CEP_CACHE_DIR"):
        return Path(named)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "cep" / "cache" if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "cep"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "cep"


def used(path: Path) -> None:
    """Note that a file of the cache was of use: `bound` removes it later than others."""
    with contextlib.suppress(OSError):
        os.utime(path)


def bound(directories: Iterable[Path], prefix: str, most: int) -> None:
    """Remove what was not used for the longest time, where files take more than `most` bytes.

    Files whose names begin with `prefix` are looked at. Those whose names are alike up to the first
    dot go together, and were used when the last of them was. A quarter is made free at once, so
    that the directories are not gone through for every new file.
    """
    families: dict[str, list[tuple[Path, int, int]]] = {}
    for directory in directories:
        with contextlib.suppress(OSError), os.scandir(directory) as entries:
            for entry in entries:
                if not entry.name.startswith(prefix):
                    continue
                with contextlib.suppress(OSError):  # another process has just removed it
                    known = entry.stat()
                    file = (Path(entry.path), known.st_size, known.st_mtime_ns)
                    families.setdefault(entry.name.split(".")[0], []).append(file)
    total = sum(size for files in families.values() for _, size, _ in files)
    if total <= most:
        return
    for files in sorted(families.values(), key=lambda files: max(time for *_, time in files)):
        for path, size, _ in files:
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
        if total <= most * 3 // 4:
            return

"""Where what is made once for an installation is kept: parse tables, compiled row patterns."""

from __future__ import annotations

import os
import sys
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

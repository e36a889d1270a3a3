"""The connectors there are, by name: the built-in ones and those that other packages bring."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from cep.errors import ConnectorError, did_you_mean
from cep.runtime.connectors.base import Connector

GROUP = "cep.connectors"
"""The entry point group of third parties: an entry point names a `Connector` object."""

BUILT_IN = {
    "blackhole": "cep.runtime.connectors.blackhole:BlackholeConnector",
    "datagen": "cep.runtime.connectors.datagen:DatagenConnector",
    "file": "cep.runtime.connectors.file:FileConnector",
    "memory": "cep.runtime.connectors.memory:MemoryConnector",
    "nexmark": "cep.runtime.connectors.nexmark:NexmarkConnector",
    "print": "cep.runtime.connectors.console:PrintConnector",
    "stdin": "cep.runtime.connectors.console:StdinConnector",
    "stdout": "cep.runtime.connectors.console:StdoutConnector",
}
"""The classes of the built-in connectors; each is imported when it is first looked up."""


class Connectors:
    """The connectors an engine knows.

    `extra` are connectors of the embedding program; they stand before the built-in ones, which
    stand before those of other packages.
    """

    def __init__(self, extra: Iterable[Connector] = ()) -> None:
        self._loaded: dict[str, Connector] = {c.name: c for c in extra}

    @cached_property
    def _plugins(self) -> dict[str, EntryPoint]:
        """Find the entry points of other packages, without importing them."""
        return {e.name.lower(): e for e in entry_points(group=GROUP)}

    def add(self, connector: Connector) -> None:
        """Make a connector known; it replaces one of the same name."""
        self._loaded[connector.name] = connector

    def names(self) -> tuple[str, ...]:
        """Return the names of all connectors, without importing them."""
        return tuple(sorted({*self._loaded, *BUILT_IN, *self._plugins}))

    def all(self) -> tuple[Connector, ...]:
        """Load and return every connector; a broken plugin is left out with a warning."""
        found = []
        for name in self.names():
            try:
                found.append(self.lookup(name))
            except ConnectorError as error:
                warnings.warn(str(error), RuntimeWarning, stacklevel=2)
        return tuple(found)

    def lookup(self, name: str) -> Connector:
        """Return the connector called `name`; raises ConnectorError where there is none."""
        key = name.lower()
        if key not in self._loaded:
            if key in BUILT_IN:
                module, _, attribute = BUILT_IN[key].partition(":")
                self._loaded[key] = getattr(importlib.import_module(module), attribute)()
            elif key in self._plugins:
                self._loaded[key] = _load(self._plugins[key])
            else:
                raise ConnectorError(
                    f"there is no connector '{name}'",
                    hint=did_you_mean(name, self.names())
                    or f"the connectors are {', '.join(self.names())}",
                    option="connector",
                )
        return self._loaded[key]


def _load(entry: EntryPoint) -> Connector:
    """Import a plugin; whatever goes wrong in it is told as one ConnectorError."""
    package = entry.dist.name if entry.dist else "another package"
    try:
        connector = entry.load()
    except Exception as error:  # a plugin may fail in any way while it is imported
        raise ConnectorError(
            f"connector '{entry.name}' of {package} could not be loaded: "
            f"{type(error).__name__}: {error}",
            hint=f"mend or uninstall {package}; the other connectors are not affected",
        ) from error
    if not isinstance(connector, Connector):
        raise ConnectorError(
            f"connector '{entry.name}' of {package} is no Connector",
            hint=f"the entry point {entry.value} must name an object of {Connector.__module__}",
        )
    return connector

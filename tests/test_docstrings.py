"""Every public method says what it does, or overrides one that does.

The linter asks for the docstrings of modules, classes and functions; it cannot tell which methods
override another, so methods are looked at here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cached_property
from types import FunctionType

import pytest

import cep

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(cep.__path__, "cep.")
    if not module.name.endswith(".__main__")
)
METHODS = (FunctionType, classmethod, staticmethod, property, cached_property)


@pytest.mark.parametrize("name", MODULES)
def test_public_methods_have_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    undocumented = [
        f"{cls.__name__}.{attribute}"
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__ == name and not cls.__name__.startswith("_")
        for attribute, member in vars(cls).items()
        if isinstance(member, METHODS) and not attribute.startswith("_")
        if attribute not in inspect.get_annotations(cls)  # a field with a function for its default
        if not any(getattr(vars(base).get(attribute), "__doc__", None) for base in cls.__mro__)
    ]
    assert undocumented == []

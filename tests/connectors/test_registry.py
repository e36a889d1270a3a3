"""Connectors by name, their options, and those that other packages bring."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from cep.errors import ConnectorError
from cep.runtime.connectors import options, registry
from cep.runtime.connectors.base import Connector, OptionSpec
from cep.runtime.connectors.blackhole import BlackholeConnector
from cep.runtime.connectors.registry import BUILT_IN, Connectors


class Odd(Connector):
    """A connector with every kind of option."""


ODD = Odd(
    "odd",
    "for tests",
    (
        OptionSpec("path", "where", required=True),
        OptionSpec("mode", "how", "slow", choices=("slow", "fast")),
        OptionSpec("fields.*.kind", "what"),
        OptionSpec("limit", "how many"),
    ),
)


def test_every_built_in_connector_is_what_it_is_called() -> None:
    known = Connectors()
    for name in BUILT_IN:
        connector = known.lookup(name.upper())
        assert connector.name == name
        assert connector.reads or connector.writes
        assert connector.summary
        assert known.lookup(name) is connector
    assert set(BUILT_IN) <= {c.name for c in known.all()}


def test_a_name_that_is_not_known() -> None:
    with pytest.raises(ConnectorError, match="did you mean file"):
        Connectors().lookup("fiel")
    with pytest.raises(ConnectorError, match="the connectors are blackhole, datagen"):
        Connectors().lookup("qqq")


def test_the_program_adds_its_own() -> None:
    known = Connectors([ODD])
    assert known.lookup("odd") is ODD
    mine = BlackholeConnector(summary="mine")
    known.add(mine)
    assert known.lookup("blackhole") is mine
    assert Connectors().lookup("blackhole") is not mine


def test_options_are_settled() -> None:
    settled = options.settle(ODD, {"connector": "odd", "path": "x", "fields.a.kind": "random"})
    assert settled == {"mode": "slow", "path": "x", "fields.a.kind": "random"}
    assert options.settle(ODD, settled) == settled
    assert options.settle(ODD, {"path": "x", "mode": "FAST"})["mode"] == "fast"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "needs the option 'path'\nhint: write path = '...' in WITH"),
        ({"path": "x", "pth": "y"}, "has no option 'pth'\nhint: did you mean path?"),
        ({"path": "x", "zzz": "y"}, "its options are path, mode"),
        ({"path": "x", "mode": "fats"}, "cannot be 'fats'\nhint: did you mean fast?"),
        ({"path": "x", "mode": "?"}, "write one of 'slow', 'fast'"),
        ({"path": "x", "fields.a.b.kind": "y"}, "has no option 'fields.a.b.kind'"),
    ],
)
def test_options_that_are_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        options.settle(ODD, given)
    assert told in str(caught.value)


def test_values_of_options() -> None:
    given = {"n": "1_000", "f": "0.5", "t": "1.5 s", "d": "2 days", "b": "True", "bad": "x"}
    assert options.whole_number(given, "n") == 1000
    assert options.number(given, "f", 0, 1) == 0.5
    assert options.length(given, "t") == 1_500_000
    assert options.length(given, "d") == 2 * 86_400_000_000
    assert options.flag(given, "b")
    assert not options.flag(given, "absent")
    assert options.whole_number(given, "absent") is None
    for read in (options.whole_number, options.length, options.flag):
        with pytest.raises(ConnectorError, match="'bad' cannot be 'x'"):
            read(given, "bad")
    with pytest.raises(ConnectorError, match="at least 0 and at most 0"):
        options.number(given, "f", 0, 0.25)


def entry(name: str, value: str) -> EntryPoint:
    """Return an entry point as a package would declare it."""
    return EntryPoint(name, value, registry.GROUP)


def test_plugins_are_loaded_when_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        entry("mqtt", "tests.connectors.test_registry:ODD"),
        entry("broken", "no.such.module:X"),
        entry("wrong", "os:path"),
        entry("file", "no.such.module:X"),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: found)
    known = Connectors()
    assert {"mqtt", "broken", "wrong"} <= set(known.names())
    assert known.lookup("mqtt").name == "odd"
    assert known.lookup("file").name == "file"
    with pytest.raises(ConnectorError, match="'broken' of another package could not be loaded"):
        known.lookup("broken")
    with pytest.raises(ConnectorError, match="is no Connector"):
        known.lookup("wrong")
    with pytest.warns(RuntimeWarning) as told:
        names = {c.name for c in known.all()}
    assert {"file", "odd"} <= names
    assert len(told) == 2


def test_the_registry_imports_no_format() -> None:
    code = (
        "import sys; import cep.runtime.connectors.registry; "
        "print([m for m in ('pyarrow.parquet', 'numba', 'pyarrow.csv') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

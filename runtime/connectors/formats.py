"""The formats there are, and which one a file has."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import PurePath

from cep.errors import ConnectorError
from cep.runtime.connectors.base import OptionSpec
from cep.runtime.connectors.format_base import Format
from cep.runtime.connectors.storage import COMPRESSIONS

# A format is imported when it is first used: pyarrow.parquet alone takes longer than all the rest.
_FORMATS = {
    "csv": "cep.runtime.connectors.format_csv:CsvFormat",
    "json": "cep.runtime.connectors.format_json:JsonFormat",
    "parquet": "cep.runtime.connectors.format_parquet:ParquetFormat",
    "arrow": "cep.runtime.connectors.format_arrow:ArrowFormat",
    "debezium-json": "cep.runtime.connectors.format_changes:DebeziumFormat",
    "upsert-json": "cep.runtime.connectors.format_changes:UpsertFormat",
}
_ALIASES = {"jsonl": "json", "ndjson": "json", "tsv": "csv", "ipc": "arrow", "feather": "arrow"}
_EXTENSIONS = {
    "csv": "csv",
    "tsv": "csv",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "parquet": "parquet",
    "pq": "parquet",
    "arrow": "arrow",
    "arrows": "arrow",
    "ipc": "arrow",
    "feather": "arrow",
}

NAMES = (*_FORMATS, *_ALIASES)
"""Every spelling of the option `format`."""

FORMAT_OPTIONS = (
    OptionSpec("format", "how rows are written; default: as the extension says", choices=NAMES),
    OptionSpec("delimiter", "csv: what separates fields; default ','"),
    OptionSpec("header", "csv: whether the first line is a header", choices=("true", "false")),
    OptionSpec("quote", "csv: what quotes fields; default '\"'"),
    OptionSpec("null", "csv: spellings of NULL besides the empty field, like 'NA,NULL'"),
    OptionSpec(
        "timestamp_format",
        "csv, json: as in Java or strptime, or epoch_s, epoch_ms, epoch_us; default ISO-8601",
    ),
    OptionSpec("max_line_bytes", "csv, json: a longer line is a broken row; default 16777216"),
)
"""The options of all formats; which of them a format reads, it says itself."""

_SPECIFIC = frozenset(spec.name for spec in FORMAT_OPTIONS if spec.name != "format")
_loaded: dict[str, Format] = {}


def format_named(name: str) -> Format:
    """Return a format by any of its names."""
    key = _ALIASES.get(name, name)
    if key not in _loaded:
        module, _, attribute = _FORMATS[key].partition(":")
        _loaded[key] = getattr(importlib.import_module(module), attribute)()
    return _loaded[key]


def choose_format(options: Mapping[str, str], path: str | None = None) -> Format:
    """Return the format of a file, or of a stream without a name; checks the format's options.

    Raises ConnectorError where the format is not known, or does not know an option.
    """
    name = options.get("format") or (_by_extension(path) if path is not None else None)
    if name is None:
        raise ConnectorError(
            f"the format of {path or 'the stream'} is not known",
            hint="write format = 'csv', 'json', 'parquet' or 'arrow'",
        )
    chosen = format_named(name)
    for key in options:
        if key in _SPECIFIC and key not in chosen.options:
            raise ConnectorError(
                f"option '{key}' means nothing for the format {chosen.name}",
                hint=f"leave it out; {chosen.name} reads {', '.join(chosen.options) or 'none'}",
            )
    return chosen


def with_defaults(options: Mapping[str, str], path: str) -> dict[str, str]:
    """Fill in what the extension of a file means: .tsv separates by tabulators."""
    suffixes = {s[1:].lower() for s in PurePath(path).suffixes}
    return {"delimiter": "\t", **options} if "tsv" in suffixes else dict(options)


def _by_extension(path: str) -> str | None:
    suffixes = [s[1:].lower() for s in PurePath(path).suffixes]
    while suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return _EXTENSIONS.get(suffixes[-1]) if suffixes else None

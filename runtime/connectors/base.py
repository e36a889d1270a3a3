"""What a connector is: where rows come from and where results go.

A `Connector` is registered once under its name and makes a `Source` or a `Sink` from the options
of a CREATE statement. It knows bytes, files and protocols; it knows nothing of watermarks,
lateness or queries, which are the same for all of them and live in `cep.runtime.ingest`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import pyarrow as pa

from cep.runtime.connectors.changes import CHANGE_FORMATS
from cep.types import DataType, Field, Schema


@dataclass(frozen=True)
class OptionSpec:
    """One option a connector reads: its default (None: it has none) and what it is for.

    `choices` are its only legal values, where it has such. A name with `*` for a part stands for a
    family of options, like `fields.*.kind`.
    """

    name: str
    summary: str
    default: str | None = None
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A filter a source may use to leave rows out: `column operator value`.

    `operator` is one of `= <> < <= > >=`; the column is never NULL in a row that passes.
    """

    column: str
    operator: str
    value: pa.Scalar


@dataclass(frozen=True)
class Read:
    """What a query wants of a source.

    `fields` are the columns to deliver, in order, in the Arrow types of their SQL types; `metadata`
    the keys of the connector's metadata columns with the field each is to become, delivered after
    them. A source may leave out the values of rows that fail any of `filters` and deliver such rows
    as a `Chunk` with `skipped` set, as long as the columns named in `always` are there for every
    row: the watermark is made from them, and a filter must never change it. `declared` are all
    physical columns of the statement, in order, for inputs that name no columns (CSV without a
    header); empty means that they are `fields`. With `changes` the last of the fields is `op`: what
    the row does to a table (`cep.runtime.connectors.changes`), and `key` names those of its key.
    """

    fields: tuple[Field, ...]
    metadata: tuple[tuple[str, Field], ...] = ()
    filters: tuple[Comparison, ...] = ()
    always: tuple[str, ...] = ()
    declared: tuple[Field, ...] = ()
    changes: bool = False
    key: tuple[str, ...] = ()

    @property
    def schema(self) -> Schema:
        """The schema of the chunks: fields, then metadata."""
        return Schema(self.fields + tuple(f for _, f in self.metadata))


@dataclass(frozen=True)
class BrokenRow:
    """A row that could not be read: its text as far as it is known, where it stands, and why."""

    text: str
    where: str
    message: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of one partition, in the order of arrival.

    `batch` has the columns of `Read.schema`. In a `skipped` chunk only the columns of
    `Read.always` are real and the others NULL: its rows move the watermark and go no further.
    `broken` holds the rows that could not be read, `broken_count` how many there were (a source
    may cut the list at a bound it states, never the count).
    """

    partition: str
    batch: pa.RecordBatch
    broken: tuple[BrokenRow, ...] = ()
    broken_count: int = 0
    skipped: bool = False


class Signal(Enum):
    """What a poll says when it has no rows."""

    IDLE = "nothing has come yet"
    END = "no partition has more rows, and none will come"


@dataclass(frozen=True)
class PartitionEnd:
    """A partition has ended; it no longer holds the watermark back."""

    partition: str


@dataclass(frozen=True)
class Progress:
    """How far a bounded source has come, in a unit of its own (usually bytes)."""

    done: int
    total: int


class Source(ABC):
    """Partitions of rows, read in order and from any offset.

    The engine calls `poll` again and again; the source never blocks for long (a few milliseconds).
    A partition is what has an order of its own: a file, a topic's partition, a producer's stream.
    """

    bounded: bool = True
    """Whether the source comes to an end by itself."""

    @abstractmethod
    def partitions(self) -> Sequence[str]:
        """Return the partitions known so far; each that has not ended holds the watermark back."""

    @abstractmethod
    def poll(self, max_rows: int, partition: str | None = None) -> Chunk | PartitionEnd | Signal:
        """Return the next rows, about `max_rows` at most.

        `partition` asks for rows of that partition (the one that is furthest behind in time);
        a source that cannot choose may return rows of another.
        """

    @abstractmethod
    def offsets(self) -> Mapping[str, int]:
        """Return for each partition the offset of the next row to be read."""

    @abstractmethod
    def seek(self, offsets: Mapping[str, int]) -> None:
        """Go to offsets that `offsets` once returned; partitions not named start anew."""

    def progress(self) -> Progress | None:
        """Return how far the source has come, or None where it cannot know."""
        return None

    def close(self) -> None:
        """Let go of files and connections; called once, also after an error."""


class Guarantee(Enum):
    """How often a result is said at a sink when the engine is restarted."""

    TRANSACTIONAL = "exactly once: what is prepared becomes visible when committed"
    IDEMPOTENT = "exactly once per key: writing a row again changes nothing"
    AT_LEAST_ONCE = "at least once: after a restart a row may be said again"


class Sink(ABC):
    """Where the rows of a query go."""

    guarantee: Guarantee = Guarantee.AT_LEAST_ONCE
    takes_changes: bool = False
    """Whether the sink understands retractions; others refuse queries that retract."""

    def keyed(self, key: Sequence[str]) -> None:
        """Learn, before anything is written, which columns are unique together; none: it has none.

        Raises ConnectorError where the sink needs a key.
        """

    @abstractmethod
    def write(self, batch: pa.RecordBatch, weights: Sequence[int] | None = None) -> None:
        """Take rows; `weights` are given only to a sink that takes changes (None: all +1).

        They are net, and what is taken back stands before what comes.
        """

    def flush(self) -> None:
        """Make visible what has been written, as far as the guarantee allows it."""

    def prepare(self, epoch: int) -> None:
        """Make everything written so far ready to be committed as `epoch`."""

    def commit(self, epoch: int) -> None:
        """Make `epoch` visible; called again after a restart that cannot know of it."""

    def abort(self, epoch: int) -> None:
        """Throw away what was prepared as `epoch`."""

    def close(self) -> None:
        """Finish what has been written and let go of files and connections."""


@dataclass(frozen=True)
class Connector(ABC):
    """A kind of source, of sink, or of both."""

    name: str
    summary: str
    options: tuple[OptionSpec, ...] = ()
    metadata: Mapping[str, DataType] = field(default_factory=dict)
    """The metadata columns a source can deliver, by key."""

    def infer(self, options: Mapping[str, str]) -> Schema:
        """Look at the input and return its schema; raises ConnectorError where it cannot."""
        raise NotImplementedError(self.name)

    def is_bounded(self, options: Mapping[str, str]) -> bool:
        """Say whether a source with these options comes to an end by itself."""
        return True

    def delivers_changes(self, options: Mapping[str, str]) -> bool:
        """Say whether rows of a source with these options say what they do: insert or delete."""
        if options.get("format", "").lower() in CHANGE_FORMATS:
            return True
        return options.get("changelog", "false").lower() != "false"

    def source(self, options: Mapping[str, str], read: Read) -> Source:
        """Open a source; raises ConnectorError where it cannot."""
        raise NotImplementedError(self.name)

    def sink(self, options: Mapping[str, str], schema: Schema) -> Sink:
        """Open a sink for rows of `schema`; raises ConnectorError where it cannot."""
        raise NotImplementedError(self.name)

    @property
    def reads(self) -> bool:
        """Whether the connector makes sources."""
        return type(self).source is not Connector.source

    @property
    def infers(self) -> bool:
        """Whether the connector can find the columns of its input by itself."""
        return type(self).infer is not Connector.infer

    @property
    def writes(self) -> bool:
        """Whether the connector makes sinks."""
        return type(self).sink is not Connector.sink

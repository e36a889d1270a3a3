"""The connector `nexmark`: persons, auctions and bids of the Nexmark benchmark.

Proportions, identifiers and skew follow the generator of Apache Beam's Nexmark suite: of every 50
events one is a new person, three are new auctions and 46 are bids, most of them on recent "hot"
auctions. The random numbers are our own (`cep.runtime.connectors.computed`), so single rows differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.errors import ConnectorError
from cep.runtime.connectors.base import Connector, OptionSpec, Read, Source
from cep.runtime.connectors.computed import ComputedSource, Dice, Numbers, instants
from cep.runtime.connectors.convert import from_text
from cep.runtime.connectors.format_base import match_columns
from cep.runtime.connectors.options import number, settle, whole_number
from cep.runtime.time import SECOND
from cep.types import BIGINT, INT, TIMESTAMP, VARCHAR, DataType, Field, Row, Schema, Timestamp

_EPOCH = 50
"""Events in which the proportions hold."""

_FIRST = {"person": 0, "auction": 1, "bid": 4}
_COUNT = {"person": 1, "auction": 3, "bid": 46}
_FIRST_ID = 1000
_CATEGORIES = 5
_FIRST_CATEGORY = 10
_ACTIVE_PEOPLE = 1000
_IN_FLIGHT = 100
_LEAD = 10
_HOT = 100

_TIME = Timestamp(3)
_TABLES = {
    "person": Schema(
        (
            Field("id", BIGINT),
            Field("name", VARCHAR),
            Field("emailaddress", VARCHAR),
            Field("creditcard", VARCHAR),
            Field("city", VARCHAR),
            Field("state", VARCHAR),
            Field("datetime", _TIME),
            Field("extra", VARCHAR),
        )
    ),
    "auction": Schema(
        (
            Field("id", BIGINT),
            Field("itemname", VARCHAR),
            Field("description", VARCHAR),
            Field("initialbid", BIGINT),
            Field("reserve", BIGINT),
            Field("datetime", _TIME),
            Field("expires", _TIME),
            Field("seller", BIGINT),
            Field("category", BIGINT),
            Field("extra", VARCHAR),
        )
    ),
    "bid": Schema(
        (
            Field("auction", BIGINT),
            Field("bidder", BIGINT),
            Field("price", BIGINT),
            Field("channel", VARCHAR),
            Field("url", VARCHAR),
            Field("datetime", _TIME),
            Field("extra", VARCHAR),
        )
    ),
}
_EVENT = Schema(
    (
        Field("event_type", INT),
        *(Field(name, Row(schema.fields)) for name, schema in _TABLES.items()),
        Field("datetime", _TIME),
    )
)
_KINDS = tuple(_TABLES)
_EXTRA_BYTES = {"person": 100, "auction": 250, "bid": 40}

_FIRST_NAMES = "Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter"
_LAST_NAMES = "Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris"
_CITIES = "Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne"
_STATES = "AZ,CA,CA,ID,OR,OR,WA,WA,WA,WY"
_CHANNELS = "Google,Facebook,Baidu,Apple"


class Events:
    """The values of every table by the number of the event."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._dice = Dice(whole_number(options, "seed") or 0)
        self._interval = SECOND / (number(options, "rate", 1e-9) or 10_000.0)
        start, wrong = from_text(pa.array([options["start"]]), TIMESTAMP)
        if wrong is not None:
            raise ConnectorError(f"option 'start': {wrong[0]}")
        self._start = int(start.view(pa.int64())[0].as_py())
        self._hot_auction = whole_number(options, "hot_auction_ratio", 1) or 2
        self._hot_bidder = whole_number(options, "hot_bidder_ratio", 1) or 4
        self._hot_seller = whole_number(options, "hot_seller_ratio", 1) or 4

    def micros(self, events: Numbers) -> Numbers:
        """Return when events happen, in whole milliseconds."""
        return (self._start + (events * self._interval).astype(np.int64)) // 1000 * 1000

    def column(self, table: str, name: str, events: Numbers) -> pa.Array:
        """Return the values of a column of a table for events of its kind."""
        if name == "datetime":
            return instants(self.micros(events), _TIME.arrow)
        if name == "extra":
            return self._dice.letters(f"{table} extra", events, _EXTRA_BYTES[table])
        return {"person": self._person, "auction": self._auction, "bid": self._bid}[table](
            name, events
        )

    def _person(self, name: str, events: Numbers) -> pa.Array:
        if name == "id":
            return pa.array(_last_person(events) + _FIRST_ID)
        if name == "name":
            first = self._pick("first name", events, _FIRST_NAMES)
            return pc.binary_join_element_wise(
                first, self._pick("last name", events, _LAST_NAMES), " "
            )
        if name == "emailaddress":
            user = self._dice.letters("user", events, 7)
            host = self._dice.letters("host", events, 5)
            return pc.binary_join_element_wise(user, "@", host, ".com", "")
        if name == "creditcard":
            parts = [self._digits(f"card {i}", events, 4) for i in range(4)]
            return pc.binary_join_element_wise(*parts, " ")
        places = _CITIES if name == "city" else _STATES
        return self._pick("place", events, places)

    def _auction(self, name: str, events: Numbers) -> pa.Array:
        if name == "id":
            return pa.array(_last_auction(events) + _FIRST_ID)
        if name == "seller":
            last = _last_person(events)
            hot = self._dice.below("hot seller", events, self._hot_seller) > 0
            cold = self._any_person("seller", events)
            return pa.array(np.where(hot, last // _HOT * _HOT, cold) + _FIRST_ID)
        if name == "category":
            return pa.array(self._dice.below("category", events, _CATEGORIES) + _FIRST_CATEGORY)
        if name == "initialbid":
            return pa.array(self._price("initial", events))
        if name == "reserve":
            return pa.array(self._price("initial", events) + self._price("reserve", events))
        if name == "expires":
            horizon = int(2 * _IN_FLIGHT * _EPOCH / _COUNT["auction"] * self._interval / 1000)
            open_for = 1 + self._dice.below("expires", events, max(horizon, 1))
            return instants(self.micros(events) + open_for * 1000, _TIME.arrow)
        return self._dice.letters(name, events, 20 if name == "itemname" else 100)

    def _bid(self, name: str, events: Numbers) -> pa.Array:
        if name == "auction":
            last = _last_auction(events)
            hot = self._dice.below("hot auction", events, self._hot_auction) > 0
            least = np.maximum(last - _IN_FLIGHT, 0)
            cold = least + self._dice.below("auction", events, last - least + 1 + _LEAD)
            return pa.array(np.where(hot, last // _HOT * _HOT, cold) + _FIRST_ID)
        if name == "bidder":
            last = _last_person(events)
            hot = self._dice.below("hot bidder", events, self._hot_bidder) > 0
            cold = self._any_person("bidder", events)
            return pa.array(np.where(hot, last // _HOT * _HOT + 1, cold) + _FIRST_ID)
        if name == "price":
            return pa.array(self._price("price", events))
        hot = self._dice.below("hot channel", events, 2) > 0
        famous = self._pick("channel", events, _CHANNELS)
        number = pa.array(self._dice.below("other channel", events, 10_000)).cast(pa.string())
        if name == "channel":
            other = pc.binary_join_element_wise("channel-", number, "")
            return pc.if_else(pa.array(hot), famous, other)
        path = self._dice.letters("path", events, 15)
        base = pc.binary_join_element_wise(
            "https://www.nexmark.com/", path, "/item.htm?query=1", ""
        )
        other = pc.binary_join_element_wise(base, "&channel_id=", number, "")
        return pc.if_else(pa.array(hot), base, other)

    def _price(self, name: str, events: Numbers) -> Numbers:
        exponent = self._dice.uniform(name, events) * 6
        return np.round(10.0**exponent * 100).astype(np.int64)

    def _any_person(self, name: str, events: Numbers) -> Numbers:
        """Choose among the people who came last, and a few who are to come."""
        people = _last_person(events) + 1
        active = np.minimum(people, _ACTIVE_PEOPLE)
        return people - active + self._dice.below(name, events, active + _LEAD)

    def _pick(self, name: str, events: Numbers, listed: str) -> pa.Array:
        choices = listed.split(",")
        return pa.array(choices).take(pa.array(self._dice.below(name, events, len(choices))))

    def _digits(self, name: str, events: Numbers, width: int) -> pa.Array:
        numbers = pa.array(self._dice.below(name, events, 10**width))
        return pc.utf8_lpad(numbers.cast(pa.string()), width, "0")


def _last_person(events: Numbers) -> Numbers:
    """Return the number of the last person that had come at each event."""
    return events // _EPOCH


def _last_auction(events: Numbers) -> Numbers:
    """Return the number of the last auction that had been opened at each event (0 before any)."""
    in_epoch = np.clip(events % _EPOCH - _FIRST["auction"], -1, _COUNT["auction"] - 1)
    return np.maximum(events // _EPOCH * _COUNT["auction"] + in_epoch, 0)


class NexmarkSource(ComputedSource):
    """The rows of one table of the events, or the events themselves."""

    def __init__(self, options: Mapping[str, str], read: Read) -> None:
        self._table = options["table"]
        events = whole_number(options, "events")
        rows = None if events is None else _rows(self._table, events)
        super().__init__(read, rows, whole_number(options, "partitions", 1) or 1)
        self._events = Events(options)
        schema = _schema(self._table)
        found = match_columns([f.name for f in read.fields], schema.names, f"nexmark {self._table}")
        for f, at in zip(read.fields, found, strict=True):
            if f.type != schema.types[at]:
                raise ConnectorError(
                    f"column {f.name} of nexmark {self._table} is {schema.types[at]}, not {f.type}",
                    hint="leave the columns out: they are known",
                )

    def column(self, field: Field, rows: Numbers) -> pa.Array:
        name = field.name.lower()
        if self._table != "event":
            count = _COUNT[self._table]
            events = rows // count * _EPOCH + _FIRST[self._table] + rows % count
            return self._events.column(self._table, name, events)
        if name == "datetime":
            return instants(self._events.micros(rows), _TIME.arrow)
        kinds = np.searchsorted([1, 4], rows % _EPOCH, "right")
        if name == "event_type":
            return pa.array(kinds.astype(np.int32))
        return self._rows_of(name, rows, kinds == _KINDS.index(name))

    def _rows_of(
        self, table: str, rows: Numbers, own: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> pa.Array:
        """Return the ROWs of a kind of event, NULL where an event is of another."""
        schema = _TABLES[table]
        columns = [self._events.column(table, f.name, rows[own]) for f in schema.fields]
        structs = pa.StructArray.from_arrays(columns, fields=list(schema.arrow))
        at = np.cumsum(own) - 1
        return structs.take(pa.array(at, mask=~own))


def _rows(table: str, events: int) -> int:
    """Return how many of the first events are of a kind."""
    if table == "event":
        return events
    rest = events % _EPOCH - _FIRST[table]
    return events // _EPOCH * _COUNT[table] + min(max(rest, 0), _COUNT[table])


def _schema(table: str) -> Schema:
    return _EVENT if table == "event" else _TABLES[table]


@dataclass(frozen=True)
class NexmarkConnector(Connector):
    """Makes sources of Nexmark's events."""

    name: str = "nexmark"
    summary: str = "persons, auctions and bids of the Nexmark benchmark"
    options: tuple[OptionSpec, ...] = (
        OptionSpec("table", "which rows", required=True, choices=(*_KINDS, "event")),
        OptionSpec("events", "how many events there are, of all kinds together; default: no end"),
        OptionSpec("rate", "events in a second of event time", "10000"),
        OptionSpec("seed", "another seed, other rows", "0"),
        OptionSpec("start", "the time of the first event", "2020-01-01 00:00:00"),
        OptionSpec("partitions", "how many partitions share the rows", "1"),
        OptionSpec("hot_auction_ratio", "one bid in so many is not on a hot auction", "2"),
        OptionSpec("hot_bidder_ratio", "one bid in so many is not by a hot bidder", "4"),
        OptionSpec("hot_seller_ratio", "one auction in so many is not by a hot seller", "4"),
    )
    metadata: Mapping[str, DataType] = field(
        default_factory=lambda: {"partition": BIGINT, "offset": BIGINT}
    )

    def infer(self, options: Mapping[str, str]) -> Schema:
        return _schema(settle(self, options)["table"])

    def is_bounded(self, options: Mapping[str, str]) -> bool:
        return "events" in options

    def source(self, options: Mapping[str, str], read: Read) -> Source:
        return NexmarkSource(settle(self, options), read)

"""The logical plan: a closed set of plain nodes, what is known of each, and how they read."""

from cep.planner.logical.clocked import ClockBound, ClockedFilter
from cep.planner.logical.grouping import Aggregate, Expand
from cep.planner.logical.joins import (
    Bound,
    ByTime,
    Interval,
    Join,
    JoinKey,
    JoinKind,
    SameWindow,
    by_time,
)
from cep.planner.logical.late import in_time, late_inputs, late_schemas, refusing
from cep.planner.logical.match import Match, Said, Skip, SkipTo
from cep.planner.logical.node import Node, Unary, transform, walk
from cep.planner.logical.ordering import Delay, Limit, Sort, SortKey
from cep.planner.logical.over import Over
from cep.planner.logical.rows import Filter, Project, Reading, Scan, Union, Values
from cep.planner.logical.sets import SetOperation
from cep.planner.logical.temporal import AsOf, Lookup, Nearest
from cep.planner.logical.topn import TopN
from cep.planner.logical.windows import Window
from cep.planner.units import duration, time_unit

__all__ = [
    "Aggregate",
    "AsOf",
    "Bound",
    "ByTime",
    "ClockBound",
    "ClockedFilter",
    "Delay",
    "Expand",
    "Filter",
    "Interval",
    "Join",
    "JoinKey",
    "JoinKind",
    "Limit",
    "Lookup",
    "Match",
    "Nearest",
    "Node",
    "Over",
    "Project",
    "Reading",
    "Said",
    "SameWindow",
    "Scan",
    "SetOperation",
    "Skip",
    "SkipTo",
    "Sort",
    "SortKey",
    "TopN",
    "Unary",
    "Union",
    "Values",
    "Window",
    "by_time",
    "duration",
    "in_time",
    "late_inputs",
    "late_schemas",
    "refusing",
    "time_unit",
    "transform",
    "walk",
]

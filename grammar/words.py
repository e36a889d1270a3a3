"""The words that are special beyond what the grammar says, and the units of time."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a list that is written as a text."""
    return frozenset(text.split())


RESERVED = words(
    """
    AND AS BETWEEN CASE CREATE DISTINCT ELSE EXCEPT FALSE FROM GROUP HAVING IN INTERSECT INTO IS
    JOIN LIKE NOT NULL ON OR ORDER SELECT THEN TRUE UNION USING WHEN WHERE WITH
    """
)
"""Words that are never a name unless they are quoted."""

NEVER_BARE_ALIAS = words(
    """
    ANTI ASOF CHECKPOINT CROSS EMIT FULL INNER LATE LEFT LIMIT MATCH_CONDITION
    MATCH_RECOGNIZE NATURAL OFFSET OUTER QUALIFY RIGHT SEMI WINDOW
    """
)
"""Words that may be names, but not an alias without AS: they begin a clause or a statement."""

PATTERN_WORDS = words("PERMUTE WITHIN")
"""The only words that are not a variable in a PATTERN unless they are quoted."""

UNITS = (
    "YEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "MILLISECOND",
    "MICROSECOND",
)
"""The units of an interval, longest first."""

PLURALS = {f"{unit}S": unit for unit in UNITS}


def unit(text: str) -> str | None:
    """Return the unit that a word names, singular and in upper case, or None."""
    word = text.upper()
    return word if word in UNITS else PLURALS.get(word)

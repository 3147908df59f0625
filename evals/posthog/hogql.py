"""Enough of PostHog's SQL to run the queries of Snags for real: the text is rewritten for SQLite, then executed.

The filter of a query is evaluated over real rows, so a wrong parenthesis finds the wrong sessions here too.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from evals.posthog.project import StoredSession, iso

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PROPERTY = re.compile(r"(?<![\w.])(person\.properties|properties)\.(?:`([^`]+)`|(\$?\w+))")
_LIKE = re.compile(r"(json_extract\([^()]*\)) (NOT )?ILIKE (:\w+)")
_COLUMN = re.compile(r"^SELECT (.+?) FROM", re.DOTALL)


class HogqlError(ValueError):
    """The query cannot be run; PostHog answers 400."""


class Tables:
    """The two tables that queries of Snags name. One connection: use it from one thread."""

    def __init__(self, sessions: Sequence[StoredSession]) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.create_function("toDateTime", 1, _moment, deterministic=True)
        self._database.create_function("dateDiff", 3, _seconds_between, deterministic=True)
        self._database.create_function("toFloat", 1, _number, deterministic=True)
        self._database.create_function("ilike", 2, _contains, deterministic=True)
        self._database.executescript(
            "CREATE TABLE raw_session_replay_events (session_id, distinct_id, min_first_timestamp, "
            "max_last_timestamp, console_error_count);"
            "CREATE TABLE events (uuid, event, timestamp, distinct_id, elements_chain, properties, person);"
        )
        for one in sessions:
            self._database.execute(
                "INSERT INTO raw_session_replay_events VALUES (?, ?, ?, ?, ?)",
                (
                    one.session_id,
                    one.distinct_id,
                    iso(one.started_ms),
                    iso(one.ended_ms),
                    one.console_errors,
                ),
            )
            self._database.executemany(
                "INSERT INTO events VALUES (:uuid, :event, :timestamp, :distinct_id, :elements_chain, "
                ":properties, :person)",
                [
                    {
                        **row,
                        "properties": json.dumps(row["properties"]),
                        "person": json.dumps(row["person"]),
                    }
                    for row in one.events
                ],
            )

    def close(self) -> None:
        """Forget the rows."""
        self._database.close()

    def run(self, text: str, values: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
        """Columns and rows.

        Raises:
            HogqlError: the query is none that is understood here.
        """
        named = _COLUMN.match(text)
        if named is None:
            raise HogqlError(f"no SELECT: {text[:80]!r}")
        columns = [column.strip().rpartition(" AS ")[2] for column in _split(named[1])]
        bound: dict[str, Any] = {}

        def placed(found: re.Match[str]) -> str:
            name = found[1]
            if name not in values:
                raise HogqlError(f"Placeholder {{{name}}} is missing")
            value = values[name]
            if not isinstance(value, list):
                bound[name] = value
                return f":{name}"
            names = [f"{name}_{place}" for place in range(len(cast("list[str]", value)))]
            bound.update(zip(names, cast("list[str]", value), strict=True))
            return f"({', '.join(f':{one}' for one in names)})"

        sql = _PROPERTY.sub(_extracted, _PLACEHOLDER.sub(placed, text))
        sql = _LIKE.sub(lambda found: f"{found[2] or ''}ilike({found[1]}, {found[3]})", sql)
        try:
            rows = self._database.execute(sql, bound).fetchall()
        except sqlite3.Error as error:
            raise HogqlError(f"{error} in {sql[:300]}") from error
        return columns, [list(row) for row in rows]


def _split(columns: str) -> list[str]:
    """Columns of a SELECT; commas inside parentheses are no separators."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(columns):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(columns[start:place])
            start = place + 1
    return [*parts, columns[start:]]


def _extracted(found: re.Match[str]) -> str:
    holder = "person" if found[1] == "person.properties" else "properties"
    name = (found[2] or found[3]).replace("'", "''")
    return f"json_extract({holder}, '$.\"{name}\"')"


def _moment(value: str) -> str:
    """A moment as the tables hold it, so that text compares like time."""
    return value.replace("Z", ".000000Z") if "." not in value else value


def _seconds_between(unit: str, first: str, last: str) -> int:
    if unit != "second":
        raise ValueError(unit)
    return round(_epoch(last) - _epoch(first))


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _contains(value: object, pattern: str) -> bool:
    """ILIKE: ``%`` is anything, ``_`` one letter, a backslash makes either plain."""
    expression, escaped = "", False
    for letter in pattern:
        if escaped or letter not in "%_\\":
            expression += re.escape(letter)
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            expression += ".*" if letter == "%" else "."
    return value is not None and re.fullmatch(expression, str(value), re.I | re.S) is not None

"""Bare clickstreams: tables of events in CSV, one row for each thing somebody did.

A column map says which columns are which. Without one, columns with plain names are recognised; a
table whose columns are not is refused with the remedy, so that nothing is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.errors import SettingsError
from graph.sources.clock import epoch_ms
from graph.sources.product_events import SessionEvent
from graph.sources.reading import Reading
from graph.sources.recording import STEP, ProductEvent

NEW_SESSION_MS = 30 * 60_000
"""A pause after which the same user begins another session, where the table names none. The custom of
web analytics, and of PostHog's sessions."""

MAX_TEXT = 2_000
"""Characters kept of a name or an address."""

_SECONDS_END_MS = 100_000_000_000
"""Real clocks only here: a number below this is in seconds, above it in milliseconds (1973)."""

_DELIMITERS = ",;\t|"

_PLAIN_NAMES: Mapping[str, tuple[str, ...]] = {
    "session": (
        "session_id", "sessionid", "session", "session_key", "visit_id", "visit",
    ),
    "user": (
        "user_id", "userid", "user", "distinct_id", "client_id", "visitor_id", "customer_id",
        "anonymous_id", "person_id", "device_id", "user_pseudo_id",
    ),
    "event": ("event", "event_name", "eventname", "event_type", "action", "activity", "step"),
    "time": (
        "timestamp", "event_timestamp", "time", "event_time", "ts", "datetime", "date_time",
        "occurred_at", "created_at",
    ),
    "page": ("page", "page_url", "url", "current_url", "page_path", "path", "screen"),
}  # fmt: skip
"""What people call these columns, the likeliest name first."""


class ColumnMap(BaseModel):
    """Which column of a table holds what; the names are those of the table's first line."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    event: str = Field(min_length=1)
    time: str = Field(min_length=1)
    session: str = ""
    """Empty where the table names no sessions: then a user's events are cut at pauses."""
    user: str = ""
    page: str = ""


class _Columns(NamedTuple):
    """Places of the columns; -1 for one that is not there."""

    event: int
    time: int
    session: int
    user: int
    page: int


class _Step(NamedTuple):
    session: str
    user: str
    event: ProductEvent


def read_column_map(file: Path) -> ColumnMap:
    """A column map from a JSON file: ``{"event": "action", "time": "when", "session": "visit"}``.

    Raises:
        SettingsError: it cannot be read, or names no columns for event and time.
    """
    try:
        return ColumnMap.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"{error.error_count()} errors"
        raise SettingsError(
            f"The column map {str(file)!r} cannot be used ({reason}). Write JSON such as "
            '{"event": "action", "time": "happened_at", "session": "visit_id"}; `user` and `page` '
            "may be named too."
        ) from error


def is_table(beginning: bytes, columns: ColumnMap | None) -> bool:
    """Whether a file's first bytes are the head of a table whose columns are known."""
    names = _names_in(beginning)
    return _columns_of(names, columns) is not None


def clickstream_of(reading: Reading, body: bytes, columns: ColumnMap | None) -> list[SessionEvent]:
    """The steps of a table, each with its session; rows without an event or a time are counted.

    Raises:
        RecordingUnreadable: a column that the map names is not there, or there are too many rows.
    """
    text = body.decode("utf-8-sig", "replace")
    names = _names_in(body)
    places = _columns_of(names, columns)
    if places is None:
        raise reading.refuse("line 1", "its columns are not known", "Give a column map.")
    rows = csv.reader(io.StringIO(text), delimiter=_delimiter_of(body))
    next(rows, None)
    try:
        steps = list(_steps_of(reading, rows, places))
    except csv.Error as error:
        raise reading.refuse(
            f"line {rows.line_num}", f"it is no table from here on ({error})", "Export it again."
        ) from error
    return list(_with_sessions(steps))


def _steps_of(reading: Reading, rows: Iterator[Sequence[str]], places: _Columns) -> Iterator[_Step]:
    for number, row in enumerate(rows, start=1):
        if number > reading.limits.max_events:
            raise reading.refuse(
                f"line {number + 1:,}",
                f"it holds more events than the limit of {reading.limits.max_events:,}",
                "Split it by date into smaller files.",
            )
        name, moment = _cell(row, places.event), _moment_of(_cell(row, places.time))
        session, user = _cell(row, places.session), _cell(row, places.user)
        if not name or moment is None or not (session or user):
            reading.repaired("a row without an event, a time or a session was left out")
            continue
        event = ProductEvent(
            name=name, timestamp_ms=moment, url=_cell(row, places.page), interaction=STEP
        )
        yield _Step(session, user, event)


def _with_sessions(steps: Sequence[_Step]) -> Iterator[SessionEvent]:
    """Rows that name no session belong to their user's, which a long pause ends."""
    last: dict[str, tuple[int, int]] = {}
    for step in sorted(steps, key=lambda one: one.event.timestamp_ms):
        if step.session:
            yield SessionEvent(step.session, step.event)
            continue
        number, before = last.get(step.user, (1, step.event.timestamp_ms))
        number += step.event.timestamp_ms - before > NEW_SESSION_MS
        last[step.user] = number, step.event.timestamp_ms
        yield SessionEvent(f"{step.user}#{number}", step.event)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip()[:MAX_TEXT] if 0 <= place < len(row) else ""


def _moment_of(text: str) -> int | None:
    found = epoch_ms(text) if text else None
    if found is None or found != found or abs(found) >= _SECONDS_END_MS * 1_000:
        return None
    in_seconds = abs(found) < _SECONDS_END_MS and "-" not in text
    return round(found * 1_000 if in_seconds else found)


def _first_line(body: bytes) -> str:
    line = body.partition(b"\n")[0]
    return line.decode("utf-8-sig", "replace").strip("\r") if len(line) <= 10_000 else ""


def _delimiter_of(body: bytes) -> str:
    line = _first_line(body)
    return max(_DELIMITERS, key=lambda one: (line.count(one), -_DELIMITERS.index(one)))


def _names_in(body: bytes) -> list[str]:
    line = _first_line(body)
    if not line or line.lstrip()[:1] in ("{", "[", "<"):
        return []
    try:
        rows = list(csv.reader([line], delimiter=_delimiter_of(body)))
    except csv.Error:
        return []
    return [name.strip() for row in rows for name in row]


def _columns_of(names: Sequence[str], columns: ColumnMap | None) -> _Columns | None:
    """Where the columns are; None where the table does not tell what happened to whom and when."""
    if columns is not None:
        wanted = {key: (str(value),) for key, value in columns.model_dump().items()}
        known = list(names)
    else:
        wanted = dict(_PLAIN_NAMES)
        known = [_plain(name) for name in names]
    place = {
        key: next((known.index(one) for one in named if one and one in known), -1)
        for key, named in wanted.items()
    }
    found = _Columns(**place)
    if found.event < 0:
        found = found._replace(event=found.page)
    told = found.event >= 0 and found.time >= 0 and (found.session >= 0 or found.user >= 0)
    return found if told else None


def _plain(name: str) -> str:
    return name.casefold().lstrip("$").replace(" ", "_").replace("-", "_").replace(".", "_")

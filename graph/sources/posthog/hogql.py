"""PostHog's SQL for a filter, and for the product events of sessions.

What a person typed never enters the text of a query: it stands in the values beside it, under names of ours.
PostHog's own list of recordings knows one operator for all conditions, so groups inside groups would be lost;
here every condition is a set of session ids, and sets nest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from graph.sources.posthog.filters import (
    AllOf,
    AnyOf,
    ByPerson,
    Comparison,
    Condition,
    DidEvent,
    HadException,
    HasProperty,
    Lasted,
    NoneOf,
    PostHogFilter,
    SawPage,
)

MAX_ROWS = 50_000
"""PostHog returns no more rows of one query, whatever is asked for."""

MARGIN = timedelta(hours=24)
"""Events are looked for so long after the period: a session that began in it may end after it. PostHog ends
sessions after a day."""

SKIPPED_EVENTS = ("$feature_flag_called", "$groupidentify", "$set", "$snapshot")
"""Of no use to a reader, and often a third of all rows."""

EVENT_COLUMNS = (
    "uuid",
    "event",
    "timestamp",
    "properties.$session_id",
    "properties.$window_id",
    "properties.$current_url",
    "properties.$event_type",
    "properties.$el_text",
    "elements_chain",
    "properties.$exception_list",
    "properties.$exception_types",
    "properties.$exception_values",
)

Value = str | float | int | Sequence[str]


@dataclass(slots=True)
class Query:
    """A query's text and the values it names."""

    text: str = ""
    values: dict[str, Value] = field(default_factory=dict[str, Value])

    def value(self, value: Value) -> str:
        """Keep a value; returns what stands for it in the text."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"{{{name}}}"


def sessions_query(wanted: PostHogFilter, limit: int) -> Query:
    """The recorded sessions of a filter, oldest first.

    Columns: session id, start, end, console errors.
    """
    query = Query()
    conditions = [
        f"min_first_timestamp >= toDateTime({query.value(_moment(wanted.since))})",
        f"min_first_timestamp < toDateTime({query.value(_moment(wanted.until))})",
        *(_condition(query, wanted, one) for one in wanted.conditions.all_of),
    ]
    query.text = (
        "SELECT session_id, min(min_first_timestamp) AS started, max(max_last_timestamp) AS ended, "
        "sum(console_error_count) AS console_errors FROM raw_session_replay_events "
        f"WHERE {' AND '.join(conditions)} "
        f"GROUP BY session_id ORDER BY started ASC, session_id ASC LIMIT {min(limit, MAX_ROWS)}"
    )
    return query


def events_query(
    sessions: Sequence[str], since: datetime, until: datetime, *, offset: int
) -> Query:
    """The product events of sessions, session by session and in order of time."""
    query = Query()
    period = f"timestamp >= toDateTime({query.value(_moment(since - timedelta(minutes=5)))})"
    period += f" AND timestamp <= toDateTime({query.value(_moment(until + timedelta(minutes=5)))})"
    query.text = (
        f"SELECT {', '.join(EVENT_COLUMNS)} FROM events WHERE {period} "
        f"AND properties.$session_id IN {query.value(list(sessions))} "
        f"AND event NOT IN {query.value(list(SKIPPED_EVENTS))} "
        f"ORDER BY properties.$session_id, timestamp, uuid LIMIT {MAX_ROWS} OFFSET {offset}"
    )
    return query


def _condition(query: Query, wanted: PostHogFilter, one: Condition) -> str:
    match one:
        case AllOf():
            parts = [_condition(query, wanted, part) for part in one.all_of]
            return f"({' AND '.join(parts)})" if parts else "true"
        case AnyOf():
            parts = [_condition(query, wanted, part) for part in one.any_of]
            return f"({' OR '.join(parts)})"
        case NoneOf():
            parts = [_condition(query, wanted, part) for part in one.none_of]
            return f"NOT ({' OR '.join(parts)})"
        case Lasted():
            return _in_recordings(query, wanted, one)
        case _:
            return _in_events(query, wanted, _of_event(query, one))


def _of_event(query: Query, one: SawPage | DidEvent | ByPerson | HadException | HasProperty) -> str:
    match one:
        case SawPage():
            return f"properties.$current_url ILIKE {query.value(_containing(one.page))}"
        case DidEvent():
            return f"event = {query.value(one.event)}"
        case HadException():
            return "event = '$exception'"
        case ByPerson():
            person = query.value(one.person)
            return f"(distinct_id = {person} OR person.properties.email = {person})"
        case HasProperty():
            return _compared(query, one)


def _compared(query: Query, one: HasProperty) -> str:
    owner = "person.properties" if one.of == "person" else "properties"
    name = f"{owner}.`{one.name}`"
    match one.compared:
        case Comparison.IS:
            return f"{name} = {query.value(one.value)}"
        case Comparison.IS_NOT:
            return f"{name} != {query.value(one.value)}"
        case Comparison.CONTAINS:
            return f"{name} ILIKE {query.value(_containing(one.value))}"
        case Comparison.DOES_NOT_CONTAIN:
            return f"{name} NOT ILIKE {query.value(_containing(one.value))}"
        case Comparison.MORE_THAN:
            return f"toFloat({name}) > toFloat({query.value(one.value)})"
        case Comparison.LESS_THAN:
            return f"toFloat({name}) < toFloat({query.value(one.value)})"


def _in_events(query: Query, wanted: PostHogFilter, predicate: str) -> str:
    since, until = query.value(_moment(wanted.since)), query.value(_moment(wanted.until + MARGIN))
    return (
        "session_id IN (SELECT properties.$session_id FROM events WHERE "
        f"timestamp >= toDateTime({since}) AND timestamp < toDateTime({until}) AND {predicate})"
    )


def _in_recordings(query: Query, wanted: PostHogFilter, one: Lasted) -> str:
    since, until = query.value(_moment(wanted.since)), query.value(_moment(wanted.until))
    lasted = "dateDiff('second', min(min_first_timestamp), max(max_last_timestamp))"
    bounds = [
        f"{lasted} {sign} {query.value(seconds)}"
        for sign, seconds in ((">=", one.at_least_seconds), ("<=", one.at_most_seconds))
        if seconds is not None
    ]
    return (
        "session_id IN (SELECT session_id FROM raw_session_replay_events WHERE "
        f"min_first_timestamp >= toDateTime({since}) AND min_first_timestamp < toDateTime({until}) "
        f"GROUP BY session_id HAVING {' AND '.join(bounds) or 'true'})"
    )


def _containing(part: str) -> str:
    r"""A pattern of ILIKE: ``%`` and ``_`` of the part stand for themselves."""
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _moment(moment: datetime) -> str:
    """With its zone named: without one, PostHog would read it in the project's own."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

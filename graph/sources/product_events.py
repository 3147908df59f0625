"""Product events out of analytics rows: PostHog query answers, event lists and captured events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Raw

from graph.sources.clock import epoch_ms
from graph.sources.elements_chain import ChainElement, acted_on, parse_elements_chain, words_of
from graph.sources.events import mark_of
from graph.sources.json_text import repair_value
from graph.sources.reading import Reading
from graph.sources.recording import ProductEvent
from graph.sources.shapes import Contents

_MAX_WORDS = 2_000
"""Characters kept of a text, an address or a message."""

_SECONDS_END_MS = 100_000_000_000
"""Real clocks only here: a number below this is in seconds, above it in milliseconds (1973)."""

_PROPERTY_PREFIX = "properties."


class _Table(msgspec.Struct):
    """A query answer; PostHog writes ``result`` in saved insights."""

    columns: list[Any]
    results: list[Raw] | None = None
    result: list[Raw] | None = None


_VALUE = msgspec.json.Decoder()
_TABLE = msgspec.json.Decoder(_Table)

Row = Mapping[str, Any]


class SessionEvent(NamedTuple):
    """A product event and the session it says it belongs to; empty where it says none."""

    session: str
    event: ProductEvent


def product_events_of(reading: Reading, contents: Contents) -> Iterator[SessionEvent]:
    """Every row that is an event with a name and a moment; others are left out and counted."""
    for piece in contents.rows:
        yield from _event_of(reading, _object(reading, piece.body), piece.session)
    for piece in contents.tables:
        for row in _rows_of_table(reading, piece.body):
            yield from _event_of(reading, row, piece.session)


def in_order(events: Iterable[ProductEvent]) -> tuple[ProductEvent, ...]:
    """In time order, each once."""
    unique = {event.uuid or event: event for event in events}
    return tuple(sorted(unique.values(), key=lambda event: event.timestamp_ms))


def marks_of(events: Iterable[ProductEvent]) -> set[bytes]:
    """Hashes of the events, for the digest of a session that has no replay."""
    return {mark_of(b"product " + repr(event).encode("utf-8", "replace")) for event in events}


def _value(reading: Reading, body: Raw | bytes) -> object:
    try:
        return _VALUE.decode(body)
    except (ValueError, RecursionError):
        repaired = repair_value(reading, bytes(body))
        return None if repaired is None else _VALUE.decode(repaired)


def _object(reading: Reading, body: Raw | bytes) -> Row:
    value = _value(reading, body)
    return cast("Row", value) if isinstance(value, dict) else {}


def _rows_of_table(reading: Reading, body: Raw | bytes) -> Iterator[Row]:
    """The rows of a query answer, one at a time: decoded at once they take ten times their size."""
    try:
        table = _TABLE.decode(body)
    except (ValueError, RecursionError):
        reading.repaired("a query answer whose columns or rows are no lists was left out")
        return
    columns = [str(name) for name in table.columns]
    for raw in table.results or table.result or ():
        values = _value(reading, raw)
        if isinstance(values, dict):
            yield _flattened(cast("Row", values))
        else:
            yield _flattened(dict(zip(columns, _list(values), strict=False)))


def _flattened(row: Row) -> Row:
    """One event: the whole event of a ``*`` column, properties of ``properties.x`` columns."""
    whole = row.get("*")
    event: dict[str, Any] = dict(cast("Row", whole)) if isinstance(whole, dict) else {}
    properties = dict(_properties(event))
    for column, value in row.items():
        if column.startswith(_PROPERTY_PREFIX):
            properties.setdefault(column.removeprefix(_PROPERTY_PREFIX), value)
        elif column == "properties":
            properties = {**_properties(row), **properties}
        elif column != "*":
            event.setdefault(column, value)
    return {**event, "properties": properties}


def _properties(row: Row) -> Row:
    properties = _from_json(row.get("properties"))
    return cast("Row", properties) if isinstance(properties, dict) else {}


def _event_of(reading: Reading, row: Row, session: str) -> Iterator[SessionEvent]:
    properties = _properties(row)
    name, moment = row.get("event"), _moment_of(row, properties)
    if not isinstance(name, str) or not name or moment is None:
        reading.repaired("a row without an event name or a time was left out")
        return
    own = _text(row, "$session_id") or _text(properties, "$session_id") or session
    element, words, href = _element_of(row, properties)
    kind, message, handled = _exception_of(row, properties)
    yield SessionEvent(
        own,
        ProductEvent(
            name=name[:_MAX_WORDS],
            timestamp_ms=moment,
            uuid=_text(row, "uuid") or _text(row, "id"),
            window_id=_text(row, "$window_id") or _text(properties, "$window_id"),
            url=_text(row, "$current_url") or _text(properties, "$current_url"),
            interaction=_text(row, "$event_type") or _text(properties, "$event_type"),
            element_tag=element.tag if element else "",
            element_text=words[:_MAX_WORDS],
            element_href=href[:_MAX_WORDS],
            exception_type=kind[:_MAX_WORDS],
            exception_message=message[:_MAX_WORDS],
            exception_handled=handled,
        ),
    )


def _moment_of(row: Row, properties: Row) -> int | None:
    """Its own time, else the client's; a captured event may only know how long it waited."""
    for moment in (row.get("timestamp"), properties.get("$time"), row.get("sent_at")):
        found = epoch_ms(moment) if isinstance(moment, (int, float, str)) else None
        if found is not None and abs(found) < _SECONDS_END_MS and not _is_date(moment):
            found *= 1_000
        if found is not None and abs(found) < _SECONDS_END_MS * 1_000:
            return round(found)
    return None


def _is_date(moment: object) -> bool:
    return isinstance(moment, str) and "-" in moment


def _element_of(row: Row, properties: Row) -> tuple[ChainElement | None, str, str]:
    """The element that was acted on, its words, and where it leads."""
    elements = _elements_of(row, properties)
    element = acted_on(elements)
    if element is None:
        return _element_of_columns(row, properties)
    link = next((one.href for one in elements if one.tag == "a" and one.href), "")
    words = words_of(elements, element) or _text(properties, "$el_text")
    return element, words, element.href or link


def _elements_of(row: Row, properties: Row) -> tuple[ChainElement, ...]:
    """The chain of a query answer, or the list that a client captures."""
    for chain in (row.get("elements_chain"), properties.get("$elements_chain")):
        if isinstance(chain, str) and chain:
            return parse_elements_chain(chain)
    listed = _list(properties.get("$elements")) or _list(row.get("elements"))
    return tuple(_captured(cast("Row", one)) for one in listed[:20] if isinstance(one, dict))


def _captured(element: Row) -> ChainElement:
    attributes = {
        key: str(value) for key, value in element.items() if isinstance(value, (str, int))
    }
    nested = element.get("attributes")
    if isinstance(nested, dict):
        attributes |= {str(key): str(value) for key, value in cast("Row", nested).items()}
    words = attributes.get("$el_text") or attributes.get("text") or ""
    return ChainElement(
        tag=attributes.get("tag_name", "").lower(), attributes=attributes | {"text": words}
    )


def _element_of_columns(row: Row, properties: Row) -> tuple[ChainElement | None, str, str]:
    """Where a query asked for parts of the chain only."""
    tags = [tag for tag in _list(row.get("elements_chain_elements")) if isinstance(tag, str)]
    texts = [text for text in _list(row.get("elements_chain_texts")) if isinstance(text, str)]
    words = next((text for text in texts if text.strip()), "") or _text(properties, "$el_text")
    element = acted_on([ChainElement(tag=tag) for tag in tags])
    return element, words, _text(row, "elements_chain_href")


def _exception_of(row: Row, properties: Row) -> tuple[str, str, bool | None]:
    """Type, message, and whether it was handled; of the outermost exception."""
    listed = _list(_from_json(properties.get("$exception_list")))
    first: Row = cast("Row", listed[0]) if listed and isinstance(listed[0], dict) else {}
    mechanism = first.get("mechanism")
    handled = cast("Row", mechanism).get("handled") if isinstance(mechanism, dict) else None
    if handled is None:
        handled = properties.get("$exception_handled")
    kind = _text(first, "type") or _first_of(row, properties, "$exception_types")
    message = _text(first, "value") or _first_of(row, properties, "$exception_values")
    return (
        kind or _text(properties, "$exception_type"),
        message or _text(properties, "$exception_message"),
        handled if isinstance(handled, bool) else None,
    )


def _first_of(row: Row, properties: Row, key: str) -> str:
    values: Sequence[Any] = _list(_from_json(row.get(key))) or _list(
        _from_json(properties.get(key))
    )
    return str(values[0]) if values else ""


def _from_json(value: object) -> object:
    """A value that a query may give as text of JSON."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    try:
        return _VALUE.decode(value)
    except (ValueError, RecursionError):
        return value


def _text(values: Row, key: str) -> str:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value)[:_MAX_WORDS]


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []

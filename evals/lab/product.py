"""Product events as an analytics query returns them, made from what posthog-js really sent."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

Json = dict[str, Any]
COLUMNS = (
    "session",
    "uuid",
    "event",
    "timestamp",
    "elements_chain",
    "properties.$session_id",
    "properties.$window_id",
    "properties.$current_url",
    "properties.$event_type",
)


def product_rows(session: str, captured: Sequence[Json]) -> Iterator[list[Any]]:
    """Yield one row per product event; the first column joins it to its recording."""
    for message in captured:
        for event in _events(json.loads(message["body"])):
            properties: Json = event["properties"]
            yield [
                session,
                event["uuid"],
                event["event"],
                round(float(properties["$time"]) * 1000),
                elements_chain(properties.get("$elements", [])),
                properties.get("$session_id"),
                properties.get("$window_id"),
                properties.get("$current_url"),
                properties.get("$event_type"),
            ]


def _events(body: Json | list[Json]) -> list[Json]:
    if isinstance(body, list):
        return body
    return body.get("batch", [body])


def elements_chain(elements: Sequence[Json]) -> str:
    """Return the elements in the form of the column elements_chain, innermost first."""
    return ";".join(_element(element) for element in elements)


def _element(element: Json) -> str:
    """Write one element: tag, classes, then its attributes in quotes."""
    names: list[str] = element.get("classes") or []
    classes = "".join("." + name for name in names)
    rest = {key: value for key, value in element.items() if key not in ("tag_name", "classes")}
    named = {_key(key): value for key, value in sorted(rest.items()) if value not in ("", None)}
    written = "".join(f'{key}="{_escaped(value)}"' for key, value in named.items())
    tag = f"{element['tag_name']}{classes}"
    return f"{tag}:{written}" if written else tag


def _key(key: str) -> str:
    return {"$el_text": "text", "nth_child": "nth-child", "nth_of_type": "nth-of-type"}.get(
        key, key.replace("attr__id", "attr_id")
    )


def _escaped(value: object) -> str:
    return str(value).replace('"', '\\"')

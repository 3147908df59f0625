"""A recording of 100,000 events, made up: what a busy page gives in an hour of constant use.

Of twenty events one is a click, three are movements of the pointer, four change a text, four change a
class among 500 rules, and eight put a message on the page and take the one before away.
"""

from __future__ import annotations

import random
from typing import Any

import msgspec

Json = dict[str, Any]
EVERY_MS = 36
ROWS = 2_000
BODY, BUTTON = 5, 6


def big_recording(count: int, seed: int = 1) -> bytes:
    """The JSON of an rrweb recording with that many events after its snapshot."""
    chance = random.Random(seed)  # noqa: S311 (made-up data, nothing secret)
    events = [_meta(), _snapshot()]
    for number in range(count):
        data = _event(number, chance)
        events.append({"type": 3, "data": data, "timestamp": 1_002 + number * EVERY_MS})
    return msgspec.json.encode(events)


def _meta() -> Json:
    return {
        "type": 4,
        "data": {"href": "https://x.test/a", "width": 1, "height": 1},
        "timestamp": 1_000,
    }


def _snapshot() -> Json:
    css = ".modal{display:none}.modal.open{display:block}"
    css += "".join(f".c{number}{{display:flex;opacity:1}}" for number in range(500))
    rows = [
        _node(100 + number, "div", {"class": f"row c{number % 7}"}, _text(5_000 + number, f"row {number}"))
        for number in range(ROWS)
    ]  # fmt: skip
    button = _node(BUTTON, "button", {"class": "btn"}, _text(7, "Go"))
    head = _node(3, "head", {}, _node(4, "style", {"_cssText": css}))
    html = _node(2, "html", {}, head, _node(BODY, "body", {}, *rows, button))
    return {
        "type": 2,
        "data": {"node": {"type": 0, "id": 1, "childNodes": [html]}},
        "timestamp": 1_001,
    }


def _node(identifier: int, tag: str, attributes: Json, *children: Json) -> Json:
    return {
        "type": 2, "id": identifier, "tagName": tag, "attributes": attributes, "childNodes": list(children),
    }  # fmt: skip


def _text(identifier: int, text: str) -> Json:
    return {"type": 3, "id": identifier, "textContent": text}


def _event(number: int, chance: random.Random) -> Json:
    place = number % 20
    if place == 0:
        return {"source": 2, "type": 2, "id": BUTTON, "x": 1, "y": 2}
    if place < 4:
        return {"source": 1, "positions": [{"x": 1, "y": 2, "id": BUTTON, "timeOffset": -10}] * 8}
    row = chance.randrange(ROWS)
    if place < 8:
        return _mutation(texts=[{"id": 5_000 + row, "value": f"v{number}"}])
    if place < 12:
        classes = {"class": f"row c{chance.randrange(300)}"}
        return _mutation(attributes=[{"id": 100 + row, "attributes": classes}])
    own = 10_000 + 3 * number
    last = own - (3 if place > 12 else 39)
    words = _node(own + 1, "span", {}, _text(own + 2, f"hello {number}"))
    toast = _node(own, "div", {"class": "toast"}, words)
    return _mutation(
        removes=[{"parentId": BODY, "id": last}],
        adds=[{"parentId": BODY, "nextId": None, "node": toast}],
    )


def _mutation(**parts: list[Json]) -> Json:
    empty: Json = {"adds": [], "removes": [], "texts": [], "attributes": []}
    return {"source": 0, **empty, **parts}

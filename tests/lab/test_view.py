"""The checks' own reader: what a recording looks like to a proof."""

from typing import Any

from evals.lab.proofs import click_without_effect, request, shows
from evals.lab.view import View

Json = dict[str, Any]
START = 1_772_000_000_000


def _element(node: int, tag: str, *children: Json, **attributes: str) -> Json:
    children_list = list(children)
    kind = {"type": 2, "tagName": tag, "id": node, "attributes": attributes}
    return {**kind, "childNodes": children_list}


def _text(node: int, text: str) -> Json:
    return {"type": 3, "id": node, "textContent": text}


def _events() -> list[Json]:
    button = _element(4, "button", _text(5, "Pay"))
    tree = _element(1, "html", _element(2, "body", _element(3, "p", _text(6, "Hello")), button))
    network = {"plugin": "rrweb/network@1", "payload": {"requests": [_row()]}}
    changed: Json = {"source": 0, "adds": [], "removes": [], "attributes": []}
    return [
        {
            "type": 4,
            "data": {"href": "https://x.example/", "width": 9, "height": 9},
            "timestamp": START,
        },
        {"type": 2, "data": {"node": tree}, "timestamp": START},
        {"type": 3, "data": {"source": 2, "type": 2, "id": 5}, "timestamp": START + 1_000},
        {
            "type": 3,
            "data": {**changed, "texts": [{"id": 6, "value": "Bye"}]},
            "timestamp": START + 9_000,
        },
        {"type": 6, "data": network, "timestamp": START + 9_100},
    ]


def _row() -> Json:
    return {"name": "https://x.example/api/pay", "status": 502, "duration": 40}


def test_a_click_is_named_by_its_button_and_text_is_kept_over_time() -> None:
    """A click on the text node counts for the button; the text before and after is known."""
    view = View(_events())
    assert [(click.ms, click.words) for click in view.clicks] == [(1_000, "Pay")]
    assert view.text_at(5_000) == "Hello Pay"
    assert view.text_at(9_500) == "Bye Pay"


def test_proofs_hold_where_they_should_and_only_there() -> None:
    """A dead click, a text and a failed request are proven at their time, not elsewhere."""
    view = View(_events())
    assert click_without_effect("Pay")(view, 1_000, 2_000)
    assert not click_without_effect("Pay", quiet_ms=9_000)(view, 1_000, 2_000)
    assert shows("Bye")(view, 8_500, 9_000)
    assert not shows("Bye")(view, 1_000, 2_000)
    assert request("/api/pay", 502)(view, 9_000, 9_500)
    assert not request("/api/pay", 200)(view, 9_000, 9_500)

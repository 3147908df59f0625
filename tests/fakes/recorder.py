"""Small recordings, written down as what somebody saw and did.

    page = Recorder(element("button", "Pay now", id="pay"), element("p", id="out"))
    page.wait(2_000).click("pay").wait(100).text("out", "Paid.")
    trace = compact(page.recording())

Elements are named by their ``id`` attribute. Every action has a moment; ``wait`` moves the clock on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import msgspec

from graph.ids import SessionId, digest_of
from graph.sources.recording import ProductEvent, RawEvent, Recording, RecordingShape

START_MS = 1_750_000_000_000
Tree = dict[str, Any]


def element(tag: str, *children: Tree | str, **attributes: str) -> Tree:
    """An element; a ``_`` in an attribute's name stands for ``-``, one at its end is dropped."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    nodes = [{"type": 3, "textContent": one} if isinstance(one, str) else one for one in children]
    return {"type": 2, "tagName": tag, "attributes": named, "childNodes": nodes}


class Recorder:
    """One session in the making."""

    def __init__(
        self,
        *body: Tree,
        href: str = "https://shop.test/checkout",
        css: str = "",
        session: str = "session",
    ) -> None:
        self._session = session
        self._now = 0
        self._last_id = 0
        self._ids: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._parents: dict[str, int] = {}
        self._window = ""
        self._events: list[RawEvent] = []
        self._product: list[ProductEvent] = []
        self.load(*body, href=href, css=css)

    # -- the page ----------------------------------------------------------------------------

    def load(self, *body: Tree, href: str, css: str = "") -> Self:
        """A document is loaded: a new page, with nothing of the old one."""
        self._ids, self._texts, self._parents, self._last_id = {}, {}, {}, 0
        head = element("head", element("style", css)) if css else element("head")
        html = element("html", head, element("body", *body, id="body"))
        document = {"type": 0, "id": self._next_id(), "childNodes": [self._numbered(html, 1)]}
        self.event(4, {"href": href, "width": 1280, "height": 800})
        return self.event(2, {"node": document, "initialOffset": {"left": 0, "top": 0}})

    def go(self, href: str) -> Self:
        """A route change without a load, as recorders of single-page applications note it."""
        return self.event(5, {"tag": "$pageview", "payload": {"href": href}})

    def wait(self, ms: int) -> Self:
        self._now += ms
        return self

    def window(self, name: str) -> Self:
        """What follows happens in another window."""
        self._window = name
        return self

    def add(self, parent: str, *trees: Tree | str) -> Self:
        """Nodes are put at the end of an element."""
        nodes = [{"type": 3, "textContent": one} if isinstance(one, str) else one for one in trees]
        parent_id = self._ids[parent]
        adds = [
            {"parentId": parent_id, "nextId": None, "node": self._numbered(one, parent_id)}
            for one in nodes
        ]
        return self._mutation(adds=adds)

    def remove(self, *names: str) -> Self:
        removes = [{"parentId": self._parents[one], "id": self._ids[one]} for one in names]
        return self._mutation(removes=removes)

    def text(self, name: str, value: str) -> Self:
        """The text of an element becomes another one."""
        if name not in self._texts:
            return self.add(name, value)
        return self._mutation(texts=[{"id": self._texts[name], "value": value}])

    def attribute(self, name: str, **attributes: str | None) -> Self:
        """Attributes change; None takes one away."""
        named = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return self._mutation(attributes=[{"id": self._ids[name], "attributes": named}])

    def redraw(self, parent: str, old: str, new: Tree) -> Self:
        """One element is exchanged for another in one event."""
        inside = self._ids[parent]
        removes = [{"parentId": inside, "id": self._ids[old]}]
        adds = [{"parentId": inside, "nextId": None, "node": self._numbered(new, inside)}]
        return self._mutation(removes=removes, adds=adds)

    # -- the user ----------------------------------------------------------------------------

    def click(self, name: str, *, x: int = 100, y: int = 100) -> Self:
        where = {"id": self._ids[name], "x": x, "y": y}
        self._incremental(2, type=1, **where)
        self._incremental(2, type=0, **where)
        return self._incremental(2, type=2, **where)

    def clicks(self, name: str, times: int, *, every: int) -> Self:
        for _ in range(times):
            self.click(name).wait(every)
        return self

    def focus(self, name: str) -> Self:
        return self._incremental(2, type=5, id=self._ids[name])

    def type(self, name: str, value: str) -> Self:
        """A field is entered and gets a value by hand, in one go."""
        self.focus(name)
        return self._incremental(5, id=self._ids[name], text=value, isChecked=False)

    def choose(self, name: str, *, checked: bool = True) -> Self:
        """A box is clicked and changes."""
        self.click(name)
        return self._incremental(5, id=self._ids[name], text="on", isChecked=checked)

    def set_by_page(self, name: str, value: str) -> Self:
        """A script sets the value of a field."""
        return self._incremental(
            5, id=self._ids[name], text=value, isChecked=False, userTriggered=False
        )

    def scroll(self) -> Self:
        return self._incremental(3, id=1, x=0, y=400)

    def move(self) -> Self:
        position = {"x": 5, "y": 5, "id": self._ids["body"], "timeOffset": 0}
        return self._incremental(1, positions=[position])

    def select_text(self, name: str) -> Self:
        node = self._texts[name]
        span = {"start": node, "startOffset": 0, "end": node, "endOffset": 4}
        return self._incremental(14, ranges=[span])

    # -- network, console, product events ----------------------------------------------------

    def request(self, method: str, url: str, status: int, *, taking: int = 100) -> Self:
        """A request of the page that ends now."""
        entry = {
            "name": url,
            "initiatorType": "fetch",
            "method": method,
            "status": status,
            "startTime": 0,
            "endTime": taking,
            "duration": taking,
        }
        return self.event(6, {"plugin": "rrweb/network@1", "payload": {"requests": [entry]}})

    def console(self, text: str, *, level: str = "error") -> Self:
        line = {"level": level, "payload": [f'"{text}"'], "trace": []}
        return self.event(6, {"plugin": "rrweb/console@1", "payload": line})

    def product(self, name: str, **fields: str) -> Self:
        self._product.append(
            ProductEvent(name=name, timestamp_ms=START_MS + self._now, **fields)  # pyright: ignore[reportArgumentType]
        )
        return self

    # -- the result --------------------------------------------------------------------------

    def event(self, kind: int, data: object) -> Self:
        self._events.append(
            RawEvent(
                type=kind,
                timestamp_ms=START_MS + self._now,
                data=msgspec.json.encode(data),
                window_id=self._window,
            )
        )
        return self

    def recording(self) -> Recording:
        """What was recorded until now."""
        return recording_of(self._events, session=self._session, product=self._product)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _numbered(self, tree: Tree, parent: int) -> Tree:
        node: Tree = {**tree, "id": self._next_id()}
        name = node.get("attributes", {}).get("id")
        if name:
            self._ids[name], self._parents[name] = node["id"], parent
        if "childNodes" in tree:
            node["childNodes"] = [self._numbered(one, node["id"]) for one in tree["childNodes"]]
            texts = [one["id"] for one in node["childNodes"] if one["type"] == 3]
            if name and texts:
                self._texts[name] = texts[0]
        return node

    def _mutation(self, **parts: list[dict[str, Any]]) -> Self:
        empty: dict[str, Any] = {"adds": [], "removes": [], "texts": [], "attributes": []}
        return self._incremental(0, **{**empty, **parts})

    def _incremental(self, source: int, **data: Any) -> Self:
        return self.event(3, {"source": source, **data})


def recording_of(
    events: Sequence[RawEvent],
    *,
    session: str = "session",
    product: Sequence[ProductEvent] = (),
) -> Recording:
    """A recording of given events."""
    return Recording(
        session_id=SessionId(session),
        file=f"{session}.json",
        shape=RecordingShape.RRWEB,
        events=tuple(events),
        product_events=tuple(product),
        digest=digest_of(*(event.data for event in events)),
    )
